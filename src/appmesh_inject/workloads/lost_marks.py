"""Finds marks that nothing reads: under a misspelt key, on another resource, or in a wrong place of a task definition.

CloudFormation accepts each of them, and the task would run without its mesh.
"""

import re
from collections.abc import Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding
from appmesh_inject.resource_types import TASK_DEFINITION
from appmesh_inject.settings.table import NAMING, TABLE
from appmesh_inject.settings.types import closest

MARK = "AppMesh"
TAG_PREFIX = "AppMesh:"
HOLDERS = frozenset((MARK, "Metadata", "Tags"))
"""The members of a resource and of its properties that can be or hold a mark."""


def lost_marks(template: Mapping[str, Json]) -> Iterator[Finding]:
    """A finding for each mark in the template that has no effect."""
    yield from _misspelt(template.get("Metadata"), ("Metadata",), "")
    resources = template.get("Resources")
    if isinstance(resources, dict):
        yield from _in_resources(resources, ("Resources",))


def _in_resources(resources: Mapping[str, Json], path: Path) -> Iterator[Finding]:
    for name, resource in resources.items():
        if isinstance(resource, dict):
            properties = resource.get("Properties")
            inner = properties if isinstance(properties, dict) else ()
            if not (HOLDERS.isdisjoint(resource) and HOLDERS.isdisjoint(inner)):
                yield from _in_resource(name, resource, (*path, name))
        elif name.startswith(LOOP) and isinstance(resource, list) and isinstance((resource or [0])[-1], dict):
            yield from _in_resources(resource[-1], (*path, name, len(resource) - 1))


def _in_resource(name: str, resource: Mapping[str, Json], path: Path) -> Iterator[Finding]:
    metadata, properties = resource.get("Metadata"), resource.get("Properties")
    is_task = resource.get("Type") == TASK_DEFINITION
    if metadata is not None:
        yield from _misspelt(metadata, (*path, "Metadata"), name)
        if not is_task and isinstance(metadata, dict) and _is_mark(metadata.get(MARK)):
            yield _misplaced(name, (*path, "Metadata", MARK), f"on an {resource.get('Type')}", properties)
    if _is_mark(resource.get(MARK)):
        yield _misplaced(name, (*path, MARK), "outside of Metadata", None)
    if not isinstance(properties, dict):
        return
    if _is_mark(properties.get(MARK)):
        yield _misplaced(name, (*path, "Properties", MARK), "inside of Properties", None)
    inner = properties.get("Metadata")
    if isinstance(inner, dict) and _is_mark(inner.get(MARK)):
        yield _misplaced(name, (*path, "Properties", "Metadata", MARK), "inside of Properties", None)
    if not is_task:
        yield from _tagged(name, properties, resource.get("Type"), path)


def _tagged(name: str, properties: Mapping[str, Json], kind: Json, path: Path) -> Iterator[Finding]:
    tags = properties.get("Tags")
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        key = tag.get("Key") if isinstance(tag, dict) else None
        if isinstance(key, str) and key.startswith(TAG_PREFIX) and key.removeprefix(TAG_PREFIX) in TABLE:
            yield _misplaced(name, (*path, "Properties", "Tags", index), f"on an {kind}", properties)


def _misplaced(name: str, path: Path, where: str, properties: Json) -> Finding:
    task = properties.get("TaskDefinition") if isinstance(properties, dict) else None
    target = task.get("Ref") if isinstance(task, dict) else None
    hint = f"Move it to the task definition '{target}'" if isinstance(target, str) else HINT
    return Finding(
        "AM117", name, path, f"a mark {where} has no effect: the macro reads those of task definitions", hint
    )


HINT = "Move it to Metadata.AppMesh, beside Properties, of the AWS::ECS::TaskDefinition"


def _misspelt(metadata: Json, path: Path, name: str) -> Iterator[Finding]:
    for key, value in metadata.items() if isinstance(metadata, dict) else ():
        if key == MARK or not _is_mark(value):
            continue
        if is_like_mark(key) or (_names_a_mesh(value) and closest(key, [MARK])):
            message = f"'{key}' is not read, so it marks nothing: did you mean '{MARK}'?"
            yield Finding("AM117", name, (*path, key), message, f"Write {MARK}")


def misspelt_tag(key: str) -> str | None:
    """The setting that a tag's key names with a misspelt prefix; None for other tags."""
    prefix, _, setting = key.partition(":")
    return setting if prefix != MARK and is_like_mark(prefix) and setting in TABLE else None


def is_like_mark(key: str) -> bool:
    """Whether a word is `AppMesh`, but for its case and the signs between its letters."""
    return re.sub(r"[-_. ]", "", key).lower() == MARK.lower()


def _is_mark(value: Json) -> bool:
    return isinstance(value, dict) and (not value or not TABLE.keys().isdisjoint(value))


def _names_a_mesh(value: Json) -> bool:
    return isinstance(value, dict) and not {"MeshName", *NAMING}.isdisjoint(value)
