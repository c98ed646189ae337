"""Looks up mesh resources by mesh and name: the targets of backends, routes and gateway routes.

What a service exposes does not depend on the caller, so it is determined once for all callers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypeVar, final

from appmesh_inject.cfn.document import Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.missing_resources import missing
from appmesh_inject.mesh.compiling.route_order import route_order
from appmesh_inject.mesh.model import (
    TCP,
    Listener,
    Model,
    Resource,
    Route,
    VirtualNode,
    VirtualRouter,
    VirtualService,
    WeightedTarget,
)
from appmesh_inject.mesh.scalars import Scalar, host_key, listed, literal, shown
from appmesh_inject.settings.types import quoted

R = TypeVar("R", bound=Resource)
Key: TypeAlias = tuple[str, ...]


@final
class Target(NamedTuple):
    """baseline: the weight that the task definitions carry if `weight` is live; None if it is not."""

    node: VirtualNode
    listener: Listener
    weight: Scalar
    baseline: Scalar | None = None

    @property
    def key(self) -> Key:
        return *self.node.identity, self.listener.port.key


@final
class Rule(NamedTuple):
    """Where requests go. route: None if the provider of the service is a node."""

    route: Route | None
    targets: tuple[Target, ...]

    @property
    def is_live(self) -> bool:
        """Whether one of its weights is live. The weight of a single target has no meaning."""
        return len(self.targets) > 1 and any(target.baseline is not None for target in self.targets)


@final
class Exposure(NamedTuple):
    """A virtual service on one port."""

    service: VirtualService
    port: Scalar
    protocol: str
    rules: tuple[Rule, ...]


@final
class Exposed(NamedTuple):
    exposures: tuple[Exposure, ...] = ()
    findings: tuple[Finding, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Links:
    """lists_weights: another finding says which weights are fixed, so that AM356 is not needed."""

    model: Model
    lists_weights: bool = False
    _nodes: dict[Key, VirtualNode] = field(init=False, repr=False, default_factory=dict)
    _routers: dict[Key, VirtualRouter] = field(init=False, repr=False, default_factory=dict)
    _services: dict[Key, VirtualService] = field(init=False, repr=False, default_factory=dict)
    _routes: dict[Key, list[Route]] = field(init=False, repr=False, default_factory=dict)
    _exposed: dict[Key, Exposed] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._nodes.update(_by_name(self.model.nodes))
        self._routers.update(_by_name(self.model.routers))
        self._services.update(_by_name(self.model.services))
        for route in self.model.routes:
            self._routes.setdefault(_key(route, route.router), []).append(route)

    def service(self, caller: Resource, name: Scalar) -> VirtualService | None:
        return self._services.get((caller.mesh.key, host_key(name)))

    def exposed(self, service: VirtualService) -> Exposed:
        """The ports on which a service answers, and the mistakes in its router, routes and nodes."""
        known = self._exposed.get(service.identity)
        if known is None:
            known = self._exposed[service.identity] = _Linking(self, service).exposed()
        return known

    def findings(self) -> Iterator[Finding]:
        """The mistakes in the routers, routes and nodes of all services."""
        for service in self.model.services:
            yield from self.exposed(service).findings

    def is_live(self, service: VirtualService) -> bool:
        """Whether a route of the service has a live weight."""
        return any(rule.is_live for exposure in self.exposed(service).exposures for rule in exposure.rules)

    def node(self, by: Resource, name: Scalar) -> VirtualNode | None:
        return self._nodes.get(_key(by, name))

    def router(self, by: Resource, name: Scalar) -> VirtualRouter | None:
        return self._routers.get(_key(by, name))

    def missing_node(self, by: Resource, name: Scalar) -> Finding:
        return self._missing("virtual node", by, name, self.model.nodes)

    def missing_router(self, by: Resource, name: Scalar) -> Finding:
        return self._missing("virtual router", by, name, self.model.routers)

    def missing_service(self, by: Resource, name: Scalar) -> Finding:
        return self._missing("virtual service", by, name, self.model.services)

    def _missing(self, what: str, by: Resource, name: Scalar, candidates: Iterable[Resource]) -> Finding:
        """The finding about a resource that `by` names and no template has."""
        about = missing(self.model, by.mesh.key, name.key, candidates)
        found = f"{what} {quoted(name.written)}, which" if isinstance(name.written, str) else f"a {what} that"
        return Finding("AM306", by.logical_id, name.path, f"names {found} is not in {about.where}", about.hint)

    def routes(self, router: VirtualRouter) -> list[Route]:
        return sorted(self._routes.get(_key(router, router.name), ()), key=route_order)


def _key(by: Resource, name: Scalar) -> Key:
    return by.mesh.key, name.key


def _by_name(resources: Iterable[R]) -> dict[Key, R]:
    return {resource.identity: resource for resource in resources}


@final
@dataclass(frozen=True, slots=True)
class _Linking:
    """Determines the exposures of one service."""

    links: Links
    service: VirtualService
    findings: list[Finding] = field(default_factory=list)

    def exposed(self) -> Exposed:
        service = self.service
        found: Iterable[Exposure] = ()
        if service.node is not None:
            found = self._of_node(service.node)
        elif service.router is not None:
            router = self.links.router(service, service.router)
            if router is None:
                self.findings.append(self.links.missing_router(service, service.router))
            else:
                found = self._of_router(router)
        else:
            self._report("AM359", service, service.path, "has no provider: it answers 404", "Give it a provider")
        return Exposed(tuple(found), tuple(self.findings))

    def _report(self, code: str, resource: Resource, path: Path, message: str, hint: str) -> None:
        self.findings.append(Finding(code, resource.logical_id, path, message, hint))

    def _of_node(self, name: Scalar) -> Iterable[Exposure]:
        node = self._reachable(self.service, name)
        if node is None:
            return
        for listener in node.listeners:
            rule = Rule(None, (Target(node, listener, literal(1)),))
            yield Exposure(self.service, listener.port, listener.protocol, (rule,))

    def _reachable(self, by: Resource, name: Scalar) -> VirtualNode | None:
        """The node of this name. None, with a finding, for a node that cannot receive traffic."""
        node = self.links.node(by, name)
        if node is None:
            self.findings.append(self.links.missing_node(by, name))
        elif not node.listeners:
            self._report("AM315", node, node.path, "is a target, but has no listener", "Give it a listener")
        elif node.discovery is None:
            self._report("AM315", node, node.path, "is a target, but has no ServiceDiscovery", "Add ServiceDiscovery")
        else:
            return node
        return None

    def _of_router(self, router: VirtualRouter) -> Iterable[Exposure]:
        routes = self.links.routes(router)
        rules = [(route, self._targets(route)) for route in routes]
        listeners = router.listeners or self._inferred(router, [target for _, found in rules for target in found])
        by_port: dict[str, list[Rule]] = {listener.port.key: [] for listener in listeners}
        for route, targets in rules:
            listener = self._listener(route, listeners, route.match.port, route.match.path)
            if listener is None:
                continue
            self._same_protocol(route, listener, targets)
            if route.protocol == TCP and by_port[listener.port.key]:
                message = "is the second tcp route of its virtual router on this port"
                self._report("AM312", route, route.path, message, "Keep one tcp route for each port")
            if targets:
                by_port[listener.port.key].append(Rule(route, targets))
        for listener in listeners:
            yield Exposure(self.service, listener.port, listener.protocol, tuple(by_port[listener.port.key]))

    def _inferred(self, router: VirtualRouter, targets: Sequence[Target]) -> tuple[Listener, ...]:
        """A router without listeners answers on the port that all its targets have in common."""
        found = {(target.listener.port.key, target.listener.protocol): target.listener for target in targets}
        if len(found) == 1:
            return tuple(found.values())
        message = "has no listener, and its targets do not have one port in common"
        self._report("AM318", router, router.path, message, "Give the virtual router a listener")
        return ()

    def _listener(
        self, by: Resource, listeners: Sequence[Listener], port: Scalar | None, path: Path
    ) -> Listener | None:
        """The listener that `port` names, or the only one."""
        found = [listener for listener in listeners if port is None or listener.port.key == port.key]
        if len(found) == 1:
            return found[0]
        if found:
            there = listed(listener.port for listener in found)
            self._report("AM316", by, path, f"names no port, and there are several listeners: {there}", "Add Port")
        elif port is not None and listeners:
            there = listed(listener.port for listener in listeners)
            message = f"names port {shown(port, 'by a parameter')}, and no listener has it"
            self._report("AM317", by, port.path, message, f"Name a listener's port{f': {there}' if there else ''}")
        return None

    def _targets(self, route: Route) -> tuple[Target, ...]:
        found: list[Target] = []
        for target in route.targets:
            linked = self._target(route, target)
            if linked is not None:
                found.append(linked)
        if found and all(target.weight.known == "0" for target in found):
            message = "gives every target the weight 0, which Envoy rejects"
            self._report("AM314", route, route.targets[0].path, message, "Give one target a weight")
        elif found and any(target.baseline for target in found) and not any(map(_may_carry_traffic, found)):
            message = "gives every target the weight 0 by the Defaults of its parameters, which new tasks start with"
            self._report("AM314", route, route.targets[0].path, message, "Give one of the parameters another Default")
        if len(found) > 1 and not self.links.lists_weights:
            message = "splits traffic by weights that are part of every caller's task definition"
            hint = "To change a weight, deploy the callers again"
            self._report("AM356", route, route.path, message, hint)
        return self._tcp_targets(route, found) if route.protocol == TCP else tuple(found)

    def _tcp_targets(self, route: Route, targets: Sequence[Target]) -> tuple[Target, ...]:
        """Removes targets of weight 0, which Envoy rejects for tcp. So each weight must be known when the macro
        runs."""
        for target in targets:
            if target.weight.known is None and len(targets) > 1:
                message = "decides whether a tcp target exists, and is not known when the macro runs"
                self._report("AM301", route, target.weight.path, message, "Write the weight itself")
        return tuple(target for target in targets if target.weight.known != "0")

    def _target(self, route: Route, target: WeightedTarget) -> Target | None:
        node = self._reachable(route, target.node)
        listener = node and self._listener(route, node.listeners, target.port, target.path)
        return Target(node, listener, target.weight, target.baseline) if node and listener else None

    def _same_protocol(self, route: Route, listener: Listener, targets: Sequence[Target]) -> None:
        if route.protocol != listener.protocol:
            message = f"is a {route.protocol} route, and its virtual router listens for {listener.protocol}"
            self._report("AM313", route, route.path, message, "Use one protocol")
        for target in targets:
            if target.listener.protocol != route.protocol:
                node = f"virtual node {target.node.logical_id}"
                message = f"is a {route.protocol} route, and {node} listens for {target.listener.protocol}"
                self._report("AM313", route, route.path, message, "Use one protocol")


def _may_carry_traffic(target: Target) -> bool:
    carried = target.baseline or target.weight
    return carried.known is None or int(carried.known) > 0
