"""Where a template calls macros: the entries of its `Transform`, and the `Fn::Transform`s of its snippets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path

TRANSFORM, SNIPPET = "Transform", "Fn::Transform"


@dataclass(frozen=True, slots=True)
class TransformEntry:
    """One call of our macro. path: where the entry stands; parameters: as written, None where there are none."""

    path: Path
    parameters: Json = None
    is_text: bool = False


def is_same_macro(name: Json, macro: str) -> bool:
    """Whether `name` calls `macro`; either may have the account in front (`123456789012::AppMeshInject`)."""
    return isinstance(name, str) and name.rpartition("::")[2] == macro.rpartition("::")[2]


def entries(holder: Mapping[str, Json], key: str, path: Path, macro: str) -> Iterator[TransformEntry]:
    """Our entries in `holder[key]`, in their order; `path` leads to the holder."""
    value = holder.get(key)
    many = isinstance(value, list)
    for index, entry in enumerate(_listed(value)):
        place = (*path, key, index) if many else (*path, key)
        if is_same_macro(_name(entry), macro):
            parameters = entry.get("Parameters") if isinstance(entry, Mapping) else None
            yield TransformEntry(place, parameters, isinstance(entry, str))


def without(holder: Mapping[str, Json], key: str, macro: str) -> tuple[Json, ...]:
    """What is left of `holder[key]` without our entries; nothing if there is nothing left."""
    value = holder.get(key)
    if isinstance(value, list) and value:
        left = [entry for entry in value if not is_same_macro(_name(entry), macro)]
        return (left,) if left else ()
    return () if is_same_macro(_name(value), macro) else (value,)


def snippets(document: Json, macro: str, path: Path = ()) -> Iterator[Path]:
    """Paths of the maps that call our macro for what is around, innermost first, as CloudFormation works."""
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


def put_back(holder: Mapping[str, Json], key: str, left: tuple[Json, ...], changed: Json) -> Json:
    """`changed` with `left` as its `key`, where `holder` has it, if there is anything left and a map to hold it."""
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
