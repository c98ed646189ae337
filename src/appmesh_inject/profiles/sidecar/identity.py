"""Finds out what a workload represents in the mesh, a virtual node or a virtual gateway, and checks its names."""

from collections.abc import Iterator

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Literal, Scope, read
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import named_by_arn
from appmesh_inject.profiles.context import Context, setting_path
from appmesh_inject.profiles.sidecar.containers import GATEWAY, NODE
from appmesh_inject.settings.layers import RequestedSettings
from appmesh_inject.settings.table import GA, PREVIEW, STANDALONE
from appmesh_inject.workloads.model import Workload

_KINDS = {"/virtualNode/": NODE, "/virtualGateway/": GATEWAY}
_TYPES = {"AWS::AppMesh::VirtualNode": NODE, "AWS::AppMesh::VirtualGateway": GATEWAY}


def represented(requested: RequestedSettings, scope: Scope) -> str:
    """GATEWAY if the settings say so, else NODE."""
    settings = requested.settings
    if settings.resource_arn is not None:
        return kind_of_arn(settings.resource_arn, scope) or NODE
    return GATEWAY if settings.virtual_gateway_name is not None else NODE


def naming(context: Context) -> Iterator[Finding]:
    """Findings about names that are missing, or not known when the macro runs."""
    workload, requested = context.workload, context.requested
    settings, places = requested.settings, requested.places
    if "ResourceArn" in places:
        yield from _arn(workload, requested)
        return
    if settings.mesh_name is None and "MeshName" not in places:
        yield Finding(
            "AM104", workload.name, setting_path(workload, requested, ""), "MeshName is not given", "Add MeshName"
        )
    if not {"VirtualNodeName", "VirtualGatewayName"} & set(places):
        gateways = settings.profile != PREVIEW
        names = "VirtualNodeName or VirtualGatewayName" if gateways else "VirtualNodeName"
        yield Finding(
            "AM105",
            workload.name,
            setting_path(workload, requested, ""),
            f"{'neither ' * gateways}{names.replace(' or ', ' nor ')} is {'' if gateways else 'not '}given",
            f"Add {names}",
        )


def _arn(workload: Workload, requested: RequestedSettings) -> Iterator[Finding]:
    arn = requested.settings.resource_arn
    if arn is None or kind_of_arn(arn, workload.scope):
        return
    at = setting_path(workload, requested, "ResourceArn")
    if isinstance(read(arn, workload.scope), Literal):
        yield Finding(
            "AM102",
            workload.name,
            at,
            "ResourceArn names neither a virtual node nor a virtual gateway",
            "Write .../mesh/MESH/virtualNode/NODE or .../mesh/MESH/virtualGateway/GATEWAY",
        )
    elif requested.settings.app_ports is None and requested.settings.profile in (GA, STANDALONE):
        yield Finding(
            "AM103",
            workload.name,
            at,
            "it is not known when the macro runs whether ResourceArn names a node or a gateway",
            "Set AppPorts, which only a node has, or use MeshName and VirtualGatewayName",
        )


def kind_of_arn(arn: Json, scope: Scope) -> str | None:
    """NODE or GATEWAY, by the text of an ARN, or by the type of the resource that it refers to; None if unknown."""
    resource = scope.resources.get(named_by_arn(arn) or "")
    if isinstance(resource, dict):
        return _TYPES.get(str(resource.get("Type")))
    reading = read(arn, scope)
    texts = list(_texts(reading.value if isinstance(reading, Literal) else arn))
    return next((kind for part, kind in _KINDS.items() if any(part in text for text in texts)), None)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
