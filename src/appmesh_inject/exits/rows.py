"""The rows of the report: each service with its routes, each gateway with its routes, the nodes, the mesh."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from appmesh_inject.cfn.document import Path
from appmesh_inject.exits import features
from appmesh_inject.exits.features import Feature
from appmesh_inject.exits.features.forwarding import NO_RETRIES, NO_TIMEOUT
from appmesh_inject.exits.mesh_files import Declared, ResourceName
from appmesh_inject.exits.properties import WHOLE, GivenProperty, properties_of
from appmesh_inject.exits.verdicts import EXITS, Exit, Judgement, Verdict, worst
from appmesh_inject.exits.words import detail, requests


class Place(NamedTuple):
    """A property. resource: its key. path: in the resource's Properties."""

    resource: str
    path: Path


@dataclass(frozen=True, slots=True)
class Point:
    """A feature that a row uses, with the judgement of each exit. codes: of findings that are about it."""

    feature: str
    detail: str
    judgements: Mapping[Exit, Judgement]
    places: tuple[Place, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        return all(each.verdict is Verdict.KEEPS for each in self.judgements.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A service, route, node, gateway, gateway route or mesh. resources: the keys of what it is made of. owner: the key
    of a gateway route's gateway; what is said of that may be about one of the row's features, too."""

    kind: str
    name: str
    text: str
    resources: tuple[str, ...]
    points: tuple[Point, ...]
    owner: str | None = None

    def verdict(self, exit_: Exit) -> Verdict:
        """The worst of the row's features."""
        return worst(point.judgements[exit_].verdict for point in self.points)

    @property
    def verdicts(self) -> Mapping[Exit, Verdict]:
        return {exit_: self.verdict(exit_) for exit_ in EXITS}

    def with_points(self, points: Iterable[Point]) -> "Row":
        return replace(self, points=tuple(points))


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one title. kind: service, gateway, nodes or mesh."""

    kind: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class MeshIndex:
    """The resources of a mesh, to look up what refers to what."""

    declared: Sequence[Declared]

    def of(self, kind: str) -> Iterator[Declared]:
        return (each for each in self.declared if each.kind == kind)

    def named(self, kind: str, mesh: ResourceName, name: ResourceName | None) -> Declared | None:
        found = (each for each in self.of(kind) if name and each.name.key == name.key and each.mesh.key == mesh.key)
        return next(found, None)

    def belonging(self, kind: str, property_: str, owner: Declared) -> tuple[Declared, ...]:
        """The routes of a router, or of a gateway, in the order in which they are tried."""
        found = [
            each
            for each in self.of(kind)
            if each.mesh.key == owner.mesh.key and (each.named(property_) or owner.mesh).key == owner.name.key
        ]
        return tuple(sorted(found, key=_priority))

    def node_of(self, service: Declared) -> Declared | None:
        name = service.named("Spec", "Provider", "VirtualNode", "VirtualNodeName")
        return self.named("VirtualNode", service.mesh, name)

    def router_of(self, service: Declared) -> Declared | None:
        name = service.named("Spec", "Provider", "VirtualRouter", "VirtualRouterName")
        return self.named("VirtualRouter", service.mesh, name)


def sections(declared: Sequence[Declared], extra: Sequence[Row] = ()) -> tuple[Section, ...]:
    """The sections of the report. extra: rows about the mesh as a whole that no resource asks for."""
    index = MeshIndex(declared)
    services = [_service(index, service) for service in index.of("VirtualService")]
    led_to = {router.key for service in index.of("VirtualService") if (router := index.router_of(service))}
    routers = [_router(index, router) for router in index.of("VirtualRouter") if router.key not in led_to]
    gateways = [_gateway(index, gateway) for gateway in index.of("VirtualGateway")]
    nodes = tuple(_row("node", node.name.text, _listeners(node), [node]) for node in index.of("VirtualNode"))
    meshes = tuple(_row("mesh", mesh.name.text, "", [mesh]) for mesh in index.of("Mesh"))
    last = Section("nodes", "virtual nodes", nodes), Section("mesh", "mesh", (*meshes, *extra))
    return tuple(section for section in (*services, *routers, *gateways, *_strays(index), *last) if section.rows)


def _service(index: MeshIndex, service: Declared) -> Section:
    router, node = index.router_of(service), index.node_of(service)
    if router is not None:
        rows = tuple(_route(route, service, router) for route in _routes(index, router))
        title = f"{service.name.text}{_after_colon(router)}"
        return Section("service", title, rows or (_row("service", "no route", "", [service, router]),))
    if node is None:
        provider = service.named("Spec", "Provider", "VirtualNode", "VirtualNodeName") or service.named(
            "Spec", "Provider", "VirtualRouter", "VirtualRouterName"
        )
        text = f"{provider.text}, which is not in these files" if provider else "answers 404"
        return Section("service", service.name.text, (_row("service", "every request", text, [service]),))
    points = [*_points([service]), *_of_listeners(node)]
    row = Row("service", "every request", f"to {node.name.text}", (service.key,), _joined(points))
    return Section("service", f"{service.name.text}{_after_colon(node)}", (row,))


def _of_listeners(node: Declared) -> Iterator[Point]:
    """What a node's listeners say about the requests to it, and App Mesh's defaults for them."""
    found = [each for each in properties_of(node.kind, node.properties) if each.path.endswith("PortMapping.Protocol")]
    yield from _points_of(node.key, found)
    if any(each.text != "tcp" for each in found):
        for name in (NO_RETRIES, NO_TIMEOUT):
            yield Point(name, "", features.named(name).judgements, (), features.named(name).codes)


def _router(index: MeshIndex, router: Declared) -> Section:
    title = f"router {router.name.text}{_after_colon(router)}, to which no service leads"
    return Section("service", title, tuple(_route(route, None, router) for route in _routes(index, router)))


def _routes(index: MeshIndex, router: Declared) -> tuple[Declared, ...]:
    return index.belonging("Route", "VirtualRouterName", router)


def _route(route: Declared, service: Declared | None, router: Declared) -> Row:
    resources = [route, *([service] if service else []), router]
    return _row("route", route.name.text, requests(route.spec), resources)


def _gateway(index: MeshIndex, gateway: Declared) -> Section:
    routes = index.belonging("GatewayRoute", "VirtualGatewayName", gateway)
    rows = [_row("gateway", "listeners", _listeners(gateway), [gateway])]
    rows += [_row("gateway route", route.name.text, requests(route.spec), [route], gateway.key) for route in routes]
    return Section("gateway", f"{gateway.name.text} (virtual gateway)", tuple(rows))


def _strays(index: MeshIndex) -> Iterator[Section]:
    """The routes whose router or gateway is not in the mesh."""
    for kind, row, owner, what, section in (
        ("Route", "route", "VirtualRouter", "virtual router", "service"),
        ("GatewayRoute", "gateway route", "VirtualGateway", "virtual gateway", "gateway"),
    ):
        strays = [it for it in index.of(kind) if index.named(owner, it.mesh, it.named(f"{owner}Name")) is None]
        rows = tuple(_row(row, it.name.text, requests(it.spec), [it]) for it in strays)
        yield Section(section, f"routes whose {what} is not in these files", rows)


def _row(kind: str, name: str, text: str, resources: Sequence[Declared], owner: str | None = None) -> Row:
    """A row with the features of its resources."""
    return Row(kind, name, text, tuple(each.key for each in resources), _joined(_points(resources)), owner)


def _points(resources: Iterable[Declared]) -> Iterator[Point]:
    for each in resources:
        yield from _points_of(each.key, list(properties_of(each.kind, each.properties)))


def _points_of(resource: str, properties: Iterable[GivenProperty]) -> Iterator[Point]:
    asked: dict[str, tuple[Feature, list[GivenProperty]]] = {}
    for found in properties:
        for feature in features.features_of(found):
            asked.setdefault(feature.name, (feature, []))[1].append(found)
    for feature, its in asked.values():
        places = tuple(Place(resource, ("Properties", *each.place)) for each in its)
        own = [each for each in its if each.path != WHOLE]
        text = detail(feature.name, own or its) if own or feature.name == "weights" else ""
        yield Point(feature.name, text, feature.judgements, places, feature.codes)


def _joined(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points, each feature once."""
    found: dict[str, Point] = {}
    for point in points:
        before = found.get(point.feature)
        places = (*before.places, *point.places) if before else point.places
        found[point.feature] = replace(before or point, places=places)
    return tuple(found.values())


def _listeners(owner: Declared) -> str:
    found: list[str] = []
    for each in properties_of(owner.kind, owner.properties):
        if each.path == "Spec.Listeners.PortMapping.Port":
            protocol = each.parent.get("Protocol")
            found.append(f"{protocol} {each.text}" if each.text else str(protocol))
    return ", ".join(found)


def _after_colon(owner: Declared) -> str:
    """`:9080 (http)` of a router or node."""
    ports = [
        (each.text or "", str(each.parent.get("Protocol")))
        for each in properties_of(owner.kind, owner.properties)
        if each.path == "Spec.Listeners.PortMapping.Port"
    ]
    if len(ports) != 1:
        return f" ({', '.join(dict.fromkeys(protocol for _, protocol in ports))})" if ports else ""
    return f":{ports[0][0]} ({ports[0][1]})"


def _priority(route: Declared) -> tuple[int, str]:
    """Routes with a priority come first, as App Mesh tried them."""
    priority = str(route.spec.get("Priority", ""))
    return (int(priority) if priority.isascii() and priority.isdigit() else 1001), route.name.text
