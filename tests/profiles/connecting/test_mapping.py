"""Each property of a mesh: whether Service Connect has it, loses it with a warning, or refuses it."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome
from tests.profiles.connecting.meshes import (
    MESH,
    configuration,
    converted,
    ecs_service,
    node,
    of_mesh,
    service_of_node,
    task,
)

ROUTES = {"http": "HttpRoute", "http2": "Http2Route", "grpc": "GrpcRoute", "tcp": "TcpRoute"}

MATCHES: list[tuple[str, dict[str, Json]]] = [
    ("http", {"Prefix": "/cart"}),
    ("http", {"Path": {"Exact": "/cart"}}),
    ("http2", {"Path": {"Regex": "/cart/.*"}}),
    ("http", {"Prefix": "/", "Method": "GET"}),
    ("http", {"Prefix": "/", "Scheme": "https"}),
    ("http", {"Prefix": "/", "Headers": [{"Name": "beta"}]}),
    ("http", {"Prefix": "/", "Headers": [{"Name": "beta", "Match": {"Exact": "yes"}}]}),
    ("http", {"Prefix": "/", "QueryParameters": [{"Name": "beta"}]}),
    ("grpc", {"ServiceName": "shop.Cart"}),
    ("grpc", {"ServiceName": "shop.Cart", "MethodName": "Add"}),
    ("grpc", {"Metadata": [{"Name": "beta"}]}),
]
"""Matches that turn some requests away."""


def route(protocol: str, match: Json, target: str, priority: int) -> dict[str, Any]:
    action: Json = {"WeightedTargets": [{"VirtualNode": target, "Weight": 1}]}
    spec: dict[str, Any] = {ROUTES[protocol]: {**({"Match": match} if match else {}), "Action": action}}
    return of_mesh("Route", VirtualRouterName="r", RouteName=f"r{priority}", Spec={**spec, "Priority": priority})


def routed(protocol: str, *routes: tuple[Json, str]) -> Outcome:
    """A name whose router has these routes: a match, and the node that it leads to."""
    resources = {
        "Mesh": MESH,
        **{f"{name}Node": node(name, (8080, protocol)) for name in ("one", "two")},
        "Name": of_mesh(
            "VirtualService",
            VirtualServiceName="cart.local",
            Spec={"Provider": {"VirtualRouter": {"VirtualRouterName": "r"}}},
        ),
        "Router": of_mesh(
            "VirtualRouter",
            VirtualRouterName="r",
            Spec={"Listeners": [{"PortMapping": {"Port": 80, "Protocol": protocol}}]},
        ),
        **{f"Route{n}": route(protocol, match, target, n) for n, (match, target) in enumerate(routes)},
        **{f"{name}Task": task(name, 8080) for name in ("one", "two")},
        **{f"{name}Service": ecs_service(f"{name}Task") for name in ("one", "two")},
    }
    return converted(resources)


def errors(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings if finding.is_error]


@pytest.mark.parametrize(("protocol", "match"), MATCHES)
def test_a_match_that_turns_requests_away_is_refused(protocol: str, match: Json) -> None:
    assert errors(routed(protocol, (match, "one"))) == ["AM409"]


@pytest.mark.parametrize(("protocol", "match"), MATCHES)
def test_a_match_does_no_harm_where_another_route_leads_all_to_the_same_node(protocol: str, match: Json) -> None:
    everything: Json = {"Prefix": "/"} if protocol in ("http", "http2") else {}
    outcome = routed(protocol, (match, "one"), (everything, "one"))
    assert errors(outcome) == []
    (entry,) = configuration(outcome, "oneService")["Services"]
    assert entry["ClientAliases"] == [{"Port": 80, "DnsName": "cart.local"}]


@pytest.mark.parametrize(("protocol", "match"), MATCHES)
def test_matches_that_lead_to_different_nodes_are_refused(protocol: str, match: Json) -> None:
    everything: Json = {"Prefix": "/"} if protocol in ("http", "http2") else {}
    assert errors(routed(protocol, (match, "one"), (everything, "two"))) == ["AM408"]


def test_tcp_routes_that_lead_to_different_nodes_are_refused() -> None:
    assert errors(routed("tcp", ({"Port": 80}, "one"))) == []
    assert "AM408" in errors(routed("tcp", ({"Port": 80}, "one"), ({}, "two")))


CART: dict[str, Any] = {
    "Mesh": MESH,
    "CartNode": node("cart", (8080, "http")),
    "Cart": service_of_node("cart.local", "cart"),
    "Service": ecs_service("Task"),
}


def with_listener(**members: Json) -> dict[str, Any]:
    """The virtual node with more members of its listener."""
    changed = node("cart", (8080, "http"))
    changed["Properties"]["Spec"]["Listeners"][0].update(members)
    return {**CART, "CartNode": changed, "Task": task("cart", 8080)}


def with_spec(**members: Json) -> dict[str, Any]:
    """The virtual node with more members of its Spec."""
    changed = node("cart", (8080, "http"))
    changed["Properties"]["Spec"].update(members)
    return {**CART, "CartNode": changed, "Task": task("cart", 8080)}


SECONDS: Json = {"Unit": "s", "Value": 10}
OUTLIERS: Json = {
    "MaxServerErrors": 5,
    "Interval": SECONDS,
    "BaseEjectionDuration": SECONDS,
    "MaxEjectionPercent": 50,
}
CHECK: Json = {
    "Protocol": "http",
    "Path": "/",
    "HealthyThreshold": 2,
    "UnhealthyThreshold": 2,
    "IntervalMillis": 5000,
    "TimeoutMillis": 2000,
}
ACM: Json = {"ACM": {"CertificateArn": "x"}}
TRUST: Json = {"Trust": {"File": {"CertificateChain": "/ca.pem"}}}
STDOUT: Json = {"AccessLog": {"File": {"Path": "/dev/stdout"}}}
IN_CLOUD_MAP: Json = {
    "AWSCloudMap": {"NamespaceName": "local", "ServiceName": "cart", "Attributes": [{"Key": "v", "Value": "1"}]}
}


@pytest.mark.parametrize(
    ("resources", "codes"),
    [
        (with_listener(), []),
        (with_listener(OutlierDetection=OUTLIERS), ["AM452"]),
        (with_listener(ConnectionPool={"HTTP": {"MaxConnections": 10}}), ["AM453"]),
        (with_listener(HealthCheck=CHECK), ["AM454"]),
        (with_listener(Timeout={"HTTP": {"PerRequest": SECONDS}}), []),
        (with_listener(Timeout={"HTTP": {"PerRequest": {"Unit": "s", "Value": 60}}}), ["AM455"]),
        (with_listener(TLS={"Mode": "DISABLED", "Certificate": ACM}), []),
        (with_listener(TLS={"Mode": "PERMISSIVE", "Certificate": ACM}), ["AM410"]),
        (with_listener(TLS={"Mode": "STRICT", "Certificate": ACM}), ["AM410"]),
        (with_listener(TLS={"Mode": "STRICT", "Certificate": ACM, "Validation": TRUST}), ["AM410", "AM411"]),
        (with_spec(ServiceDiscovery=IN_CLOUD_MAP), []),
        (with_spec(ServiceDiscovery={"DNS": {"Hostname": "x", "IpPreference": "IPv6_ONLY"}}), ["AM459"]),
        (with_spec(Logging=STDOUT), ["AM458"]),
        (with_spec(Logging={"AccessLog": {"File": {"Path": "/var/log/a"}}}), ["AM458"]),
    ],
)
def test_what_becomes_of_the_properties_of_a_virtual_node(resources: dict[str, Any], codes: list[str]) -> None:
    outcome = converted(resources)
    assert sorted(finding.code for finding in outcome.findings) == codes
    assert outcome.has_errors is any(code < "AM450" for code in codes)


@pytest.mark.parametrize(
    ("path", "format_", "expected"),
    [
        ("/dev/stdout", None, "TEXT"),
        ("/dev/stderr", {"Text": "%PROTOCOL%"}, "TEXT"),
        ("/dev/stdout", {"Json": [{"Key": "a", "Value": "%PROTOCOL%"}]}, "JSON"),
    ],
)
def test_an_access_log_goes_on_in_the_log_of_the_proxy(path: str, format_: Json, expected: str) -> None:
    file: Json = {"Path": path, **({"Format": format_} if format_ else {})}
    resources = with_spec(Logging={"AccessLog": {"File": file}})
    log: Json = {"LogDriver": "awslogs", "Options": {"awslogs-group": "a"}}
    resources["Task"]["Metadata"]["AppMesh"]["Envoy"] = {"LogConfiguration": log}
    written = configuration(converted(resources), "Service")
    assert written["AccessLogConfiguration"] == {"Format": expected}
    assert written["LogConfiguration"] == log


@pytest.mark.parametrize(
    "name",
    [
        "ENABLE_ENVOY_XRAY_TRACING",
        "ENABLE_ENVOY_DATADOG_TRACING",
        "ENABLE_ENVOY_JAEGER_TRACING",
        "ENABLE_ENVOY_DOG_STATSD",
        "ENABLE_ENVOY_STATS_TAGS",
    ],
)
def test_tracing_and_statistics_of_an_envoy_that_goes_are_named(name: str) -> None:
    resources = {**CART, "Task": task("cart", 8080, OnExisting="Replace")}
    envoy: Json = {
        "Name": "envoy",
        "Image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1",
        "Environment": [{"Name": name, "Value": "1"}],
    }
    resources["Task"]["Properties"]["ContainerDefinitions"].append(envoy)
    (finding,) = [it for it in converted(resources).findings if it.code == "AM457"]
    assert finding.message.endswith(name)


@pytest.mark.parametrize("mode", ["awsvpc", "bridge"])
def test_both_networks_will_do(mode: str) -> None:
    resources = {**CART, "Task": task("cart", 8080)}
    resources["Task"]["Properties"]["NetworkMode"] = mode
    assert errors(converted(resources)) == []


@pytest.mark.parametrize(
    ("mapping", "codes"),
    [
        ([], []),
        ([{"ContainerPort": 8080}], []),
        ([{"ContainerPort": "8080", "Protocol": "tcp"}], []),
        ([{"ContainerPort": 8080, "AppProtocol": "http"}], []),
        ([{"ContainerPort": 8080, "Name": "web"}], []),
        ([{"ContainerPort": 8080, "AppProtocol": "http2"}], ["AM313"]),
        ([{"ContainerPort": 8080, "AppProtocol": "tcp"}], ["AM313"]),
        ([{"ContainerPort": 8080, "Name": "Web"}], ["AM421"]),
        ([{"ContainerPort": 8080}, {"ContainerPort": 8080, "HostPort": 8080}], ["AM406"]),
        ([{"ContainerPortRange": "8000-9000"}], ["AM406"]),
    ],
)
def test_the_port_mapping_of_a_listener_is_found_or_added(mapping: Json, codes: list[str]) -> None:
    resources = {**CART, "Task": task("cart")}
    resources["Task"]["Properties"]["ContainerDefinitions"][0]["PortMappings"] = mapping
    outcome = converted(resources)
    assert errors(outcome) == codes
    if not codes:
        document: Any = outcome.document
        (named,) = document["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0]["PortMappings"]
        assert named["AppProtocol"] == "http"
        (entry,) = configuration(outcome, "Service")["Services"]
        assert entry["PortName"] == named["Name"]
