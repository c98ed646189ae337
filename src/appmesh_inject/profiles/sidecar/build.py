"""Builds the plan for one workload: which sidecars are added, what they replace, and which containers wait for them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Changes, Edit, Json, Path, append, replace, with_value_at
from appmesh_inject.cfn.fragment_merge import merged
from appmesh_inject.cfn.intrinsics import NO_VALUE, Leaf, known, mapped
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import where_enabled
from appmesh_inject.profiles.sidecar import app_ports, checks, container_checks, existing
from appmesh_inject.profiles.sidecar.containers import ENVOY, GATEWAY, X_RAY_DAEMON, Sidecar
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.existing import Existing
from appmesh_inject.profiles.sidecar.identity import naming
from appmesh_inject.profiles.sidecar.startup import start_order
from appmesh_inject.profiles.sidecar.template import Slot, Values, filled, left_open, open_paths
from appmesh_inject.workloads.model import Branch, Container, ContainerEntry

ADMIN_PORT_VARIABLE = "ENVOY_ADMIN_ACCESS_PORT"


class BranchDraft(NamedTuple):
    """The changes in one branch of the containers. The slot whose value depends on the workload's name is still open.

    open_slots: where it is open, as the index of a change and a path in that change's value. envoy: the envoy and the
    values of its other slots; None if it cannot be built. is_plain: every sidecar is appended to its list,
    without a condition. keeps_envoy: the task's own envoy stays.
    """

    changes: Sequence[Edit] = ()
    open_slots: Sequence[tuple[int, Path]] = ()
    proxy_configuration: Json = NO_VALUE
    findings: tuple[Finding, ...] = ()
    envoy: tuple[Container, Values] | None = None
    is_plain: bool = False
    keeps_envoy: bool = False


class Draft(NamedTuple):
    """A plan for one workload with slots still open. path: of its properties, which contain the paths of all changes.
    changes: those outside of the containers."""

    path: Path
    branches: tuple[BranchDraft, ...]
    changes: Changes
    findings: tuple[Finding, ...]


Close: TypeAlias = Callable[[Container, Values], Json]
"""The value of an envoy's open slot, given the envoy and the values of its other slots."""


def draft(context: SidecarContext, open_slot: Slot, close: Close) -> Draft:
    """The draft for one workload. `close` is called only if the task already has a sidecar, to compare with it."""
    task = context.task
    findings = [*task.findings, *naming(context), *checks.surroundings(context), *checks.limits(context)]
    branches = {_outcomes(branch): _Branch(context, branch, open_slot, close).draft() for branch in task.branches}
    findings += (finding for branch in branches.values() for finding in branch.findings)
    changes, problems = _proxy_configuration(context, branches)
    return Draft(task.path, tuple(branches.values()), changes, tuple(dict.fromkeys([*findings, *problems])))


def _outcomes(branch: Branch) -> frozenset[tuple[str, bool]]:
    return frozenset(branch.scope.assumed.items())


def _proxy_configuration(
    context: SidecarContext, branches: Mapping[frozenset[tuple[str, bool]], BranchDraft]
) -> tuple[Changes, list[Finding]]:
    """The edit that writes the ProxyConfiguration, if one is needed, and findings that prevent it.

    An Fn::If around the list of containers also goes around the ProxyConfiguration, if its branches need different
    ones.
    """
    task, on_existing = context.task, context.settings.on_existing
    path, is_present = task.proxy_configuration_path, task.proxy_configuration is not None
    if context.sidecar_set.proxy_configuration is None:
        what = "proxyinit would redirect" if context.sidecar_set.net_admin else "a gateway must not redirect"
        message = f"the task has a ProxyConfiguration, which redirects the traffic that {what}"
        finding = context.finding("AM207", path, message, "Remove the ProxyConfiguration")
        return (), [finding] if is_present else []

    def of_branch(leaf: Leaf) -> Json:
        branch = branches.get(frozenset(leaf.scope.assumed.items()))
        return branch.proxy_configuration if branch else NO_VALUE

    built = mapped(task.containers, context.workload.scope, of_branch)
    if task.proxy_configuration == built or (is_present and on_existing == "Keep"):
        return (), []
    if is_present and on_existing == "Fail":
        message = "the task already has a ProxyConfiguration, and it differs from the one to inject"
        hint = "Remove it, or set OnExisting to Keep or Replace"
        return (), [context.finding("AM207", path, message, hint)]
    return [replace(path, built)], []


class _Branch:
    """Makes the draft for one branch: finds existing sidecars, builds new ones, and places them."""

    def __init__(self, context: SidecarContext, branch: Branch, open_slot: Slot, close: Close) -> None:
        self.context = context
        self.branch = branch
        self.open_slot = open_slot
        self.close = close
        self.findings: list[Finding] = []
        self.envoy: tuple[Container, Values] | None = None

    def draft(self) -> BranchDraft:
        context, branch = self.context, self.branch
        enabled = mapped(context.settings.enabled, branch.scope, lambda leaf: leaf.written)
        if enabled is False:
            return BranchDraft()
        present = {sidecar.role: existing.existing(context, sidecar, branch) for sidecar in context.sidecars}
        self.findings += (problem for sidecar in present.values() for problem in sidecar.problems)
        values = self._values(present)
        changes: list[Edit] = []
        added: dict[str, list[Json]] = {place: [] for place in branch.lists}
        sidecars: dict[str, Container] = {}
        for sidecar in context.sidecars:
            current = present[sidecar.role]
            built = self._built(sidecar, values, current)
            if built is None:
                continue
            sidecars[sidecar.role] = built
            if not (current.entries and context.settings.on_existing == "Keep"):
                self.findings += checks.image(context, sidecar.role, built)
            definition = where_enabled(built.definition, enabled)
            if not current.entries:
                added[sidecar.place].append(definition)
                continue
            replacement = existing.replacement(context, current, self._closed(definition))
            if isinstance(replacement, Finding):
                self.findings.append(replacement)
            elif replacement is not None:
                changes.append(replace(current.entries[0].path, replacement))
            elif current.container and context.settings.on_existing == "Keep":
                sidecars[sidecar.role] = current.container
        apps = self._apps(present)
        order = start_order(context, apps, sidecars, values[Slot.ENVOY_NAME], enabled)
        self.findings += order.findings
        self.findings += container_checks.check(context, branch, apps, sidecars, len(added["app"]))
        changes += (append(branch.lists[place].path, *items) for place, items in added.items() if items)
        return BranchDraft(
            [*changes, *order.changes],
            [(index, path) for index, edit in enumerate(changes) for path in open_paths(edit.value)],
            self._proxy_configuration(values, enabled),
            tuple(self._findings()),
            self.envoy,
            enabled is True and not any(sidecar.entries for sidecar in present.values()),
            context.settings.on_existing == "Keep" and bool(present[ENVOY].entries),
        )

    def _findings(self) -> list[Finding]:
        """The findings, without AM106 if it only follows from another."""
        if any(finding.code in ("AM206", "AM210", "AM211", "AM219") for finding in self.findings):
            return [finding for finding in self.findings if finding.code != "AM106"]
        return self.findings

    def _apps(self, present: Mapping[str, Existing]) -> list[Container]:
        """The containers that are not sidecars, each in all of its branches."""
        entries = self._app_entries(present)
        return [container for entry in entries for container, _ in entry.containers if container]

    def _app_entries(self, present: Mapping[str, Existing]) -> list[ContainerEntry]:
        of_sidecars = {entry.path for sidecar in present.values() for entry in sidecar.entries}
        return [entry for entry in self.branch.lists["app"].entries if entry.path not in of_sidecars]

    def _values(self, present: Mapping[str, Existing]) -> dict[Slot, Json]:
        """The values of the slots in this branch. An existing sidecar keeps its name."""
        values = self.context.values(self._app_ports(present))
        values[self.open_slot] = left_open(self.open_slot)
        key = self.context.kind.containers.name_key
        for role, slot in ((ENVOY, Slot.ENVOY_NAME), (X_RAY_DAEMON, Slot.X_RAY_NAME)):
            container = present[role].container if role in present else None
            if container and key in container.definition:
                values[slot] = container.definition[key]
        return values

    def _app_ports(self, present: Mapping[str, Existing]) -> Json:
        """The app ports as one text, from the settings or inferred from the app's containers; None without any."""
        context = self.context
        if context.settings.app_ports is not None:
            return context.settings.app_ports.text or None
        if "AppPorts" in context.requested.places or context.represents == GATEWAY:
            return None
        path = self.branch.lists["app"].path
        inferred, findings = app_ports.inferred(context, self._app_entries(present), path, self.branch.scope)
        self.findings += findings
        if inferred.items:
            self.findings += checks.app_ports(context, inferred, path)
        return inferred.text or None

    def _built(self, sidecar: Sidecar, values: Values, current: Existing) -> Container | None:
        """The sidecar as it will be, or None if it cannot be built."""
        context, scope = self.context, self.branch.scope
        path = context.setting_path(sidecar.fragment)
        if not isinstance(known(context.names[sidecar.role], scope), str):
            key = context.kind.containers.name_key
            message = f"the name of the {sidecar.role} container is not known when the macro runs"
            hint = f"Write {sidecar.fragment}: {{{key}: ...}} as text or a Ref to a parameter"
            self.findings.append(context.finding("AM103", path, message, hint))
            return None
        if context.resource is None:
            return None
        built = self._container(sidecar, values, current, path)
        if ADMIN_PORT_VARIABLE in built.variables:
            values = {**values, Slot.ADMIN_PORT: built.variables[ADMIN_PORT_VARIABLE]}
            built = self._container(sidecar, values, current, path)
        if sidecar.role == ENVOY:
            self.envoy = built, values
        return built

    def _container(self, sidecar: Sidecar, values: Values, current: Existing, path: Path) -> Container:
        """The template of a sidecar with its slots filled and its fragments merged over it."""
        reader = self.context.kind.containers
        definition = filled(sidecar.template, values)
        for fragment in self.context.fragments(sidecar):
            definition = merged(definition, fragment, reader.identities)
        if current.container and reader.name_key in current.container.definition:
            definition[reader.name_key] = current.container.definition[reader.name_key]
        return reader.container(definition, path, self.branch.scope)

    def _closed(self, definition: Json) -> Json:
        if self.envoy is None:
            return definition
        for path in open_paths(definition):
            definition = with_value_at(definition, path, self.close(*self.envoy))
        return definition

    def _proxy_configuration(self, values: Values, enabled: Json) -> Json:
        template = self.context.sidecar_set.proxy_configuration
        if template is None:
            return NO_VALUE
        built = filled(template, values)
        for fragment in self.context.settings.proxy_configuration:
            built = merged(built, fragment, self.context.kind.containers.identities)
        return where_enabled(built, enabled)
