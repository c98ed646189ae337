"""Which virtual services lead to which virtual nodes, and which of them Service Connect can stand for.

Service Connect has no routes: each virtual service and port must lead to one listener of one virtual node.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from appmesh_inject.cfn.document import Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.resource_links import Exposure, Links, Rule, Target
from appmesh_inject.mesh.model import (
    GRPC,
    HTTP,
    HTTP2,
    TCP,
    Listener,
    Match,
    Model,
    Resource,
    Route,
    VirtualNode,
    VirtualService,
)
from appmesh_inject.mesh.scalars import Scalar, host_key, shown
from appmesh_inject.profiles.connecting.resource_keys import Key, key_of

_OTHERS_REPORT = ("AM356", "AM359", "AM314")
"""Findings of the links that are about Envoy, and that this module makes itself where they matter."""

ELSEWHERE = "leave the callers standalone"

_KINDS = {HTTP: "HttpRoute", HTTP2: "Http2Route", GRPC: "GrpcRoute"}


class Endpoint(NamedTuple):
    """A virtual service on one port, and the one listener that it leads to. routes: to it; none if the provider is the
    node itself."""

    service: VirtualService
    port: Scalar
    node: VirtualNode
    listener: Listener
    routes: tuple[Route, ...] = ()


class Endpoints(NamedTuple):
    """The endpoints of a mesh, and findings. refused: keys of virtual services that have no endpoint because
    Service Connect cannot do what they do, or because of a mistake. concerned: those of the virtual nodes that these
    lead to."""

    all: tuple[Endpoint, ...]
    findings: tuple[Finding, ...]
    refused: frozenset[Key] = frozenset()
    concerned: frozenset[Key] = frozenset()
    callers: Mapping[Key, frozenset[Key]] = MappingProxyType({})

    def of_node(self, node: VirtualNode) -> tuple[Endpoint, ...]:
        return tuple(each for each in self.all if key_of(each.node) == key_of(node))


class RunByTasks(NamedTuple):
    """What the tasks of a template run: logical IDs of virtual nodes and gateways. connected: by tasks of this profile.
    is_whole: no other template runs the rest."""

    standalone: frozenset[Key]
    connected: frozenset[Key]
    is_whole: bool

    @property
    def all(self) -> frozenset[Key]:
        return self.standalone | self.connected


def endpoints(model: Model, links: Links, run_by_tasks: RunByTasks, *, retries_by_default: bool) -> Endpoints:
    """The endpoints of all virtual services. retries_by_default: App Mesh's default retry policy applies to routes
    without one."""
    found: list[Endpoint] = []
    findings: list[Finding] = []
    refused: set[Key] = set()
    concerned: set[Key] = set()
    called_by = _callers(model, links)
    for service in sorted(model.services, key=lambda it: (it.mesh.key, host_key(it.name))):
        callers = called_by.get(key_of(service), frozenset())
        one = _Service(service, links, retries_by_default)
        own = list(one.endpoints())
        is_ours = run_by_tasks.is_whole or not run_by_tasks.connected.isdisjoint(one.nodes | callers)
        if not any(finding.is_error for finding in one.findings):
            found += own
            findings += one.findings if is_ours else ()
            continue
        refused.add(key_of(service))
        # Where only standalone tasks call a service, their Envoys keep its routes.
        if is_ours and not (callers and callers <= run_by_tasks.standalone):
            findings += one.findings
            concerned |= one.nodes
    return Endpoints(tuple(found), tuple(findings), frozenset(refused), frozenset(concerned), called_by)


def _callers(model: Model, links: Links) -> Mapping[Key, frozenset[Key]]:
    """The logical IDs of the virtual nodes with a virtual service as a backend, and of the gateways with a route to
    it, by the service's logical ID."""
    found: dict[Key, set[Key]] = {}
    for node in model.nodes:
        for backend in node.backends:
            service = links.service(node, backend.service)
            if service is not None:
                found.setdefault(key_of(service), set()).add(key_of(node))
    gateways = {(it.mesh.key, it.name.key): key_of(it) for it in model.gateways}
    for route in model.gateway_routes:
        service, gateway = links.service(route, route.service), gateways.get((route.mesh.key, route.gateway.key))
        if service is not None and gateway is not None:
            found.setdefault(key_of(service), set()).add(gateway)
    return {service: frozenset(callers) for service, callers in found.items()}


class _Service:
    """The endpoints of one virtual service."""

    def __init__(self, service: VirtualService, links: Links, retries_by_default: bool) -> None:
        self.service = service
        self.links = links
        self.retries_by_default = retries_by_default
        self.findings: list[Finding] = []
        self.nodes: set[Key] = set()

    def endpoints(self) -> Iterator[Endpoint]:
        service = self.service
        exposed = self.links.exposed(service)
        self.findings += (finding for finding in exposed.findings if finding.code not in _OTHERS_REPORT)
        if service.node is None and service.router is None:
            message = "has no provider: App Mesh answered 404, and now the name is left to DNS"
            self._report("AM463", service, message, "Take the virtual service out")
        for exposure in exposed.exposures:
            yield from self._endpoint(exposure)

    def _report(self, code: str, resource: Resource, message: str, hint: str, path: Path = ()) -> None:
        self.findings.append(Finding(code, resource.logical_id, path or resource.path, message, hint))

    def _endpoint(self, exposure: Exposure) -> Iterator[Endpoint]:
        self.nodes |= {key_of(target.node) for rule in exposure.rules for target in rule.targets}
        rules = [
            Rule(rule.route, tuple(it for it in rule.targets if it.weight.known != "0")) for rule in exposure.rules
        ]
        targets = {target.key: target for rule in rules for target in rule.targets}
        routes = tuple(rule.route for rule in rules if rule.route)
        if not exposure.rules:
            message = (
                f"has no route on port {exposure.port.key}: App Mesh answered 404, and now the name is left to DNS"
            )
            self._report("AM463", self.service, message, "Take the virtual service out, or add a route")
        decided = [self._is_decided(rule) for rule in exposure.rules]
        if not all(decided) or not targets:
            return
        split = next((rule for rule in rules if len({target.key for target in rule.targets}) > 1), None)
        if split is not None and split.route is not None:
            self._report_weights(split.route, split.targets)
        elif len(targets) > 1:
            message = f"leads to {_named(targets.values())} by the matches of its routes, and Service Connect has none"
            hint = (
                f"Let all routes lead to one virtual node, {ELSEWHERE}, or route at a load balancer or in VPC Lattice"
            )
            self._report("AM408", self.service, message, hint)
        elif routes and not any(takes_everything(route.match) for route in routes):
            message = (
                "does not match every request: App Mesh answered the others with 404, Service Connect passes them on"
            )
            hint = f"Let a route match prefix /, if the others need no protection, or {ELSEWHERE}"
            self._report("AM409", routes[0], message, hint, routes[0].match.path)
        for rule in exposure.rules:
            if rule.route is not None:
                self._check_retries(rule.route)
                self._warn_of_zero_weights(rule.route, {key_of(target.node) for target in targets.values()})
        target = next(iter(targets.values()))
        yield Endpoint(self.service, exposure.port, target.node, target.listener, routes)

    def _is_decided(self, rule: Rule) -> bool:
        """Whether it is known which targets of a rule take part, and one does. If not, that is a finding."""
        if rule.route is None:
            return True
        unknown = [target for target in rule.targets if target.weight.known is None]
        if unknown and len(rule.targets) > 1 and rule.route.protocol != TCP:
            message = "decides whether a target takes part, and is not known when the macro runs"
            path = unknown[0].weight.path
            hint = "Write the weight itself, or a Ref to a parameter"
            self.findings.append(Finding("AM301", rule.route.logical_id, path, message, hint))
            return False
        if rule.route.targets and all(target.weight.known == "0" for target in rule.route.targets):
            message = "gives every target the weight 0"
            path = rule.route.targets[0].path
            self.findings.append(Finding("AM314", rule.route.logical_id, path, message, "Give one target a weight"))
            return False
        return True

    def _warn_of_zero_weights(self, route: Route, taking: Collection[Key]) -> None:
        for target in route.targets:
            node = self.links.node(route, target.node)
            if node is not None and target.weight.known == "0" and key_of(node) not in taking:
                message = f"gives virtual node {node.logical_id} the weight 0, so nothing reaches it by this name"
                hint = "Take its task out, or give it a virtual service of its own"
                self.findings.append(Finding("AM464", route.logical_id, target.path, message, hint))

    def _report_weights(self, route: Route, targets: Sequence[Target]) -> None:
        name = shown(self.service.name, self.service.logical_id)
        message = f"splits {name} by weights between {_named(targets)}, and Service Connect leads a name to one"
        hint = (
            f"Set all weights but one to 0, and release by the canary deployment of ECS; {ELSEWHERE}; "
            "or split at a load balancer or in VPC Lattice"
        )
        self._report("AM407", route, message, hint, route.targets[0].path[:-1])

    def _check_retries(self, route: Route) -> None:
        if route.protocol == TCP:
            return
        retry = route.retry
        policy = (*route.path, "Properties", "Spec", _KINDS[route.protocol], "RetryPolicy")
        if retry.max_retries.known == "0" if retry else not self.retries_by_default:
            message = "is not retried, and Service Connect retries every request up to twice, which cannot be set"
            hint = (
                f"If requests may be repeated, take {'the RetryPolicy' if retry else 'DefaultRetryPolicy'} out; else "
            )
            self._report("AM412", route, message, hint + ELSEWHERE, policy if retry else ())
        elif retry is not None:
            message = "has a retry policy, and Service Connect's is fixed: two retries, on connection failure and 503"
            patience = shown(retry.per_retry_timeout, "PerRetryTimeout")
            hint = f"Nothing else is retried, and a try lasts as long as its request, not {patience}"
            self._report("AM451", route, message, hint, policy)


def takes_everything(match: Match) -> bool:
    """Whether a route matches every request on its port."""
    narrowing = (
        match.exact_path,
        match.path_regex,
        match.method,
        match.scheme,
        match.service_name,
        match.method_name,
    )
    is_wide = match.prefix is None or match.prefix.known == "/"
    return is_wide and not any(narrowing) and not match.headers and not match.query_parameters


def _named(targets: Collection[Target]) -> str:
    found = list(dict.fromkeys(target.node.logical_id for target in targets))
    if len(found) == 1:
        return f"several listeners of virtual node {found[0]}"
    return f"virtual nodes {', '.join(found[:-1])} and {found[-1]}"
