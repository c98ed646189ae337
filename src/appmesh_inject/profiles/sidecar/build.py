"""From facts and settings to the plan for one workload: which sidecars come, what they replace, who waits for them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Changes, Edit, Json, Path, append, replace, with_value_at
from appmesh_inject.cfn.intrinsics import NO_VALUE, Leaf, known, mapped
from appmesh_inject.cfn.merge import merged
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import where_enabled
from appmesh_inject.profiles.sidecar import app_ports, checks, container_checks, existing
from appmesh_inject.profiles.sidecar.containers import ENVOY, GATEWAY, X_RAY_DAEMON, Sidecar
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.existing import Existing
from appmesh_inject.profiles.sidecar.identity import naming
from appmesh_inject.profiles.sidecar.startup import start_order
from appmesh_inject.profiles.sidecar.template import Slot, Values, filled, left_open, open_paths
from appmesh_inject.workloads.model import Branch, Container

ADMIN_PORT_VARIABLE = "ENVOY_ADMIN_ACCESS_PORT"


class BranchDraft(NamedTuple):
    """What happens in one branch of the containers, with the slot open that follows from the workload's name.

    opens: where the slot is open: in which of the changes, at which path of its value. envoy: as it will be, and what
    went into its slots; None where none can be built. is_plain: every sidecar is added to the list, whatever is in it.
    """

    changes: Sequence[Edit] = ()
    opens: Sequence[tuple[int, Path]] = ()
    proxy_configuration: Json = NO_VALUE
    findings: tuple[Finding, ...] = ()
    envoy: tuple[Container, Values] | None = None
    is_plain: bool = False


class Draft(NamedTuple):
    """A plan for one workload, before the slots are closed. path: to the properties that all changes lead through;
    changes: those outside of the containers."""

    path: Path
    branches: tuple[BranchDraft, ...]
    changes: Changes
    findings: tuple[Finding, ...]


Close: TypeAlias = Callable[[Container, Values], Json]
"""What goes into the open slot of an envoy, by the envoy and what went into its other slots."""


def draft(context: SidecarContext, open_slot: Slot, close: Close) -> Draft:
    """The draft for one workload. `close` is asked where a sidecar is there already, to compare with it."""
    task = context.task
    findings = [*task.findings, *naming(context), *checks.surroundings(context), *checks.limits(context)]
    branches = {_outcomes(branch): _Branch(context, branch, open_slot, close).draft() for branch in task.branches}
    findings += (finding for branch in branches.values() for finding in branch.findings)
    changes, found = _proxy_configuration(context, branches)
    return Draft(task.path, tuple(branches.values()), changes, tuple(dict.fromkeys([*findings, *found])))


def _outcomes(branch: Branch) -> frozenset[tuple[str, bool]]:
    return frozenset(branch.scope.assumed.items())


def _proxy_configuration(
    context: SidecarContext, branches: Mapping[frozenset[tuple[str, bool]], BranchDraft]
) -> tuple[Changes, list[Finding]]:
    """The edit that writes the ProxyConfiguration, if there is anything to write; and why it may not be written.

    Where the containers differ by an Fn::If, so can their redirects: then it has the same Fn::If around it.
    """
    task, on_existing = context.task, context.settings.on_existing
    path, is_there = task.proxy_configuration_path, task.proxy_configuration is not None
    if context.sidecar_set.proxy_configuration is None:
        what = "proxyinit would redirect" if context.sidecar_set.net_admin else "a gateway must not redirect"
        message = f"the task has a ProxyConfiguration, which redirects the traffic that {what}"
        found = context.finding("AM207", path, message, "Take the ProxyConfiguration out")
        return (), [found] if is_there else []

    def of_branch(leaf: Leaf) -> Json:
        branch = branches.get(frozenset(leaf.scope.assumed.items()))
        return branch.proxy_configuration if branch else NO_VALUE

    wanted = mapped(task.containers, context.workload.scope, of_branch)
    if task.proxy_configuration == wanted or (is_there and on_existing == "Keep"):
        return (), []
    if is_there and on_existing == "Fail":
        message = "the task has a ProxyConfiguration already, and it is not the one that would be injected"
        hint = "Take it out, or set OnExisting to Keep or Replace"
        return (), [context.finding("AM207", path, message, hint)]
    return [replace(path, wanted)], []


class _Branch:
    """The making of the draft for one branch: what is there already, then what is built, then where it goes."""

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
        there = {sidecar.role: existing.existing(context, sidecar, branch) for sidecar in context.sidecars}
        self.findings += (problem for each in there.values() for problem in each.problems)
        values = self._values(there)
        changes: list[Edit] = []
        added: dict[str, list[Json]] = {place: [] for place in branch.lists}
        sidecars: dict[str, Container] = {}
        for sidecar in context.sidecars:
            found = there[sidecar.role]
            built = self._built(sidecar, values, found)
            if built is None:
                continue
            sidecars[sidecar.role] = built
            if not (found.entries and context.settings.on_existing == "Keep"):
                self.findings += checks.image(context, sidecar.role, built)
            wanted = where_enabled(built.definition, enabled)
            if not found.entries:
                added[sidecar.place].append(wanted)
                continue
            instead = existing.replacement(context, found, self._closed(wanted))
            if isinstance(instead, Finding):
                self.findings.append(instead)
            elif instead is not None:
                changes.append(replace(found.entries[0].path, instead))
            elif found.container and context.settings.on_existing == "Keep":
                sidecars[sidecar.role] = found.container
        apps = self._apps(there)
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
            enabled is True and not any(found.entries for found in there.values()),
        )

    def _findings(self) -> list[Finding]:
        """Without those that only follow from another."""
        if any(finding.code in ("AM206", "AM210", "AM211", "AM219") for finding in self.findings):
            return [finding for finding in self.findings if finding.code != "AM106"]
        return self.findings

    def _apps(self, there: Mapping[str, Existing]) -> list[Container]:
        """The containers that are not sidecars, in every branch of their own."""
        taken = {entry.path for found in there.values() for entry in found.entries}
        entries = [entry for entry in self.branch.lists["app"].entries if entry.path not in taken]
        return [container for entry in entries for container, _ in entry.containers if container]

    def _values(self, there: Mapping[str, Existing]) -> dict[Slot, Json]:
        """What goes into the slots in this branch. A sidecar that is there keeps its name."""
        context = self.context
        values = context.values(self._app_ports(there))
        values[self.open_slot] = left_open(self.open_slot)
        for role, slot in ((ENVOY, Slot.ENVOY_NAME), (X_RAY_DAEMON, Slot.X_RAY_NAME)):
            if role in there:
                container = there[role].container
                name = context.name(role)
                values[slot] = container.definition.get(context.kind.containers.name_key, name) if container else name
        return values

    def _app_ports(self, there: Mapping[str, Existing]) -> Json:
        """The app ports as one text: as asked for, or those that the app's containers map; None where none is."""
        context = self.context
        if context.settings.app_ports is not None:
            return context.settings.app_ports.text or None
        if "AppPorts" in context.requested.places or context.represents == GATEWAY:
            return None
        taken = {entry.path for found in there.values() for entry in found.entries}
        listed = self.branch.lists["app"]
        entries = [entry for entry in listed.entries if entry.path not in taken]
        inferred, findings = app_ports.inferred(context, entries, listed.path, self.branch.scope)
        self.findings += findings
        if inferred.items:
            self.findings += checks.app_ports(context, inferred, listed.path)
        return inferred.text or None

    def _built(self, sidecar: Sidecar, values: Values, there: Existing) -> Container | None:
        """The sidecar as it will be; None where it cannot be built."""
        context, scope = self.context, self.branch.scope
        path = context.setting_path(sidecar.fragment)
        reader = context.kind.containers
        if not isinstance(known(context.name(sidecar.role), scope), str):
            message = f"the name of the {sidecar.role} container is not known"
            hint = f"Write {sidecar.fragment}: {{{reader.name_key}: ...}} as text or a Ref to a parameter"
            self.findings.append(context.finding("AM103", path, message, hint))
            return None
        if context.resource is None:
            return None

        def build(values: Values) -> Container:
            definition = filled(sidecar.template, values)
            for fragment in context.fragments(sidecar):
                definition = merged(definition, fragment, reader.identities)
            if there.container and reader.name_key in there.container.definition:
                definition[reader.name_key] = there.container.definition[reader.name_key]
            return reader.container(definition, path, scope)

        built = build(values)
        if ADMIN_PORT_VARIABLE in built.variables:
            values = {**values, Slot.ADMIN_PORT: built.variables[ADMIN_PORT_VARIABLE]}
            built = build(values)
        if sidecar.role == ENVOY:
            self.envoy = built, values
        return built

    def _closed(self, definition: Json) -> Json:
        if self.envoy is None:
            return definition
        for path in list(open_paths(definition)):
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
