"""A mesh of the size that the page supports."""

import json
from pathlib import Path
from typing import Any

FAN_OUT = 3
ROUTED = 4
"""Of so many services one has a router with two nodes."""


def write_large_mesh(folder: Path, nodes: int = 200) -> list[str]:
    """Files with so many virtual nodes, each with its service and its task; each calls a few that come later. The tasks
    have a template of their own, since all together are more resources than CloudFormation takes."""
    resources: dict[str, Any] = {
        "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "large", "Spec": {}}},
    }
    tasks = {f"Task{n}": _task(n) for n in range(nodes)}
    for n in range(nodes):
        called = sorted({min(nodes - 1, 2 * n + 1 + step * (1 + n % 5)) for step in range(FAN_OUT)} - {n})
        spec = {
            "Listeners": [{"PortMapping": {"Port": 8080, "Protocol": "http"}}],
            "ServiceDiscovery": {"DNS": {"Hostname": f"service-{n}.large.local"}},
            "Backends": [{"VirtualService": {"VirtualServiceName": f"service-{each}.large.local"}} for each in called],
        }
        resources[f"Node{n}"] = _resource("VirtualNode", f"node-{n}", Spec=spec)
        provider: dict[str, Any] = {"VirtualNode": {"VirtualNodeName": f"node-{n}"}}
        if n % ROUTED == 0:
            resources |= _routed(n, (n, (n + 1) % nodes))
            provider = {"VirtualRouter": {"VirtualRouterName": f"router-{n}"}}
        resources[f"Service{n}"] = _resource("VirtualService", f"service-{n}.large.local", Spec={"Provider": provider})
    settings = {"MeshName": "large", "Profile": "ga"}
    mesh_file, task_file = folder / "large-mesh.json", folder / "large-tasks.json"
    mesh_file.write_text(json.dumps({"Resources": resources}))
    task_file.write_text(
        json.dumps({"Transform": "AppMeshInject", "Metadata": {"AppMesh": settings}, "Resources": tasks})
    )
    return [str(mesh_file), str(task_file)]


def _resource(kind: str, name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {"MeshName": "large", f"{kind}Name": name, **properties}}


def _routed(n: int, targets: tuple[int, int]) -> dict[str, Any]:
    weighted = [{"VirtualNode": f"node-{target}", "Weight": 90 - 80 * m} for m, target in enumerate(targets)]
    listeners = [{"PortMapping": {"Port": 8080, "Protocol": "http"}}]
    route = {"HttpRoute": {"Match": {"Prefix": "/"}, "Action": {"WeightedTargets": weighted}}}
    return {
        f"Router{n}": _resource("VirtualRouter", f"router-{n}", Spec={"Listeners": listeners}),
        f"Route{n}": _resource("Route", f"route-{n}", VirtualRouterName=f"router-{n}", Spec=route),
    }


def _task(n: int) -> dict[str, Any]:
    container = {"Name": "app", "Image": "app", "PortMappings": [{"ContainerPort": 8080}]}
    properties = {"NetworkMode": "awsvpc", "Memory": "1024", "ContainerDefinitions": [container]}
    metadata = {"AppMesh": {"VirtualNodeName": f"node-{n}"}}
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": metadata, "Properties": properties}
