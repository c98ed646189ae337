"""What a person has to decide before the mesh can take an exit."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from appmesh_inject.exits.feature_conditions import SPLITS
from appmesh_inject.exits.features.nodes import TRACING
from appmesh_inject.exits.mesh_files import Declared, name
from appmesh_inject.exits.properties import GivenProperty, properties_of
from appmesh_inject.exits.rows import MeshIndex
from appmesh_inject.exits.verdicts import Exit

CALLERS = "{callers}"
"""Stands for the nodes and gateways that call a service whose route has weights."""


class Decision(NamedTuple):
    """A question. features: it arises where the mesh has one of them; empty: always."""

    exit: Exit
    question: str
    features: tuple[str, ...] = ()


DECISIONS = (
    Decision(
        Exit.STANDALONE,
        f"Who deploys the callers when a weight changes? They are {CALLERS}",
        ("weights",),
    ),
    Decision(
        Exit.STANDALONE,
        "Which files or which SDS server bring the certificates that ACM held?",
        ("TLS at a node by ACM", "TLS at a gateway by ACM", "trust of a caller in ACM"),
    ),
    Decision(
        Exit.STANDALONE,
        "Which Cloud Map service gets each set of tasks that attributes told apart?",
        ("discovery by attributes of Cloud Map",),
    ),
    Decision(
        Exit.STANDALONE,
        "Is it all right that a change of a route, timeout or retry reaches a task with its deployment?",
    ),
    Decision(Exit.STANDALONE, "Which image of Envoy, and who renews it?"),
    Decision(Exit.SERVICE_CONNECT, "Is the protocol of each port right? ECS never lets it change afterwards"),
    Decision(
        Exit.SERVICE_CONNECT,
        "Who calls without being an ECS service: Lambda, scheduled tasks, other machines? They see no name of it",
    ),
    Decision(
        Exit.SERVICE_CONNECT,
        "Which callers stay standalone, since only their Envoy can split or choose?",
        ("weights", "path prefix", "exact path", "header, exact or by prefix", "query parameter"),
    ),
    Decision(
        Exit.SERVICE_CONNECT,
        "What takes the gateway's place: the gateway itself as a standalone task, or a load balancer?",
        ("virtual gateway",),
    ),
    Decision(
        Exit.SERVICE_CONNECT,
        "May each call be repeated? Two retries cannot be switched off",
        ("retries switched off",),
    ),
    Decision(
        Exit.ALB,
        "Who makes the record for each service's name that leads to the load balancer? Cloud Map's zone takes none, so"
        " each name needs a private zone of its own",
    ),
    Decision(Exit.ALB, "Which security groups? The tasks' caller is the load balancer now"),
    Decision(
        Exit.ALB,
        "Which callers get time limits and retries of their own?",
        ("retries", "retries by default", "time limit of a request", "15 s a request by default"),
    ),
    Decision(Exit.ALB, "What carries the TCP services: a Network Load Balancer, or DNS?", ("plain TCP",)),
    Decision(Exit.LATTICE, "Whose service network? A VPC is associated with one only"),
    Decision(
        Exit.LATTICE,
        "Who makes the record for each service's name? Cloud Map's zone takes none, so each name needs a private zone",
    ),
    Decision(Exit.LATTICE, "Which security groups? Callers are no source any more, only Lattice's prefix list is"),
    Decision(Exit.LATTICE, "Does nothing use WebSocket, or a connection for longer than ten minutes?"),
    Decision(
        Exit.LATTICE,
        "Which callers get time limits and retries of their own?",
        ("retries", "retries by default", "time limit of a request", "15 s a request by default"),
    ),
    Decision(Exit.LATTICE, "What takes the gateway's place? Lattice has no way in", ("virtual gateway",)),
    *(
        Decision(exit_, "What traces and counts requests? It has to be in the applications", (TRACING,))
        for exit_ in (Exit.SERVICE_CONNECT, Exit.ALB, Exit.LATTICE)
    ),
)


def questions(exit_: Exit, features: Iterable[str], declared: Sequence[Declared]) -> Iterator[str]:
    """The questions that the mesh raises at an exit. features: those that its rows have."""
    there = set(features)
    callers = ", ".join(callers_of_weights(MeshIndex(declared))) or "not in these files"
    for each in DECISIONS:
        if each.exit is exit_ and (not each.features or there.intersection(each.features)):
            yield each.question.replace(CALLERS, callers)


def callers_of_weights(index: MeshIndex) -> tuple[str, ...]:
    """The names of the nodes and gateways that call a service with weights: a new weight deploys their tasks."""
    split = {
        service.name.key
        for service in index.of("VirtualService")
        if (router := index.router_of(service)) is not None
        and any(_splits(route) for route in index.belonging("Route", "VirtualRouterName", router))
    }
    found = [node.name.text for node in index.of("VirtualNode") if split.intersection(_backends(node))]
    for gateway in index.of("VirtualGateway"):
        routes = index.belonging("GatewayRoute", "VirtualGatewayName", gateway)
        if any(split.intersection(_backends(route)) for route in routes):
            found.append(gateway.name.text)
    return tuple(dict.fromkeys(found))


def _splits(route: Declared) -> bool:
    return SPLITS.holds(GivenProperty(route.kind, ".", (), None, {}, route.properties))


def _backends(declared: Declared) -> Iterator[str]:
    """The keys of the names of the services that a node or gateway route calls."""
    for each in properties_of(declared.kind, declared.properties):
        if each.path.endswith(".VirtualServiceName"):
            yield name(each.value).key
