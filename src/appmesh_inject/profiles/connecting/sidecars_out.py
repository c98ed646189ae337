"""Takes the sidecars that a task has, its redirect, and what refers to them out of a task definition."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Changes, Edit, Json, Path, remove, replace
from appmesh_inject.cfn.intrinsics import (
    NO_VALUE,
    Absent,
    Leaf,
    Scope,
    if_,
    is_no_value,
    known,
    leaves,
    mapped,
)
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT
from appmesh_inject.profiles.sidecar.proxy_search import Proxies, envoys, proxy_inits, redirected_to, variable
from appmesh_inject.workloads.model import Branch, Container, ContainerEntry, Task

ON_EXISTING = "Remove it, or set OnExisting: Replace, which takes it out"


class SidecarsOut(NamedTuple):
    """The edits that take the sidecars out, and findings. log: the LogConfiguration of the envoy that goes. variables:
    its environment."""

    changes: Changes = ()
    findings: tuple[Finding, ...] = ()
    log: Json = None
    variables: Mapping[str, Json] = NOTHING


def sidecars_out(context: Context, task: Task) -> SidecarsOut:
    """The sidecars of a task, out wherever `Enabled` is true, and kept elsewhere."""
    changes: list[Edit] = []
    findings: list[Finding] = []
    going: list[Container] = []
    for branch in task.branches:
        enabled = mapped(context.settings.enabled, branch.scope, lambda leaf: leaf.written)
        if enabled is False:
            continue
        found = _Branch(context, task, branch, enabled)
        changes += found.changes()
        findings += found.findings()
        going += found.going
    redirect, problem = _redirect(context, task)
    envoy = next((container for container in going if "LogConfiguration" in container.definition), None)
    variables = {name: value for container in going for name, value in container.variables.items()}
    return SidecarsOut(
        (*changes, *redirect),
        (*findings, *problem),
        envoy.definition["LogConfiguration"] if envoy else None,
        variables,
    )


def _where_disabled(value: Json, enabled: Json, left: Json) -> Json:
    """The value under the condition in `Enabled`, with what is left of it for true."""
    if isinstance(enabled, dict):
        condition, then, otherwise = enabled["Fn::If"]
        return if_(condition, _where_disabled(value, then, left), _where_disabled(value, otherwise, left))
    return left if enabled is True else value


def _out(path: Path, value: Json, enabled: Json, left: Json = NO_VALUE) -> Edit:
    if enabled is True and left == NO_VALUE:
        return remove(path)
    return replace(path, _where_disabled(value, enabled, left))


def _redirect(context: Context, task: Task) -> tuple[Changes, tuple[Finding, ...]]:
    """The edit that takes the ProxyConfiguration out, or the finding that it is there."""
    written, path = task.proxy_configuration, task.proxy_configuration_path
    enabled = context.settings.enabled
    ways = [leaf.scope for leaf in leaves(enabled, context.workload.scope) if leaf.written is True]
    if written is None or all(isinstance(leaf.reading, Absent) for way in ways for leaf in leaves(written, way)):
        return (), ()
    if context.settings.on_existing == "Replace":
        return [_out(path, written, enabled)], ()
    message = "the task has a ProxyConfiguration, and a task with Service Connect must have none"
    return (), (context.finding("AM207", path, message, ON_EXISTING),)


class _Branch:
    """The sidecars of one choice of the Fn::Ifs around the containers."""

    def __init__(self, context: Context, task: Task, branch: Branch, enabled: Json) -> None:
        self.context = context
        self.enabled = enabled
        self.listed = branch.lists["app"]
        entries, reader = self.listed.entries, context.kind.containers
        given = next((it["Name"] for it in reversed(context.settings.envoy) if "Name" in it), None)
        inits = proxy_inits(entries, (PROXY_INIT,), reader)
        redirects = [*redirected_to(task.proxy_configuration, branch.scope), *([ENVOY] if inits.containers else [])]
        proxies = envoys(entries, (ENVOY, known(given, branch.scope)), redirects, reader)
        self.found: Mapping[str, Proxies] = {ENVOY: proxies, PROXY_INIT: inits}
        paths = proxies.containers | inits.containers
        self.entries = [entry for entry in entries if any(each.path in paths for each in _containers(entry))]
        self.staying = [entry for entry in entries if entry not in self.entries]
        self.going = [each for entry in self.entries for each in _containers(entry)]

    def findings(self) -> Iterator[Finding]:
        context, on_existing = self.context, self.context.settings.on_existing
        paths = {path for proxies in self.found.values() for path in proxies.containers}
        for role, proxies in self.found.items():
            for container in proxies.in_doubt:
                name = context.shown_name(container)
                message = f"container {name} has {variable(container)}, and nothing else shows whether it is the {role}"
                hint = "If it is, name it in the ProxyConfiguration, or take it out; if not, take the variable out"
                yield context.finding("AM219", container.path, message, hint)
        for entry in self.entries:
            if any(each.path not in paths for each in _containers(entry)):
                message = "one branch of this Fn::If is a sidecar, and another is not"
                yield context.finding("AM211", entry.path, message, "Take the sidecar out by hand")
            elif on_existing != "Replace":
                name = context.shown_name(_containers(entry)[0])
                message = f"container {name} is a sidecar of App Mesh, which has no place beside Service Connect"
                yield context.finding("AM206", entry.path, message, ON_EXISTING)
        if self.entries and not self.staying:
            message = "no container would be left, and a task needs one"
            hint = "Take the task definition out of the template, with the service that runs it"
            yield context.finding("AM607", self.listed.path, message, hint)

    def changes(self) -> Iterator[Edit]:
        for entry in self.entries:
            yield _out(entry.path, entry.written, self.enabled)
        names = [container.name for container in self.going if container.name is not None]
        for entry in self.staying:
            for container in _containers(entry):
                yield from self._references(container, names)

    def _references(self, container: Container, names: Collection[Json]) -> Iterator[Edit]:
        for member, named in (("DependsOn", "ContainerName"), ("VolumesFrom", "SourceContainer"), ("Links", "")):
            place = (*container.path, member)
            for listed in leaves(container.definition.get(member), container.scope, place):
                items = listed.written if isinstance(listed.written, list) else []
                left = [_without(item, named, listed.scope, names) for item in items]
                changed = [index for index, item in enumerate(items) if left[index] is not item]
                if changed and all(map(is_no_value, left)) and self.enabled is True and listed.path == place:
                    yield remove(place)
                else:
                    yield from (_out((*listed.path, n), items[n], self.enabled, left[n]) for n in changed)


def _without(item: Json, member: str, scope: Scope, names: Collection[Json]) -> Json:
    """An item with AWS::NoValue for each branch that refers to one of the containers; the item itself if none does."""
    if not any(_target(leaf, member) in names for leaf in leaves(item, scope)):
        return item
    return mapped(item, scope, lambda leaf: NO_VALUE if _target(leaf, member) in names else leaf.written)


def _target(leaf: Leaf, member: str) -> Json:
    value = known(leaf.written.get(member), leaf.scope) if isinstance(leaf.written, dict) else leaf.written
    return value.partition(":")[0] if isinstance(value, str) else None


def _containers(entry: ContainerEntry) -> list[Container]:
    return [container for container, _ in entry.containers if container]
