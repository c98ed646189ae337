"""The edits that turn one value into another, as small as they can be, so that an edited text keeps most of its own."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import (
    Changes,
    Edit,
    EditKind,
    Json,
    Path,
    append,
    existing,
    insert,
    remove,
    replace,
    same,
    value_at,
)
from appmesh_inject.cfn.intrinsics import function

_IN_ONE_TEXT = ("Ref", "Fn::GetAtt")
"""Functions whose argument may be written as one text, whatever its value: `!GetAtt A.B`."""


def differences(before: Json, after: Json, path: Path = ()) -> Iterator[Edit]:
    """The edits that turn `before`, which is at `path`, into `after`. Indexes mean `before`."""
    if same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and _is_alike(before, after):
        yield from (remove((*path, key)) for key in before if key not in after)
        for key, value in after.items():
            if key in before:
                yield from differences(before[key], value, (*path, key))
            else:
                yield replace((*path, key), value)
    elif isinstance(before, list) and isinstance(after, list) and before and after:
        yield from _of_items(before, after, path)
    else:
        yield replace(path, after)


def smallest(document: Json, changes: Changes) -> Iterator[Edit]:
    """The same changes, each as small as possible. A replacement of a value becomes its differences; what changes
    nothing is left out."""
    missing: dict[Path, list[Json]] = {}
    for edit in changes:
        is_there = existing(document, edit.path) == edit.path
        if edit.kind is EditKind.REPLACE and is_there:
            yield from differences(value_at(document, edit.path), edit.value, edit.path)
        elif edit.kind is EditKind.APPEND and not (is_there and isinstance(value_at(document, edit.path), list)):
            assert isinstance(edit.value, list)
            missing.setdefault(edit.path, []).extend(edit.value)
        elif edit.kind is not EditKind.REMOVE or is_there:
            yield edit
    yield from (replace(path, items) for path, items in missing.items())


def _is_alike(before: Mapping[str, Json], after: Mapping[str, Json]) -> bool:
    """Whether both are plain maps, or calls of the same function whose arguments can be compared."""
    called = function(before)
    return called == function(after) and called not in _IN_ONE_TEXT


def _of_items(before: Sequence[Json], after: Sequence[Json], path: Path) -> Iterator[Edit]:
    old, new = ([json.dumps(item, sort_keys=True) for item in items] for items in (before, after))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        staying = _staying(before[start:end], after[new_start:new_end])
        for position, index in enumerate(staying):
            yield from differences(before[start + index], after[new_start + position], (*path, start + index))
        yield from (remove((*path, start + index)) for index in range(end - start) if index not in staying)
        added = after[new_start + len(staying) : new_end]
        if end < len(before):
            yield from (insert((*path, end), item) for item in added)
        elif added:
            yield append(path, *added)


def _staying(before: Sequence[Json], after: Sequence[Json]) -> Sequence[int]:
    """The indexes of the items that become those of `after`, in order; of more items, those that take the fewest edits.
    Without the search, a container would turn into the one behind it that stays."""
    if len(before) <= len(after):
        return range(len(before))
    # By the index of the first of the items of `after` that are left: the cost, and the indexes in `before`.
    best: dict[int, tuple[int, tuple[int, ...]]] = {len(after): (0, ())}
    for index in range(len(before) - 1, -1, -1):
        item = before[index]
        found = {position: (cost + _characters(item), those) for position, (cost, those) in best.items()}
        for position, (cost, those) in best.items():
            if position > 0:
                way = (cost + _distance(item, after[position - 1]), (index, *those))
                found[position - 1] = min(way, found.get(position - 1, way))
        best = found
    return best[0][1]


def _distance(before: Json, after: Json) -> int:
    """The characters of JSON that the edits take out and write."""
    size = 0
    for edit in differences(before, after):
        if edit.kind in (EditKind.REPLACE, EditKind.REMOVE) and existing(before, edit.path) == edit.path:
            size += _characters(value_at(before, edit.path))
        size += _characters(edit.value)
    return size


def _characters(value: Json) -> int:
    return len(json.dumps(value))
