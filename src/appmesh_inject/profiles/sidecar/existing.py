"""Sidecars that a task has already: which they are, and what OnExisting makes of them."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import known
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Situation, wrapped
from appmesh_inject.profiles.registry import Sidecar
from appmesh_inject.workloads.model import Branch, Container, Entry


class Present(NamedTuple):
    """The entries of a branch that are such a sidecar already."""

    sidecar: Sidecar
    entries: tuple[Entry, ...]

    @property
    def container(self) -> Container | None:
        """The first of them."""
        found = (container for entry in self.entries for container, _ in entry.containers)
        return next((container for container in found if container), None)


def present(situation: Situation, sidecar: Sidecar, branch: Branch) -> Present:
    """By name, by a variable, or by an image that betrays such a container."""
    name = known(situation.name(sidecar.role), branch.scope)

    def is_such(container: Container | None) -> bool:
        return container is not None and (
            container.name == name
            or not sidecar.variables.isdisjoint(container.variables)
            or any(part in (container.image or "") for part in sidecar.images)
        )

    entries = branch.lists[sidecar.place].entries
    such = tuple(entry for entry in entries if any(is_such(container) for container, _ in entry.containers))
    return Present(sidecar, such)


def replacement(
    situation: Situation, there: Present, built: Mapping[str, Json], enabled: Json
) -> Json | Finding | None:
    """What takes the place of a sidecar that is there: None where it stays, a finding where it may not."""
    entry, *more = there.entries
    role = there.sidecar.role
    if more:
        return situation.finding(
            "AM210",
            more[0].path,
            f"the task has {len(there.entries)} containers that are {role} containers",
            "Leave one of them",
        )
    wanted = wrapped(built, enabled)
    if entry.written == wanted:
        return None
    on_existing = situation.settings.on_existing
    if on_existing == "Fail":
        name = situation.called(there.container) if there.container else "'?'"
        return situation.finding(
            "AM206",
            entry.path,
            f"the task has a container {name} already, and it is not the {role} that would be injected",
            "Take it out, or set OnExisting to Keep or Replace",
        )
    names = {container.name for container, _ in entry.containers if container}
    always = all(container for container, _ in entry.containers)
    if len(names) > 1 or None in names or (on_existing == "Keep" and not always):
        return situation.finding(
            "AM211",
            entry.path,
            f"the {role} container that is there is a different one, or none, in some branches",
            "Take it out of the Fn::If, or out of the task",
        )
    return None if on_existing == "Keep" else wanted
