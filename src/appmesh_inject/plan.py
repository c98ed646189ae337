"""From what was asked for and the facts to a Plan, to a reason to skip, or to findings: policy, no documents.

Containers are built by `sidecars`, read and written by a target.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from appmesh_inject import checks, ports, presence, together
from appmesh_inject.compiled import configured, is_compiled
from appmesh_inject.decision import Basis, Decision, ListPlan, Plan, Skip
from appmesh_inject.deployment import Deployment
from appmesh_inject.findings import Finding
from appmesh_inject.forms import Sidecar, form
from appmesh_inject.intrinsics import NO_VALUE, Leaf, Scope, known, leaves, mapped
from appmesh_inject.levels import Asked
from appmesh_inject.merge import merged
from appmesh_inject.ordering import order
from appmesh_inject.presence import Present
from appmesh_inject.representing import kind, naming
from appmesh_inject.settings import STANDALONE
from appmesh_inject.shapes import Slot, Values
from appmesh_inject.sidecars import ENVOY, GATEWAY, X_RAY_DAEMON
from appmesh_inject.situation import ADMIN_PORT_VARIABLE, Situation, wrapped
from appmesh_inject.standalone import Configuration, Meshes
from appmesh_inject.tree import Json, edited
from appmesh_inject.workload import Branch, Container, Dialect, Task, Workload

INJECTED_ALREADY = "injected already"


def under(enabled: Json, scope: Scope) -> Scope:
    """The scope that the sidecars live in: what must hold for `Enabled` to be true is assumed, where there is
    one way for it to be."""
    ways = [leaf.scope for leaf in leaves(enabled, scope) if leaf.written is True]
    return ways[0] if len(ways) == 1 else scope


def decide(
    workload: Workload, asked: Asked, task: Task, dialect: Dialect, *, deployment: Deployment, meshes: Meshes
) -> Decision:
    """What happens to `workload`."""
    represents = kind(asked, workload.scope)
    adding = form(asked.settings.profile, dialect.name, represents)
    if adding is None:
        return Decision(None, tuple(_no_form(workload, asked)))
    situation = Situation(
        workload, asked, task, dialect, adding, represents, deployment.images, deployment.registries, meshes, {}
    )
    if is_compiled(situation):
        return Decision(Skip(INJECTED_ALREADY))
    findings = [
        *task.findings,
        *naming(workload, asked),
        *checks.surroundings(situation),
        *checks.limits(situation),
    ]
    planned = {_key(branch): _Branch(situation, branch).plan() for branch in task.branches}
    findings += (finding for branch in planned.values() for finding in branch.findings)
    redirect, found = _redirect(situation, planned)
    findings = list(dict.fromkeys([*findings, *found]))
    if any(finding.is_error for finding in findings):
        return Decision(None, tuple(findings))
    lists = tuple(each for branch in planned.values() for each in branch.lists)
    if redirect is None and all(each.changes_nothing for each in lists):
        return Decision(Skip(INJECTED_ALREADY), tuple(findings))
    basis = next(iter(planned.values())).basis if len(lists) == 1 else None
    return Decision(Plan(lists, redirect, task.redirect_path, basis), tuple(findings))


def _no_form(workload: Workload, asked: Asked) -> Iterator[Finding]:
    # What names a gateway is no setting of a profile that has none, which has been said.
    if not any(finding.code == "AM109" for finding in asked.findings):
        message = f"profile '{asked.settings.profile}' has no form for this kind of document"
        yield Finding("AM109", workload.name, asked.places["Profile"], message, "Use profile 'preview'")


def _key(branch: Branch) -> frozenset[tuple[str, bool]]:
    return frozenset(branch.scope.assumed.items())


class _Planned(NamedTuple):
    """The plan for one branch of the containers."""

    lists: tuple[ListPlan, ...] = ()
    redirect: Json = NO_VALUE
    findings: tuple[Finding, ...] = ()
    basis: Basis | None = None


def _redirect(
    situation: Situation, planned: Mapping[frozenset[tuple[str, bool]], _Planned]
) -> tuple[Json, list[Finding]]:
    """The ProxyConfiguration to write, or None where there is nothing to write; and why it may not be written.

    Where the containers differ by an Fn::If, so can their redirects: then it has the same Fn::If around it.
    """
    task = situation.task
    there = task.redirect is not None
    if situation.form.redirect is None:
        what = "proxyinit would redirect" if situation.form.net_admin else "a gateway must not redirect"
        message = f"the task has a ProxyConfiguration, which redirects the traffic that {what}"
        found = situation.finding("AM207", task.redirect_path, message, "Take the ProxyConfiguration out")
        return None, [found] if there else []

    def of_branch(leaf: Leaf) -> Json:
        branch = planned.get(frozenset(leaf.scope.assumed.items()))
        return branch.redirect if branch else NO_VALUE

    wanted = mapped(task.containers, situation.workload.scope, of_branch)
    if task.redirect == wanted or (there and situation.settings.on_existing == "Keep"):
        return None, []
    if there and situation.settings.on_existing == "Fail":
        message = "the task has a ProxyConfiguration already, and it is not the one that would be injected"
        hint = "Take it out, or set OnExisting to Keep or Replace"
        return None, [situation.finding("AM207", task.redirect_path, message, hint)]
    return wanted, []


def _configure(situation: Situation, envoy: Container, values: Values) -> Callable[[Workload, Asked], Configuration]:
    """Makes the configuration that an `envoy` such as this runs for a workload, with all that is wrong with it."""

    def configure(workload: Workload, asked: Asked) -> Configuration:
        alike = situation._replace(workload=workload, asked=asked)
        configuration = configured(alike, envoy, values[Slot.ADMIN_PORT])
        findings = checks.configuration(alike, configuration, envoy, values[Slot.APP_PORTS])
        return configuration._replace(findings=(*configuration.findings, *findings))

    return configure


class _Branch:
    """The making of the plan for one branch: what is there already, then what is built, then where it goes."""

    def __init__(self, situation: Situation, branch: Branch) -> None:
        self.situation = situation
        self.branch = branch
        self.findings: list[Finding] = []
        self.basis: Basis | None = None

    def plan(self) -> _Planned:
        situation, branch = self.situation, self.branch
        enabled = mapped(situation.settings.enabled, branch.scope, lambda leaf: leaf.written)
        if enabled is False:
            return _Planned()
        there = {sidecar.role: presence.present(situation, sidecar, branch) for sidecar in situation.sidecars}
        self.findings += (problem for each in there.values() for problem in each.problems)
        values = self._values(there)
        replaced: dict[str, dict[int, Json]] = {place: {} for place in branch.lists}
        appended: dict[str, list[Json]] = {place: [] for place in branch.lists}
        sidecars: dict[str, Container] = {}
        for sidecar in situation.sidecars:
            built = self._built(sidecar, values, there[sidecar.role])
            if built is None:
                continue
            sidecars[sidecar.role] = built
            if not (there[sidecar.role].entries and situation.settings.on_existing == "Keep"):
                self.findings += checks.image(situation, sidecar.role, built)
            if not there[sidecar.role].entries:
                appended[sidecar.place].append(wrapped(built.definition, enabled))
                continue
            instead = presence.replacement(situation, there[sidecar.role], built.definition, enabled)
            if isinstance(instead, Finding):
                self.findings.append(instead)
            elif instead is not None:
                entry = there[sidecar.role].entries[0]
                replaced[sidecar.place][branch.lists[sidecar.place].entries.index(entry)] = instead
            elif (kept := there[sidecar.role].container) and situation.settings.on_existing == "Keep":
                sidecars[sidecar.role] = kept
        apps = self._apps(there)
        waiting = self._waiting(apps, sidecars, values, enabled)
        self.findings += together.check(situation, branch, apps, sidecars, len(appended["app"]))
        lists = (
            ListPlan(
                listed.path,
                [entry.written for entry in listed.entries],
                replaced[place],
                waiting if place == "app" else {},
                tuple(appended[place]),
            )
            for place, listed in branch.lists.items()
        )
        is_plain = enabled is True and not any(present.entries for present in there.values())
        return _Planned(
            tuple(lists), self._redirect(values, enabled), tuple(self._findings()), self.basis if is_plain else None
        )

    def _findings(self) -> list[Finding]:
        """Without those that only follow from another."""
        if any(finding.code in ("AM206", "AM210", "AM211", "AM219") for finding in self.findings):
            return [finding for finding in self.findings if finding.code != "AM106"]
        return self.findings

    def _apps(self, there: Mapping[str, Present]) -> list[Container]:
        """The containers that are not sidecars, in every branch of their own."""
        taken = {entry.path for present in there.values() for entry in present.entries}
        entries = [entry for entry in self.branch.lists["app"].entries if entry.path not in taken]
        return [container for entry in entries for container, _ in entry.containers if container]

    def _values(self, there: Mapping[str, Present]) -> Values:
        """What goes into the slots in this branch. A sidecar that is there keeps its name."""
        situation = self.situation
        values = dict(situation.values(self._app_ports(there)))
        for role, slot in ((ENVOY, Slot.ENVOY_NAME), (X_RAY_DAEMON, Slot.X_RAY_NAME)):
            if role in there:
                container = there[role].container
                name = situation.name(role)
                values[slot] = container.definition.get(situation.dialect.name_key, name) if container else name
        return values

    def _app_ports(self, there: Mapping[str, Present]) -> Json:
        """The app ports as one text: as asked for, or those that the app's containers map; None where none is."""
        situation = self.situation
        if situation.settings.app_ports is not None:
            return situation.settings.app_ports.text or None
        if "AppPorts" in situation.asked.places or situation.kind == GATEWAY:
            return None
        taken = {entry.path for present in there.values() for entry in present.entries}
        listed = self.branch.lists["app"]
        entries = [entry for entry in listed.entries if entry.path not in taken]
        name = situation.workload.name
        inferred, findings = ports.inferred(entries, listed.path, self.branch.scope, situation.dialect, name)
        self.findings += findings
        if inferred.items:
            self.findings += checks.app_ports(situation, inferred, listed.path)
        return inferred.text or None

    def _built(self, sidecar: Sidecar, values: Values, there: Present) -> Container | None:
        situation, scope = self.situation, self.branch.scope
        path = situation.place(sidecar.fragment)
        key = situation.dialect.name_key
        if not isinstance(known(situation.name(sidecar.role), scope), str):
            message = f"the name of the {sidecar.role} container is not known"
            hint = f"Write {sidecar.fragment}: {{{key}: ...}} as text or a Ref to a parameter"
            self.findings.append(situation.finding("AM103", path, message, hint))
            return None
        if values[Slot.RESOURCE] is None:
            return None

        def build(values: Values) -> Container:
            built = sidecar.build(values, situation.fragments(sidecar), situation.dialect, scope.loops)
            if there.container and key in there.container.definition:
                built[key] = there.container.definition[key]
            return situation.dialect.container(built, path, scope)

        built = build(values)
        more: dict[Slot, Json] = {}
        if ADMIN_PORT_VARIABLE in built.variables:
            more[Slot.ADMIN_PORT] = built.variables[ADMIN_PORT_VARIABLE]
        configure = None
        findings: tuple[Finding, ...] = ()
        if sidecar.role == ENVOY and situation.settings.profile == STANDALONE:
            configure = _configure(situation, built, {**values, **more})
            configuration = configure(situation.workload, situation.asked)
            findings = configuration.findings
            self.findings += findings
            more[Slot.COMMAND] = configuration.command
        if sidecar.role == ENVOY:
            self.basis = Basis({**values, **more}, configure, findings)
        return build({**values, **more}) if more else built

    def _waiting(
        self, apps: list[Container], sidecars: Mapping[str, Container], values: Values, enabled: Json
    ) -> dict[int, Json]:
        """The entries whose containers wait for envoy, by index, with a dependency on it."""
        ordered = order(self.situation, apps, sidecars, values[Slot.ENVOY_NAME], enabled)
        self.findings += ordered.findings
        entries = self.branch.lists["app"].entries
        waiting: dict[int, Json] = {}
        for container, definition in ordered.waiting:
            index = next(n for n, entry in enumerate(entries) if container.path[: len(entry.path)] == entry.path)
            inside = container.path[len(entries[index].path) :]
            waiting[index] = edited(waiting.get(index, entries[index].written), {inside: definition})
        return waiting

    def _redirect(self, values: Values, enabled: Json) -> Json:
        situation = self.situation
        if situation.form.redirect is None:
            return NO_VALUE
        built = situation.form.redirect.filled(values, self.branch.scope.loops)
        for fragment in situation.settings.proxy_configuration:
            built = merged(built, fragment, situation.dialect.identities)
        return wrapped(built, enabled)
