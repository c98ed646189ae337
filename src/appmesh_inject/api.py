"""The public API for Python: `from appmesh_inject import inject`. It is kept stable."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from appmesh_inject import injection
from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Report
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.parameters import parameter_values
from appmesh_inject.render.render_result import Rendered, RenderOptions, of_outcome
from appmesh_inject.settings.platform_defaults import deployed
from appmesh_inject.workloads import ecs_api, kubernetes
from appmesh_inject.workloads.detect import DocumentType, detect, is_task_definition

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Injected:
    """The result: the template, the findings about it, and what happened to each workload.

    template: the object that was given, if a finding is an error or nothing had to be done.
    """

    template: Mapping[str, Json]
    findings: tuple[Finding, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not any(finding.is_error for finding in self.findings)


def inject(
    template: Mapping[str, Json],
    *,
    settings: Mapping[str, Json] = NOTHING,
    parameters: Mapping[str, str] = NOTHING,
    deployment: Mapping[str, str] = NOTHING,
) -> Injected:
    """Injects the sidecars into every marked workload of a CloudFormation template, an ECS task definition or one
    Kubernetes object, given as plain dicts and lists. Mistakes in it are findings, and never raise.

    settings: by name, over those of the template's Transform; a task definition or Kubernetes object is marked by them.
    parameters: values of the template's parameters, by default each one's Default. deployment: the macro's deployment
    parameters, by name.
    """
    document = dict(template) if not isinstance(template, dict) else template
    places = {name: f"settings[{name!r}]" for name in settings}
    declared = document.get("Parameters")
    # A snippet declares no parameters, so the values are used as given.
    values = parameter_values(declared, parameters) if isinstance(declared, Mapping) else dict(parameters)
    options = RenderOptions(values, settings, places, deployed(deployment))
    result = _rendered(document, options)
    changed = result.document
    if detect(document) is DocumentType.KUBERNETES_OBJECT and isinstance(changed, list):
        (changed,) = changed
    is_same = not isinstance(changed, Mapping) or changed == document
    return Injected(template if is_same else changed, result.findings, result.reports)  # type: ignore[arg-type]


def _rendered(document: Mapping[str, Json], options: RenderOptions) -> Rendered:
    document_type = detect(document)
    if is_task_definition(document):
        content = ecs_api.registrable(document)
        return of_outcome(injection.inject(content, ecs_api.EcsTaskDefinition(options.level), options.deployment))
    if document_type is DocumentType.KUBERNETES_OBJECT:
        return of_outcome(
            injection.inject([document], kubernetes.KubernetesManifests(options.level), options.deployment)
        )
    if document_type is DocumentType.TEMPLATE:
        return rendered(document, options)
    # A single resource or snippet, or an unknown document, for which the macro reports AM001.
    from appmesh_inject.workloads.cloudformation import CloudFormation

    return of_outcome(
        injection.inject(document, CloudFormation(options.level, options.parameter_values), options.deployment)
    )
