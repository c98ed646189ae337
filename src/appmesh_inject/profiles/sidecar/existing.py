"""Sidecars that a task has already: which they are, and what OnExisting makes of them."""

from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import known
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT, Sidecar
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.proxy import Proxies, envoys, proxy_inits, redirected_to, variable
from appmesh_inject.workloads.model import Branch, Container, ContainerEntry


class Existing(NamedTuple):
    """The entries of a branch that are such a sidecar already. problems: those that may be, where nothing tells."""

    sidecar: Sidecar
    entries: tuple[ContainerEntry, ...]
    problems: tuple[Finding, ...] = ()

    @property
    def container(self) -> Container | None:
        """The first of them."""
        found = (container for entry in self.entries for container, _ in entry.containers)
        return next((container for container in found if container), None)


def existing(context: SidecarContext, sidecar: Sidecar, branch: Branch) -> Existing:
    """Those that are such a sidecar, and those that have its name, which can be there once."""
    name = known(context.name(sidecar.role), branch.scope)
    entries = branch.lists[sidecar.place].entries
    proxies = _proxies(context, sidecar, branch, (name, sidecar.role))

    def is_such(container: Container | None) -> bool:
        return container is not None and (
            container.name == name
            or container.path in proxies.containers
            or any(part in (container.image or "") for part in sidecar.images)
        )

    such = tuple(entry for entry in entries if any(is_such(container) for container, _ in entry.containers))
    in_doubt = () if such or context.is_named(sidecar) else proxies.in_doubt
    return Existing(sidecar, such, tuple(_doubt(context, sidecar, container) for container in in_doubt))


def _proxies(context: SidecarContext, sidecar: Sidecar, branch: Branch, names: tuple[Json, ...]) -> Proxies:
    entries, reader = branch.lists[sidecar.place].entries, context.kind.containers
    if sidecar.role == ENVOY:
        return envoys(entries, names, redirected_to(context.task.proxy_configuration, branch.scope), reader)
    return proxy_inits(entries, names, reader) if sidecar.role == PROXY_INIT else Proxies()


def _doubt(context: SidecarContext, sidecar: Sidecar, container: Container) -> Finding:
    role, key, fragment = sidecar.role, context.kind.containers.name_key, sidecar.fragment
    called = context.shown_name(container)
    answer = f"{fragment}: {{{key}: {called}}}" if context.as_written(container).name else "write its name out"
    return context.finding(
        "AM219",
        container.path,
        f"container {called} has {variable(container)}, and nothing else tells whether it is the {role}",
        f"If it is not, say what the {role} is called: {fragment}: {{{key}: {role}}}; if it is, {answer}",
    )


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
