"""The Lambda handler of the macro: takes CloudFormation's event, and returns the response.

Source: CloudFormation User Guide, "Creating a CloudFormation macro definition". The event has `requestId`, `fragment`,
`params` and `templateParameterValues`; the response has `requestId`, `status`, `fragment`, and `errorMessage` if it
failed. The fragment and parameter values are never logged, since they can contain secrets.
"""

import gc

# Imports create no garbage, and collecting during them takes a twentieth of a cold start.
COLLECTS = gc.isenabled()
gc.disable()

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from traceback import walk_tb
from typing import Any, TypedDict

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from appmesh_inject.cfn.document import Json, at_most, half_character
from appmesh_inject.cfn.finite_numbers import endless_number
from appmesh_inject.cfn.intrinsics import TOLD_BY_THE_EVENT
from appmesh_inject.findings import Finding, one_line, ordered
from appmesh_inject.injection import Action, Outcome, inject, too_deep
from appmesh_inject.limits import LAMBDA_RESPONSE_BYTES, MACRO_MESSAGE_CHARACTERS
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS, deployed
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.detect import is_template

if COLLECTS:
    gc.enable()

NAMESPACE = "AppMeshInject"

MESH_STACKS = "MeshStacks"
"""The deployment parameter with the names of the stacks whose meshes may be read, or beginnings: `shop-*`."""

LONGEST_ID = 100
"""Maximum characters of a request's ID in a log line; CloudFormation's IDs have 36."""

MOST_FRAMES = 20
"""Maximum number of stack frames that are logged for a bug."""

logger = Logger(service=NAMESPACE)

METRIC_OF = {
    Action.INJECTED: "TaskDefinitionsInjected",
    Action.SKIPPED: "TaskDefinitionsSkipped",
    Action.REFUSED: "TaskDefinitionsFailed",
}


class Response(TypedDict, total=False):
    requestId: Json
    status: str
    fragment: Json
    errorMessage: str


# log_event=False overrides the environment variable that makes Powertools log the whole event.
@logger.inject_lambda_context(log_event=False, clear_state=True)
def handler(event: Any, context: LambdaContext) -> Response:
    """The response to a macro event, or to anything else. A bug becomes a failed response with the request's ID, never
    an exception."""
    fields = _mapping(event)
    request_id = fields.get("requestId")
    shown = one_line(request_id)[:LONGEST_ID] if isinstance(request_id, str) else ""
    logger.append_keys(request_id=shown)
    try:
        return _respond(fields, shown)
    except Exception as error:
        # An exception's message and the lines of a stack trace can contain parts of a template: KeyError('secret').
        logger.error("The macro failed", exception_name=type(error).__name__, exception_at=list(_places(error)))
        return _failed(fields, f"AppMeshInject has a bug: see its log for request {shown}.")


def _places(error: BaseException) -> Iterator[str]:
    """The places in the code where an exception and its causes were raised, innermost last. Shows no values."""
    if error.__context__ is not None:
        yield from _places(error.__context__)
        yield f"then {type(error).__name__}"
    frames = list(walk_tb(error.__traceback__))
    for frame, line in frames[-MOST_FRAMES:]:
        yield f"{Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"


def _respond(event: Mapping[str, Any], request_id: str) -> Response:
    outcome = _answerable(transformed(event, os.environ), event.get("fragment"))
    _report(outcome, request_id)
    if outcome.has_errors:
        return _failed(event, message(outcome.findings))
    return {"requestId": event.get("requestId", ""), "status": "success", "fragment": outcome.document}


def _failed(event: Mapping[str, Any], text: str) -> Response:
    fragment = event.get("fragment")
    is_returnable = half_character(fragment) is None and endless_number(fragment) is None
    return {
        "requestId": event.get("requestId", ""),
        "status": "failed",
        "fragment": fragment if is_returnable else {},
        "errorMessage": text,
    }


def _answerable(outcome: Outcome, given: Json) -> Outcome:
    """The outcome, or a refusal if Lambda cannot return it. given: the event's fragment, which Lambda could carry."""
    half = half_character(outcome.document)
    if half is not None:
        # Lambda's runtime would crash while it encodes the response, and CloudFormation would not show the reason.
        text = "a text contains half a character (a lone surrogate), which a Lambda function cannot return"
        return _refused(outcome, Finding("AM004", "", half, text, "Write the whole character, or remove it"))
    endless = endless_number(outcome.document)
    if endless is not None:
        text = "a number is infinite or none at all (1e400, for example), which JSON cannot express"
        return _refused(outcome, Finding("AM005", "", endless, text, "Write a number that is in range"))
    # Encoding the response to measure it costs more than all the rest, so a response that is certainly small is not
    # measured, and neither is a template: its limit is tighter.
    if outcome.document is given or is_template(outcome.document):
        return outcome
    if at_most(outcome.document, LAMBDA_RESPONSE_BYTES - MACRO_MESSAGE_CHARACTERS):
        return outcome
    try:
        # From Python 3.12 on, Lambda's client writes the response in UTF-8.
        size = len(json.dumps(outcome.document, ensure_ascii=False).encode())
    except RecursionError:
        return _refused(outcome, too_deep())
    if size + MACRO_MESSAGE_CHARACTERS <= LAMBDA_RESPONSE_BYTES:
        return outcome
    text = f"the processed fragment has {size:,} bytes, and a Lambda function returns at most {LAMBDA_RESPONSE_BYTES:,}"
    hint = "Split the template, or shorten the settings that all its tasks share"
    return _refused(outcome, Finding("AM003", "", (), text, hint))


def _refused(outcome: Outcome, finding: Finding) -> Outcome:
    reports = tuple(report._replace(action=Action.REFUSED) for report in outcome.reports)
    return Outcome(None, reports, ordered((*outcome.findings, finding)))


def transformed(event: Mapping[str, Any], environment: Mapping[str, str]) -> Outcome:
    """Injects into the event's fragment. environment: contains the deployment parameters, by name."""
    parameters = {name: environment[name] for name in DEPLOYMENT_PARAMETERS if name in environment}
    request = Level(("Transform", "Parameters"), _mapping(event.get("params")))
    values = _parameter_values(event.get("templateParameterValues"))
    target = CloudFormation(request, {**_pseudo_parameters(event), **values})
    deployment, account = deployed(parameters), event.get("accountId")
    if isinstance(account, str):
        deployment = deployment.in_account(account)
    meshes = _meshes(environment.get(MESH_STACKS))
    return inject(event.get("fragment"), target, deployment, meshes, whole_mesh=False)


def _meshes(names: str | None) -> Meshes:
    """The meshes of the stacks that `names` allows, which are separated by commas."""
    if not names:
        return Meshes()
    from appmesh_inject.mesh.stack_meshes import Stacks

    return Meshes(read_stacks=Stacks(names.split(",")).meshes)


def _mapping(value: Any) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _parameter_values(value: Any) -> Mapping[str, Json]:
    """The values that CloudFormation sends: texts, and lists of texts. Anything else is ignored."""
    return {name: member for name, member in _mapping(value).items() if _is_parameter_value(member)}


def _pseudo_parameters(event: Mapping[str, Any]) -> Mapping[str, Json]:
    """The pseudo parameters that the event tells, such as the Region of the stack."""
    told = {name: event.get(member) for name, member in TOLD_BY_THE_EVENT.items()}
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


def _is_parameter_value(value: Json) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str | int | float) for item in value)
    return isinstance(value, str | int | float)


def message(findings: Iterable[Finding]) -> str:
    """The errors as one text that CloudFormation shows completely: the first ones, then the number of the others."""
    lines = [str(finding) for finding in findings if finding.is_error]
    text = "\n".join(lines)
    if len(text) <= MACRO_MESSAGE_CHARACTERS:
        return text
    for shown in range(len(lines) - 1, 0, -1):
        more = f"and {len(lines) - shown} more: run appmesh-inject lint"
        text = "\n".join([*lines[:shown], more])
        if len(text) <= MACRO_MESSAGE_CHARACTERS:
            return text
    more = (
        f"... and {len(lines) - 1} more: run appmesh-inject lint" if len(lines) > 1 else "... run appmesh-inject lint"
    )
    return lines[0][: MACRO_MESSAGE_CHARACTERS - len(more)] + more


def _report(outcome: Outcome, request_id: str) -> None:
    """Writes one log line, and metrics by profile, about one template. Both contain only counts."""
    counts = Counter(map(attrgetter("profile", "action"), outcome.reports))
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
    """Writes one line in CloudWatch's embedded metric format."""
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=NAMESPACE)
    for dimension, value in dimensions.items():
        metrics.add_dimension(dimension, value)
    for name, count in values.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metadata("request_id", request_id)
    metrics.flush_metrics()
