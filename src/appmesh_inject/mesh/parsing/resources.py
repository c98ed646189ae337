"""Parses all mesh resources of a template, and the Cloud Map resources that they use."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.names import MeshNames, kind_of, name_property
from appmesh_inject.mesh.parsing import routes, virtual_resources
from appmesh_inject.mesh.parsing.cloud_map import facts
from appmesh_inject.mesh.parsing.property import Members, Property, Reader
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.mesh.template_mesh import APP_MESH
from appmesh_inject.settings.types import any_text, closest, name_alone

Parse: TypeAlias = Callable[[Mapping[str, Any], Members], Resource | None]


class Kind(NamedTuple):
    """A resource type. properties: those that only this type has; field: of the model."""

    parse: Parse
    field: str
    properties: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "Mesh": Kind(virtual_resources.mesh, "meshes"),
        "VirtualNode": Kind(virtual_resources.virtual_node, "nodes"),
        "VirtualGateway": Kind(virtual_resources.virtual_gateway, "gateways"),
        "VirtualRouter": Kind(virtual_resources.virtual_router, "routers"),
        "VirtualService": Kind(virtual_resources.virtual_service, "services"),
        "Route": Kind(routes.route, "routes", ("VirtualRouterName",)),
        "GatewayRoute": Kind(routes.gateway_route, "gateway_routes", ("VirtualGatewayName",)),
    }
)


class Parsed(NamedTuple):
    """The model, and the mistakes in the resources. With an error among them, the model is incomplete."""

    model: Model
    findings: tuple[Finding, ...]


def parse(resources: Json, scope: Scope, base_path: Path = ("Resources",), source: str = "") -> Parsed:
    """Parses the `Resources` of a template. Resources of other types are ignored. source: see `Resource`."""
    known = {key: it for key, it in resources.items() if isinstance(key, str)} if isinstance(resources, dict) else {}
    names = MeshNames(known, scope)
    findings: list[Finding] = []
    found: dict[str, list[Resource]] = {kind.field: [] for kind in KINDS.values()}
    # Sorted, so that the result does not depend on the order of resources in the template.
    for logical_id, resource in sorted(known.items()):
        prop = Property(resource, (*base_path, logical_id), Reader(logical_id, names, findings, source))
        kind = kind_of(resource)
        if logical_id.startswith(LOOP):
            _look_into_loop(prop)
        elif kind is not None and (parsed := _resource(prop, logical_id, kind)) is not None:
            found[KINDS[kind].field].append(parsed)
    for several in found.values():
        findings += _duplicates(several)
    namespaces, services = facts(known, names)
    model = Model(
        names=names,
        namespaces=namespaces,
        cloud_map_services=services,
        **{field: tuple(several) for field, several in found.items()},  # type: ignore[arg-type]
    )
    return Parsed(model, ordered(findings))


def _resource(prop: Property, logical_id: str, kind: str) -> Resource | None:
    resource = prop.value
    assert isinstance(resource, dict)
    if not _exists(prop, resource):
        return None
    if kind not in KINDS:
        guess = closest(kind, list(KINDS))
        hint = f"Did you mean '{APP_MESH}{guess}'?" if guess else f"App Mesh has {', '.join(KINDS)}"
        prop.at("Type", None).report("AM304", "is not a type of App Mesh", hint)
        return None
    own = name_property(kind)
    allowed = dict.fromkeys((own, "MeshName", "MeshOwner", *KINDS[kind].properties, "Spec", "Tags"))
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


def _duplicates(resources: list[Resource]) -> list[Finding]:
    first: dict[tuple[str, ...], Resource] = {}
    findings: list[Finding] = []
    for resource in resources:
        known = first.setdefault(resource.identity, resource)
        if known is not resource:
            message = f"has the same name as {known.logical_id}, a resource of the same type in the same mesh"
            findings.append(Finding("AM307", resource.logical_id, resource.path, message, "Rename one of the two"))
    return findings
