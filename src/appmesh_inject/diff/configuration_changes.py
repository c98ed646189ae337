"""What changes in the configurations of Envoys: routes, clusters and listeners, one line each."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from appmesh_inject.cfn.document import Json
from appmesh_inject.diff.configuration_parts import (
    HOST,
    REST,
    ConfigurationPart,
    Key,
    configuration_parts,
    route_orders,
)
from appmesh_inject.diff.configuration_words import differences
from appmesh_inject.diff.embedded_text import configurations

Parts: TypeAlias = Mapping[Key, ConfigurationPart]


def configuration_changes(before: Json, after: Json) -> Iterator[str]:
    """The lines for one part of a document: a task definition, whose containers may run several Envoys. Without
    containers whose configuration is gone with the whole container: the other lines show that."""
    old, new = configurations(before), configurations(after)
    for container, config in new.items():
        lines = list(_lines(old.get(container), config))
        if lines:
            yield f"Envoy's configuration in container {container}:"
            yield from (f"  {line}" for line in lines)


def _lines(old: Mapping[str, Json] | None, new: Mapping[str, Json]) -> Iterator[str]:
    before = configuration_parts(old) if old is not None else {}
    after = configuration_parts(new)
    for key, part in after.items():
        earlier = before.get(key)
        if earlier is not None:
            yield from _changed(earlier, part)
        elif part.kind not in (HOST, REST):
            yield f"{_title(part)}: added{f': {part.summary}' if part.summary else ''}"
    for key, part in before.items():
        if key not in after and part.kind not in (HOST, REST):
            yield f"{_title(part)}: removed"
    yield from _reordered(before, after)


def _changed(old: ConfigurationPart, new: ConfigurationPart) -> Iterator[str]:
    found = [f"{old.summary or 'none'} -> {new.summary or 'none'}"] if old.summary != new.summary else []
    found += differences(old.value, new.value)
    if found:
        yield f"{_title(new)}: {'; '.join(found)}"


def _title(part: ConfigurationPart) -> str:
    return f"{part.kind} {part.name}".strip()


def _reordered(before: Parts, after: Parts) -> Iterator[str]:
    """Envoy takes the first route that fits, so their order matters."""
    orders = route_orders(before)
    for host, routes in route_orders(after).items():
        earlier = [key for key in orders.get(host, ()) if key in after]
        if earlier != [key for key in routes if key in before]:
            yield f"order of routes: {', '.join(after[key].name for key in routes)}"
