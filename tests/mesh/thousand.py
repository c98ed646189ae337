"""A mesh of very many backends: each a virtual router with two weighted targets, found under one domain."""

from collections.abc import Mapping
from typing import Any

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh import compiling, parsing
from appmesh_inject.settings.table import STANDALONE

WORDS = (
    "cart",
    "catalog",
    "search",
    "payment",
    "shipping",
    "profile",
    "review",
    "stock",
    "price",
    "mail",
    "image",
    "login",
)


def template(backends: int, **mark: Json) -> dict[str, Any]:
    """The mesh, and the task that calls all of its services."""
    resources: dict[str, Any] = {"Mesh": _resource("Mesh", {"MeshName": "shop"})}
    names = [f"{WORDS[number % len(WORDS)]}{number // len(WORDS) or ''}" for number in range(backends)]
    for name in names:
        resources |= _backend(name)
    services = [{"VirtualService": {"VirtualServiceName": _host(name)}} for name in names]
    resources["Web"] = _node("web", Backends=services)
    app = {"Name": "app", "Image": "registry.example.com/web:1", "PortMappings": [{"ContainerPort": 8080}]}
    resources["Task"] = {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": {"Profile": STANDALONE, "MeshName": "shop", "VirtualNodeName": "web", **mark}},
        "Properties": {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [app]},
    }
    return {"Parameters": {"Domain": {"Type": "String"}}, "Resources": resources}


def thousand_backends(backends: int = 1000) -> Mapping[str, Json]:
    """The configuration of a node with a thousand of them, or with another number."""
    parsed = parsing.parse(template(backends)["Resources"], Scope())
    return compiling.compile_node(parsed.model, "web").bootstrap


def _backend(name: str) -> dict[str, Any]:
    router = {"VirtualRouterName": name}
    targets = [{"VirtualNode": f"{name}-{version}", "Weight": weight} for version, weight in (("v1", 90), ("v2", 10))]
    route = {"HttpRoute": {"Match": {"Prefix": "/"}, "Action": {"WeightedTargets": targets}}}
    service = {"VirtualServiceName": _host(name), "Spec": {"Provider": {"VirtualRouter": router}}}
    key = name.capitalize()
    return {
        f"{key}V1": _node(f"{name}-v1"),
        f"{key}V2": _node(f"{name}-v2"),
        f"{key}Router": _resource("VirtualRouter", {**router, "Spec": {"Listeners": [_LISTENER]}}),
        f"{key}Route": _resource("Route", {**router, "RouteName": "all", "Spec": route}),
        f"{key}Service": _resource("VirtualService", service),
    }


_LISTENER = {"PortMapping": {"Port": 8080, "Protocol": "http"}}


def _node(name: str, **spec: Any) -> dict[str, Any]:
    discovery = {"DNS": {"Hostname": _host(name), "ResponseType": "ENDPOINTS"}}
    spec = {"Listeners": [_LISTENER], "ServiceDiscovery": discovery, **spec}
    return _resource("VirtualNode", {"VirtualNodeName": name, "Spec": spec})


def _host(name: str) -> Json:
    return {"Fn::Sub": f"{name}.${{Domain}}"}


def _resource(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {"MeshName": "shop", **properties}}
