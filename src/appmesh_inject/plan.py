"""All policy: what was asked for and the facts lead to a Plan, to a reason to skip, or to findings.

Nothing here knows a document: containers are built by `sidecars`, read and written by a target.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject import ports
from appmesh_inject.findings import Finding
from appmesh_inject.intrinsics import Absent, Leaf, Literal, Scope, function, if_, known, leaves, mapped
from appmesh_inject.settings import Asked, Settings
from appmesh_inject.sidecars import BUILT_IN_IMAGES, FORMS, Form, Sidecar, Slot, Values
from appmesh_inject.tree import Json, Path
from appmesh_inject.values import Entries, quoted
from appmesh_inject.workload import Branch, Container, ContainerList, Dialect, Entry, Task, Workload

MOST_CONTAINERS = 10
"""Containers in a task definition: ECS service quota, not adjustable."""

MOST_APP_PORTS = 15
"""Ports in one `iptables -m multiport` rule; the redirect silently drops the rest."""


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What happens to one container list: entries replaced, by index, and containers appended."""

    list: ContainerList
    replaced: Mapping[int, Json]
    appended: tuple[Json, ...]

    @property
    def changes_nothing(self) -> bool:
        return not self.replaced and not self.appended


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one workload."""

    lists: tuple[ListPlan, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a workload is left alone, in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A plan, a reason to skip, or None: refused. The findings hold warnings too."""

    outcome: Plan | Skip | None
    findings: tuple[Finding, ...] = ()


def under(enabled: Json, scope: Scope) -> Scope:
    """The scope that the sidecars live in: what must hold for `Enabled` to be true is assumed, where there is
    one way for it to be."""
    ways = [leaf.scope for leaf in leaves(enabled, scope) if leaf.written is True]
    return ways[0] if len(ways) == 1 else scope


def decide(workload: Workload, asked: Asked, task: Task, dialect: Dialect, images: Mapping[str, str]) -> Decision:
    """What happens to `workload`. `images`: those that the macro's deployment gives, by deployment parameter."""
    form = FORMS[asked.settings.profile, dialect.name]
    maker = _Maker(workload, asked, task, dialect, form, images)
    findings = [*task.findings, *maker.naming(), *maker.surroundings(), *maker.limits()]
    lists: list[ListPlan] = []
    for branch in task.branches:
        planned, found = maker.branch(branch)
        lists += planned
        findings += found
    findings = list(dict.fromkeys(findings))
    if any(finding.is_error for finding in findings):
        return Decision(None, tuple(findings))
    if all(planned.changes_nothing for planned in lists):
        return Decision(Skip("injected already"), tuple(findings))
    return Decision(Plan(tuple(lists)), tuple(findings))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Everything that one decision is made from."""

    workload: Workload
    asked: Asked
    task: Task
    dialect: Dialect
    form: Form
    images: Mapping[str, str]

    @property
    def settings(self) -> Settings:
        return self.asked.settings

    def finding(self, code: str, path: Path, message: str, hint: str) -> Finding:
        return Finding(code, self.workload.name, path, message, hint)

    def place(self, setting: str) -> Path:
        """Where a setting was given, or where the mark is."""
        mark = self.workload.levels[-1].path if self.workload.levels else self.workload.path
        return self.asked.places.get(setting, mark)

    def naming(self) -> Iterator[Finding]:
        settings = self.settings
        if settings.mesh_name is None and "MeshName" not in self.asked.places:
            yield self.finding("AM104", self.place("MeshName"), "MeshName is not given", "Add MeshName")
        if settings.virtual_node_name is None and "VirtualNodeName" not in self.asked.places:
            yield self.finding(
                "AM105", self.place("VirtualNodeName"), "VirtualNodeName is not given", "Add VirtualNodeName"
            )

    def surroundings(self) -> Iterator[Finding]:
        yield from self._network()
        yield from self._launch_types()
        for leaf in self.task.redirect:
            if self.form.redirect is None and not isinstance(leaf.reading, Absent):
                yield self.finding(
                    "AM207",
                    leaf.path,
                    "the task has a ProxyConfiguration, which redirects the traffic that proxyinit would redirect",
                    "Take the ProxyConfiguration out, or use profile 'ga', which builds it",
                )

    def _network(self) -> Iterator[Finding]:
        for leaf in self.task.network:
            if isinstance(leaf.reading, Absent):
                message = "NetworkMode is not given, and ECS's default cannot redirect traffic to a proxy"
            elif isinstance(leaf.reading, Literal):
                if leaf.reading.value == "awsvpc":
                    continue
                message = f"NetworkMode is {_seen(leaf)}, which cannot redirect traffic to a proxy"
            else:
                yield self.finding(
                    "AM103",
                    leaf.path,
                    "NetworkMode is not known when the macro runs, and only 'awsvpc' can redirect traffic",
                    "Write NetworkMode: awsvpc, or a Ref to a parameter of the template",
                )
                continue
            yield self.finding("AM201", leaf.path, message, "Set NetworkMode: awsvpc")

    def _launch_types(self) -> Iterator[Finding]:
        if not self.form.net_admin:
            return
        for leaf in self.task.launch_types:
            if isinstance(leaf.reading, Literal) and leaf.reading.value == "FARGATE":
                yield self.finding(
                    "AM202",
                    leaf.path,
                    "the task may run on Fargate, which does not allow proxyinit's NET_ADMIN",
                    "Use profile 'ga', which redirects by ProxyConfiguration, or run the task on EC2",
                )
            elif not isinstance(leaf.reading, Literal | Absent):
                yield self.finding(
                    "AM103",
                    leaf.path,
                    "the launch type is not known when the macro runs, and on Fargate proxyinit is not allowed",
                    "Write it out, or as a Ref to a parameter of the template",
                )

    def limits(self) -> Iterator[Finding]:
        settings = self.settings
        if settings.app_ports is not None:
            yield from self._app_port_limits(settings.app_ports, self.place("AppPorts"))
        ignored = settings.egress_ignored_ports
        if ignored is not None and ignored.count > self.form.ignored_ports:
            yield self.finding(
                "AM108",
                self.place("EgressIgnoredPorts"),
                f"{ignored.count} ports are ignored, and the redirect honours {self.form.ignored_ports}",
                "List fewer ports, or ignore addresses by EgressIgnoredIPs",
            )
        if settings.proxy_ingress_port == settings.proxy_egress_port:
            yield self.finding(
                "AM115",
                self.place("ProxyEgressPort"),
                "ProxyIngressPort and ProxyEgressPort are the same port",
                "Give each a port of its own",
            )

    def _app_port_limits(self, app_ports: Entries, path: Path) -> Iterator[Finding]:
        if not app_ports.items and not self.form.egress_only:
            yield self.finding(
                "AM109",
                path,
                f"profile '{self.settings.profile}' has no form for outgoing traffic only",
                "List the ports that the app listens on",
            )
        if app_ports.count > MOST_APP_PORTS:
            yield self.finding(
                "AM108",
                path,
                f"there are {app_ports.count} app ports, and the redirect takes {MOST_APP_PORTS}",
                f"List at most {MOST_APP_PORTS} in AppPorts",
            )
        for setting, proxy_port in (
            ("ProxyIngressPort", self.settings.proxy_ingress_port),
            ("ProxyEgressPort", self.settings.proxy_egress_port),
        ):
            if proxy_port in app_ports.items:
                yield self.finding(
                    "AM115",
                    path,
                    f"app port {proxy_port} is the proxy's own {setting}",
                    f"Move the app or set {setting}",
                )

    def branch(self, branch: Branch) -> tuple[list[ListPlan], list[Finding]]:
        """The plan for one branch of the containers: what is there already, then what is built, then where."""
        enabled = mapped(self.settings.enabled, branch.scope, lambda leaf: leaf.written)
        if enabled is False:
            return [], []
        present = {sidecar.role: self._present(sidecar, branch) for sidecar in self.form.sidecars}
        app_ports, findings = self._ports(branch, {entry.path for found in present.values() for entry in found})
        values = self._values(app_ports)
        replaced: dict[str, dict[int, Json]] = {place: {} for place in branch.lists}
        appended: dict[str, list[Json]] = {place: [] for place in branch.lists}
        added: list[tuple[Sidecar, Container]] = []
        for sidecar in self.form.sidecars:
            built, problems = self._built(sidecar, values, branch)
            findings += problems
            if built is None:
                continue
            entries = present[sidecar.role]
            container_list = branch.lists[sidecar.place]
            if not entries:
                appended[sidecar.place].append(_wrapped(built.definition, enabled))
                added.append((sidecar, built))
                continue
            outcome = self._existing(sidecar, built, entries, enabled)
            if isinstance(outcome, Finding):
                findings.append(outcome)
            elif outcome is not None:
                entry, replacement = outcome
                replaced[sidecar.place][container_list.entries.index(entry)] = replacement
                added.append((sidecar, built))
        if any(finding.code in ("AM206", "AM210", "AM211") for finding in findings):
            findings = [finding for finding in findings if finding.code != "AM106"]
        findings += self._memory(added)
        findings += self._count(branch, appended)
        findings += self._names(added)
        plans = [
            ListPlan(container_list, replaced[place], tuple(appended[place]))
            for place, container_list in branch.lists.items()
        ]
        return plans, findings

    def _fragments(self, sidecar: Sidecar) -> tuple[Mapping[str, Json], ...]:
        return {"Envoy": self.settings.envoy, "ProxyInit": self.settings.proxy_init}[sidecar.fragment]

    def _name(self, sidecar: Sidecar) -> Json:
        key = self.dialect.name_key
        given = (fragment[key] for fragment in reversed(self._fragments(sidecar)) if key in fragment)
        return next(given, sidecar.role)

    def _present(self, sidecar: Sidecar, branch: Branch) -> tuple[Entry, ...]:
        """The entries that are such a container already: by its name, or by a variable that betrays it."""
        name = known(self._name(sidecar), branch.scope)

        def is_such(container: Container | None) -> bool:
            return container is not None and (
                container.name == name or not sidecar.variables.isdisjoint(container.variables)
            )

        return tuple(
            entry
            for entry in branch.lists[sidecar.place].entries
            if any(is_such(container) for container, _ in entry.containers)
        )

    def _ports(self, branch: Branch, sidecar_paths: set[Path]) -> tuple[Json, list[Finding]]:
        """The app ports as one text: as asked for, or those that the app's containers map."""
        if self.settings.app_ports is not None:
            return self.settings.app_ports.text or None, []
        if "AppPorts" in self.asked.places:
            return None, []
        apps = branch.lists["app"]
        entries = [entry for entry in apps.entries if entry.path not in sidecar_paths]
        inferred, findings = ports.inferred(entries, apps.path, branch.scope, self.dialect, self.workload.name)
        if inferred.items:
            findings += self._app_port_limits(inferred, apps.path)
        return inferred.text, findings

    def _values(self, app_ports: Json) -> Values:
        settings = self.settings
        ignored_ips, ignored_ports = settings.egress_ignored_ips, settings.egress_ignored_ports
        values: dict[Slot, Json] = {
            Slot.MESH_NAME: settings.mesh_name,
            Slot.VIRTUAL_NODE_NAME: settings.virtual_node_name,
            Slot.LOG_LEVEL: settings.log_level,
            Slot.REGION: settings.region,
            Slot.IGNORED_UID: settings.ignored_uid,
            Slot.IGNORED_GID: settings.ignored_gid,
            Slot.PROXY_INGRESS_PORT: settings.proxy_ingress_port,
            Slot.PROXY_EGRESS_PORT: settings.proxy_egress_port,
            Slot.APP_PORTS: app_ports,
            Slot.EGRESS_IGNORED_IPS: self.form.egress_ignored_ips if ignored_ips is None else ignored_ips.text,
            Slot.EGRESS_IGNORED_PORTS: ignored_ports.text if ignored_ports and ignored_ports.items else None,
        }
        for slot, parameter in self.form.images.items():
            values[slot] = self.images.get(parameter) or BUILT_IN_IMAGES[parameter]
        return values

    def _built(self, sidecar: Sidecar, values: Values, branch: Branch) -> tuple[Container | None, list[Finding]]:
        path = self.place(sidecar.fragment)
        if not isinstance(known(self._name(sidecar), branch.scope), str):
            hint = f"Write {sidecar.fragment}: {{{self.dialect.name_key}: ...}} as text or a Ref to a parameter"
            return None, [self.finding("AM103", path, f"the name of the {sidecar.role} container is not known", hint)]
        if values[Slot.MESH_NAME] is None or values[Slot.VIRTUAL_NODE_NAME] is None:
            return None, []
        definition = sidecar.build(values, self._fragments(sidecar), self.dialect, branch.scope.loops)
        return self.dialect.container(definition, path, branch.scope), []

    def _existing(
        self, sidecar: Sidecar, built: Container, entries: tuple[Entry, ...], enabled: Json
    ) -> Finding | tuple[Entry, Json] | None:
        """What to do where such a container is there: nothing, replace it, or say no."""
        entry, *more = entries
        if more:
            return self.finding(
                "AM210",
                more[0].path,
                f"the task has {len(entries)} containers that are {sidecar.role} containers",
                "Leave one of them",
            )
        if entry.written == _wrapped(built.definition, enabled):
            return None
        if self.settings.on_existing == "Fail":
            name = quoted(next(c.name for c, _ in entry.containers if c is not None) or "?")
            return self.finding(
                "AM206",
                entry.path,
                f"the task has a container {name} already, and it is not the {sidecar.role} that would be injected",
                "Take it out, or set OnExisting to Keep or Replace",
            )
        names = {container.name for container, _ in entry.containers if container}
        always = all(container for container, _ in entry.containers)
        if len(names) > 1 or None in names or (not always and self.settings.on_existing == "Keep"):
            return self.finding(
                "AM211",
                entry.path,
                f"the {sidecar.role} container that is there is a different one, or none, in some branches",
                "Take it out of the Fn::If, or out of the task",
            )
        if self.settings.on_existing == "Keep":
            return None
        first = next(container for container, _ in entry.containers if container)
        key = self.dialect.name_key
        replacement = _wrapped({**built.definition, key: first.definition[key]}, enabled)
        return None if entry.written == replacement else (entry, replacement)

    def _memory(self, added: list[tuple[Sidecar, Container]]) -> Iterator[Finding]:
        lacking = [(sidecar, container) for sidecar, container in added if not container.has_memory]
        if not lacking or not any(isinstance(leaf.reading, Absent) for leaf in self.task.memory):
            return
        which = " and ".join(f"'{container.name}'" for _, container in lacking)
        fragments = " and ".join(sidecar.fragment for sidecar, _ in lacking)
        yield self.finding(
            "AM205",
            self.task.path,
            f"neither the task nor its container {which} has a memory setting, and ECS rejects such a task",
            f"Set Memory of the task, or MemoryReservation in {fragments}",
        )

    def _count(self, branch: Branch, appended: Mapping[str, list[Json]]) -> Iterator[Finding]:
        apps = branch.lists["app"]
        count = _most_at_once(apps.entries) + len(appended["app"])
        if count > MOST_CONTAINERS:
            yield self.finding(
                "AM204",
                apps.path,
                f"with the sidecars the task has {count} containers, and ECS allows {MOST_CONTAINERS}",
                "Move containers to another task",
            )

    def _names(self, added: list[tuple[Sidecar, Container]]) -> Iterator[Finding]:
        names = [container.name for _, container in added]
        for sidecar, container in added:
            if names.count(container.name) > 1 and container.name != sidecar.role:
                yield self.finding(
                    "AM208",
                    self.place(sidecar.fragment),
                    f"two sidecars would be named {quoted(container.name or '')}",
                    "Give each a name of its own",
                )


def _seen(leaf: Leaf) -> str:
    assert isinstance(leaf.reading, Literal)
    parameter = leaf.reading.parameter
    return f"the value of parameter '{parameter}'" if parameter else quoted(leaf.reading.value)


def _wrapped(container: Mapping[str, Json], enabled: Json) -> Json:
    """The container under the condition that it exists under: `Enabled` with it in the place of true."""
    if enabled is True:
        return container
    if isinstance(enabled, dict) and function(enabled) == "Fn::If":
        condition, then, otherwise = enabled["Fn::If"]
        return if_(condition, _wrapped(container, then), _wrapped(container, otherwise))
    return {"Ref": "AWS::NoValue"}


def _most_at_once(entries: tuple[Entry, ...]) -> int:
    """How many of the entries can be containers of one task: Fn::Ifs on the same condition agree."""
    conditions = sorted({name for entry in entries for _, assumed in entry.containers for name in assumed})
    if len(conditions) > 8:
        return sum(all(container for container, _ in entry.containers) for entry in entries)
    most = 0
    for number in range(2 ** len(conditions)):
        outcome = {name: bool(number >> bit & 1) for bit, name in enumerate(conditions)}
        count = sum(
            any(container and assumed.items() <= outcome.items() for container, assumed in entry.containers)
            for entry in entries
        )
        most = max(most, count)
    return most
