"""Compares task definitions, ignoring the order of containers and of items that have an identity."""

import json
from collections.abc import Mapping

from appmesh_inject.cfn.document import Json, Path, same
from appmesh_inject.cfn.fragment_merge import Identities
from appmesh_inject.migrate.fragment_difference import without_nothing
from appmesh_inject.workloads.task_definition import TaskDefinitionReader


def equivalent(one: Json, other: Json, tasks: TaskDefinitionReader) -> bool:
    """Whether the properties of two task definitions mean the same."""
    return same(one, other) or same(canonical(one, tasks), canonical(other, tasks))


def canonical(properties: Json, tasks: TaskDefinitionReader) -> Json:
    """A task definition's properties in a form that is equal for equivalent task definitions."""
    if not isinstance(properties, Mapping):
        return properties
    found = _sorted(without_nothing(properties), "", tasks.containers.identities)
    assert isinstance(found, dict)
    containers = found.get(tasks.names["ContainerDefinitions"])
    return (
        found | {tasks.names["ContainerDefinitions"]: _in_order(containers)} if isinstance(containers, list) else found
    )


def _sorted(value: Json, key: str, identities: Identities) -> Json:
    if isinstance(value, Mapping):
        return {name: _sorted(member, name, identities) for name, member in value.items()}
    if isinstance(value, list):
        items = [_sorted(item, "", identities) for item in value]
        return _in_order(items) if key in identities and not _has_doubles(items, key, identities) else items
    return value


def _in_order(items: list[Json]) -> list[Json]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def _has_doubles(items: list[Json], key: str, identities: Identities) -> bool:
    """If two items have the same identity, the last one may count, so their order matters."""
    found = [
        json.dumps([str(item.get(name, default)) for name, default in identities[key]])
        for item in items
        if isinstance(item, Mapping)
    ]
    return len(set(found)) < len(found)


def first_difference(one: Json, other: Json, path: Path = ()) -> Path | None:
    """The path of the first difference; None if the values are equal. Lists are compared as a whole."""
    if same(one, other):
        return None
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = [*one, *(key for key in other if key not in one)]
        key = next(key for key in keys if key not in one or key not in other or not same(one[key], other[key]))
        return first_difference(one.get(key), other.get(key), (*path, key))
    return path
