"""Where and how marks are written in templates (Metadata) and in ECS task definitions (tags)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from appmesh_inject.cfn.document import Edit, Json, Path, append, edited, map_at, remove, replace
from appmesh_inject.findings import Finding
from appmesh_inject.injection import inject
from appmesh_inject.limits import TAG_VALUE_CHARACTERS
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, entries, snippets
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import BUILT_IN, PlatformDefaults
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.lost_marks import MARK, TAG_PREFIX
from appmesh_inject.workloads.model import DocumentKind
from appmesh_inject.workloads.task_definition import CLOUDFORMATION, ECS_API, TaskDefinitionReader

NOWHERE = Level((), {})
_TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]*")


class Marking(Protocol):
    """Marks in one kind of document."""

    @property
    def tasks(self) -> TaskDefinitionReader: ...

    def fragment(self, document: Json) -> Json:
        """The part of the document that the macro receives."""

    def kind(self, mark: Mapping[str, Json]) -> DocumentKind:
        """The kind of document, for the macro's core. mark: adds settings that cannot be written into the document."""

    def properties(self, path: Path) -> Path:
        """The path of the task definition's properties."""

    def marked(self, document: Json, path: Path, mark: Mapping[str, Json]) -> Json:
        """The document with a mark on the task definition at `path`."""

    def alone(self, document: Json) -> Callable[[Path], Json]:
        """Reduces the document to the task definition at a path and what influences its rendering."""

    def rendered(self, document: Json, marks: Mapping[Path, Mapping[str, Json]]) -> tuple[Json, Sequence[Finding]]:
        """The rendered document with these marks removed, and the findings."""


@dataclass(frozen=True, slots=True)
class InMetadata:
    """Marks in the `Metadata.AppMesh` of a template's resources."""

    options: RenderOptions
    request: Level = NOWHERE

    @property
    def tasks(self) -> TaskDefinitionReader:
        return CLOUDFORMATION

    def fragment(self, document: Json) -> Json:
        assert isinstance(document, Mapping)
        return {key: value for key, value in document.items() if key != TRANSFORM}

    def kind(self, mark: Mapping[str, Json]) -> DocumentKind:
        return CloudFormation(self.request, self.options.parameter_values)

    def properties(self, path: Path) -> Path:
        return (*path, "Properties")

    def marked(self, document: Json, path: Path, mark: Mapping[str, Json]) -> Json:
        metadata = map_at(document, path).get("Metadata")
        held = dict(metadata) if isinstance(metadata, Mapping) else {}
        return edited(document, [replace((*path, "Metadata"), {**held, MARK: mark})])

    def alone(self, document: Json) -> Callable[[Path], Json]:
        resources = map_at(document, ("Resources",))
        mesh = {
            name: resource
            for name, resource in resources.items()
            if isinstance(resource, Mapping) and str(resource.get("Type")).startswith("AWS::AppMesh")
        }
        template = map_at(document, ())
        return lambda path: {**template, "Resources": {str(path[1]): resources[str(path[1])], **mesh}}

    def rendered(self, document: Json, marks: Mapping[Path, Mapping[str, Json]]) -> tuple[Json, Sequence[Finding]]:
        result = rendered(map_at(document, ()), self.options)
        changes: list[Edit] = []
        for path in marks:
            metadata = map_at(document, (*path, "Metadata"))
            changes.append(remove((*path, "Metadata", MARK) if len(metadata) > 1 else (*path, "Metadata")))
        return edited(result.document, changes), result.findings


def in_metadata(document: Mapping[str, Json], options: RenderOptions) -> InMetadata:
    """Marks in a template. If it already calls the macro, the parameters of that call apply."""
    for entry in entries(document, TRANSFORM, (), options.macro):
        if isinstance(entry.parameters, Mapping):
            return InMetadata(options, Level((*entry.path, "Parameters"), entry.parameters))
    return InMetadata(options)


def resources_with_calls(document: Json, macro: str) -> frozenset[Path]:
    """The paths of the macro's calls by `Fn::Transform`. Resources that contain one are marked already."""
    return frozenset((*path, SNIPPET) for path in snippets(document, macro))


@dataclass(frozen=True, slots=True)
class InTags:
    """Marks in the tags of an ECS task definition. Settings that tags cannot express become flags of `render`."""

    deployment: PlatformDefaults = BUILT_IN
    given_meshes: tuple[OtherMesh, ...] = ()

    @property
    def tasks(self) -> TaskDefinitionReader:
        return ECS_API

    def fragment(self, document: Json) -> Json:
        return document

    def kind(self, mark: Mapping[str, Json]) -> DocumentKind:
        return EcsTaskDefinition(Level(("flags",), flags_of(mark)))

    def properties(self, path: Path) -> Path:
        return path

    def marked(self, document: Json, path: Path, mark: Mapping[str, Json]) -> Json:
        there = map_at(document, path).get(ECS_API.names["Tags"])
        place = (*path, ECS_API.names["Tags"])
        if isinstance(there, list):
            return edited(document, [append(place, tag) for tag in tags_of(mark)])
        return edited(document, [replace(place, tags_of(mark))] if tags_of(mark) else [])

    def alone(self, document: Json) -> Callable[[Path], Json]:
        return lambda path: document

    def rendered(self, document: Json, marks: Mapping[Path, Mapping[str, Json]]) -> tuple[Json, Sequence[Finding]]:
        mark = next(iter(marks.values()), {})
        outcome = inject(document, self.kind(mark), self.deployment, Meshes(self.given_meshes))
        place = (ECS_API.names["Tags"],)
        tags = map_at(outcome.document, ()).get(*place)
        left = [tag for tag in tags if tag not in tags_of(mark)] if isinstance(tags, list) else []
        return edited(outcome.document, [replace(place, left) if left else remove(place)]), outcome.findings


def in_tags(options: RenderOptions) -> InTags:
    """Marks in an ECS task definition."""
    return InTags(options.deployment, options.given_meshes)


def tags_of(mark: Mapping[str, Json]) -> list[Json]:
    """The tags for the settings that tags can express."""
    spoken = ((name, as_tag(value)) for name, value in mark.items())
    return [
        {ECS_API.names["Key"]: TAG_PREFIX + name, ECS_API.names["Value"]: text}
        for name, text in spoken
        if text is not None
    ]


def flags_of(mark: Mapping[str, Json]) -> dict[str, Json]:
    """The settings that tags cannot express."""
    return {name: value for name, value in mark.items() if as_tag(value) is None}


def as_tag(value: Json) -> str | None:
    """The text of a setting in a tag, lists separated by spaces. None if a tag cannot express it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        value = " ".join(map(str, value))
    if not isinstance(value, str | int):
        return None
    text = str(value).replace(",", " ")
    return text if len(text) <= TAG_VALUE_CHARACTERS and _TAG_VALUE.fullmatch(text) else None
