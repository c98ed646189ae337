"""The edge towards CloudFormation: a macro's event in, its response out.

Contract: CloudFormation User Guide, "Creating a CloudFormation macro definition". The event has `requestId`,
`fragment`, `params`, `templateParameterValues`; the response `requestId`, `status`, `fragment`, and
`errorMessage` where it failed. Neither the fragment nor a parameter's value is ever logged: they can be secrets.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from appmesh_inject.deployment import DEPLOYMENT_PARAMETERS, deployed
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Outcome, inject
from appmesh_inject.settings import Level
from appmesh_inject.stacks import Stacks
from appmesh_inject.standalone import Meshes
from appmesh_inject.targets.cloudformation import CloudFormation
from appmesh_inject.tree import Json

LONGEST_MESSAGE = 1000
"""Characters of an error message that CloudFormation is sure to show."""

NAMESPACE = "AppMeshInject"

MESH_STACKS = "MeshStacks"
"""The deployment parameter that names the stacks whose meshes may be read."""

logger = Logger(service=NAMESPACE)

METRIC_OF = {
    Action.INJECTED: "TaskDefinitionsInjected",
    Action.SKIPPED: "TaskDefinitionsSkipped",
    Action.REFUSED: "TaskDefinitionsFailed",
}


class Response(TypedDict, total=False):
    requestId: str
    status: str
    fragment: Json
    errorMessage: str


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """The response to a macro event. A bug becomes a failed response that names the request, never an exception."""
    request_id = str(event.get("requestId", ""))
    logger.append_keys(request_id=request_id)
    try:
        return _respond(event, request_id)
    except Exception:
        logger.exception("The macro failed")
        return _failed(event, request_id, f"AppMeshInject failed on its own: see its log, request {request_id}.")


def _respond(event: Mapping[str, Any], request_id: str) -> Response:
    outcome = transformed(event, os.environ)
    _report(outcome, request_id)
    if outcome.has_errors:
        return _failed(event, request_id, message(outcome.findings))
    return {"requestId": request_id, "status": "success", "fragment": outcome.document}


def _failed(event: Mapping[str, Any], request_id: str, text: str) -> Response:
    return {"requestId": request_id, "status": "failed", "fragment": event.get("fragment"), "errorMessage": text}


def transformed(event: Mapping[str, Any], environment: Mapping[str, str]) -> Outcome:
    """What becomes of the event's fragment. Deployment parameters are the variables of their names."""
    parameters = {name: environment[name] for name in DEPLOYMENT_PARAMETERS if name in environment}
    request = Level(("Transform", "Parameters"), _mapping(event.get("params")))
    target = CloudFormation(request, _mapping(event.get("templateParameterValues")))
    stacks = Stacks(tuple(environment.get(MESH_STACKS, "").split(",")))
    return inject(event.get("fragment"), target, deployed(parameters), Meshes(of_stack=stacks.mesh))


def _mapping(value: Any) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def message(findings: Iterable[Finding]) -> str:
    """The errors as the text that CloudFormation shows: the first ones whole, then how many more there are."""
    lines = [str(finding) for finding in findings if finding.is_error]
    text = "\n".join(lines)
    if len(text) <= LONGEST_MESSAGE:
        return text
    for shown in range(len(lines) - 1, 0, -1):
        more = f"and {len(lines) - shown} more: run appmesh-inject lint"
        text = "\n".join([*lines[:shown], more])
        if len(text) <= LONGEST_MESSAGE:
            return text
    more = (
        f"... and {len(lines) - 1} more: run appmesh-inject lint" if len(lines) > 1 else "... run appmesh-inject lint"
    )
    return lines[0][: LONGEST_MESSAGE - len(more)] + more


def _report(outcome: Outcome, request_id: str) -> None:
    """One log line and the metrics of one template: counts only, by profile."""
    counts = Counter((report.profile or "none", report.action) for report in outcome.reports)
    _emit({"Templates": 1}, request_id)
    for profile in dict.fromkeys(profile for profile, _ in counts):
        values = {name: counts[profile, action] for action, name in METRIC_OF.items()}
        _emit(values, request_id, profile=profile)
    logger.info(
        "Template transformed",
        task_definitions={f"{profile}.{action}": count for (profile, action), count in counts.items()},
        findings=dict(Counter(finding.code for finding in outcome.findings)),
    )


def _emit(values: Mapping[str, int], request_id: str, **dimensions: str) -> None:
    """One line in CloudWatch's embedded metric format."""
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=NAMESPACE)
    for dimension, value in dimensions.items():
        metrics.add_dimension(dimension, value)
    for name, count in values.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metadata("request_id", request_id)
    metrics.flush_metrics()
