"""Splits a document into parts for review: the resources of a template, the objects of manifests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Edit, Json, Path, edited, map_at, remove, replace
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, snippets, without

REST = "the rest of the template"


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """One part. name: for reviewers. kind: its type. path: in the document."""

    name: str
    kind: str
    path: Path
    value: Json


def parts(document: Json) -> tuple[DocumentPart, ...]:
    """The parts of a template, of manifests or of an ECS task definition, in order and with unique names."""
    if isinstance(document, list):
        return tuple(_numbered(_objects(document, ())))
    if isinstance(document, Mapping) and isinstance(document.get("Resources"), Mapping):
        return tuple(_resources(document))
    family = document.get("family") if isinstance(document, Mapping) else None
    return (
        DocumentPart(family if isinstance(family, str) else "task definition", "ECS task definition", (), document),
    )


def _resources(template: Mapping[str, Json]) -> Iterator[DocumentPart]:
    resources = template["Resources"]
    assert isinstance(resources, Mapping)
    for name, resource in resources.items():
        kind = resource.get("Type") if isinstance(resource, Mapping) else None
        yield DocumentPart(name, kind if isinstance(kind, str) else "", ("Resources", name), resource)
    rest = {key: value for key, value in template.items() if key != "Resources"}
    if rest:
        yield DocumentPart(REST, "", (), rest)


def _objects(values: list[Json], path: Path) -> Iterator[DocumentPart]:
    for index, value in enumerate(values):
        place = (*path, index)
        items = value.get("items") if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and value.get("kind") == "List" and isinstance(items, list):
            yield from _objects(items, (*place, "items"))
        elif isinstance(value, Mapping):
            kind, metadata = str(value.get("kind", "")), value.get("metadata")
            name = metadata.get("name") or metadata.get("generateName") if isinstance(metadata, Mapping) else None
            yield DocumentPart(f"{kind.lower()}/{name}" if name else kind.lower(), kind, place, value)


def _numbered(found: Iterator[DocumentPart]) -> Iterator[DocumentPart]:
    """Appends numbers to the names of objects that have the same name, for example in two namespaces."""
    seen: dict[str, int] = {}
    for part in found:
        seen[part.name] = seen.get(part.name, 0) + 1
        number = seen[part.name]
        yield part if number == 1 else DocumentPart(f"{part.name} ({number})", part.kind, part.path, part.value)


def uncalled(document: Json, macro: str) -> Json:
    """The document without calls of the macro, which CloudFormation always removes."""
    if not isinstance(document, Mapping):
        return document
    changes = [_left(document, path, SNIPPET, macro) for path in snippets(document, macro)]
    if TRANSFORM in document:
        changes.append(_left(document, (), TRANSFORM, macro))
    return edited(document, changes)


def _left(document: Json, path: Path, key: str, macro: str) -> Edit:
    left = without(map_at(document, path), key, macro)
    place = (*path, key)
    return replace(place, left[0]) if left else remove(place)
