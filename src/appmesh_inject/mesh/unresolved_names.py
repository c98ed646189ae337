"""Virtual services whose names DNS does not know. An app resolves such a name before its Envoy sees the traffic.

Where the namespace or hosted zone of a name is in the template, and is nobody else's, all its records are there, too.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.cfn.references import references
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import Model, VirtualService
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.parsing.cloud_map import facts
from appmesh_inject.mesh.scalars import host_key, shown
from appmesh_inject.resource_types import APP_MESH, CLOUD_MAP, DNS_NAMESPACES, TASK_DEFINITION
from appmesh_inject.settings.types import closest

_ZONES = ("AWS::Route53::HostedZone", *DNS_NAMESPACES)
_RECORD, _RECORDS = "AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"
_READ = (*_ZONES, _RECORD, _RECORDS, f"{CLOUD_MAP}Service", TASK_DEFINITION)
"""Types whose names are known, or that make none."""
_UNKNOWN = "\0"
"""Is in the key of a name that only CloudFormation knows."""


@final
class _Zone(NamedTuple):
    """A namespace or hosted zone of the template. name: in lower case, without a dot at its end."""

    logical_id: str
    name: str


@final
class _Record(NamedTuple):
    """A name that the template makes. name: as in `_Zone`. kind: the type of its record; empty if that is not known."""

    name: str
    kind: str = ""


def unresolved(model: Model, callers: Collection[str], template: Json) -> Iterator[Finding]:
    """A warning for each virtual service that a caller's app cannot resolve. callers: the logical IDs of the virtual
    nodes that tasks of the template run. template: that holds the mesh, alone."""
    names = model.names
    called = {
        host_key(backend.service) for node in model.nodes if node.logical_id in callers for backend in node.backends
    }
    wanted = [service for service in model.services if host_key(service.name) in called]
    if not wanted or any(key.startswith((LOOP, "Fn::Transform")) for key in names.resources):
        return
    zones = [zone for zone in _zones(names) if not _is_shared(zone, names.resources, template)]
    records = list(_records(names)) if zones else []
    for service in wanted:
        name = _host(service.name.key)
        zone = next((zone for zone in zones if _is_in(name, zone.name)), None)
        if zone is None or any(_may_make(record, name, zone) for record in records):
            continue
        if not _is_named_elsewhere(names.resources, {name, zone.name}):
            yield _finding(service, zone, records)


def _finding(service: VirtualService, zone: _Zone, records: list[_Record]) -> Finding:
    name = shown(service.name, "its name")
    message = (
        f"callers ask DNS for {name} before Envoy sees the request, and nothing in this template makes that name in "
        f"{zone.logical_id}"
    )
    guess = closest(_host(service.name.key), [it.name for it in records if _is_in(it.name, zone.name)])
    near = f"Did you mean '{guess}', which is there? Otherwise add" if guess and _UNKNOWN not in guess else "Add"
    hint = f"{near} a record or a Cloud Map service of that name; any address will do but the task's own"
    return Finding("AM369", service.logical_id, service.name.path or service.path, message, hint)


def _host(key: str) -> str:
    return key.lower().removesuffix(".")


def _is_in(name: str, zone: str) -> bool:
    """Whether a name belongs to a zone, and its own part is known."""
    return name.endswith(f".{zone}") and _UNKNOWN not in name[: -len(zone)]


def _zones(names: MeshNames) -> Iterator[_Zone]:
    for logical_id, resource in names.resources.items():
        if _type(resource) in _ZONES and isinstance(resource, dict) and "Condition" not in resource:
            name = _host(names.key(_property(resource, "Name")))
            if name and "\0null\0" not in name:
                yield _Zone(logical_id, name)


def _is_shared(zone: _Zone, resources: Mapping[str, Json], template: Json) -> bool:
    """Whether something that is not read here gets hold of the zone and may make names in it: another stack, by way of
    an output; a nested stack; a function; the services of Service Connect."""
    outputs = template.get("Outputs") if isinstance(template, Mapping) else None
    makers = [
        resource
        for resource in resources.values()
        if _type(resource) not in _READ and not _type(resource).startswith(APP_MESH)
    ]
    return any(zone.logical_id in references(each) for each in (outputs, *makers))


def _records(names: MeshNames) -> Iterator[_Record]:
    for service in facts(names.resources, names)[1]:
        yield _Record(f"{service.name}.{service.namespace or _UNKNOWN}")
    for resource in names.resources.values():
        if _type(resource) == _RECORD:
            yield _record(_property(resource, "Name"), _property(resource, "Type"), names)
        elif _type(resource) == _RECORDS:
            several = _property(resource, "RecordSets")
            for each in several if isinstance(several, list) else [None]:
                is_plain = isinstance(each, dict)
                yield _record(each.get("Name"), each.get("Type"), names) if is_plain else _Record(_UNKNOWN)  # type: ignore[union-attr]


def _record(name: Json, kind: Json, names: MeshNames) -> _Record:
    return _Record(_host(names.key(name)), kind if isinstance(kind, str) else "")


def _may_make(record: _Record, name: str, zone: _Zone) -> bool:
    """Whether a record makes `name`, or may: a part of its own name is not known."""
    if record.name == name or (record.name.startswith("*.") and name.endswith(record.name[1:])):
        return True
    if record.kind == "NS" and record.name != zone.name and name.endswith(f".{record.name}"):
        return True
    return not _is_in(record.name, zone.name) and _UNKNOWN in f"{record.name}{name}" and _fit(record.name, name)


def _fit(one: str, other: str) -> bool:
    """Whether two names of which parts are not known may be the same, by how they begin and end."""
    begins, ends = ([name.split(_UNKNOWN)[at] for name in (one, other)] for at in (0, -1))
    return max(begins, key=len).startswith(min(begins, key=len)) and max(ends, key=len).endswith(min(ends, key=len))


def _is_named_elsewhere(resources: Mapping[str, Json], names: Collection[str]) -> bool:
    """Whether a resource that may make names has one of these as a text: a nested stack, a service of Service
    Connect."""
    return any(
        _type(resource) not in _READ
        and not _type(resource).startswith(APP_MESH)
        and any(_host(text) in names for text in _texts(resource))
        for resource in resources.values()
    )


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _type(resource: Json) -> str:
    return str(resource.get("Type")) if isinstance(resource, dict) else ""


def _property(resource: Json, name: str) -> Json:
    properties = resource.get("Properties") if isinstance(resource, dict) else None
    return properties.get(name) if isinstance(properties, dict) else None
