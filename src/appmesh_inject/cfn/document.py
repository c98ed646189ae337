"""Paths into JSON documents, and copy-on-write edits of them.

A document is never mutated and never wrapped: an edit returns a new document that shares every part it did
not touch, as the same objects.
"""

import marshal
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, cast

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The empty map that nobody can write to."""


class EditKind(Enum):
    REPLACE = "replace"
    REMOVE = "remove"
    APPEND = "append"
    INSERT = "insert"


class Edit(NamedTuple):
    """One change at a path. All indexes mean the document before any change."""

    kind: EditKind
    path: Path
    value: Json = None


Changes: TypeAlias = Sequence[Edit]
"""Edits of one document, which `edited` makes together."""


def replace(path: Path, value: Json) -> Edit:
    """Puts `value` at `path`: in the place of what is there, or as a new member of the map around."""
    return Edit(EditKind.REPLACE, path, value)


def remove(path: Path) -> Edit:
    """Takes out what is at `path`, if anything is."""
    return Edit(EditKind.REMOVE, path)


def removals(paths: Iterable[Path]) -> Changes:
    """Takes out what is at each path."""
    return [remove(path) for path in dict.fromkeys(paths)]


def append(path: Path, *items: Json) -> Edit:
    """Adds the items to the end of the list at `path`, which is made where it is not there."""
    return Edit(EditKind.APPEND, path, list(items))


def insert(path: Path, item: Json) -> Edit:
    """Puts `item` into a list, before the item that `path` leads to."""
    return Edit(EditKind.INSERT, path, item)


class ConflictingEditsError(Exception):
    """Two edits of which one leads through what the other replaces or removes: a bug of whoever made them."""


def edited(document: Json, changes: Changes) -> Json:
    """The document with `changes` made; the very same object where there are none.

    Raises ConflictingEditsError where one edit leads through what another one replaces or removes.
    """
    return _edited(document, changes, 0) if changes else document


def _edited(value: Json, changes: Changes, depth: int) -> Json:
    """`value`, to which the first `depth` steps of each path lead, with the changes made in it."""
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
            return edit.value
    if appended or isinstance(value, list):
        assert value is None or isinstance(value, list)
        return [*_edited_items(value or [], within, depth), *appended]
    assert isinstance(value, dict)
    return _edited_members(value, within, depth)


def _edited_members(members: Mapping[str, Json], within: Mapping[Step, Changes], depth: int) -> Json:
    result = dict(members)
    for key, edits in within.items():
        assert isinstance(key, str)
        if _removes(edits, depth):
            result.pop(key, None)
        else:
            result[key] = _edited(result.get(key), edits, depth + 1)
    return result


def _edited_items(items: Sequence[Json], within: Mapping[Step, Changes], depth: int) -> Sequence[Json]:
    result = list(items)
    # From the end, so that each index still means what it meant in the document.
    for index in sorted(within, key=_as_index, reverse=True):
        place, edits = _as_index(index), within[index]
        inserted = [edit for edit in edits if edit.kind is EditKind.INSERT and len(edit.path) == depth + 1]
        others = [edit for edit in edits if not any(edit is each for each in inserted)] if inserted else edits
        if others and _removes(others, depth):
            del result[place]
        elif others:
            result[place] = _edited(result[place], others, depth + 1)
        result[place:place] = [edit.value for edit in inserted]
    return result


def _as_index(step: Step) -> int:
    assert isinstance(step, int)
    return step


def _removes(edits: Changes, depth: int) -> bool:
    """Whether the one edit takes out the member itself."""
    for edit in edits:
        if edit.kind is EditKind.REMOVE and len(edit.path) == depth + 1:
            if len(edits) > 1:
                raise ConflictingEditsError(shown(edit.path))
            return True
    return False


def with_value_at(document: Json, path: Path, value: Json) -> Json:
    """The document with `value` at a path that is there."""
    if not path:
        return value
    copied: Any = dict(document) if isinstance(document, dict) else [*cast(list[Json], document)]
    copied[path[0]] = with_value_at(copied[path[0]], path[1:], value)
    return cast(Json, copied)


def value_at(document: Json, path: Path) -> Json:
    """The value that `path` leads to, which must be there."""
    for step in path:
        assert isinstance(document, dict | list)
        document = document[step]  # type: ignore[index]
    return document


def value_if_there(document: Json, path: Path) -> Json:
    """The value that `path` leads to, or None where it leads nowhere."""
    return value_at(document, path) if existing(document, path) == path else None


def map_at(document: Json, path: Path) -> Mapping[str, Json]:
    """The map that `path` leads to, which must be there."""
    value = value_at(document, path)
    assert isinstance(value, dict)
    return value


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


def at_most(value: Json, size: int) -> bool:
    """Whether the value surely has at most `size` bytes as JSON in UTF-8: a bound that takes a tenth of the time of
    writing it. False says nothing: then it has to be measured. A text with three NULs in a row, which no template has,
    is taken for shorter than it is."""
    try:
        written = marshal.dumps(value, 2)  # type: ignore[arg-type]
    except ValueError:
        return False  # deeper than marshal goes
    # JSON has no more bytes than marshal's form, but for what it escapes: control characters become six bytes, quotes
    # and backslashes two; and for true, false and null, which marshal writes as T, F and N.
    if 7 * len(written) <= size:
        return True
    # Marshal's lengths have control characters, too: three NULs each, unless a text is long. JSON has none of these.
    lengths = written.count(b"\0\0\0")
    control = len(written) - len(written.translate(None, bytes(range(32)))) - 3 * lengths
    return (
        len(written)
        + 5 * control
        + sum(map(written.count, (b'"', b"\\")))
        + 6 * sum(map(written.count, (b"T", b"F", b"N")))
        <= size
    )


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
