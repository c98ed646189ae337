"""Finds the calls of macros in a template: entries of its `Transform`, and `Fn::Transform` in snippets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path

TRANSFORM, SNIPPET = "Transform", "Fn::Transform"

LEAST_LIKENESS = 0.8
"""From which likeness on, as difflib measures it, a name is taken for a misspelling of another."""


class TransformEntry(NamedTuple):
    """One call of our macro. path: of the call. parameters: as written, None if there are none."""

    path: Path
    parameters: Json = None
    is_text: bool = False


def is_same_macro(name: Json, macro: str) -> bool:
    """Whether `name` calls `macro`. Either may start with an account: `123456789012::AppMeshInject`."""
    return isinstance(name, str) and name.rpartition("::")[2] == macro.rpartition("::")[2]


def entries(holder: Mapping[str, Json], key: str, path: Path, macro: str) -> Iterator[TransformEntry]:
    """The calls of our macro in `holder[key]`, in order. path: of the holder."""
    value = holder.get(key)
    is_list = isinstance(value, list)
    for index, entry in enumerate(_listed(value)):
        place = (*path, key, index) if is_list else (*path, key)
        if is_same_macro(_name(entry), macro):
            parameters = entry.get("Parameters") if isinstance(entry, Mapping) else None
            yield TransformEntry(place, parameters, isinstance(entry, str))


def without(holder: Mapping[str, Json], key: str, macro: str) -> tuple[Json, ...]:
    """What remains of `holder[key]` without the calls of our macro, as a tuple of one; empty if nothing remains."""
    value = holder.get(key)
    if isinstance(value, list) and value:
        left = [entry for entry in value if not is_same_macro(_name(entry), macro)]
        return (left,) if left else ()
    return () if is_same_macro(_name(value), macro) else (value,)


def snippets(document: Json, macro: str, path: Path = ()) -> Iterator[Path]:
    """Paths of the maps that contain a call of our macro, innermost first, as CloudFormation processes them."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if isinstance(value, dict | list):
                yield from snippets(value, macro, (*path, key))
        if SNIPPET in document and any(entries(document, SNIPPET, path, macro)):
            yield path
    elif isinstance(document, list):
        for index, value in enumerate(document):
            if isinstance(value, dict | list):
                yield from snippets(value, macro, (*path, index))


class TransformCall(NamedTuple):
    """A call of any macro. key: `Transform` or `Fn::Transform`. path: of the call. name: as written."""

    key: str
    path: Path
    name: str


def calls(document: Json, path: Path = ()) -> Iterator[TransformCall]:
    """All calls of macros in the document, also those that CloudFormation ignores: `Transform` in a resource."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if key in (TRANSFORM, SNIPPET):
                for index, entry in enumerate(_listed(value)):
                    name = _name(entry)
                    place = (*path, key, index) if isinstance(value, list) else (*path, key)
                    if isinstance(name, str):
                        yield TransformCall(key, place, name)
            if isinstance(value, dict | list):
                yield from calls(value, (*path, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            if isinstance(value, dict | list):
                yield from calls(value, (*path, index))


def is_nearly(name: str, macro: str) -> bool:
    """Whether `name` is a misspelling of `macro`."""
    import difflib  # here, since few templates have a misspelt name

    one, other = (each.rpartition("::")[2].lower() for each in (name, macro))
    return difflib.SequenceMatcher(None, one, other).ratio() >= LEAST_LIKENESS


def put_back(holder: Mapping[str, Json], key: str, left: tuple[Json, ...], changed: Json) -> Json:
    """`changed` with `left` at `key`, in its position in `holder`. Unchanged if nothing is left, or if it is no map."""
    if not left or not isinstance(changed, Mapping):
        return changed
    result: dict[str, Json] = {}
    for name in holder:
        if name == key:
            (result[key],) = left
        elif name in changed:
            result[name] = changed[name]
    return {**result, **changed}


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else [value]


def _name(entry: Json) -> Json:
    return entry.get("Name") if isinstance(entry, Mapping) else entry
