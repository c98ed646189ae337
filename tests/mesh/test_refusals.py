"""Errors and warnings: the code and place of each."""

from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import CODES
from appmesh_inject.mesh import compiling, parsing
from tests.mesh.meshes import (
    ACM,
    CLOUD_MAP,
    FILES,
    HEALTH,
    HTTP,
    NAMESPACE,
    NODE,
    TRUST,
    discovered,
    dns,
    findings,
    listener,
    mesh,
    of,
    targets,
    told,
)

OPAQUE = {"Fn::ImportValue": "x"}
PARTLY = {"Fn::If": ["C", "http", {"Ref": "AWS::NoValue"}]}
CALLER = "Resources/Caller/Properties/Spec"
ROUTE = "Resources/Route/Properties/Spec"
DOOR = "Resources/DoorRoute/Properties/Spec/HttpRoute"
OUTLIERS = {
    "MaxServerErrors": 5,
    "Interval": {"Unit": "s", "Value": 1},
    "BaseEjectionDuration": {"Unit": "s", "Value": 1},
    "MaxEjectionPercent": 50,
}
RETRY = {"MaxRetries": 1, "PerRetryTimeout": {"Unit": "s", "Value": 1}, "HttpRetryEvents": ["server-error"]}
TCP_ROUTE = {"TcpRoute": {"Action": targets()}}


ROUTE_SPEC: dict[str, Any] = mesh()["Route"]["Properties"]["Spec"]
DOOR_SPEC: dict[str, Any] = mesh()["DoorRoute"]["Properties"]["Spec"]


def rewriting(match: dict[str, Any], rewrite: dict[str, Any]) -> dict[str, Any]:
    return {"DoorRoute__Spec__HttpRoute__Match": match, "DoorRoute__Spec__HttpRoute__Action__Rewrite": rewrite}


def log(members: list[Any]) -> dict[str, Any]:
    return {"AccessLog": {"File": {"Path": "/dev/stdout", "Format": {"Json": members}}}}


def tcp_service(port: int) -> dict[str, Any]:
    """A second service, tcp, on `port`."""
    return {
        "Other": of("VirtualNode", Spec={"Listeners": [listener(port, "tcp")], "ServiceDiscovery": dns("o.local")}),
        "OtherService": of(
            "VirtualService",
            VirtualServiceName="other.local",
            Spec={"Provider": {"VirtualNode": {"VirtualNodeName": "Other"}}},
        ),
        "Caller__Spec__Backends": [
            {"VirtualService": {"VirtualServiceName": "other.local"}},
            {"VirtualService": {"VirtualServiceName": "svc.local"}},
        ],
    }


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # unknown structure
    (
        "protocol",
        {"Target__Spec__Listeners__0__PortMapping__Protocol": OPAQUE},
        "AM301",
        f"{NODE}/Listeners/0/PortMapping/Protocol",
    ),
    (
        "protocol in a branch",
        {"Target__Spec__Listeners__0__PortMapping__Protocol": PARTLY},
        "AM301",
        f"{NODE}/Listeners/0/PortMapping/Protocol",
    ),
    ("spec", {"Target__Spec": OPAQUE}, "AM301", NODE),
    ("backends", {"Caller__Spec__Backends": {"Fn::If": ["C", [], []]}}, "AM301", f"{CALLER}/Backends"),
    (
        "a backend",
        {"Caller__Spec__Backends__0": {"Fn::If": ["C", {}, {"Ref": "AWS::NoValue"}]}},
        "AM301",
        f"{CALLER}/Backends/0",
    ),
    (
        "egress filter",
        {"Mesh__Spec": {"EgressFilter": {"Type": OPAQUE}}},
        "AM301",
        "Resources/Mesh/Properties/Spec/EgressFilter/Type",
    ),
    (
        "ip preference",
        {"Mesh__Spec": {"ServiceDiscovery": {"IpPreference": OPAQUE}}},
        "AM301",
        "Resources/Mesh/Properties/Spec/ServiceDiscovery/IpPreference",
    ),
    (
        "response type",
        {"Target__Spec__ServiceDiscovery": dns("a", ResponseType=OPAQUE)},
        "AM301",
        f"{NODE}/ServiceDiscovery/DNS/ResponseType",
    ),
    (
        "tls mode",
        {"Target__Spec__Listeners__0__TLS": {"Mode": OPAQUE, "Certificate": FILES}},
        "AM301",
        f"{NODE}/Listeners/0/TLS/Mode",
    ),
    (
        "unit",
        {f"{HTTP}__Timeout": {"Idle": {"Unit": OPAQUE, "Value": 1}}},
        "AM301",
        f"{ROUTE}/HttpRoute/Timeout/Idle/Unit",
    ),
    (
        "milliseconds",
        {f"{HTTP}__Timeout": {"Idle": {"Unit": "ms", "Value": OPAQUE}}},
        "AM301",
        f"{ROUTE}/HttpRoute/Timeout/Idle/Value",
    ),
    (
        "interval",
        {"Target__Spec__Listeners__0__HealthCheck": {**HEALTH, "IntervalMillis": OPAQUE}},
        "AM301",
        f"{NODE}/Listeners/0/HealthCheck/IntervalMillis",
    ),
    (
        "header value",
        {f"{HTTP}__Match__Headers": [{"Name": "a", "Match": {"Exact": OPAQUE}}]},
        "AM301",
        f"{ROUTE}/HttpRoute/Match/Headers/0/Match/Exact",
    ),
    (
        "regex",
        {f"{HTTP}__Match": {"Path": {"Regex": {"Fn::Sub": "/${X}"}}}},
        "AM301",
        f"{ROUTE}/HttpRoute/Match/Path/Regex",
    ),
    ("priority", {"Route__Spec__Priority": OPAQUE}, "AM301", f"{ROUTE}/Priority"),
    ("gateway prefix", {"DoorRoute__Spec__HttpRoute__Match__Prefix": OPAQUE}, "AM301", f"{DOOR}/Match/Prefix"),
    (
        "hostname in a branch",
        {"Target__Spec__ServiceDiscovery__DNS__Hostname": PARTLY},
        "AM301",
        f"{NODE}/ServiceDiscovery/DNS/Hostname",
    ),
    (
        "log path",
        {"Caller__Spec__Logging": {"AccessLog": {"File": {"Path": OPAQUE}}}},
        "AM301",
        f"{CALLER}/Logging/AccessLog/File/Path",
    ),
    # invalid values
    ("no map", {"Target__Spec": "x"}, "AM302", NODE),
    ("no list", {"Target__Spec__Listeners": "x"}, "AM302", f"{NODE}/Listeners"),
    ("port", {"Target__Spec__Listeners__0__PortMapping__Port": 70000}, "AM302", f"{NODE}/Listeners/0/PortMapping/Port"),
    (
        "port of a map",
        {"Target__Spec__Listeners__0__PortMapping__Port": {"a": 1}},
        "AM302",
        f"{NODE}/Listeners/0/PortMapping/Port",
    ),
    (
        "protocol unknown",
        {"Target__Spec__Listeners__0__PortMapping__Protocol": "HTTP"},
        "AM302",
        f"{NODE}/Listeners/0/PortMapping/Protocol",
    ),
    ("weight", {f"{HTTP}__Action": targets(101)}, "AM302", f"{ROUTE}/HttpRoute/Action/WeightedTargets/0/Weight"),
    ("prefix", {f"{HTTP}__Match__Prefix": "x"}, "AM302", f"{ROUTE}/HttpRoute/Match/Prefix"),
    (
        "wildcard name",
        {"Service__VirtualServiceName": "*.local"},
        "AM302",
        "Resources/Service/Properties/VirtualServiceName",
    ),
    ("method", {f"{HTTP}__Match__Method": "get"}, "AM302", f"{ROUTE}/HttpRoute/Match/Method"),
    (
        "enforce",
        {"Caller__Spec__BackendDefaults": {"ClientPolicy": {"TLS": {"Enforce": "maybe", "Validation": TRUST}}}},
        "AM302",
        f"{CALLER}/BackendDefaults/ClientPolicy/TLS/Enforce",
    ),
    # missing, unknown and superfluous properties
    ("no mesh name", {"Target__MeshName": None}, "AM303", "Resources/Target/Properties/MeshName"),
    ("no spec", {"Target__Spec": None}, "AM303", NODE),
    (
        "no path to check",
        {"Target__Spec__Listeners__0__HealthCheck": {k: v for k, v in HEALTH.items() if k != "Path"}},
        "AM303",
        f"{NODE}/Listeners/0/HealthCheck/Path",
    ),
    (
        "method without service",
        {"Route__Spec": {"GrpcRoute": {"Match": {"MethodName": "Get"}, "Action": targets()}}},
        "AM303",
        f"{ROUTE}/GrpcRoute/Match/MethodName",
    ),
    (
        "no event",
        {f"{HTTP}__RetryPolicy": {k: v for k, v in RETRY.items() if k != "HttpRetryEvents"}},
        "AM303",
        f"{ROUTE}/HttpRoute/RetryPolicy",
    ),
    ("no targets", {f"{HTTP}__Action": {"WeightedTargets": []}}, "AM303", f"{ROUTE}/HttpRoute/Action/WeightedTargets"),
    ("no match", {f"{HTTP}__Match": None}, "AM303", f"{ROUTE}/HttpRoute/Match"),
    ("property unknown", {"Target__Spec__Listener": []}, "AM304", f"{NODE}/Listener"),
    (
        "timeout of a gateway",
        {"Door__Spec__Listeners__0__Timeout": {}},
        "AM304",
        "Resources/Door/Properties/Spec/Listeners/0/Timeout",
    ),
    (
        "tcp gateway",
        {"Door__Spec__Listeners__0__PortMapping__Protocol": "tcp"},
        "AM302",
        "Resources/Door/Properties/Spec/Listeners/0/PortMapping/Protocol",
    ),
    ("type unknown", {"Target": {"Type": "AWS::AppMesh::VirtualNod"}}, "AM304", "Resources/Target/Type"),
    ("two kinds of route", {"Route__Spec__TcpRoute": TCP_ROUTE["TcpRoute"]}, "AM305", f"{ROUTE}/TcpRoute"),
    ("no kind of route", {"Route__Spec": {}}, "AM305", ROUTE),
    ("prefix and path", {f"{HTTP}__Match__Path": {"Exact": "/"}}, "AM305", f"{ROUTE}/HttpRoute/Match/Path"),
    (
        "two discoveries",
        {"Target__Spec__ServiceDiscovery__AWSCloudMap": CLOUD_MAP["AWSCloudMap"]},
        "AM305",
        f"{NODE}/ServiceDiscovery/AWSCloudMap",
    ),
    (
        "rewrites the other",
        {"DoorRoute__Spec__HttpRoute__Action__Rewrite": {"Path": {"Exact": "/x"}}},
        "AM305",
        f"{DOOR}/Action/Rewrite/Path",
    ),
    # links
    (
        "backend elsewhere",
        {"Caller__Spec__Backends__0__VirtualService__VirtualServiceName": "x"},
        "AM306",
        f"{CALLER}/Backends/0/VirtualService/VirtualServiceName",
    ),
    (
        "backend imported",
        {"Caller__Spec__Backends__0__VirtualService__VirtualServiceName": OPAQUE},
        "AM306",
        f"{CALLER}/Backends/0/VirtualService/VirtualServiceName",
    ),
    (
        "target elsewhere",
        {f"{HTTP}__Action__WeightedTargets__0__VirtualNode": "x"},
        "AM306",
        f"{ROUTE}/HttpRoute/Action/WeightedTargets/0/VirtualNode",
    ),
    (
        "target of another mesh",
        {"Target__MeshName": "other"},
        "AM306",
        f"{ROUTE}/HttpRoute/Action/WeightedTargets/0/VirtualNode",
    ),
    (
        "router elsewhere",
        {"Service__Spec__Provider__VirtualRouter__VirtualRouterName": "x"},
        "AM306",
        "Resources/Service/Properties/Spec/Provider/VirtualRouter/VirtualRouterName",
    ),
    (
        "node elsewhere",
        {"Service__Spec__Provider": {"VirtualNode": {"VirtualNodeName": "x"}}},
        "AM306",
        "Resources/Service/Properties/Spec/Provider/VirtualNode/VirtualNodeName",
    ),
    (
        "gateway's service elsewhere",
        {"DoorRoute__Spec__HttpRoute__Action__Target__VirtualService__VirtualServiceName": "x"},
        "AM306",
        f"{DOOR}/Action/Target/VirtualService/VirtualServiceName",
    ),
    ("one name for two", {"Target__VirtualNodeName": "caller"}, "AM307", "Resources/Target"),
    (
        "one host for two",
        {"Again": of("VirtualService", VirtualServiceName="SVC.local", Spec={})},
        "AM307",
        "Resources/Service",
    ),
    ("condition", {"Target__Condition": "C"}, "AM309", "Resources/Target/Condition"),
    (
        "loop",
        {"Fn::ForEach::Nodes": ["N", ["a"], {"${N}": of("VirtualNode")}]},
        "AM309",
        "Resources/Fn::ForEach::Nodes",
    ),
    # features that only App Mesh's control plane had
    (
        "acm certificate",
        {"Caller__Spec__Listeners__0__TLS": {"Mode": "STRICT", "Certificate": ACM}},
        "AM310",
        f"{CALLER}/Listeners/0/TLS/Certificate/ACM",
    ),
    (
        "acm trust",
        {
            "Caller__Spec__BackendDefaults": {
                "ClientPolicy": {"TLS": {"Validation": {"Trust": {"ACM": {"CertificateAuthorityArns": ["a"]}}}}}
            }
        },
        "AM310",
        f"{CALLER}/BackendDefaults/ClientPolicy/TLS/Validation/Trust/ACM",
    ),
    (
        "acm of a gateway",
        {"Door__Spec__Listeners__0__TLS": {"Mode": "PERMISSIVE", "Certificate": ACM}},
        "AM310",
        "Resources/Door/Properties/Spec/Listeners/0/TLS/Certificate/ACM",
    ),
    (
        "attributes",
        {
            **discovered(DnsConfig={"DnsRecords": [{"Type": "A"}]}),
            "Target__Spec__ServiceDiscovery": {
                "AWSCloudMap": {**CLOUD_MAP["AWSCloudMap"], "Attributes": [{"Key": "v", "Value": "1"}]}
            },
        },
        "AM311",
        f"{NODE}/ServiceDiscovery/AWSCloudMap/Attributes",
    ),
    (
        "http namespace",
        {**discovered(), "Namespace": {**NAMESPACE, "Type": "AWS::ServiceDiscovery::HttpNamespace"}},
        "AM311",
        f"{NODE}/ServiceDiscovery/AWSCloudMap/NamespaceName",
    ),
    ("http service", discovered(Type="HTTP"), "AM311", f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName"),
    ("no dns", discovered(), "AM311", f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName"),
    (
        "srv",
        discovered(DnsConfig={"DnsRecords": [{"Type": "SRV"}]}),
        "AM311",
        f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName",
    ),
    # ports and protocols
    ("tcp beside http", tcp_service(80), "AM312", f"{CALLER}/Backends/1/VirtualService/VirtualServiceName"),
    (
        "two tcp services",
        {
            **tcp_service(80),
            "Target__Spec__Listeners__0": listener(80, "tcp"),
            "Router__Spec__Listeners__0": listener(80, "tcp"),
            "Route__Spec": TCP_ROUTE,
        },
        "AM312",
        f"{CALLER}/Backends/1/VirtualService/VirtualServiceName",
    ),
    (
        "two tcp routes",
        {
            "Target__Spec__Listeners__0": listener(80, "tcp"),
            "Router__Spec__Listeners__0": listener(80, "tcp"),
            "Route__Spec": TCP_ROUTE,
            "Route2": of("Route", VirtualRouterName="router", Spec=TCP_ROUTE),
        },
        "AM312",
        "Resources/Route",
    ),
    ("router and route", {"Router__Spec__Listeners__0": listener(80, "http2")}, "AM313", "Resources/Route"),
    ("route and node", {"Target__Spec__Listeners__0": listener(80, "grpc")}, "AM313", "Resources/Route"),
    (
        "gateway to tcp",
        {
            "Target__Spec__Listeners__0": listener(80, "tcp"),
            "Router__Spec__Listeners__0": listener(80, "tcp"),
            "Route__Spec": TCP_ROUTE,
        },
        "AM313",
        f"{DOOR}/Action/Target/VirtualService/VirtualServiceName",
    ),
    (
        "grpc check of http",
        {"Target__Spec__Listeners__0__HealthCheck": {**HEALTH, "Protocol": "grpc"}},
        "AM313",
        f"{NODE}/Listeners/0/HealthCheck",
    ),
    ("weights", {f"{HTTP}__Action": targets(0, "0")}, "AM314", f"{ROUTE}/HttpRoute/Action/WeightedTargets/0"),
    ("target without listener", {"Target__Spec__Listeners": None}, "AM315", "Resources/Target"),
    ("target without discovery", {"Target__Spec__ServiceDiscovery": None}, "AM315", "Resources/Target"),
    (
        "target port",
        {"Target__Spec__Listeners": [listener(), listener(81)]},
        "AM316",
        f"{ROUTE}/HttpRoute/Action/WeightedTargets/0",
    ),
    ("match port", {"Router__Spec__Listeners": [listener(), listener(81)]}, "AM316", f"{ROUTE}/HttpRoute/Match"),
    (
        "match port of tcp",
        {
            "Router__Spec__Listeners": [listener(80, "tcp"), listener(81, "tcp")],
            "Route__Spec": {"TcpRoute": {"Match": {}, "Action": targets()}},
        },
        "AM316",
        f"{ROUTE}/TcpRoute/Match",
    ),
    (
        "match port of tcp without a match",
        {"Router__Spec__Listeners": [listener(80, "tcp"), listener(81, "tcp")], "Route__Spec": TCP_ROUTE},
        "AM316",
        f"{ROUTE}/TcpRoute/Match",
    ),
    (
        "match port of grpc",
        {
            "Router__Spec__Listeners": [listener(80, "grpc"), listener(81, "grpc")],
            "Route__Spec": {"GrpcRoute": {"Match": {"ServiceName": "a"}, "Action": targets()}},
        },
        "AM316",
        f"{ROUTE}/GrpcRoute/Match",
    ),
    (
        "match port of grpc without a match",
        {
            "Router__Spec__Listeners": [listener(80, "grpc"), listener(81, "grpc")],
            "Route__Spec": {"GrpcRoute": {"Action": targets()}},
        },
        "AM316",
        f"{ROUTE}/GrpcRoute/Match",
    ),
    (
        "no such match port of tcp",
        {"Route__Spec": {"TcpRoute": {"Match": {"Port": 99}, "Action": targets()}}},
        "AM317",
        f"{ROUTE}/TcpRoute/Match/Port",
    ),
    (
        "no such match port of grpc",
        {"Route__Spec": {"GrpcRoute": {"Match": {"ServiceName": "a", "Port": 99}, "Action": targets()}}},
        "AM317",
        f"{ROUTE}/GrpcRoute/Match/Port",
    ),
    (
        "gateway match port of grpc",
        {
            "Door__Spec__Listeners": [listener(8088), listener(8089)],
            "DoorRoute__Spec": {
                "GrpcRoute": {"Match": {"ServiceName": "a"}, "Action": DOOR_SPEC["HttpRoute"]["Action"]}
            },
        },
        "AM316",
        "Resources/DoorRoute/Properties/Spec/GrpcRoute/Match",
    ),
    ("gateway match port", {"Door__Spec__Listeners": [listener(8088), listener(8089)]}, "AM316", f"{DOOR}/Match"),
    (
        "gateway target port",
        {
            "Service__Spec__Provider": {"VirtualNode": {"VirtualNodeName": "target"}},
            "Target__Spec__Listeners": [listener(), listener(81)],
        },
        "AM316",
        f"{DOOR}/Action/Target/VirtualService/VirtualServiceName",
    ),
    (
        "no such target port",
        {f"{HTTP}__Action__WeightedTargets__0__Port": 99},
        "AM317",
        f"{ROUTE}/HttpRoute/Action/WeightedTargets/0/Port",
    ),
    ("no such match port", {f"{HTTP}__Match__Port": 99}, "AM317", f"{ROUTE}/HttpRoute/Match/Port"),
    (
        "no such match port, and the next route",
        {f"{HTTP}__Match__Port": 99, "Second": of("Route", VirtualRouterName="router", Spec=TCP_ROUTE)},
        "AM313",
        "Resources/Second",
    ),
    ("no such gateway port", {"DoorRoute__Spec__HttpRoute__Match__Port": 99}, "AM317", f"{DOOR}/Match/Port"),
    (
        "no such service port",
        {"DoorRoute__Spec__HttpRoute__Action__Target__Port": 99},
        "AM317",
        f"{DOOR}/Action/Target/Port",
    ),
    (
        "router's port",
        {
            "Router__Spec": None,
            "Other": of("VirtualNode", Spec={"Listeners": [listener(81)], "ServiceDiscovery": dns("o.local")}),
            f"{HTTP}__Action": {
                "WeightedTargets": [{"VirtualNode": "target", "Weight": 1}, {"VirtualNode": "Other", "Weight": 1}]
            },
        },
        "AM318",
        "Resources/Router",
    ),
    (
        "a match port of a router without one",
        {"Router__Spec": None, f"{HTTP}__Match__Port": 80, "Target__Spec__Listeners": None},
        "AM318",
        "Resources/Router",
    ),
    (
        "sds without socket",
        {"Caller__Spec__Listeners__0__TLS": {"Mode": "STRICT", "Certificate": {"SDS": {"SecretName": "x"}}}},
        "AM320",
        "Resources/Caller",
    ),
    (
        "two policies",
        {
            "Caller__Spec__Backends": [
                {"VirtualService": {"VirtualServiceName": "svc.local"}},
                {"VirtualService": {"VirtualServiceName": "svc.local", "ClientPolicy": {"TLS": {"Validation": TRUST}}}},
            ]
        },
        "AM321",
        f"{CALLER}/Backends/1/VirtualService/VirtualServiceName",
    ),
    # text
    (
        "dynamic reference",
        {"Target__Spec__ServiceDiscovery__DNS__Hostname": "{{resolve:ssm:x}}"},
        "AM322",
        f"{NODE}/ServiceDiscovery/DNS/Hostname",
    ),
    (
        "json key",
        {
            "Caller__Spec__Logging": {
                "AccessLog": {"File": {"Path": "/dev/stdout", "Format": {"Json": [{"Key": "Ref", "Value": "x"}]}}}
            }
        },
        "AM322",
        f"{CALLER}/Logging/AccessLog/File/Format/Json",
    ),
    ("lookahead", {f"{HTTP}__Match": {"Path": {"Regex": "/(?!a).*"}}}, "AM323", f"{ROUTE}/HttpRoute/Match/Path/Regex"),
    (
        "reference to itself",
        {f"{HTTP}__Match": {"Path": {"Regex": r"/(a)\1"}}},
        "AM323",
        f"{ROUTE}/HttpRoute/Match/Path/Regex",
    ),
    ("possessive", {f"{HTTP}__Match": {"Path": {"Regex": "/a++"}}}, "AM323", f"{ROUTE}/HttpRoute/Match/Path/Regex"),
    (
        "repeats too often",
        {f"{HTTP}__Match": {"Path": {"Regex": "/a{1001}"}}},
        "AM323",
        f"{ROUTE}/HttpRoute/Match/Path/Regex",
    ),
    (
        "what python alone reads",
        {f"{HTTP}__Match": {"Path": {"Regex": r"/a\Z"}}},
        "AM323",
        f"{ROUTE}/HttpRoute/Match/Path/Regex",
    ),
    (
        "lookahead in a header",
        {f"{HTTP}__Match__Headers": [{"Name": "a", "Match": {"Regex": "(?=a)"}}]},
        "AM323",
        f"{ROUTE}/HttpRoute/Match/Headers/0/Match/Regex",
    ),
    (
        "range of no numbers",
        {f"{HTTP}__Match__Headers": [{"Name": "a", "Match": {"Range": {"Start": "1.5", "End": "9" * 19}}}]},
        "AM302",
        f"{ROUTE}/HttpRoute/Match/Headers/0/Match/Range/End",
    ),
    (
        "range of other digits",
        {f"{HTTP}__Match__Headers": [{"Name": "a", "Match": {"Range": {"Start": "--1", "End": "²"}}}]},
        "AM302",
        f"{ROUTE}/HttpRoute/Match/Headers/0/Match/Range/End",
    ),
    (
        "a truth for text",
        {"Target__Spec__ServiceDiscovery__DNS__Hostname": True},
        "AM302",
        f"{NODE}/ServiceDiscovery/DNS/Hostname",
    ),
    ("no type at all alike", {"Target": {"Type": "AWS::AppMesh::Zzz"}}, "AM304", "Resources/Target/Type"),
    (
        "properties missing",
        {"Target": {"Type": "AWS::AppMesh::VirtualNode"}},
        "AM303",
        "Resources/Target/Properties/MeshName",
    ),
    (
        "condition that is no name",
        {"Target__Condition": ["C"]},
        "AM309",
        "Resources/Target/Condition",
    ),
    (
        "a service with a path",
        {"Service__VirtualServiceName": "svc.local/x"},
        "AM302",
        "Resources/Service/Properties/VirtualServiceName",
    ),
    (
        "a service without a name",
        {"Service__VirtualServiceName": ""},
        "AM302",
        "Resources/Service/Properties/VirtualServiceName",
    ),
    ("a route with a slash", {"Route__RouteName": "a/b"}, "AM302", "Resources/Route/Properties/RouteName"),
    (
        "one name for two gateway routes",
        {"Again": of("GatewayRoute", VirtualGatewayName="door", GatewayRouteName="all", Spec=DOOR_SPEC)},
        "AM307",
        "Resources/DoorRoute",
    ),
    (
        "function as a json key",
        {"Caller__Spec__Logging": log([{"Key": "Fn::Sub", "Value": "x"}])},
        "AM322",
        f"{CALLER}/Logging/AccessLog/File/Format/Json",
    ),
    (
        "condition as a json key",
        {"Caller__Spec__Logging": log([{"Key": "Condition", "Value": "x"}])},
        "AM322",
        f"{CALLER}/Logging/AccessLog/File/Format/Json",
    ),
    (
        "retries of tcp",
        {"Route__Spec": {"TcpRoute": {"Action": targets(), "RetryPolicy": {}}}},
        "AM304",
        f"{ROUTE}/TcpRoute/RetryPolicy",
    ),
    (
        "grpc events of http",
        {f"{HTTP}__RetryPolicy": {**RETRY, "GrpcRetryEvents": ["internal"]}},
        "AM304",
        f"{ROUTE}/HttpRoute/RetryPolicy/GrpcRetryEvents",
    ),
    (
        "time for each request of tcp",
        {"Route__Spec": {"TcpRoute": {"Action": targets(), "Timeout": {"PerRequest": {"Unit": "s", "Value": 1}}}}},
        "AM304",
        f"{ROUTE}/TcpRoute/Timeout/PerRequest",
    ),
    (
        "a port that tcp does not have",
        {"Route__Spec": {"TcpRoute": {"Action": targets(), "Match": {"Port": 0}}}},
        "AM302",
        f"{ROUTE}/TcpRoute/Match/Port",
    ),
    (
        "rewrites the prefix of a path",
        rewriting({"Path": {"Exact": "/"}}, {"Prefix": {"Value": "/x"}}),
        "AM305",
        f"{DOOR}/Action/Rewrite/Prefix",
    ),
    (
        "rewrites the prefix of an expression",
        rewriting({"Path": {"Regex": "/.*"}}, {"Prefix": {"DefaultPrefix": "ENABLED"}}),
        "AM305",
        f"{DOOR}/Action/Rewrite/Prefix",
    ),
    (
        "a prefix kept and given",
        rewriting({"Prefix": "/"}, {"Prefix": {"DefaultPrefix": "DISABLED", "Value": "/x"}}),
        "AM305",
        f"{DOOR}/Action/Rewrite/Prefix/Value",
    ),
    (
        "rewrites the path of grpc",
        {
            "DoorRoute__Spec": {
                "GrpcRoute": {
                    "Match": {"ServiceName": "a"},
                    "Action": {**DOOR_SPEC["HttpRoute"]["Action"], "Rewrite": {"Prefix": {"Value": "/"}}},
                }
            }
        },
        "AM304",
        "Resources/DoorRoute/Properties/Spec/GrpcRoute/Action/Rewrite/Prefix",
    ),
    ("unbalanced", {f"{HTTP}__Match": {"Path": {"Regex": "/(a"}}}, "AM323", f"{ROUTE}/HttpRoute/Match/Path/Regex"),
    (
        "an arn where a name is needed",
        {"Target__Spec__ServiceDiscovery__DNS__Hostname": {"Fn::GetAtt": ["Mesh", "Arn"]}},
        "AM325",
        f"{NODE}/ServiceDiscovery/DNS/Hostname",
    ),
    ("two listeners", {"Target__Spec__Listeners": [listener(), listener()]}, "AM327", f"{NODE}/Listeners/1"),
    (
        "two listeners of a router",
        {"Router__Spec__Listeners": [listener(), listener()]},
        "AM327",
        "Resources/Router/Properties/Spec/Listeners/1",
    ),
    (
        "envoy's own port",
        {"Caller__Spec__Listeners__0__PortMapping__Port": 15001},
        "AM327",
        f"{CALLER}/Listeners/0/PortMapping/Port",
    ),
    # features that are lost
    (
        "outliers",
        {"Target__Spec__Listeners__0__OutlierDetection": OUTLIERS},
        "AM351",
        f"{NODE}/Listeners/0/OutlierDetection",
    ),
    (
        "gateway health check",
        {"Door__Spec__Listeners__0__HealthCheck": HEALTH},
        "AM352",
        "Resources/Door/Properties/Spec/Listeners/0/HealthCheck",
    ),
    (
        "namespace elsewhere",
        {**discovered(DnsConfig={"DnsRecords": [{"Type": "A"}]}), "Namespace": {"Type": "Other"}},
        "AM354",
        f"{NODE}/ServiceDiscovery/AWSCloudMap/NamespaceName",
    ),
    (
        "eight addresses",
        discovered(DnsConfig={"DnsRecords": [{"Type": "A"}]}),
        "AM355",
        f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName",
    ),
    ("weights are fixed", {f"{HTTP}__Action": targets(1, 2)}, "AM356", "Resources/Route"),
    ("allow all", {"Mesh__Spec": {"EgressFilter": {"Type": "ALLOW_ALL"}}}, "AM357", "Resources/Mesh"),
    ("no mesh", {"Mesh": {"Type": "Other"}}, "AM358", "Resources/Caller/Properties/MeshName"),
    ("no provider", {"Service__Spec": {}}, "AM359", "Resources/Service"),
]
SAID = Path(__file__).parent / "refusals.txt"


def _said() -> dict[str, str]:
    sections = SAID.read_text().removeprefix("# ").split("\n# ") if SAID.exists() else []
    return {name: f"{text.strip()}\n" for name, _, text in (section.partition("\n") for section in sections)}


ELSEWHERE = {"AM308", "AM319", "AM324", "AM326", "AM353", "AM360"}
"""Codes that are tested below or in other modules."""


def test_the_small_mesh_has_no_finding() -> None:
    assert findings(mesh()) == []


@pytest.mark.parametrize(("changes", "code", "place"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_the_finding_has_its_code_and_place(changes: dict[str, Any], code: str, place: str) -> None:
    assert (code, place) in told(mesh(**changes))


@pytest.mark.parametrize(("name", "changes"), [row[:2] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_the_text_of_the_finding(name: str, changes: dict[str, Any], update_golden: bool) -> None:
    """The complete text of each finding. `refusals.txt` has them, by the names of the rows above."""
    found = "".join(f"{finding}\n" for finding in findings(mesh(**changes)))
    if update_golden:
        said = {**_said(), name: found}
        SAID.write_text("\n".join(f"# {row[0]}\n{said[row[0]]}" for row in REFUSED if row[0] in said))
    assert _said()[name] == found


def test_the_rows_have_unique_names() -> None:
    assert list(_said()) == [row[0] for row in REFUSED]


def test_every_code_has_a_test() -> None:
    mesh_codes = {code for code in CODES if "AM301" <= code <= "AM327" or "AM351" <= code <= "AM360"}
    assert mesh_codes == {row[2] for row in REFUSED} | ELSEWHERE


def test_a_parameters_value_is_never_quoted() -> None:
    scope = Scope(parameters={"P": 's3cr3t"'})
    changes: dict[str, Any] = {
        "Target__Spec__Listeners__0__PortMapping": {"Port": {"Ref": "P"}, "Protocol": {"Ref": "P"}},
        "Target__Spec__ServiceDiscovery__DNS__Hostname": {"Fn::Sub": "a.${P}"},
        f"{HTTP}__Match": {"Path": {"Regex": {"Ref": "P"}}},
        f"{HTTP}__Timeout": {"Idle": {"Unit": {"Ref": "P"}, "Value": {"Ref": "P"}}},
    }
    found = findings(mesh(**changes), scope)
    assert "AM302" in {f.code for f in found}
    assert not any("s3cr3t" in str(f) for f in found)


def test_an_assumed_condition_decides() -> None:
    conditional = {"Fn::If": ["C", {"VirtualService": {"VirtualServiceName": "svc.local"}}, {"Ref": "AWS::NoValue"}]}
    changes = {"Caller__Spec__Backends": [conditional], "Target__Condition": "C"}
    assert findings(mesh(**changes), Scope(assumed={"C": True})) == []
    assert ("AM306", f"{ROUTE}/HttpRoute/Action/WeightedTargets/0/VirtualNode") in told(
        mesh(**changes), Scope(assumed={"C": False})
    )


def test_text_joined_from_parameters_is_checked() -> None:
    changes: dict[str, Any] = {"Target__Spec__Listeners__0__PortMapping__Port": {"Fn::Sub": "${P}0"}}
    place = f"{NODE}/Listeners/0/PortMapping/Port"
    said = list(map(str, findings(mesh(**changes), Scope(parameters={"P": "9000000"}))))
    assert f"AM302 Target {place}: Port must be a port from 1 to 65535. Correct the value." in said
    assert ("AM302", place) not in told(mesh(**changes), Scope(parameters={"P": "900"}))


def test_a_key_of_a_log_must_be_written_out() -> None:
    members = [{"Key": {"Ref": "P"}, "Value": "%START_TIME%"}, {"Key": "b", "Value": "c"}]
    log = {"AccessLog": {"File": {"Path": "/dev/stdout", "Format": {"Json": members}}}}
    found = told(mesh(Caller__Spec__Logging=log), Scope(parameters={"P": "a"}))
    assert found == [("AM301", f"{CALLER}/Logging/AccessLog/File/Format/Json/0")]
    (finding,) = findings(mesh(Caller__Spec__Logging=log), Scope(parameters={"P": "a"}))
    assert (finding.message, finding.hint) == ("Json[0] has a key that is not a literal", "Write the key itself")


def test_a_weight_decides_whether_a_tcp_target_exists() -> None:
    tcp = {"Target__Spec__Listeners__0": listener(80, "tcp"), "Router__Spec__Listeners__0": listener(80, "tcp")}
    changes = {**tcp, "Route__Spec": {"TcpRoute": {"Action": targets(1, OPAQUE)}}}
    assert (
        f"AM301 Route {ROUTE}/TcpRoute/Action/WeightedTargets/1/Weight: decides whether a tcp target exists, and is "
        "not known when the macro runs. Write the weight itself."
    ) in map(str, findings(mesh(**changes)))
    changes["Route__Spec"] = {"TcpRoute": {"Action": targets(OPAQUE)}}
    assert "AM301" not in [finding.code for finding in findings(mesh(**changes))]


@pytest.mark.parametrize("port", ["ingress_port", "egress_port", "admin_port"])
def test_ports_of_envoy_must_differ(port: str) -> None:
    options: dict[str, Any] = {port: "15000" if port == "egress_port" else "15001"}
    said = list(map(str, findings(mesh(), **options)))
    assert (
        "AM327 Caller Resources/Caller: ProxyEgressPort, the admin port, ProxyIngressPort are not all different. "
        "Change one of them."
    ) in said
    if port == "admin_port":
        assert (
            "AM327 Door Resources/Door: ProxyEgressPort, the admin port are not all different. Change one of them."
        ) in said


@pytest.mark.parametrize(
    ("option", "name"),
    [("ingress_port", "ProxyIngressPort"), ("egress_port", "ProxyEgressPort"), ("admin_port", "the admin port")],
)
def test_a_port_of_the_application_must_differ_from_envoys(option: str, name: str) -> None:
    options: dict[str, Any] = {option: 8080}
    assert (
        f"AM327 Caller {CALLER}/Listeners/0/PortMapping/Port: the listener uses the same port as {name}. "
        "Change one of them."
    ) in map(str, findings(mesh(), **options))


def test_invalid_resources_yield_an_empty_mesh() -> None:
    parsed = parsing.parse("text", Scope())
    assert (parsed.model.nodes, parsed.findings) == ((), ())


@pytest.mark.parametrize(
    "changes",
    [
        {f"{HTTP}__Match": {"Prefix": "/", "Scheme": "http"}},
        {f"{HTTP}__Match__Headers": [{"Name": "a", "Match": {"Range": {"Start": "-" + "9" * 18, "End": 0}}}]},
        rewriting({"Prefix": "/"}, {"Prefix": {"DefaultPrefix": "ENABLED"}}),
        {"Caller__Spec__Logging": {"AccessLog": {"File": {"Path": "/log", "Format": {"Text": "x"}}}}},
        {"Caller__Spec__Backends__0__VirtualService__VirtualServiceName": "SVC.Local"},
        # equal names that do not collide
        {"Again": of("VirtualNode", VirtualNodeName="TARGET", Spec={})},
        {"Again": of("VirtualNode", VirtualNodeName="router", Spec={})},
        {
            "Again": of("VirtualRouter", VirtualRouterName="again"),
            "SecondRoute": of("Route", VirtualRouterName="again", RouteName="route", Spec=ROUTE_SPEC),
        },
        {
            "Again": of("VirtualGateway", VirtualGatewayName="again", Spec={"Listeners": [listener(80)]}),
            "SecondRoute": of("GatewayRoute", VirtualGatewayName="again", GatewayRouteName="all", Spec=DOOR_SPEC),
        },
    ],
)
def test_valid_values_are_accepted(changes: dict[str, Any]) -> None:
    assert findings(mesh(**changes)) == []


def test_the_default_name_of_a_service_is_case_insensitive() -> None:
    changes: dict[str, Any] = {
        "Service__VirtualServiceName": None,
        "Caller__Spec__Backends__0__VirtualService__VirtualServiceName": "service",
        "DoorRoute__Spec__HttpRoute__Action__Target__VirtualService__VirtualServiceName": {"Ref": "Service"},
    }
    assert findings(mesh(**changes)) == []


def test_a_listener_whose_tls_is_off_needs_no_certificate() -> None:
    assert findings(mesh(Caller__Spec__Listeners__0__TLS={"Mode": "DISABLED", "Certificate": ACM})) == []


def test_the_files_that_envoy_reads_are_listed_once() -> None:
    tls = {"Mode": "STRICT", "Certificate": FILES, "Validation": TRUST}
    changes: dict[str, Any] = {
        "Caller__Spec__Listeners__0__TLS": tls,
        "Caller__Spec__BackendDefaults": {"ClientPolicy": {"TLS": {"Validation": TRUST}}},
    }
    model = parsing.parse(mesh(**changes), Scope()).model
    assert compiling.compile_node(model, "caller").files == ("/certs/cert.pem", "/certs/key.pem", "/certs/ca.pem")


def test_a_name_that_means_itself_is_refused() -> None:
    found = told(mesh(Mesh__MeshName={"Fn::GetAtt": ["Mesh", "MeshName"]}))
    assert ("AM325", "Resources/Mesh/Properties/MeshName") in found


def test_a_nul_character_is_refused() -> None:
    assert [str(finding) for finding in findings(mesh(Target__Spec__ServiceDiscovery__DNS__Hostname="a\0b"))] == [
        f"AM322 Target {NODE}/ServiceDiscovery/DNS/Hostname: Hostname has a NUL character. Take it out.",
        "AM315 Target Resources/Target: is a target, but has no ServiceDiscovery. Add ServiceDiscovery.",
    ]
