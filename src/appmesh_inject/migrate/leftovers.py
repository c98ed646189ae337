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
