"""Paths into JSON documents, and copy-on-write edits of them.

An edit never mutates its document. It returns a new one, which shares all unchanged parts with the original.
"""

import json
import marshal
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, cast

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""An immutable empty map."""


class EditKind(Enum):
    REPLACE = "replace"
    REMOVE = "remove"
    APPEND = "append"
    INSERT = "insert"


class Edit(NamedTuple):
    """One change at a path. Indexes refer to the document before any change."""

    kind: EditKind
    path: Path
    value: Json = None


Changes: TypeAlias = Sequence[Edit]
"""Edits that `edited` applies to one document together."""


def replace(path: Path, value: Json) -> Edit:
    """Sets the value at `path`, and adds the key if the map does not have it."""
    return Edit(EditKind.REPLACE, path, value)


def remove(path: Path) -> Edit:
    """Removes the value at `path`, if there is one."""
    return Edit(EditKind.REMOVE, path)


def removals(paths: Iterable[Path]) -> Changes:
    """Removes the value at each path. Paths may repeat, and lead through each other."""
    found = dict.fromkeys(paths)
    return [remove(path) for path in found if not any(path[:depth] in found for depth in range(len(path)))]


def append(path: Path, *items: Json) -> Edit:
    """Adds the items to the end of the list at `path`, and creates the list if it is missing."""
    return Edit(EditKind.APPEND, path, list(items))


def insert(path: Path, item: Json) -> Edit:
    """Inserts `item` into a list, before the item at `path`."""
    return Edit(EditKind.INSERT, path, item)


class ConflictingEditsError(Exception):
    """The path of one edit leads through a value that another edit replaces or removes: a bug in the caller."""


def edited(document: Json, changes: Changes) -> Json:
    """The document with `changes` applied; the same object if there are none.

    Raises ConflictingEditsError if the path of one edit leads through a value that another replaces or removes.
    """
    if not changes:
        return document
    result = _edited(document, changes, 0)
    assert result is not _Gone.GONE
    return result


class _Gone(Enum):
    GONE = "gone"


def _edited(value: Json, changes: Changes, depth: int) -> Json | _Gone:
    """`value` with the changes applied, GONE if one removes it. It stands at the first `depth` steps of each path."""
    appended: list[Json] = []
    within: dict[Step, list[Edit]] = {}
    for edit in changes:
        if len(edit.path) > depth:
            within.setdefault(edit.path[depth], []).append(edit)
        elif edit.kind is EditKind.APPEND:
            assert isinstance(edit.value, list)
            appended += edit.value
        elif len(changes) > 1:
            raise ConflictingEditsError(shown(edit.path))
        else:
            return _Gone.GONE if edit.kind is EditKind.REMOVE else edit.value
    if appended or isinstance(value, list):
        assert value is None or isinstance(value, list)
        return [*_edited_items(value or [], within, depth), *appended]
    assert isinstance(value, dict)
    members = value.copy()
    for key, edits in within.items():
        member = _edited(value.get(str(key)), edits, depth + 1)
        if member is _Gone.GONE:
            members.pop(key, None)
        else:
            members[key] = member
    return members


def _edited_items(items: Sequence[Json], within: Mapping[Step, Changes], depth: int) -> Sequence[Json]:
    result = list(items)
    # Back to front, so that the remaining indexes stay valid.
    for index in sorted(within, key=_as_index, reverse=True):
        place = _as_index(index)
        inserted = [edit for edit in within[index] if edit.kind is EditKind.INSERT and len(edit.path) == depth + 1]
        others = [edit for edit in within[index] if edit.kind is not EditKind.INSERT or len(edit.path) > depth + 1]
        if others:
            item = _edited(result[place], others, depth + 1)
            result[place : place + 1] = () if item is _Gone.GONE else (item,)
        result[place:place] = [edit.value for edit in inserted]
    return result


def _as_index(step: Step) -> int:
    assert isinstance(step, int)
    return step


def same(one: Json, other: Json) -> bool:
    """Whether two values are equal as JSON, in which 1, "1", 1.0 and true all differ."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def with_value_at(document: Json, path: Path, value: Json) -> Json:
    """The document with `value` at `path`, which must exist and have a step."""
    root: Any = document
    holder = root = root.copy()
    for step in path[:-1]:
        inner = holder[step] = holder[step].copy()
        holder = inner
    holder[path[-1]] = value
    return cast(Json, root)


def value_at(document: Json, path: Path) -> Json:
    """The value at `path`, which must exist."""
    for step in path:
        assert isinstance(document, dict | list)
        document = document[step]  # type: ignore[index]
    return document


def value_if_there(document: Json, path: Path) -> Json:
    """The value at `path`, or None if the path does not exist."""
    return value_at(document, path) if existing(document, path) == path else None


def map_at(document: Json, path: Path) -> Mapping[str, Json]:
    """The map at `path`, which must exist."""
    value = value_at(document, path)
    assert isinstance(value, dict)
    return value


def existing(document: Json, path: Path) -> Path:
    """The longest prefix of `path` that exists in `document`."""
    prefix: list[Step] = []
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
        prefix.append(step)
    return tuple(prefix)


MOST_LEVELS = 200
"""Nesting of maps and lists that can always be read: far more than real templates have, and below Python's recursion
limit."""


def is_deeper(value: Json, levels: int) -> bool:
    """Whether maps and lists are nested more than `levels` deep. Does not recurse."""
    layer = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        if not layer:
            return False
        members = (parent.values() if isinstance(parent, dict) else parent for parent in layer)
        layer = [member for siblings in members for member in siblings if isinstance(member, dict | list)]
    return bool(layer)


def at_most(value: Json, size: int) -> bool:
    """Whether the value is certain to have at most `size` bytes as JSON in UTF-8. False means unknown."""
    return most_bytes(value) <= size


def most_bytes(value: Json) -> int:
    """An upper bound of the bytes that the value has as JSON in UTF-8.

    Takes half of the time of writing the JSON. NULs, which no template has, are taken for shorter than they are.
    """
    try:
        written = marshal.dumps(value, 2)  # type: ignore[arg-type]
    except ValueError:
        return sys.maxsize  # deeper than marshal goes
    # JSON is longer than marshal's form only for control characters, quotes and backslashes, which it escapes, and for
    # true, false and null, which marshal writes as T, F and N: at most six bytes each. NULs do not count, since the
    # lengths that marshal writes are full of them.
    longer = len(written) - len(written.translate(None, LONGER_IN_JSON))
    return len(written) + 6 * longer


LONGER_IN_JSON = bytes(range(1, 32)) + b'"\\TFN'


def half_character(value: Json) -> Path | None:
    """The path of a text, or of a map with a key, that contains half a character: a lone surrogate, which JSON can
    express and UTF-8 cannot. None if there is none. Does not recurse."""
    # A filter that takes a tenth of the time of reading and writing JSON. A number can match by chance.
    try:
        written = marshal.dumps(value)  # type: ignore[arg-type]
        if b"\xed" not in written or not re.search(rb"\xed[\xa0-\xbf]", written):
            return None
    except ValueError:
        pass  # deeper than marshal goes
    layer: list[tuple[Path, Json]] = [((), value)]
    while layer:
        for path, part in layer:
            texts = part if isinstance(part, dict) else (part,)
            if any(isinstance(text, str) and re.search("[\ud800-\udfff]", text) for text in texts):
                return path
        layer = [((*path, step), member) for path, part in layer for step, member in _members(part)]
    return None


def _members(value: Json) -> Iterator[tuple[Step, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def shown(path: Path) -> str:
    """The path as text: `Properties/ContainerDefinitions/0/Name`."""
    return "/".join(map(str, path))
