"""The mesh of one or many files, as one set of resources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position
from appmesh_inject.files.mesh_file_paths import Elsewhere
from appmesh_inject.graph.labels import shown
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.names import MeshNames, kind_of, name_property
from appmesh_inject.mesh.other_template import OtherTemplate

KINDS = ("Mesh", "VirtualService", "VirtualRouter", "Route", "VirtualNode", "VirtualGateway", "GatewayRoute")


class MeshFile(NamedTuple):
    """The mesh resources of one file, and its Cloud Map resources, with their values resolved."""

    name: str
    resources: Mapping[str, Json]


class Home(NamedTuple):
    """Where a resource stands."""

    file: str
    logical_id: str


class ResourceName(NamedTuple):
    """A name. key: equal for names that mean the same. text: for people."""

    key: str
    text: str


class Declared(NamedTuple):
    """A mesh resource. key: unique among all files. properties: references to mesh resources are names in them."""

    key: str
    kind: str
    mesh: ResourceName
    name: ResourceName
    properties: Mapping[str, Json]

    @property
    def spec(self) -> Mapping[str, Json]:
        spec = self.properties.get("Spec")
        return spec if isinstance(spec, Mapping) else {}

    def named(self, *steps: str) -> ResourceName | None:
        """The name in a property; None if it is not given."""
        value: Json = dict(self.properties)
        for step in steps:
            value = value.get(step) if isinstance(value, Mapping) else None
        return None if value is None else name(value)


@dataclass(frozen=True, slots=True)
class WholeMesh:
    """The resources of all files by key, and the home of each. declared: those of the mesh, sorted by kind and name."""

    resources: Mapping[str, Json]
    homes: Mapping[str, Home]
    declared: tuple[Declared, ...]

    def beside(self, file: str) -> tuple[OtherMesh, ...]:
        """What the other files add to the mesh of tasks in `file`; nothing if that file has the whole mesh."""
        others: dict[str, Json] = {key: it for key, it in self.resources.items() if self.homes[key].file != file}
        if not others:
            return ()
        document = Document("the mesh", "", Format.YAML, {}, lambda _: Position(1, 1))
        path = (Elsewhere("the mesh", document),)
        return (OtherMesh("the mesh", "the other files", path, OtherTemplate({"Resources": others}, is_resolved=True)),)


def whole(files: Iterable[MeshFile]) -> WholeMesh:
    """The mesh of all files. References between mesh resources become names, since a logical ID means something in its
    file only."""
    resources: dict[str, Json] = {}
    homes: dict[str, Home] = {}
    for file in files:
        names = MeshNames(file.resources, NOTHING_KNOWN)
        keys = {logical_id: _free(logical_id, resources) for logical_id in file.resources}
        for logical_id, resource in file.resources.items():
            named = names.written(resource, lambda *_: None) if kind_of(resource) is not None else resource
            named = _with_mesh_name(named, file.resources)
            resources[keys[logical_id]] = _with_keys(_with_name(logical_id, named), keys)
            homes[keys[logical_id]] = Home(file.name, logical_id)
    found = (_declared(key, resource) for key, resource in resources.items())
    return WholeMesh(resources, homes, tuple(sorted((each for each in found if each is not None), key=_order)))


def name(value: Json) -> ResourceName:
    return ResourceName(MeshNames({}, NOTHING_KNOWN).key(value), shown(value))


def _free(logical_id: str, taken: Mapping[str, Json]) -> str:
    key, number = logical_id, 1
    while key in taken:
        number += 1
        key = f"{logical_id}{number}"
    return key


def _with_name(logical_id: str, resource: Json) -> Json:
    """The resource with its name written out, since a resource without one is named like its logical ID."""
    kind = kind_of(resource)
    properties = resource.get("Properties", {}) if isinstance(resource, dict) else None
    if kind is None or not isinstance(resource, dict) or not isinstance(properties, dict):
        return resource
    return {**resource, "Properties": {name_property(kind): logical_id, **properties}}


def _with_mesh_name(resource: Json, resources: Mapping[str, Json]) -> Json:
    """The resource with the name of its mesh where MeshName is a Ref, which gives the ARN of the mesh."""
    properties = resource.get("Properties") if isinstance(resource, dict) and kind_of(resource) else None
    pointer = properties.get("MeshName") if isinstance(properties, dict) else None
    target = pointer.get("Ref") if isinstance(pointer, dict) else None
    mesh = resources.get(target) if isinstance(target, str) else None
    if not isinstance(resource, dict) or not isinstance(properties, dict) or kind_of(mesh) != "Mesh":
        return resource
    own = mesh.get("Properties", {}) if isinstance(mesh, dict) else {}
    name = own.get("MeshName", target) if isinstance(own, dict) else target
    return {**resource, "Properties": {**properties, "MeshName": name}}


def _with_keys(value: Json, keys: Mapping[str, str]) -> Json:
    """The value, with references to resources of its file by their keys."""
    if isinstance(value, list):
        return [_with_keys(item, keys) for item in value]
    if not isinstance(value, dict):
        return value
    referred = value.get("Ref")
    if isinstance(referred, str) and len(value) == 1:
        return {"Ref": keys.get(referred, referred)}
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, list) and len(value) == 1 and attribute and isinstance(attribute[0], str):
        return {"Fn::GetAtt": [keys.get(attribute[0], attribute[0]), *attribute[1:]]}
    return {name: _with_keys(item, keys) for name, item in value.items()}


def _declared(key: str, resource: Json) -> Declared | None:
    kind = kind_of(resource)
    properties = resource.get("Properties") if isinstance(resource, dict) else None
    if kind not in KINDS or not isinstance(properties, dict):
        return None
    own = name(properties.get(name_property(kind), key))
    mesh = own if kind == "Mesh" else name(properties.get("MeshName", ""))
    return Declared(key, kind, mesh, own, properties)


def _order(declared: Declared) -> tuple[int, str, str, str]:
    return KINDS.index(declared.kind), declared.mesh.text, declared.name.text, declared.key
