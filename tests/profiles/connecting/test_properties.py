"""Meshes that Hypothesis makes up: what must hold for every conversion."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.references import dependencies
from appmesh_inject.injection import Outcome
from appmesh_inject.profiles.connecting.finished_template import mistakes
from tests import invariants
from tests.profiles.connecting.meshes import (
    MESH,
    converted,
    converted_template,
    ecs_service,
    node,
    of_mesh,
    service_of_node,
    task,
)
from tests.profiles.connecting.unmet_order import unmet_order

NODES = ("a", "b", "c", "d")
PROTOCOLS = ("http", "http2", "grpc", "tcp")

listeners = st.lists(
    st.tuples(st.sampled_from([80, 8080, 9000]), st.sampled_from(PROTOCOLS)), max_size=2, unique_by=lambda it: it[0]
)
backends = st.lists(st.sampled_from([f"{name}.local" for name in NODES]), max_size=3, unique=True).map(tuple)


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    """A mesh of up to four virtual nodes that call each other, each with a task, a service, and a name or several."""
    resources: dict[str, Any] = {"Mesh": MESH}
    for name in draw(st.lists(st.sampled_from(NODES), min_size=1, unique=True)):
        own = draw(listeners)
        key = name.upper()
        resources[f"{key}Node"] = node(name, *own, backends=draw(backends))
        resources[f"{key}Task"] = task(name, *(port for port, _ in own))
        resources[f"{key}Service"] = ecs_service(f"{key}Task")
        has_name, has_route = draw(st.tuples(st.booleans(), st.booleans()))
        if own and has_name:
            resources[f"{key}Name"] = service_of_node(f"{name}.local", name)
        if own and has_route:
            resources |= routed(key, name, draw(st.sampled_from(own)), draw(st.sampled_from([80, 81])))
    return resources


def routed(key: str, name: str, listener: tuple[int, str], port: int) -> dict[str, Any]:
    """A name by way of a router with one route."""
    target, protocol = listener
    kind = {"http": "HttpRoute", "http2": "Http2Route", "grpc": "GrpcRoute", "tcp": "TcpRoute"}[protocol]
    match: dict[str, Json] = {"Match": {"Prefix": "/"}} if protocol in ("http", "http2") else {}
    action: dict[str, Json] = {"Action": {"WeightedTargets": [{"VirtualNode": name, "Weight": 1, "Port": target}]}}
    mapping: Json = {"PortMapping": {"Port": port, "Protocol": protocol}}
    return {
        f"{key}Routed": of_mesh(
            "VirtualService",
            VirtualServiceName=f"{name}-routed.local",
            Spec={"Provider": {"VirtualRouter": {"VirtualRouterName": name}}},
        ),
        f"{key}Router": of_mesh("VirtualRouter", VirtualRouterName=name, Spec={"Listeners": [mapping]}),
        f"{key}Route": of_mesh("Route", VirtualRouterName=name, RouteName="all", Spec={kind: {**match, **action}}),
    }


def entries(outcome: Outcome) -> Iterable[tuple[str, Any]]:
    """Each entry of a configuration, with the ECS service that has it."""
    document: Any = outcome.document
    for name, resource in document["Resources"].items():
        configuration = resource.get("Properties", {}).get("ServiceConnectConfiguration", {})
        yield from ((name, entry) for entry in configuration.get("Services", ()))


def endpoints(resources: dict[str, Any]) -> set[tuple[str, int, str]]:
    """Each virtual service and port of a mesh, with the ECS service of the node that it leads to."""
    found: set[tuple[str, int, str]] = set()
    for name, resource in resources.items():
        if resource["Type"] != "AWS::AppMesh::VirtualService":
            continue
        key, host = name[0], resource["Properties"]["VirtualServiceName"]
        holder = "Node" if "VirtualNode" in resource["Properties"]["Spec"]["Provider"] else "Router"
        for listener in resources[f"{key}{holder}"]["Properties"]["Spec"]["Listeners"]:
            found.add((host, listener["PortMapping"]["Port"], f"{key}Service"))
    return found


@settings(max_examples=150, deadline=None)
@given(templates())
def test_the_names_are_those_of_the_mesh_and_each_is_there_once(resources: dict[str, Any]) -> None:
    outcome = converted(resources)
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    aliases = [(entry["ClientAliases"][0], service) for service, entry in entries(outcome)]
    named = [(alias["DnsName"], alias["Port"], service) for alias, service in aliases]
    assert set(named) == endpoints(resources)
    assert len({(name, port) for name, port, _ in named}) == len(named)
    discovered = [entry["DiscoveryName"] for _, entry in entries(outcome)]
    assert len(set(discovered)) == len(discovered)


@settings(max_examples=150, deadline=None)
@given(templates())
def test_nothing_that_comes_out_is_a_mistake_and_nothing_waits_in_a_circle(resources: dict[str, Any]) -> None:
    outcome = converted(resources)
    document: Any = outcome.document
    assert list(mistakes(document)) == []
    assert unmet_order(document) == []
    graph = dependencies(document["Resources"])
    done: set[str] = set()
    while ready := {name for name, others in graph.items() if name not in done and others <= done}:
        done |= ready
    assert done == set(graph)


@settings(max_examples=150, deadline=None)
@given(templates())
def test_a_caller_waits_for_every_server_unless_a_warning_says_that_it_does_not(resources: dict[str, Any]) -> None:
    outcome = converted(resources)
    document: Any = outcome.document
    told = {finding.subject for finding in outcome.findings if finding.code == "AM460"}
    named = {(host, service) for host, _, service in endpoints(resources)}
    for key, (host, server) in product("ABCD", named):
        caller = resources.get(f"{key}Node")
        if caller is None or server == f"{key}Service":
            continue
        called = [each["VirtualService"]["VirtualServiceName"] for each in caller["Properties"]["Spec"]["Backends"]]
        if host in called and f"{key}Service" not in told:
            assert server in document["Resources"][f"{key}Service"]["DependsOn"]


@settings(max_examples=60, deadline=None)
@given(templates())
def test_the_invariants_hold(resources: dict[str, Any]) -> None:
    invariants.hold({"Resources": resources}, converted_template)
