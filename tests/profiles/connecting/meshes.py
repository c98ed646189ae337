"""Templates with a mesh and its tasks, for tests of profile `service-connect`."""

from typing import Any

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation

MARK: dict[str, Json] = {"Profile": "service-connect", "MeshName": "shop"}


def of_mesh(kind: str, **properties: Json) -> dict[str, Any]:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {"MeshName": "shop", **properties}}


MESH = of_mesh("Mesh", Spec={"EgressFilter": {"Type": "ALLOW_ALL"}})


def node(name: Json, *listeners: tuple[int, str], backends: tuple[Json, ...] = ()) -> dict[str, Any]:
    """A virtual node. listeners: port and protocol of each."""
    spec: dict[str, Json] = {
        "Listeners": [{"PortMapping": {"Port": port, "Protocol": protocol}} for port, protocol in listeners],
        "ServiceDiscovery": {"DNS": {"Hostname": "x"}},
        "Backends": [{"VirtualService": {"VirtualServiceName": backend}} for backend in backends],
    }
    return of_mesh("VirtualNode", VirtualNodeName=name, Spec=spec)


def service_of_node(name: Json, node_name: Json) -> dict[str, Any]:
    provider = {"VirtualNode": {"VirtualNodeName": node_name}}
    return of_mesh("VirtualService", VirtualServiceName=name, Spec={"Provider": provider})


def task(node_name: Json, *ports: Json, **settings: Json) -> dict[str, Any]:
    app: Json = {"Name": "app", "Image": "app", "PortMappings": [{"ContainerPort": port} for port in ports]}
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": {**MARK, "VirtualNodeName": node_name, **settings}},
        "Properties": {"NetworkMode": "awsvpc", "Memory": "1024", "ContainerDefinitions": [app]},
    }


def ecs_service(task_id: str) -> dict[str, Any]:
    return {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": {"Ref": task_id}}}


def converted(resources: dict[str, Any], meshes: Meshes | None = None) -> Outcome:
    return converted_template({"Resources": resources}, meshes)


def converted_template(template: Json, meshes: Meshes | None = None) -> Outcome:
    return inject(template, CloudFormation(Level(("Transform", "Parameters"), {}), {}), meshes=meshes)


def configuration(outcome: Outcome, service: str) -> Any:
    """The ServiceConnectConfiguration of an ECS service in what came out."""
    document: Any = outcome.document
    return document["Resources"][service]["Properties"]["ServiceConnectConfiguration"]
