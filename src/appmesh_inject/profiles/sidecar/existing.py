"""Sidecars that a task has already: which they are, and what OnExisting makes of them."""

from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import known
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.containers import Sidecar
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.workloads.model import Branch, Container, ContainerEntry


class Existing(NamedTuple):
    """The entries of a branch that are such a sidecar already."""

    sidecar: Sidecar
    entries: tuple[ContainerEntry, ...]

    @property
    def container(self) -> Container | None:
        """The first of them."""
        found = (container for entry in self.entries for container, _ in entry.containers)
        return next((container for container in found if container), None)


def existing(context: SidecarContext, sidecar: Sidecar, branch: Branch) -> Existing:
    """By name, by a variable, or by an image that only such a container has."""
    name = known(context.name(sidecar.role), branch.scope)

    def is_such(container: Container | None) -> bool:
        return container is not None and (
            container.name == name
            or not sidecar.variables.isdisjoint(container.variables)
            or any(part in (container.image or "") for part in sidecar.images)
        )

    entries = branch.lists[sidecar.place].entries
    such = tuple(entry for entry in entries if any(is_such(container) for container, _ in entry.containers))
    return Existing(sidecar, such)


def replacement(context: SidecarContext, there: Existing, wanted: Json) -> Json | Finding | None:
    """What takes the place of a sidecar that is there: None where it stays, a finding where it may not."""
    entry, *more = there.entries
    role = there.sidecar.role
    if more:
        return context.finding(
            "AM210",
            more[0].path,
            f"the task has {len(there.entries)} containers that are {role} containers",
            "Leave one of them",
        )
    if entry.written == wanted:
        return None
    on_existing = context.settings.on_existing
    if on_existing == "Fail":
        name = context.shown_name(there.container) if there.container else "'?'"
        return context.finding(
            "AM206",
            entry.path,
            f"the task has a container {name} already, and it is not the {role} that would be injected",
            "Take it out, or set OnExisting to Keep or Replace",
        )
    names = {container.name for container, _ in entry.containers if container}
    always = all(container for container, _ in entry.containers)
    if len(names) > 1 or None in names or (on_existing == "Keep" and not always):
        return context.finding(
            "AM211",
            entry.path,
            f"the {role} container that is there is a different one, or none, in some branches",
            "Take it out of the Fn::If, or out of the task",
        )
    return None if on_existing == "Keep" else wanted
