"""What Service Connect would refuse of the ECS services of a rendered template, whoever wrote them."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.render.render_result import Rendered


def mistakes_of_services(result: Rendered, parameter_values: Mapping[str, Json]) -> tuple[Finding, ...]:
    """The findings. None of a template that is refused, since its services are not what they would be."""
    document = result.document
    resources = document.get("Resources") if isinstance(document, dict) else None
    if result.has_errors or not isinstance(document, dict) or not isinstance(resources, dict):
        return ()
    if not any(map(_has_configuration, resources.values())):
        return ()
    from appmesh_inject.profiles.connecting.finished_template import findings

    return findings(document, parameter_values)


def _has_configuration(resource: Json) -> bool:
    properties = resource.get("Properties") if isinstance(resource, dict) else None
    return isinstance(properties, dict) and "ServiceConnectConfiguration" in properties
