"""The meshes that are measured: one node that calls others, and one of those, for each protocol and size."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from appmesh_inject.cfn.document import Json

PORT = 9080
DOMAIN = "internal"


class Protocol(StrEnum):
    """What the application speaks. TLS is HTTP/1.1 between the two proxies under TLS."""

    HTTP = "HTTP/1.1"
    HTTP2 = "HTTP/2"
    GRPC = "gRPC"
    TCP = "TCP"
    TLS = "TLS"

    @property
    def in_mesh(self) -> str:
        """The protocol of listeners, in App Mesh's words."""
        words = {Protocol.HTTP2: "http2", Protocol.GRPC: "grpc", Protocol.TCP: "tcp"}
        return words.get(self, "http")

    @property
    def route(self) -> str:
        """The member of a route's Spec."""
        words = {Protocol.HTTP2: "Http2Route", Protocol.GRPC: "GrpcRoute", Protocol.TCP: "TcpRoute"}
        return words.get(self, "HttpRoute")


@dataclass(frozen=True, slots=True)
class Variant:
    """One pair of proxies. name: also a part of the host names, so that each pair has addresses of its own. case: what
    it is called in the results. is_floor: it runs the smallest configuration that forwards. port_each: each backend has
    a port of its own. in_file: the configuration is in a file of JSON, and not in the command."""

    name: str
    case: str
    protocol: Protocol = Protocol.HTTP
    backends: int = 25
    is_floor: bool = False
    port_each: bool = False
    compressed: bool = False
    in_file: bool = False
    access_log: bool = False
    tracing: bool = False
    live_weights: bool = False
    deferred_stats: bool = False

    def hostname(self, number: int) -> str:
        return f"s{number}.{self.name}.{DOMAIN}"

    def port(self, number: int) -> int:
        return PORT + number if self.port_each else PORT


def service(number: int) -> str:
    """The name that the application calls."""
    return f"s{number}.local"


def template(variant: Variant, certificates: str, form: str = "") -> Json:
    """The template of the mesh and its two tasks, Caller and Callee. certificates: the folder with cert.pem and
    key.pem. form: what Configuration says, if not what the variant does."""
    form = form or ("compressed" if variant.compressed else "plain")
    resources: dict[str, Any] = {
        "Mesh": _resource("Mesh", MeshName="apps"),
        "Caller": _node("caller", {**_logging(variant), "Backends": _backends(variant, certificates)}),
        "CallerTask": _task("caller", variant, {"AppPorts": []}, []),
        "CalleeTask": _task("n0", variant, {}, [{"ContainerPort": PORT}]),
    }
    for number in range(variant.backends):
        resources |= _backend(variant, number, certificates)
    parameters: Any = {"Stable": {"Type": "Number", "Default": 100}, "Canary": {"Type": "Number", "Default": 0}}
    marks: dict[str, Any] = {"Profile": "standalone", "MeshName": "apps", "XRay": variant.tracing}
    marks |= {"Configuration": form, "DeferredStats": variant.deferred_stats}
    return {
        "Transform": "AppMeshInject",
        "Metadata": {"AppMesh": marks},
        "Parameters": parameters,
        "Resources": resources,
    }


def _backend(variant: Variant, number: int, certificates: str) -> dict[str, Any]:
    """A node behind a router with one route, and its service. With live weights a second node gets none."""
    mapping = {"Port": variant.port(number), "Protocol": variant.protocol.in_mesh}
    listener: dict[str, Any] = {"PortMapping": mapping}
    if variant.protocol is Protocol.TLS:
        files = {"CertificateChain": f"{certificates}/cert.pem", "PrivateKey": f"{certificates}/key.pem"}
        listener["TLS"] = {"Mode": "STRICT", "Certificate": {"File": files}}
    discovery = {"DNS": {"Hostname": variant.hostname(number)}}
    spec = {**_logging(variant), "Listeners": [listener], "ServiceDiscovery": discovery}
    targets: list[dict[str, Any]] = [{"VirtualNode": f"n{number}", "Weight": 1}]
    if variant.live_weights:
        other = {"VirtualNode": f"n{(number + 1) % variant.backends}", "Weight": {"Ref": "Canary"}}
        targets = [{"VirtualNode": f"n{number}", "Weight": {"Ref": "Stable"}}, other]
    route: dict[str, Any] = {"Action": {"WeightedTargets": targets}}
    if variant.protocol is Protocol.GRPC:
        route["Match"] = {}
    elif variant.protocol is not Protocol.TCP:
        route["Match"] = {"Prefix": "/"}
    of_router = {"MeshName": "apps", "VirtualRouterName": f"r{number}"}
    provider = {"VirtualRouter": {"VirtualRouterName": f"r{number}"}}
    return {
        f"Node{number}": _node(f"n{number}", spec),
        f"Router{number}": _resource("VirtualRouter", **of_router, Spec={"Listeners": [{"PortMapping": mapping}]}),
        f"Route{number}": _resource("Route", **of_router, RouteName="all", Spec={variant.protocol.route: route}),
        f"Service{number}": _resource(
            "VirtualService", MeshName="apps", VirtualServiceName=service(number), Spec={"Provider": provider}
        ),
    }


def _backends(variant: Variant, certificates: str) -> list[Json]:
    trusted = {"Trust": {"File": {"CertificateChain": f"{certificates}/cert.pem"}}}
    policy: Any = {"ClientPolicy": {"TLS": {"Enforce": True, "Validation": trusted}}}
    extra = policy if variant.protocol is Protocol.TLS else {}
    names = map(service, range(variant.backends))
    return [{"VirtualService": {"VirtualServiceName": name, **extra}} for name in names]


def _logging(variant: Variant) -> dict[str, Any]:
    return {"Logging": {"AccessLog": {"File": {"Path": "/dev/stdout"}}}} if variant.access_log else {}


def _node(name: str, spec: dict[str, Any]) -> Json:
    return _resource("VirtualNode", MeshName="apps", VirtualNodeName=name, Spec=spec)


def _resource(kind: str, **properties: Any) -> Json:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": properties}


def _task(node: str, variant: Variant, marks: dict[str, Any], ports: list[Json]) -> Json:
    live = {"LiveWeights": True} if variant.live_weights and node == "caller" else {}
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": {"VirtualNodeName": node, **marks, **live}},
        "Properties": {
            "Family": node,
            "RequiresCompatibilities": ["FARGATE"],
            "NetworkMode": "awsvpc",
            "Cpu": "256",
            "Memory": "512",
            "TaskRoleArn": "arn:aws:iam::123456789012:role/task",
            "ContainerDefinitions": [{"Name": "app", "Image": "app", "PortMappings": ports}],
        },
    }
