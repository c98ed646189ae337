"""The two kinds of document that hold task definitions, as adoption needs them: what to ask the core, and where and
how a mark is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from appmesh_inject.cfn.document import Edit, Json, Path, append, edited, map_at, remove, replace
from appmesh_inject.findings import Finding
from appmesh_inject.injection import inject
from appmesh_inject.limits import TAG_VALUE_CHARACTERS
from appmesh_inject.mesh.source import Meshes, MeshSource
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.rendering import RenderOptions
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, entries, snippets
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import BUILT_IN, PlatformDefaults
from appmesh_inject.workloads.cloudformation import MARK, CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.model import DocumentKind
from appmesh_inject.workloads.task_definition import CLOUDFORMATION, ECS_API, TAG_PREFIX, TaskDefinitionReader

NOWHERE = Level((), {})
_TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]*")


class Marking(Protocol):
    """A kind of document."""

    @property
    def tasks(self) -> TaskDefinitionReader: ...

    def fragment(self, document: Json) -> Json:
        """The document as the core gets it."""

    def target(self, mark: Mapping[str, Json]) -> DocumentKind:
        """What the core is asked about a document with a task that is marked so."""

    def properties(self, path: Path) -> Path:
        """Where the properties of the task definition at `path` stand."""

    def marked(self, document: Json, path: Path, mark: Mapping[str, Json]) -> Json:
        """The document with the task definition at `path` marked."""

    def alone(self, document: Json, path: Path) -> Json:
        """A small document that has that task definition, and what else decides about it."""

    def rendered(self, document: Json, marks: Mapping[Path, Mapping[str, Json]]) -> tuple[Json, Sequence[Finding]]:
        """What `render` makes of a document with these marks in it, without them; and what it says."""


@dataclass(frozen=True, slots=True)
class InMetadata:
    """A CloudFormation template: a mark is `Metadata.AppMesh`."""

    asked: RenderOptions
    request: Level = NOWHERE

    @property
    def tasks(self) -> TaskDefinitionReader:
        return CLOUDFORMATION

    def fragment(self, document: Json) -> Json:
        assert isinstance(document, Mapping)
        return {key: value for key, value in document.items() if key != TRANSFORM}

    def target(self, mark: Mapping[str, Json]) -> DocumentKind:
        return CloudFormation(self.request, self.asked.parameter_values)

    def properties(self, path: Path) -> Path:
        return (*path, "Properties")

    def marked(self, document: Json, path: Path, mark: Mapping[str, Json]) -> Json:
        metadata = map_at(document, path).get("Metadata")
        held = dict(metadata) if isinstance(metadata, Mapping) else {}
        return edited(document, [replace((*path, "Metadata"), {**held, MARK: mark})])

    def alone(self, document: Json, path: Path) -> Json:
        assert isinstance(document, Mapping)
        resources = map_at(document, ("Resources",))
        kept = {
            name: resource
            for name, resource in resources.items()
            if name == path[1]
            or (isinstance(resource, Mapping) and str(resource.get("Type")).startswith("AWS::AppMesh"))
        }
        return {**document, "Resources": kept}

    def rendered(self, document: Json, marks: Mapping[Path, Mapping[str, Json]]) -> tuple[Json, Sequence[Finding]]:
        result = rendered(map_at(document, ()), self.asked)
        changes: list[Edit] = []
        for path in marks:
            metadata = map_at(document, (*path, "Metadata"))
            changes.append(remove((*path, "Metadata", MARK) if len(metadata) > 1 else (*path, "Metadata")))
        return edited(result.document, changes), result.findings


def in_metadata(document: Mapping[str, Json], asked: RenderOptions) -> InMetadata:
    """The form of a template, which may call the macro already, with settings of its own."""
    for entry in entries(document, TRANSFORM, (), asked.macro):
        if isinstance(entry.parameters, Mapping):
            return InMetadata(asked, Level((*entry.path, "Parameters"), entry.parameters))
    return InMetadata(asked)


def resources_with_calls(document: Json, macro: str) -> frozenset[Path]:
    """The places of our `Fn::Transform`s in a document: what is around them is marked already."""
    return frozenset((*path, SNIPPET) for path in snippets(document, macro))


@dataclass(frozen=True, slots=True)
class InTags:
    """An ECS task definition: a mark is a few tags, and what these cannot say is flags of `render`."""

    deployment: PlatformDefaults = BUILT_IN
    mesh: MeshSource | None = None

    @property
    def tasks(self) -> TaskDefinitionReader:
        return ECS_API

    def fragment(self, document: Json) -> Json:
        return document

    def target(self, mark: Mapping[str, Json]) -> DocumentKind:
        return EcsTaskDefinition(Level(("flags",), flags_of(mark)))

    def properties(self, path: Path) -> Path:
        return path

    def marked(self, document: Json, path: Path, mark: Mapping[str, Json]) -> Json:
        there = map_at(document, path).get(ECS_API.names["Tags"])
        place = (*path, ECS_API.names["Tags"])
        if isinstance(there, list):
            return edited(document, [append(place, tag) for tag in tags_of(mark)])
        return edited(document, [replace(place, tags_of(mark))] if tags_of(mark) else [])

    def alone(self, document: Json, path: Path) -> Json:
        return document

    def rendered(self, document: Json, marks: Mapping[Path, Mapping[str, Json]]) -> tuple[Json, Sequence[Finding]]:
        mark = next(iter(marks.values()), {})
        outcome = inject(document, self.target(mark), self.deployment, Meshes(given=self.mesh))
        place = (ECS_API.names["Tags"],)
        tags = map_at(outcome.document, ()).get(*place)
        left = [tag for tag in tags if tag not in tags_of(mark)] if isinstance(tags, list) else []
        return edited(outcome.document, [replace(place, left) if left else remove(place)]), outcome.findings


def in_tags(asked: RenderOptions) -> InTags:
    """The marking of an ECS task definition."""
    return InTags(asked.deployment, asked.mesh)


def tags_of(mark: Mapping[str, Json]) -> list[Json]:
    """The settings that a tag can carry, as tags."""
    spoken = ((name, as_tag(value)) for name, value in mark.items())
    return [
        {ECS_API.names["Key"]: TAG_PREFIX + name, ECS_API.names["Value"]: text}
        for name, text in spoken
        if text is not None
    ]


def flags_of(mark: Mapping[str, Json]) -> dict[str, Json]:
    """The settings that no tag can carry."""
    return {name: value for name, value in mark.items() if as_tag(value) is None}


def as_tag(value: Json) -> str | None:
    """A setting as the value of a tag, where lists have spaces; None where a tag cannot carry it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        value = " ".join(map(str, value))
    if not isinstance(value, str | int):
        return None
    text = str(value).replace(",", " ")
    return text if len(text) <= TAG_VALUE_CHARACTERS and _TAG_VALUE.fullmatch(text) else None
