"""Mesh resources as parts of the graph: their calls, routes and weights."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.graph import labels
from appmesh_inject.graph.graph_builder import GraphBuilder, Key
from appmesh_inject.graph.labels import shown_scalar
from appmesh_inject.graph.model import Cell, Meaning, PartKind, PartTable
from appmesh_inject.mesh.compiling.resource_links import Links
from appmesh_inject.mesh.model import (
    Dns,
    GatewayRoute,
    Model,
    Resource,
    Route,
    VirtualGateway,
    VirtualNode,
    VirtualRouter,
    VirtualService,
    WeightedTarget,
)
from appmesh_inject.mesh.scalars import Scalar, host_key
from appmesh_inject.mesh.template_joining import FIELDS

KINDS: Mapping[type[Resource], PartKind] = {
    VirtualGateway: PartKind.GATEWAY,
    VirtualService: PartKind.SERVICE,
    VirtualRouter: PartKind.ROUTER,
    VirtualNode: PartKind.NODE,
}
ANYTHING = "/*"
ROUTE_COLUMNS = ("Match", "Goes to", "Share", "Limits")


@dataclass(frozen=True, slots=True)
class MeshParts:
    """Adds the mesh resources of all files to the builder. homes: the file of each resource, by the resource's
    `id()`."""

    builder: GraphBuilder
    links: Links
    homes: Mapping[int, str]

    @property
    def model(self) -> Model:
        return self.links.model

    def added(self) -> Iterator[tuple[str, Resource]]:
        """Adds all parts and edges, and returns each part's id and resource."""
        m = self.model
        boxes = [(self._own(each), each) for each in (*m.gateways, *m.services, *m.routers, *m.nodes)]
        for node in m.nodes:
            for backend in node.backends:
                self.builder.connect(self._own(node), self._service(node, backend.service), Meaning.CALLS)
        for entry in m.gateway_routes:
            gateway = self.builder.add(key_of(entry), shown_scalar(entry.gateway))
            self.builder.connect(gateway, self._service(entry, entry.service), Meaning.CALLS, labels.match(entry.match))
        for service in m.services:
            if (provider := self._provider(service)) is not None:
                self.builder.connect(self._own(service), provider, Meaning.CALLS)
        for router in m.routers:
            for route in self.links.routes(router):
                shares = zip(route.targets, labels.shares(route.targets), labels.portions(route.targets), strict=True)
                for target, share, portion in shares:
                    called = self._node(route, target.node)
                    self.builder.connect(self._own(router), called, Meaning.CALLS, _label(route, share), portion)
        yield from boxes

    def sections(self, part: str, resource: Resource) -> Iterator[PartTable]:
        """The tables about a part. Call it after `added`, since it reads the edges."""
        yield PartTable("", tuple((name, value) for name, value in self._facts(resource) if value))
        if isinstance(resource, VirtualService):
            router = None if resource.router is None else self.links.router(resource, resource.router)
            if router is not None:
                yield PartTable("Routes", tuple(self._route_rows(router)), ROUTE_COLUMNS)
        elif isinstance(resource, VirtualRouter):
            yield PartTable("Routes", tuple(self._route_rows(resource)), ROUTE_COLUMNS)
        elif isinstance(resource, VirtualGateway):
            yield PartTable("Gateway routes", tuple(self._gateway_rows(resource)), ("Match", "Service", "Rewrite"))
        elif isinstance(resource, VirtualNode):
            columns = ("Service", "Match", "Goes to", "Share")
            yield PartTable("May call", tuple(self._call_rows(resource)), columns)
        if not isinstance(resource, VirtualGateway):
            callers = ((self.builder.link(each),) for each in self.builder.callers(part))
            yield PartTable("Called by", tuple(callers))

    def _own(self, resource: Resource) -> str:
        return self.builder.add(key_of(resource), shown_scalar(resource.name))

    def _service(self, by: Resource, name: Scalar) -> str:
        found = self.links.service(by, name)
        return self._own(found) if found else self._missing(PartKind.SERVICE, by, name)

    def _node(self, by: Resource, name: Scalar) -> str:
        found = self.links.node(by, name)
        return self._own(found) if found else self._missing(PartKind.NODE, by, name)

    def _missing(self, kind: PartKind, by: Resource, name: Scalar) -> str:
        return self.builder.missing(kind, by.mesh.key, name.key, shown_scalar(name))

    def _provider(self, service: VirtualService) -> str | None:
        if service.node is not None:
            return self._node(service, service.node)
        if service.router is None:
            return None
        router = self.links.router(service, service.router)
        return self._own(router) if router else self._missing(PartKind.ROUTER, service, service.router)

    def _targets(self, router: VirtualRouter) -> Iterator[tuple[Route, WeightedTarget, str]]:
        for route in self.links.routes(router):
            for target, share in zip(route.targets, labels.shares(route.targets), strict=True):
                yield route, target, share

    def _route_rows(self, router: VirtualRouter) -> Iterator[tuple[Cell, ...]]:
        for route, target, share in self._targets(router):
            limits = (labels.retries(route.retry), labels.timeout(route.timeout))
            priority = f"priority {route.priority}" if route.priority is not None else ""
            words = "; ".join(word for word in (*limits, priority) if word)
            yield labels.match(route.match), self.builder.link(self._node(route, target.node)), share, words

    def _gateway_rows(self, gateway: VirtualGateway) -> Iterator[tuple[Cell, ...]]:
        for route in self.model.gateway_routes:
            if (route.mesh.key, route.gateway.key) == (gateway.mesh.key, gateway.name.key):
                yield labels.match(route.match), self.builder.link(self._service(route, route.service)), _rewrite(route)

    def _call_rows(self, node: VirtualNode) -> Iterator[tuple[Cell, ...]]:
        """The nodes that calls of a node finally reach, so that a reader can go from node to node."""
        for backend in node.backends:
            link = self.builder.link(self._service(node, backend.service))
            service = self.links.service(node, backend.service)
            rows = list(self._ends(service)) if service else []
            yield from ((link, *row) for row in rows or [("", "answers 404" if service else "", "")])

    def _ends(self, service: VirtualService) -> Iterator[tuple[Cell, ...]]:
        if service.node is not None:
            yield "everything", self.builder.link(self._node(service, service.node)), "100%"
        router = None if service.router is None else self.links.router(service, service.router)
        for route, target, share in self._targets(router) if router else ():
            yield labels.match(route.match), self.builder.link(self._node(route, target.node)), share

    def _facts(self, resource: Resource) -> Iterator[tuple[str, Cell]]:
        yield "Mesh", shown_scalar(resource.mesh)
        yield "Logical ID", resource.logical_id
        yield "File", self.homes[id(resource)]
        if isinstance(resource, VirtualNode | VirtualGateway | VirtualRouter):
            yield "Listens", labels.listeners(resource.listeners)
        if isinstance(resource, VirtualNode):
            yield "Found by", _discovery(resource)
            yield "Health check", ", ".join(_health(resource))
        if isinstance(resource, VirtualService):
            provider = self._provider(resource)
            yield "Provider", "none: it answers 404" if provider is None else self.builder.link(provider)


def _label(route: Route, share: str) -> str:
    """The label of a router's edge. Leaves out a match of everything and a share of 100%, which distinguish nothing."""
    words = labels.match(route.match)
    shown = [] if words in (ANYTHING, "everything") else [words]
    return " ".join([*shown, share] if share != "100%" else shown)


def key_of(resource: Resource) -> Key:
    """The key of a resource's part. Routes belong to the part of their router or gateway."""
    if isinstance(resource, Route):
        return PartKind.ROUTER, resource.mesh.key, resource.router.key
    if isinstance(resource, GatewayRoute):
        return PartKind.GATEWAY, resource.mesh.key, resource.gateway.key
    name = host_key(resource.name) if isinstance(resource, VirtualService) else resource.name.key
    return KINDS[type(resource)], resource.mesh.key, name


def overview(model: Model) -> PartTable:
    """The settings of each mesh."""
    rows = (
        (shown_scalar(mesh.name), "any host" if mesh.allows_all else "declared backends only")
        for mesh in sorted(model.meshes, key=lambda mesh: mesh.name.key)
    )
    return PartTable("Meshes", tuple(rows), ("Mesh", "Nodes may call"))


def merged(models: Iterable[Model], empty: Model) -> Model:
    """The resources of several files as one model, those that several files define alike once. It has the names of the
    first file, which only the compiler uses."""
    found = list(models)
    if not found:
        return empty
    return Model(names=found[0].names, **{name: _distinct(found, name) for name in FIELDS})  # type: ignore[arg-type]


def _distinct(models: Iterable[Model], name: str) -> tuple[Resource, ...]:
    """The resources of one type. Resources are equal if they say the same, whatever their logical IDs."""
    return tuple(dict.fromkeys(it for model in models for it in getattr(model, name)))


def _rewrite(route: GatewayRoute) -> str:
    rewrite = route.rewrite
    words = ["keeps the host"] if rewrite.keeps_hostname else []
    words += ["keeps the prefix"] if rewrite.keeps_prefix else []
    words += [f"prefix becomes {shown_scalar(rewrite.prefix)}"] if rewrite.prefix else []
    words += [f"path becomes {shown_scalar(rewrite.exact_path)}"] if rewrite.exact_path else []
    return ", ".join(words)


def _discovery(node: VirtualNode) -> str:
    if node.discovery is None:
        return ""
    if isinstance(node.discovery, Dns):
        return f"DNS {shown_scalar(node.discovery.hostname)}"
    return f"Cloud Map {shown_scalar(node.discovery.service)}.{shown_scalar(node.discovery.namespace)}"


def _health(node: VirtualNode) -> Iterator[str]:
    for check in (listener.health_check for listener in node.listeners if listener.health_check):
        words = (check.protocol, shown_scalar(check.url_path), "every", shown_scalar(check.interval))
        yield " ".join(word for word in words if word)
