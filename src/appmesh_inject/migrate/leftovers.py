"""Warnings of what stays in a template, or is dropped from it, when its tasks no longer need App Mesh."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path, value_at
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Report
from appmesh_inject.mesh.image_variables import reason_of_no_effect
from appmesh_inject.resource_types import TASK_DEFINITION
from appmesh_inject.settings.images import APP_MESH_ACCOUNTS
from appmesh_inject.settings.table import WITH_MESH


class _Kind(NamedTuple):
    """Something that only App Mesh needs. text: what shows it. below: keys, one of which leads to it; empty for all.
    what, hint: of the finding."""

    code: str
    text: re.Pattern[str]
    below: frozenset[str]
    what: str
    hint: str


_ANYWHERE = frozenset[str]()
_KINDS = (
    _Kind(
        "AM651",
        re.compile(r"/aws/service/appmesh(/[\w./-]*)?"),
        _ANYWHERE,
        "is the name of App Mesh's image in SSM",
        "Take it out: a deployment fails once AWS removes the parameter",
    ),
    _Kind(
        "AM651",
        re.compile(r"\baws-appmesh-(envoy|proxy-route-manager)\b"),
        frozenset(("Parameters", "Mappings")),
        "is App Mesh's image",
        "Take it out: no task uses it any more",
    ),
    _Kind(
        "AM652",
        re.compile(r"\bAWSAppMesh\w+"),
        _ANYWHERE,
        "is a managed policy of App Mesh",
        "Take it out: a deployment fails once AWS removes the policy",
    ),
    _Kind(
        "AM653",
        re.compile(r"^appmesh(-preview|-envoy-management)?:.*", re.IGNORECASE),
        frozenset(("Action", "NotAction")),
        "is a permission for App Mesh",
        "Take it out: App Mesh no longer answers",
    ),
    _Kind(
        "AM654",
        re.compile(rf"(?<!\d)({'|'.join(sorted(APP_MESH_ACCOUNTS))})(?!\d)"),
        _ANYWHERE,
        "is an account of App Mesh's images",
        "Take it out: no image comes from there any more",
    ),
)
_NOT_SEARCHED = frozenset(("Metadata", "Description"))


def leftovers(template: Json, removed: Collection[Path] = ()) -> Iterator[Finding]:
    """A warning of each kind for each resource, parameter or mapping that has it. removed: paths that are taken out.

    Task definitions are not searched: for their images there is AM363.
    """
    seen: set[tuple[Path, str]] = set()
    for path, text in _texts(template, (), frozenset(removed)):
        for kind in _KINDS:
            found = kind.text.search(text) if not kind.below or kind.below.intersection(path) else None
            if found:
                if (path[:2], kind.code) not in seen:
                    seen.add((path[:2], kind.code))
                    subject = str(path[1]) if len(path) > 1 else ""
                    yield Finding(kind.code, subject, path, f"'{found[0]}' {kind.what}", kind.hint)
                break


def leftovers_of_rendered(template: Json, reports: Sequence[Report]) -> Iterator[Finding]:
    """The warnings for a template, all of whose injected tasks need no App Mesh."""
    profiles = {report.profile for report in reports if report.action is Action.INJECTED}
    if profiles and profiles <= set(WITH_MESH):
        yield from leftovers(template)


def lost_variables(
    content: Json, subject: str, removed: Collection[Path], names: Sequence[str], name_key: str
) -> Iterator[Finding]:
    """A warning for each variable of App Mesh's image that the mark does not have. removed: paths that are taken out,
    among them the envoy container. name_key: of a variable."""
    for name in names:
        reason = reason_of_no_effect(name)
        if reason:
            places = (each for place in removed for each in _named(value_at(content, place), place, name, name_key))
            message, hint = f"{name} is left out: it {reason}", "Check that nothing depends on its effect"
            yield Finding("AM655", subject, next(places, ()), message, hint)


def _named(value: Json, path: Path, name: str, name_key: str) -> Iterator[Path]:
    if isinstance(value, Mapping):
        if value.get(name_key) == name:
            yield path
        for key, member in value.items():
            yield from _named(member, (*path, key), name, name_key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named(item, (*path, index), name, name_key)


def _texts(value: Json, path: Path, removed: Collection[Path]) -> Iterator[tuple[Path, str]]:
    if path in removed:
        return
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield path, str(value)
    elif isinstance(value, Mapping):
        for key, item in value.items() if value.get("Type") != TASK_DEFINITION else ():
            if key not in _NOT_SEARCHED:
                yield from _texts(item, (*path, key), removed)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index), removed)
