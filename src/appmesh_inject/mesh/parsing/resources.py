"""Parses the mesh resources of a template, and the Cloud Map resources that they use.

`outlined` reads what identifies each resource. The rest of it is parsed only where it is needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.name_keys import depends_on_a_condition
from appmesh_inject.mesh.names import PARENTS, MeshNames, kind_of, name_property
from appmesh_inject.mesh.parsing import routes, virtual_resources
from appmesh_inject.mesh.parsing.cloud_map import facts
from appmesh_inject.mesh.parsing.property import Members, Property, Reader
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.resource_types import APP_MESH
from appmesh_inject.settings.types import any_text, closest, name_alone

Parse: TypeAlias = Callable[[Mapping[str, Any], Members], Resource | None]


class ResourceType(NamedTuple):
    """A resource type. field: of the model."""

    parse: Parse
    field: str


KINDS: Mapping[str, ResourceType] = MappingProxyType(
    {
        "Mesh": ResourceType(virtual_resources.mesh, "meshes"),
        "VirtualNode": ResourceType(virtual_resources.virtual_node, "nodes"),
        "VirtualGateway": ResourceType(virtual_resources.virtual_gateway, "gateways"),
        "VirtualRouter": ResourceType(virtual_resources.virtual_router, "routers"),
        "VirtualService": ResourceType(virtual_resources.virtual_service, "services"),
        "Route": ResourceType(routes.route, "routes"),
        "GatewayRoute": ResourceType(routes.gateway_route, "gateway_routes"),
    }
)


class Parsed(NamedTuple):
    """The model, and the mistakes in the resources. With an error among them, the model is incomplete."""

    model: Model
    findings: tuple[Finding, ...]


@final
class Outline(NamedTuple):
    """A mesh resource that is not parsed yet, and what identifies it.

    prop: the whole resource. mesh, name, parent: keys; parent: of a route's router or gateway, empty for other types.
    """

    kind: str
    logical_id: str
    prop: Property
    mesh: str
    name: str
    parent: str

    @property
    def identity(self) -> tuple[str, ...]:
        """As in `Resource`, after the type."""
        own = (self.parent, self.name) if self.parent else (self.name,)
        return self.kind, self.mesh, *own

    def parsed(self) -> Resource | None:
        """The resource; None, with findings for its template, if it has mistakes."""
        return _resource(self.prop, self.logical_id, self.kind)


@final
class Outlined(NamedTuple):
    """The mesh resources of one template, before they are parsed. findings: grows as they are parsed."""

    names: MeshNames
    outlines: tuple[Outline, ...]
    findings: list[Finding]

    def parsed(self, known: Mapping[Path, Resource | None] | None = None) -> Parsed:
        """The model. known: the resources to take, by path; None: all are parsed."""
        found: dict[str, list[Resource]] = {kind.field: [] for kind in KINDS.values()}
        for outline in self.outlines:
            resource = outline.parsed() if known is None else known.get(outline.prop.path)
            if resource is not None:
                found[KINDS[outline.kind].field].append(resource)
        namespaces, services = facts(self.names.resources, self.names)
        model = Model(
            names=self.names,
            namespaces=namespaces,
            cloud_map_services=services,
            **{field: tuple(several) for field, several in found.items()},  # type: ignore[arg-type]
        )
        return Parsed(model, ordered(self.findings))


def parse(resources: Json, scope: Scope, base_path: Path = ("Resources",), source: str = "") -> Parsed:
    """Parses the `Resources` of a template. Resources of other types are ignored. source: see `Resource`."""
    return outlined(resources, scope, base_path, source).parsed()


def outlined(resources: Json, scope: Scope, base_path: Path = ("Resources",), source: str = "") -> Outlined:
    """The outlines of all mesh resources; parameters as for `parse`."""
    known = {key: it for key, it in resources.items() if isinstance(key, str)} if isinstance(resources, dict) else {}
    names = MeshNames(known, scope)
    findings: list[Finding] = []
    outlines: list[Outline] = []
    keys: dict[str, str] = {}
    # Sorted, so that the result does not depend on the order of resources in the template.
    for logical_id in sorted(known):
        resource = known[logical_id]
        kind = kind_of(resource)
        if kind is None and not logical_id.startswith(LOOP):
            continue
        prop = Property(resource, (*base_path, logical_id), Reader(logical_id, names, findings, source))
        if kind is None:
            _look_into_loop(prop)
        elif kind not in KINDS:
            _report_type(prop, kind)
        elif scope.assumed.get(str(resource.get("Condition"))) is not False:
            outlines.append(_outline(prop, logical_id, kind, keys))
    findings += _duplicates(outlines, scope)
    return Outlined(names, tuple(outlines), findings)


def _outline(prop: Property, logical_id: str, kind: str, keys: dict[str, str]) -> Outline:
    """The outline of one resource. keys: of the values that were seen before, by their texts, since many resources name
    one mesh."""
    assert isinstance(prop.value, dict)
    properties = prop.value.get("Properties")
    properties = properties if isinstance(properties, dict) else {}
    names = prop.reader.names

    def key(value: Json) -> str:
        if isinstance(value, str):
            return value
        text = repr(value)
        known = keys.get(text)
        if known is None:
            known = keys[text] = names.key(value)
        return known

    own = properties.get(name_property(kind))
    name = logical_id if own is None or not Property(own, prop.path, prop.reader).is_there else key(own)
    if kind == "VirtualService" and "\0" not in name:
        name = name.lower()
    mesh = name if kind == "Mesh" else key(properties.get("MeshName"))
    parent = key(properties.get(PARENTS[kind])) if kind in PARENTS else ""
    return Outline(kind, logical_id, prop, mesh, name, parent)


def _report_type(prop: Property, kind: str) -> None:
    assert isinstance(prop.value, dict)
    if not _exists(prop, prop.value):
        return
    guess = closest(kind, list(KINDS))
    hint = f"Did you mean '{APP_MESH}{guess}'?" if guess else f"App Mesh has {', '.join(KINDS)}"
    prop.at("Type", None).report("AM304", "is not a type of App Mesh", hint)


def _resource(prop: Property, logical_id: str, kind: str) -> Resource | None:
    resource = prop.value
    assert isinstance(resource, dict)
    if not _exists(prop, resource):
        return None
    own, parent = name_property(kind), PARENTS.get(kind)
    allowed = dict.fromkeys((own, "MeshName", "MeshOwner", *([parent] if parent else []), "Spec", "Tags"))
    body = prop.at("Properties", resource.get("Properties", {}))
    members = body.members(*allowed)
    common = members and _common(prop, members, logical_id, own)
    return KINDS[kind].parse(common, members) if members and common else None


def _exists(prop: Property, resource: Mapping[str, Json]) -> bool:
    condition = resource.get("Condition")
    if condition is None:
        return True
    outcome = prop.reader.scope.assumed.get(condition) if isinstance(condition, str) else None
    if outcome is None:
        prop.at("Condition", condition).report(
            "AM309",
            "decides whether the mesh resource exists, and its outcome is not known when the macro runs",
            prop.reader.give_parameter({"Condition": condition})
            or "Take the condition away, or keep the mesh in a template of its own",
        )
    return outcome is True


def _common(prop: Property, members: Members, logical_id: str, own: str) -> Mapping[str, Any] | None:
    """What all resources have: mesh, name and path. The name defaults to the logical ID."""
    # The name of a service is a host name, which is case-insensitive.
    check = _hostname if own == "VirtualServiceName" else name_alone
    name = members.scalar(own, check) if members[own].is_there else Scalar(logical_id, logical_id, logical_id)
    mesh = name if own == "MeshName" else members.required_scalar("MeshName", any_text)
    if name is None or mesh is None:
        return None
    return {"logical_id": logical_id, "mesh": mesh, "name": name, "path": prop.path, "source": prop.reader.source}


def _hostname(value: str) -> str | None:
    return "a host name without '*'" if "*" in value or "/" in value or not value else None


def _look_into_loop(prop: Property) -> None:
    if APP_MESH not in str(prop.value):
        return
    if prop.path[0] == "Resources":
        reason = "is unrolled before the macro runs only if AWS::LanguageExtensions comes before it in Transform"
        hint = "List AWS::LanguageExtensions before the macro, or write the mesh resources one by one"
    else:
        reason, hint = "is not unrolled in the template of another stack", "Write the mesh resources one by one"
    prop.report("AM309", f"makes mesh resources in a loop, which {reason}", hint)


def undecided_parents(outlines: Sequence[Outline]) -> Iterator[Finding]:
    """A finding for each route of which a condition decides where it belongs, unless a resource of the template has
    this very name. To leave the route out would be a guess."""
    identities = {(outline.kind, outline.mesh, outline.name) for outline in outlines}
    for outline in outlines:
        named_by = PARENTS.get(outline.kind)
        if named_by is None or (named_by.removesuffix("Name"), outline.mesh, outline.parent) in identities:
            continue
        for member, key in ((named_by, outline.parent), ("MeshName", outline.mesh)):
            if depends_on_a_condition(key):
                path = (*outline.prop.path, "Properties", member)
                message = "decides where the route belongs, and its condition is not known when the macro runs"
                hint = "Write one name, or decide the condition by parameters alone"
                yield Finding("AM301", outline.logical_id, path, message, hint)


def _duplicates(outlines: list[Outline], scope: Scope) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Outline] = {}
    for outline in outlines:
        resource = outline.prop.value
        assert isinstance(resource, dict)
        if "Condition" in resource and not scope.assumed.get(str(resource["Condition"])):
            continue
        known = first.setdefault(outline.identity, outline)
        if known is not outline:
            message = f"has the same name as {known.logical_id}, a resource of the same type in the same mesh"
            yield Finding("AM307", outline.logical_id, outline.prop.path, message, "Rename one of the two")
