"""A small mesh that compiles without findings, for tests that change one thing in it."""

import copy
from typing import Any

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.mesh import compiling, parsing

FILES = {"File": {"CertificateChain": "/certs/cert.pem", "PrivateKey": "/certs/key.pem"}}
TRUST = {"Trust": {"File": {"CertificateChain": "/certs/ca.pem"}}}
ACM = {"ACM": {"CertificateArn": "arn:aws:acm:x"}}
HEALTH = {
    "Protocol": "http",
    "Path": "/ping",
    "HealthyThreshold": 2,
    "UnhealthyThreshold": 2,
    "IntervalMillis": 5000,
    "TimeoutMillis": 2000,
}
CLOUD_MAP = {"AWSCloudMap": {"ServiceName": "one", "NamespaceName": "apps.local"}}
NAMESPACE = {"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": {"Name": "apps.local"}}
NODE = "Resources/Target/Properties/Spec"
"""The path of the target's spec."""
HTTP = "Route__Spec__HttpRoute"
"""The route's spec, as an argument of `mesh`."""


def of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {"MeshName": "apps", **properties}}


def listener(port: Any = 80, protocol: Any = "http", **more: Any) -> dict[str, Any]:
    return {"PortMapping": {"Port": port, "Protocol": protocol}, **more}


def targets(*weights: Any) -> dict[str, Any]:
    return {"WeightedTargets": [{"VirtualNode": "target", "Weight": weight} for weight in weights or (1,)]}


def dns(name: str, **more: Any) -> dict[str, Any]:
    return {"DNS": {"Hostname": name, **more}}


_BASE: dict[str, Any] = {
    "Mesh": of("Mesh"),
    "Caller": of(
        "VirtualNode",
        VirtualNodeName="caller",
        Spec={"Listeners": [listener(8080)], "Backends": [{"VirtualService": {"VirtualServiceName": "svc.local"}}]},
    ),
    "Target": of(
        "VirtualNode",
        VirtualNodeName="target",
        Spec={"Listeners": [listener()], "ServiceDiscovery": dns("target.local")},
    ),
    "Router": of("VirtualRouter", VirtualRouterName="router", Spec={"Listeners": [listener()]}),
    "Route": of(
        "Route",
        VirtualRouterName="router",
        RouteName="route",
        Spec={"HttpRoute": {"Match": {"Prefix": "/"}, "Action": targets()}},
    ),
    "Service": of(
        "VirtualService",
        VirtualServiceName="svc.local",
        Spec={"Provider": {"VirtualRouter": {"VirtualRouterName": "router"}}},
    ),
    "Door": of("VirtualGateway", VirtualGatewayName="door", Spec={"Listeners": [listener(8088)]}),
    "DoorRoute": of(
        "GatewayRoute",
        VirtualGatewayName="door",
        GatewayRouteName="all",
        Spec={
            "HttpRoute": {
                "Match": {"Prefix": "/"},
                "Action": {"Target": {"VirtualService": {"VirtualServiceName": "svc.local"}}},
            }
        },
    ),
}


def mesh(**changes: Any) -> dict[str, Any]:
    """The small mesh with the value at `Resource__Property__0__Property` replaced. None removes it."""
    resources = copy.deepcopy(_BASE)
    for place, value in changes.items():
        first, *steps = place.split("__")
        here: Any = resources
        below = [first, *(["Properties"] if steps and steps[0] != "Condition" else []), *steps]
        for step in below[:-1]:
            here = here[int(step)] if step.isdigit() else here.setdefault(step, {})
        last = int(below[-1]) if below[-1].isdigit() else below[-1]
        if value is None:
            del here[last]
        else:
            here[last] = value
    return resources


def findings(resources: Any, scope: Scope | None = None, **options: Any) -> list[Finding]:
    """The findings from parsing and compiling everything."""
    parsed = parsing.parse(resources, scope or Scope())
    compiler = compiling.Compiler(parsed.model, compiling.Options(**options))
    nodes = [compiler.node(node.logical_id) for node in parsed.model.nodes]
    gateways = [compiler.gateway(gateway.logical_id) for gateway in parsed.model.gateways]
    return list(dict.fromkeys([*parsed.findings, *(f for it in [*nodes, *gateways] for f in it.findings)]))


def told(resources: Any, scope: Scope | None = None, **options: Any) -> list[tuple[str, str]]:
    """Code and place of each finding."""
    return [(it.code, "/".join(map(str, it.path))) for it in findings(resources, scope, **options)]


def discovered(**properties: Any) -> dict[str, Any]:
    """Changes that let Cloud Map find the target: a service with these properties, and its namespace."""
    return {
        "Target__Spec__ServiceDiscovery": CLOUD_MAP,
        "Namespace": NAMESPACE,
        "Found": {
            "Type": "AWS::ServiceDiscovery::Service",
            "Properties": {"Name": "one", "NamespaceId": {"Ref": "Namespace"}, **properties},
        },
    }
