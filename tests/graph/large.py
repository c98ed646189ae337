"""A mesh of the size that the page supports."""

import json
from pathlib import Path
from typing import Any

TEAMS = ("accounts", "cart", "catalogue", "delivery", "payment", "prices", "search", "stock")
"""Each has a template with its part of the mesh."""

GATEWAYS = {"web": "accounts", "mobile": "cart", "partners": "delivery"}
"""The gateways, and the team whose template has them."""

ROUTED = 4
"""Of so many services one has a router with two nodes."""


def write_large_mesh(folder: Path, nodes: int = 200) -> list[str]:
    """Files with so many virtual nodes, each with its service and its task, and with gateways. A service calls a few of
    its own team that come later, and some of them a service of the next team."""
    files = []
    each = nodes // len(TEAMS)
    for t, team in enumerate(TEAMS):
        resources: dict[str, Any] = {}
        if t == 0:
            mesh_spec = {"EgressFilter": {"Type": "DROP_ALL"}}
            resources["Mesh"] = {
                "Type": "AWS::AppMesh::Mesh",
                "DeletionPolicy": "Retain",
                "Properties": {"MeshName": "large", "Spec": mesh_spec},
            }
        for n in range(each):
            called = {_host(team, m) for m in (2 * n + 1, 2 * n + 2) if m < each}
            if n % 5 == 4:
                called.add(_host(TEAMS[(t + 1) % len(TEAMS)], 0))
            resources |= _service(team, n, each, sorted(called))
        for name, owner in GATEWAYS.items():
            if owner == team:
                resources |= _gateway(name, (team, TEAMS[(t + 2) % len(TEAMS)]))
        settings = {"AppMesh": {"MeshName": "large", "Profile": "standalone", "ExportMesh": True}}
        file = folder / f"{team}.json"
        file.write_text(
            json.dumps({"Transform": "AppMeshInject", "Metadata": settings, "Resources": resources}, indent=1)
        )
        files.append(str(file))
    return files


def _host(team: str, n: int) -> str:
    return f"{team}-{n}.large.local" if n else f"{team}.large.local"


def _service(team: str, n: int, of: int, called: list[str]) -> dict[str, Any]:
    name = f"{team}-{n}" if n else team
    listener = {"PortMapping": {"Port": 8080, "Protocol": "http"}}
    spec = {
        "Listeners": [listener],
        "ServiceDiscovery": {"DNS": {"Hostname": f"{name}.internal"}},
        "Backends": [{"VirtualService": {"VirtualServiceName": host}} for host in called],
    }
    provider: dict[str, Any] = {"VirtualNode": {"VirtualNodeName": name}}
    resources: dict[str, Any] = {}
    if n % ROUTED == 0:
        other = f"{team}-{n + 1}" if n + 1 < of else team
        targets = [{"VirtualNode": name, "Weight": 90}, {"VirtualNode": other, "Weight": 10}]
        route = {"HttpRoute": {"Match": {"Prefix": "/"}, "Action": {"WeightedTargets": targets}}}
        resources[f"Router{n}"] = _resource("VirtualRouter", name, Spec={"Listeners": [listener]})
        resources[f"Route{n}"] = _resource("Route", "all", VirtualRouterName=name, Spec=route)
        provider = {"VirtualRouter": {"VirtualRouterName": name}}
    resources[f"Node{n}"] = _resource("VirtualNode", name, Spec=spec)
    resources[f"Service{n}"] = _resource("VirtualService", _host(team, n), Spec={"Provider": provider})
    resources[f"Task{n}"] = _task({"VirtualNodeName": name}, "app", 8080)
    return resources


def _gateway(name: str, teams: tuple[str, ...]) -> dict[str, Any]:
    listener = {"PortMapping": {"Port": 80, "Protocol": "http"}}
    resources: dict[str, Any] = {"Gateway": _resource("VirtualGateway", name, Spec={"Listeners": [listener]})}
    for n, team in enumerate(teams):
        target = {"VirtualService": {"VirtualServiceName": _host(team, 0)}}
        route = {"Match": {"Prefix": f"/{team}"}, "Action": {"Target": target}}
        resources[f"GatewayRoute{n}"] = _resource(
            "GatewayRoute", team, VirtualGatewayName=name, Spec={"HttpRoute": route}
        )
    return resources | {"GatewayTask": _task({"VirtualGatewayName": name}, "log-router", 2020)}


def _resource(kind: str, name: str, **properties: Any) -> dict[str, Any]:
    named = {"MeshName": "large", f"{kind}Name": name, **properties}
    return {"Type": f"AWS::AppMesh::{kind}", "DeletionPolicy": "Retain", "Properties": named}


def _task(settings: dict[str, str], container: str, port: int) -> dict[str, Any]:
    app = {"Name": container, "Image": "app", "PortMappings": [{"ContainerPort": port}]}
    properties = {"NetworkMode": "awsvpc", "Memory": "1024", "ContainerDefinitions": [app]}
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": settings}, "Properties": properties}
