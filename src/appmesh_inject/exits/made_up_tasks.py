"""Tasks for nodes and gateways that no task of the files runs."""

from collections.abc import Iterator, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.exits.mesh_files import Declared
from appmesh_inject.exits.properties import properties_of
from appmesh_inject.mesh.tls_model import SDS_VARIABLE
from appmesh_inject.render.render_result import MACRO
from appmesh_inject.resource_types import ECS_SERVICE, TASK_DEFINITION
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.lost_marks import MARK

NAMES = {"VirtualNode": "VirtualNodeName", "VirtualGateway": "VirtualGatewayName"}
"""The kinds of resource that a task runs, with the setting that names one."""

_LAST_PORT = 65535
_SOCKET: Json = [{"Name": SDS_VARIABLE, "Value": "/run/sds.sock"}]


def task_for_each(profile: str, declared: Sequence[Declared]) -> Json:
    """A template with a task for each of these nodes and gateways, and a service that runs it."""
    resources: dict[str, Json] = {}
    for each in declared:
        own, is_node = NAMES[each.kind], each.kind == "VirtualNode"
        mark: dict[str, Json] = {"Profile": profile, "MeshName": each.properties.get("MeshName")}
        mark[own] = each.properties[own]
        if profile == STANDALONE:
            # The socket that SDS needs: whether there is one, is not for the mesh to say.
            mark |= {"Envoy": {"Environment": _SOCKET}, **({"AppPorts": list(_ports(each))} if is_node else {})}
        properties: dict[str, Json] = {"NetworkMode": "awsvpc", "Memory": "512"}
        properties["ContainerDefinitions"] = [{"Name": "app", "Image": "app"}] if is_node else []
        task: Json = {"Type": TASK_DEFINITION, "Metadata": {MARK: mark}, "Properties": properties}
        service: Json = {"Type": ECS_SERVICE, "Properties": {"TaskDefinition": {"Ref": each.key}}}
        resources |= {each.key: task, f"{each.key}Service": service}
    return {"Transform": MACRO, "Resources": resources}


def _ports(declared: Declared) -> Iterator[int]:
    for each in properties_of(declared.kind, declared.properties):
        is_port = each.path == "Spec.Listeners.PortMapping.Port"
        if is_port and each.text and each.text.isascii() and each.text.isdigit() and 0 < int(each.text) <= _LAST_PORT:
            yield int(each.text)
