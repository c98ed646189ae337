"""Finds the sidecars that a task already has, and applies OnExisting to them."""

from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import known
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT, Sidecar
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.proxy_search import Proxies, envoys, proxy_inits, redirected_to, variable
from appmesh_inject.workloads.model import Branch, Container, ContainerEntry


class Existing(NamedTuple):
    """The entries of a branch that already are `sidecar`. container: the first one among them. problems: findings about
    containers that may be it."""

    sidecar: Sidecar
    entries: tuple[ContainerEntry, ...]
    container: Container | None = None
    problems: tuple[Finding, ...] = ()


def existing(context: SidecarContext, sidecar: Sidecar, branch: Branch) -> Existing:
    """The entries that are such a sidecar, or have its name, since names must be unique."""
    name = known(context.names[sidecar.role], branch.scope)
    proxies = _proxies(context, sidecar, branch, (name, sidecar.role))
    entries: list[ContainerEntry] = []
    containers: list[Container] = []
    for entry in branch.lists[sidecar.place].entries:
        alternatives = [container for container, _ in entry.containers if container]
        for container in alternatives:
            has_image = any(part in (container.image or "") for part in sidecar.images)
            if has_image or container.name == name or container.path in proxies.containers:
                entries.append(entry)
                containers += alternatives
                break
    if entries:
        return Existing(sidecar, tuple(entries), containers[0])
    in_doubt = () if context.is_named(sidecar) else proxies.in_doubt
    return Existing(sidecar, (), problems=tuple(_doubt(context, sidecar, container) for container in in_doubt))


def _proxies(context: SidecarContext, sidecar: Sidecar, branch: Branch, names: tuple[Json, ...]) -> Proxies:
    entries, reader = branch.lists[sidecar.place].entries, context.kind.containers
    if sidecar.role == ENVOY:
        return envoys(entries, names, redirected_to(context.task.proxy_configuration, branch.scope), reader)
    return proxy_inits(entries, names, reader) if sidecar.role == PROXY_INIT else Proxies()


def _doubt(context: SidecarContext, sidecar: Sidecar, container: Container) -> Finding:
    role, key, fragment = sidecar.role, context.kind.containers.name_key, sidecar.fragment
    name = context.shown_name(container)
    if_it_is = f"set {fragment}: {{{key}: {name}}}" if context.as_written(container).name else "write its name out"
    return context.finding(
        "AM219",
        container.path,
        f"container {name} has the variable {variable(container)}, and nothing else shows whether it is the {role}",
        f"If it is, {if_it_is}; if not, set {fragment}: {{{key}: {role}}}",
    )


def replacement(context: SidecarContext, current: Existing, built: Json) -> Json | Finding | None:
    """What replaces an existing sidecar: `built`, None if the sidecar stays, or a finding if it can do neither."""
    entry, *more = current.entries
    role = current.sidecar.role
    if more:
        return context.finding(
            "AM210",
            more[0].path,
            f"the task has {len(current.entries)} {role} containers",
            "Keep only one of them",
        )
    if entry.written == built:
        return None
    on_existing = context.settings.on_existing
    if on_existing == "Fail":
        name = context.shown_name(current.container) if current.container else "'?'"
        return context.finding(
            "AM206",
            entry.path,
            f"the task already has a container {name}, and it differs from the {role} to inject",
            "Remove it, or set OnExisting to Keep or Replace",
        )
    names = {container.name for container, _ in entry.containers if container}
    always = all(container for container, _ in entry.containers)
    if len(names) > 1 or None in names or (on_existing == "Keep" and not always):
        return context.finding(
            "AM211",
            entry.path,
            f"the existing {role} container differs or is missing in some branches of an Fn::If",
            "Move it out of the Fn::If, or remove it",
        )
    return None if on_existing == "Keep" else built
