"""Sidecars that a task has already: which they are, and what OnExisting makes of them."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.findings import Finding
from appmesh_inject.forms import Sidecar
from appmesh_inject.intrinsics import known
from appmesh_inject.proxies import Proxies, envoys, proxy_inits, redirected_to, variable
from appmesh_inject.sidecars import ENVOY, PROXY_INIT
from appmesh_inject.situation import Situation, wrapped
from appmesh_inject.tree import Json
from appmesh_inject.workload import Branch, Container, Entry


class Present(NamedTuple):
    """The entries of a branch that are such a sidecar already. problems: those that may be, where nothing tells."""

    sidecar: Sidecar
    entries: tuple[Entry, ...]
    problems: tuple[Finding, ...] = ()

    @property
    def container(self) -> Container | None:
        """The first of them."""
        found = (container for entry in self.entries for container, _ in entry.containers)
        return next((container for container in found if container), None)


def present(situation: Situation, sidecar: Sidecar, branch: Branch) -> Present:
    """Those that are such a sidecar, and those that have its name, which can be there once."""
    name = known(situation.name(sidecar.role), branch.scope)
    entries = branch.lists[sidecar.place].entries
    proxies = _proxies(situation, sidecar, branch, (name, sidecar.role))

    def is_such(container: Container | None) -> bool:
        return container is not None and (
            container.name == name
            or container.path in proxies.containers
            or any(part in (container.image or "") for part in sidecar.images)
        )

    such = tuple(entry for entry in entries if any(is_such(container) for container, _ in entry.containers))
    in_doubt = () if such or situation.is_named(sidecar) else proxies.in_doubt
    return Present(sidecar, such, tuple(_doubt(situation, sidecar, container) for container in in_doubt))


def _proxies(situation: Situation, sidecar: Sidecar, branch: Branch, names: tuple[Json, ...]) -> Proxies:
    entries, dialect = branch.lists[sidecar.place].entries, situation.dialect
    if sidecar.role == ENVOY:
        return envoys(entries, names, redirected_to(situation.task.redirect, branch.scope), dialect)
    return proxy_inits(entries, names, dialect) if sidecar.role == PROXY_INIT else Proxies()


def _doubt(situation: Situation, sidecar: Sidecar, container: Container) -> Finding:
    role, key, fragment = sidecar.role, situation.dialect.name_key, sidecar.fragment
    called = situation.called(container)
    answer = f"{fragment}: {{{key}: {called}}}" if situation.plain(container).name else "write its name out"
    return situation.finding(
        "AM219",
        container.path,
        f"container {called} has {variable(container)}, and nothing else tells whether it is the {role}",
        f"If it is not, say what the {role} is called: {fragment}: {{{key}: {role}}}; if it is, {answer}",
    )


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
