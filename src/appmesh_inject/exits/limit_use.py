"""How much of each limit of AWS the mesh would use."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject import limits
from appmesh_inject.exits.feature_conditions import positive, weights
from appmesh_inject.exits.mesh_files import Declared
from appmesh_inject.exits.properties import properties_of
from appmesh_inject.exits.rows import MeshIndex
from appmesh_inject.exits.sources import (
    BALANCER_QUOTAS,
    CONDITIONS,
    CONNECT_ALIAS,
    CONNECT_CONCEPTS,
    ECS_WITH_LATTICE,
    LATTICE_QUOTAS,
    LATTICE_RULE,
    MOVING,
    Source,
)
from appmesh_inject.exits.verdicts import Exit

_PORT = "Spec.Listeners.PortMapping.Port"


class Measure(NamedTuple):
    """A limit. what: is counted. value: the largest count, at `where`. most: AWS takes. resource: the key of the
    resource that has the largest count, if it is one. can_be_raised: by a request to AWS. is_told: however far
    from the limit."""

    exit: Exit
    what: str
    value: int
    most: int
    source: Source
    where: str = ""
    resource: str | None = None
    can_be_raised: bool = False
    is_told: bool = False

    @property
    def bites(self) -> bool:
        return self.value > self.most

    @property
    def is_near(self) -> bool:
        """Whether a quarter of it or more is used. One of a thing is never near."""
        return self.bites or self.is_told or (self.value > 1 and self.value * 4 >= self.most)


class _Counted(NamedTuple):
    value: int
    declared: Declared | None


def measures(declared: Sequence[Declared], sizes: Mapping[str, int]) -> tuple[Measure, ...]:
    """The measures of a mesh. sizes: the bytes of each standalone task definition."""
    index = MeshIndex(declared)
    found = (*_standalone(index, sizes), *_service_connect(index), *_alb(index), *_lattice(index))
    return tuple(measure for measure in found if measure.value)


def _standalone(index: MeshIndex, sizes: Mapping[str, int]) -> Iterator[Measure]:
    largest = max(sizes.items(), key=lambda each: each[1], default=("", 0))
    yield Measure(
        Exit.STANDALONE,
        "bytes of a task definition, as compiled",
        largest[1],
        limits.TASK_DEFINITION_BYTES,
        MOVING,
        largest[0],
        is_told=True,
    )
    ports = _largest(_Counted(len(_values(node, _PORT)), node) for node in index.of("VirtualNode"))
    yield _measure(Exit.STANDALONE, "ports of a node", ports, limits.APP_PORTS, MOVING)


def _service_connect(index: MeshIndex) -> Iterator[Measure]:
    names = _largest(_Counted(len(service.name.text), service) for service in index.of("VirtualService"))
    most = limits.SERVICE_CONNECT_NAME_CHARACTERS
    yield _measure(Exit.SERVICE_CONNECT, "characters of a name", names, most, CONNECT_ALIAS)
    behind = _largest(_Counted(len(nodes_of(index, service)), service) for service in index.of("VirtualService"))
    yield _measure(Exit.SERVICE_CONNECT, "nodes behind a name", behind, 1, CONNECT_CONCEPTS)


def _alb(index: MeshIndex) -> Iterator[Measure]:
    rules = rules_of_alb(index)
    yield Measure(Exit.ALB, "rules", len(rules), limits.ALB_RULES, BALANCER_QUOTAS, can_be_raised=True)
    ports = {
        port for each in (*index.of("VirtualRouter"), *index.of("VirtualGateway")) for port in _values(each, _PORT)
    }
    ports |= {port for service in index.of("VirtualService") for port in _ports_of(index, service)}
    yield Measure(Exit.ALB, "listeners", len(ports), limits.ALB_LISTENERS, BALANCER_QUOTAS, can_be_raised=True)
    groups = sum(len(_values(node, _PORT)) for node in index.of("VirtualNode"))
    yield Measure(Exit.ALB, "target groups", groups, limits.ALB_TARGET_GROUPS, BALANCER_QUOTAS)
    targets = _largest(_Counted(len(weights(route.properties)), route) for route in index.of("Route"))
    most = limits.ALB_TARGET_GROUPS_OF_AN_ACTION
    yield _measure(Exit.ALB, "target groups of a rule", targets, most, BALANCER_QUOTAS)
    values = _largest(_Counted(1 + _conditions(route), route) for route in _all_routes(index))
    yield _measure(Exit.ALB, "values that a rule compares", values, limits.ALB_CONDITION_VALUES, BALANCER_QUOTAS)
    yield _measure(Exit.ALB, "characters of a value", _longest(index), limits.CONDITION_CHARACTERS, CONDITIONS)


def _lattice(index: MeshIndex) -> Iterator[Measure]:
    routers = list(index.of("VirtualRouter"))
    rules = _largest(_Counted(len(_routes(index, router)), router) for router in routers)
    most = limits.LATTICE_RULES
    yield _measure(Exit.LATTICE, "rules of a listener", rules, most, LATTICE_QUOTAS, can_be_raised=True)
    listeners = _largest(_Counted(len(_values(router, _PORT)), router) for router in routers)
    most = limits.LATTICE_LISTENERS
    yield _measure(Exit.LATTICE, "listeners of a service", listeners, most, LATTICE_QUOTAS, can_be_raised=True)
    groups = _largest(_Counted(len(nodes_of(index, each)), each) for each in index.of("VirtualService"))
    most = limits.LATTICE_TARGET_GROUPS
    yield _measure(Exit.LATTICE, "target groups of a service", groups, most, LATTICE_QUOTAS, can_be_raised=True)
    services = Counter(node for service in index.of("VirtualService") for node in nodes_of(index, service))
    leading = _largest(_Counted(services[node.name.key], node) for node in index.of("VirtualNode"))
    most = limits.LATTICE_TARGET_GROUPS_OF_AN_ECS_SERVICE
    yield _measure(Exit.LATTICE, "target groups of an ECS service", leading, most, ECS_WITH_LATTICE)
    headers = _largest(_Counted(_headers(route), route) for route in index.of("Route"))
    yield _measure(Exit.LATTICE, "headers of a rule", headers, limits.LATTICE_HEADERS, LATTICE_RULE)
    yield _measure(Exit.LATTICE, "characters of a value", _longest(index), limits.CONDITION_CHARACTERS, LATTICE_RULE)


def rules_of_alb(index: MeshIndex) -> tuple[str, ...]:
    """The keys of what needs a rule at a load balancer: each route, each service without one, each gateway route."""
    led = [service for service in index.of("VirtualService") if index.router_of(service) is None]
    return tuple(each.key for each in (*index.of("Route"), *led, *index.of("GatewayRoute")))


def nodes_of(index: MeshIndex, service: Declared) -> tuple[str, ...]:
    """The names of the nodes behind a service that get requests."""
    node, router = index.node_of(service), index.router_of(service)
    if router is None:
        return (node.name.key,) if node else ()
    targets = (target for route in _routes(index, router) for target in _targets(route))
    return tuple(dict.fromkeys(targets))


def _targets(route: Declared) -> Iterator[str]:
    nodes = _values(route, "Spec.*.Action.WeightedTargets.VirtualNode")
    given = weights(route.properties)
    for node, weight in zip(nodes, given, strict=False):
        if positive([weight]):
            yield node


def _measure(
    exit_: Exit, what: str, counted: _Counted, most: int, source: Source, *, can_be_raised: bool = False
) -> Measure:
    declared = counted.declared
    where, key = (declared.name.text, declared.key) if declared else ("", None)
    return Measure(exit_, what, counted.value, most, source, where, key, can_be_raised)


def _largest(counted: Iterator[_Counted]) -> _Counted:
    return max(counted, key=lambda each: each.value, default=_Counted(0, None))


def _values(declared: Declared, path: str) -> list[str]:
    """The values at a path; the step `*` stands for any type of route."""
    found = properties_of(declared.kind, declared.properties)
    return [str(each.value) for each in found if _without_type(each.path) == _without_type(path)]


def _without_type(path: str) -> str:
    steps = path.split(".")
    return ".".join([steps[0], *steps[2:]]) if len(steps) > 2 and steps[1].endswith(("Route", "*")) else path


def _routes(index: MeshIndex, router: Declared) -> tuple[Declared, ...]:
    return index.belonging("Route", "VirtualRouterName", router)


def _all_routes(index: MeshIndex) -> Iterator[Declared]:
    yield from index.of("Route")
    yield from index.of("GatewayRoute")


def _ports_of(index: MeshIndex, service: Declared) -> list[str]:
    node = index.node_of(service)
    return _values(node, _PORT) if node else []


def _conditions(route: Declared) -> int:
    """How many values a rule for the route compares, besides the host."""
    paths = ("Path.Exact", "Path.Regex", "Method", "Headers.Name", "Metadata.Name", "QueryParameters.Name")
    count = sum(len(_values(route, f"Spec.*.Match.{path}")) for path in paths)
    count += bool(_values(route, "Spec.*.Match.ServiceName"))
    return count + sum(prefix != "/" for prefix in _values(route, "Spec.*.Match.Prefix"))


def _headers(route: Declared) -> int:
    return len(_values(route, "Spec.*.Match.Headers.Name")) + len(_values(route, "Spec.*.Match.Metadata.Name"))


def _longest(index: MeshIndex) -> _Counted:
    """The longest literal that a route compares."""
    return _largest(
        _Counted(len(each.text), route)
        for route in _all_routes(index)
        for each in properties_of(route.kind, route.properties)
        if ".Match." in each.path and each.text
    )
