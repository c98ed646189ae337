"""A mesh of twelve services with two gateways, as a template that has ECS services and load balancers, too."""

import json
from pathlib import Path
from typing import Any

CALLS = {
    "storefront": ("catalogue", "cart", "search"),
    "account": ("identity", "orders"),
    "catalogue": ("prices", "stock"),
    "search": ("catalogue",),
    "cart": ("prices", "stock", "checkout"),
    "checkout": ("orders", "payment"),
    "orders": ("delivery", "stock"),
    "payment": ("identity",),
    "prices": (),
    "stock": (),
    "delivery": (),
    "identity": (),
}
ENTRIES = {"web": {"/shop": "storefront", "/account": "account"}, "partners": {"/orders": "orders"}}
"""The gateways, and the service of each prefix."""

ROUTED = {"prices": (("prices", 90), ("prices-next", 10)), "cart": (("cart", 75), ("cart-next", 25))}
DOMAIN = {"Ref": "Domain"}


def write_shop(folder: Path) -> str:
    """The file. Names are made of the parameter Domain."""
    resources: dict[str, Any] = {
        "Mesh": {
            "Type": "AWS::AppMesh::Mesh",
            "DeletionPolicy": "Retain",
            "Properties": {"MeshName": "shop", "Spec": {}},
        },
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "shop-production"}},
    }
    for name, called in CALLS.items():
        resources |= _service(name, called)
        for other, _ in ROUTED.get(name, ()):
            resources |= _node(other, called, 1 if other.endswith("-next") else 3)
    for name, prefixes in ENTRIES.items():
        resources |= _gateway(name, prefixes)
    template = {
        "Transform": "AppMeshInject",
        "Metadata": {"AppMesh": {"MeshName": "shop", "Profile": "standalone"}},
        "Parameters": {"Domain": {"Type": "String", "Default": "shop.local"}},
        "Resources": resources,
    }
    file = folder / "shop.json"
    file.write_text(json.dumps(template, indent=1))
    return str(file)


def _host(name: str) -> Any:
    return {"Fn::Sub": f"{name}.${{Domain}}"}


def _id(name: str) -> str:
    return name.title().replace("-", "")


def _service(name: str, called: tuple[str, ...]) -> dict[str, Any]:
    provider = {"VirtualNode": {"VirtualNodeName": name}}
    if name not in ROUTED:
        own = _node(name, called, 2)
    else:
        spec = {"Listeners": [{"PortMapping": {"Port": 8080, "Protocol": "http"}}]}
        targets = [{"VirtualNode": node, "Weight": weight} for node, weight in ROUTED[name]]
        route = {"HttpRoute": {"Match": {"Prefix": "/"}, "Action": {"WeightedTargets": targets}}}
        own = {
            f"{_id(name)}Router": _resource("VirtualRouter", name, Spec=spec),
            f"{_id(name)}Route": _resource("Route", "all", VirtualRouterName=name, Spec=route),
        }
        provider = {"VirtualRouter": {"VirtualRouterName": name}}
    return own | {f"{_id(name)}Host": _resource("VirtualService", _host(name), Spec={"Provider": provider})}


def _node(name: str, called: tuple[str, ...], count: int) -> dict[str, Any]:
    spec = {
        "Listeners": [{"PortMapping": {"Port": 8080, "Protocol": "http"}}],
        "ServiceDiscovery": {"DNS": {"Hostname": {"Fn::Sub": f"{name}.internal.${{Domain}}"}}},
        "Backends": [{"VirtualService": {"VirtualServiceName": _host(each)}} for each in called],
    }
    return {f"{_id(name)}Node": _resource("VirtualNode", name, Spec=spec)} | _run(
        name, {"VirtualNodeName": name}, "app", 8080, count
    )


def _gateway(name: str, prefixes: dict[str, str]) -> dict[str, Any]:
    spec = {"Listeners": [{"PortMapping": {"Port": 8443, "Protocol": "http"}}]}
    resources = {f"{_id(name)}Gateway": _resource("VirtualGateway", name, Spec=spec)}
    for prefix, service in prefixes.items():
        target = {"VirtualService": {"VirtualServiceName": _host(service)}}
        route = {"HttpRoute": {"Match": {"Prefix": prefix}, "Action": {"Target": target}}}
        resources[f"{_id(name)}To{_id(service)}"] = _resource(
            "GatewayRoute", service, VirtualGatewayName=name, Spec=route
        )
    run = _run(name, {"VirtualGatewayName": name}, "log-router", 2020, 2)
    balancer, group = f"{_id(name)}Balancer", f"{_id(name)}Targets"
    run[f"{_id(name)}Service"]["Properties"]["LoadBalancers"] = [
        {"ContainerName": "envoy", "ContainerPort": 8443, "TargetGroupArn": {"Ref": group}}
    ]
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": group}}]
    listener = {"LoadBalancerArn": {"Ref": balancer}, "Protocol": "HTTPS", "Port": 443, "DefaultActions": forward}
    elb = "AWS::ElasticLoadBalancingV2::"
    return (
        resources
        | run
        | {
            balancer: {"Type": f"{elb}LoadBalancer", "Properties": {"Name": f"{name}-front", "Type": "application"}},
            group: {"Type": f"{elb}TargetGroup", "Properties": {"TargetType": "ip", "Port": 8443}},
            f"{_id(name)}Listener": {"Type": f"{elb}Listener", "Properties": listener},
        }
    )


def _run(name: str, settings: dict[str, str], container: str, port: int, count: int) -> dict[str, Any]:
    app = {"Name": container, "Image": f"shop/{name}:1", "PortMappings": [{"ContainerPort": port}]}
    task = {"NetworkMode": "awsvpc", "Memory": "1024", "ContainerDefinitions": [app]}
    service = {"TaskDefinition": {"Ref": f"{_id(name)}Task"}, "DesiredCount": count, "Cluster": {"Ref": "Cluster"}}
    return {
        f"{_id(name)}Task": {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": settings}, "Properties": task},
        f"{_id(name)}Service": {"Type": "AWS::ECS::Service", "Properties": {**service, "ServiceName": name}},
    }


def _resource(kind: str, name: Any, **properties: Any) -> dict[str, Any]:
    named = {"MeshName": "shop", f"{kind}Name": name, **properties}
    return {"Type": f"AWS::AppMesh::{kind}", "DeletionPolicy": "Retain", "Properties": named}
