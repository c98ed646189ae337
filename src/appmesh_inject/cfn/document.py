"""Paths into JSON documents, and copy-on-write edits of them.

A document is never mutated and never wrapped: an edit returns a new document that shares every part it did
not touch, as the same objects.
"""

import marshal
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The empty map that nobody can write to."""


class Removed(Enum):
    """Stands for 'take this member out' among the changes of `edited`."""

    REMOVED = "removed"


REMOVED = Removed.REMOVED

Changes: TypeAlias = Mapping[Path, Json | Removed]


def edited(document: Json, changes: Changes) -> Json:
    """The document with `changes` made: the value at each path replaced, added or removed.

    A path's parents must exist; its last step may be a new key of a map, or the length of a list (appends).
    Where one path leads through another, the shorter one wins.
    """
    if not changes:
        return document
    if () in changes:
        return _present(changes[()])
    by_step: dict[Step, dict[Path, Json | Removed]] = {}
    for path, value in changes.items():
        by_step.setdefault(path[0], {})[path[1:]] = value
    if isinstance(document, dict):
        members = dict(document)
        for key, below in by_step.items():
            assert isinstance(key, str)
            if below.get(()) is REMOVED:
                members.pop(key, None)
            else:
                members[key] = edited(members.get(key), below)
        return members
    assert isinstance(document, list)
    items = list(document)
    for index in sorted(by_step, key=_as_index, reverse=True):
        below = by_step[index]
        position = _as_index(index)
        if below.get(()) is REMOVED:
            del items[position]
        elif position == len(document):
            items.append(edited(None, below))
        else:
            items[position] = edited(items[position], below)
    return items


def _present(value: Json | Removed) -> Json:
    assert not isinstance(value, Removed)
    return value


def _as_index(step: Step) -> int:
    assert isinstance(step, int)
    return step


def at(document: Json, path: Path) -> Mapping[str, Json]:
    """The map that `path` leads to, which must be there."""
    for step in path:
        assert isinstance(document, dict | list)
        document = document[step]  # type: ignore[index]
    assert isinstance(document, dict)
    return document


def existing(document: Json, path: Path) -> Path:
    """The longest beginning of `path` that leads somewhere in `document`."""
    found: list[Step] = []
    here = document
    for step in path:
        if isinstance(here, dict) and isinstance(step, str):
            if step not in here:
                break
            here = here[step]
        elif isinstance(here, Sequence) and isinstance(step, int) and not isinstance(here, str):
            if not 0 <= step < len(here):
                break
            here = here[step]
        else:
            break
        found.append(step)
    return tuple(found)


MOST_LEVELS = 200
"""Maps and lists inside of each other that are sure to be read: Python's stack ends at some depth, and a template that
a person or a tool wrote stays far above it."""


def is_deeper(value: Json, levels: int) -> bool:
    """Whether there are more than `levels` maps and lists inside of each other. Needs no stack itself."""
    layer = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        if not layer:
            return False
        members = (each.values() if isinstance(each, dict) else each for each in layer)
        layer = [member for some in members for member in some if isinstance(member, dict | list)]
    return bool(layer)


def half_character(value: Json) -> Path | None:
    """Where a text, or a key of the map there, has half a character: a lone surrogate, which JSON can say and UTF-8
    cannot. None where there is none. Needs no stack itself."""
    # A sieve that takes a tenth of the time in which JSON is read and written; a number can look like half a character.
    try:
        written = marshal.dumps(value)  # type: ignore[arg-type]
        if b"\xed" not in written or not re.search(rb"\xed[\xa0-\xbf]", written):
            return None
    except ValueError:
        pass  # deeper than marshal goes
    layer: list[tuple[Path, Json]] = [((), value)]
    while layer:
        for path, each in layer:
            texts = each if isinstance(each, dict) else (each,)
            if any(isinstance(text, str) and re.search("[\ud800-\udfff]", text) for text in texts):
                return path
        layer = [((*path, step), member) for path, each in layer for step, member in _members(each)]
    return None


def _members(value: Json) -> Iterator[tuple[Step, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def shown(path: Path) -> str:
    """A path as people read it: `Properties/ContainerDefinitions/0/Name`."""
    return "/".join(map(str, path))
