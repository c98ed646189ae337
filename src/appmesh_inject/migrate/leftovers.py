"""What stays in a template, or is dropped from it, when its tasks no longer need App Mesh."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json, Path

_KINDS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "a parameter for App Mesh's image": (
        re.compile(r"^/aws/service/appmesh/"),
        "take it out: a deployment fails once AWS removes the parameter from SSM",
    ),
    "a managed policy of App Mesh": (
        re.compile(r"\bAWSAppMesh\w+"),
        "take it out: a deployment fails once AWS removes the policy",
    ),
    "permissions for App Mesh": (re.compile(r"^appmesh(-preview|-envoy-management)?:"), "take them out"),
    "the account of App Mesh's images": (
        re.compile(r"840364872350"),
        "take it out: the image envoyproxy/envoy does not come from there",
    ),
}


@final
class Leftover(NamedTuple):
    """Something that only App Mesh needed. owner: the logical ID."""

    owner: str
    path: Path
    what: str
    remedy: str


def leftovers(template: Json, removed: Collection[Path]) -> Iterator[Leftover]:
    """What stays although only App Mesh needed it, each kind once for each resource or parameter. removed: paths that
    are taken out."""
    seen: set[tuple[Path, str]] = set()
    for path, text in _texts(template, (), frozenset(removed)):
        for what, (pattern, remedy) in _KINDS.items():
            if pattern.search(text) and (path[:2], what) not in seen:
                seen.add((path[:2], what))
                yield Leftover(str(path[1]) if len(path) > 1 else "", path, what, remedy)


def _texts(value: Json, path: Path, removed: Collection[Path]) -> Iterator[tuple[Path, str]]:
    if path in removed:
        return
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, key), removed)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index), removed)


def dropped_variables(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[str, ...]:
    """The variables of the envoy that the mark for App Mesh kept, and the mark for `standalone` does not."""
    kept = _variables(after)
    return tuple(name for name in _variables(before) if name not in kept)


def _variables(mark: Mapping[str, Json]) -> list[str]:
    fragment = mark.get("Envoy")
    names: list[str] = []
    for key in ("Environment", "environment"):
        listed = fragment.get(key) if isinstance(fragment, Mapping) else None
        variables = listed if isinstance(listed, list) else ()
        names += [str(each.get("Name", each.get("name"))) for each in variables if isinstance(each, Mapping)]
    return names
