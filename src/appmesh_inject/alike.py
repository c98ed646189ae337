"""Workloads that are alike are decided once.

Services of one template differ in their names, images and logs, and those decide nothing. So the plan of the first
serves the others: only its envoy names another node, or carries the configuration of another. What is not plain is
decided anew: a wrong name, an Fn::If around containers or sidecars, a sidecar that is there already.
"""

import marshal
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from appmesh_inject.cfn.document import Changes, Json, Path, edited
from appmesh_inject.cfn.intrinsics import function, is_no_value
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.plan import Basis, Decided, Decision, ListPlan, Plan
from appmesh_inject.profiles.registry import form
from appmesh_inject.profiles.sidecar.containers import ENVOY
from appmesh_inject.profiles.sidecar.identity import kind
from appmesh_inject.profiles.sidecar.template import Slot, Text, text
from appmesh_inject.settings.layers import Asked, read_value
from appmesh_inject.settings.types import Problem
from appmesh_inject.workloads.model import Dialect, Workload

SLOTS = {
    "MeshName": Slot.MESH_NAME,
    "VirtualNodeName": Slot.VIRTUAL_NODE_NAME,
    "VirtualGatewayName": Slot.VIRTUAL_GATEWAY_NAME,
}
"""The settings that may differ among workloads that are alike, and where their values go."""


class Plain(NamedTuple):
    """A workload's containers where they are one plain list, with what decisions read of it and of what is around.
    `path` leads to its properties, `list_path` to the list."""

    items: list[Json]
    path: Path
    list_path: Path
    likeness: Json


class _Precedent(NamedTuple):
    """A workload with a plan, and what it takes to make that of another.

    basis: what its envoy was built from; resource: how the envoy's resource is named; envoy: which of the containers
    appended it is; naming, commanding: where it has the resource, and the command of a configuration.
    """

    asked: Asked
    plan: Plan
    basis: Basis
    resource: Text
    envoy: int
    naming: tuple[Path, ...]
    commanding: tuple[Path, ...]


class Precedents:
    """The plans that were made so far, by what decided them."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._made: dict[bytes, _Precedent] = {}

    def decide(self, workload: Workload, plain: Plain | None, anew: Callable[[], Decided]) -> Decided:
        """The decision for `workload`: as for one that is alike, or `anew`."""
        key = _key(workload, plain)
        if key is None or plain is None:
            return anew()
        if key in self._made and (again := self._again(self._made[key], workload, plain)) is not None:
            return again
        decided = anew()
        if (precedent := self._precedent(decided)) is not None:
            self._made[key] = precedent
        return decided

    def _precedent(self, decided: Decided) -> _Precedent | None:
        """The workload as a precedent, where its plan can be that of others."""
        asked, plan = decided.asked, decided.decision.outcome
        if not isinstance(plan, Plan) or plan.basis is None or asked.findings:
            return None
        settings, basis = asked.settings, plan.basis
        if settings.resource_arn is not None:
            return None
        if not set(decided.decision.findings) <= set(basis.findings):
            return None
        added = form(settings.profile, self.dialect.name, kind(asked, decided.workload.scope))
        assert added is not None
        sidecars = (sidecar for sidecar in added.sidecars if sidecar.only_with is None or settings.x_ray)
        envoy = next(index for index, sidecar in enumerate(sidecars) if sidecar.role == ENVOY)
        definition = plan.lists[0].appended[envoy]
        naming = tuple(_places(definition, basis.values[Slot.RESOURCE]))
        commanding = tuple(_places(definition, basis.values[Slot.COMMAND])) if basis.configure else ()
        return _Precedent(asked, plan, basis, added.resource, envoy, naming, commanding)

    def _again(self, precedent: _Precedent, workload: Workload, plain: Plain) -> Decided | None:
        """The decision of the precedent for this workload; None where its names are not right."""
        values = precedent.basis.values
        names = {slot: values[slot] for slot in SLOTS.values()}
        for name, value in workload.levels[0].given.items():
            if name in SLOTS:
                read = read_value(name, value, workload.scope)
                if isinstance(read, Problem):
                    return None
                names[SLOTS[name]] = read
        resource = text(precedent.resource, names, workload.scope.loops)
        changes: dict[Path, Json] = dict.fromkeys(precedent.naming, resource)
        findings: tuple[Finding, ...] = ()
        if precedent.basis.configure:
            configuration = precedent.basis.configure(workload, _called(precedent.asked, workload, names))
            if any(finding.is_error for finding in configuration.findings):
                return None
            changes |= dict.fromkeys(precedent.commanding, configuration.command)
            findings = tuple(dict.fromkeys(configuration.findings))
        plan = self._plan(precedent, plain, changes)
        return Decided(workload, precedent.asked, Decision(plan, findings))

    def _plan(self, precedent: _Precedent, plain: Plain, changes: Changes) -> Plan:
        """The plan of the precedent for other containers. `changes`: to its envoy."""
        plan = precedent.plan
        (planned,) = plan.lists
        appended = list(planned.appended)
        appended[precedent.envoy] = edited(appended[precedent.envoy], changes)
        waiting = {
            index: self.dialect.with_dependencies_of(plain.items[index], definition)
            for index, definition in planned.waiting.items()
        }
        lists = (ListPlan(plain.list_path, plain.items, {}, waiting, tuple(appended)),)
        redirect_path = (*plain.path, plan.redirect_path[-1])
        return Plan(lists, plan.redirect, redirect_path, like=() if precedent.commanding else planned.appended)


def _called(asked: Asked, workload: Workload, names: Mapping[Slot, Json]) -> Asked:
    """What a workload asks for that is like one that asked for this, but for its names."""
    (level,) = workload.levels
    places = {**asked.places, **{name: level.place(name) for name in level.given}}
    settings = asked.settings._replace(
        mesh_name=names[Slot.MESH_NAME],
        virtual_node_name=names[Slot.VIRTUAL_NODE_NAME],
        virtual_gateway_name=names[Slot.VIRTUAL_GATEWAY_NAME],
    )
    return asked._replace(settings=settings, places=places)


def _key(workload: Workload, plain: Plain | None) -> bytes | None:
    """Equal for workloads that are decided alike; None for one that is decided by itself."""
    if plain is None or len(workload.levels) != 1 or workload.findings:
        return None
    (level,) = workload.levels
    given: list[Any] = []
    for name, value in level.given.items():
        if name not in SLOTS:
            given.append([name, value])
        elif is_no_value(value):
            return None
        else:
            given.append(name)
    likeness: Any = plain.likeness
    try:
        # The quickest way from nested values to one that can be looked up. Later versions would tell objects apart.
        return marshal.dumps((id(workload.scope), level.is_tags, given, likeness), 2)
    except ValueError:
        return None  # a value that JSON does not have, or one nested too deeply


def _places(document: Json, value: Json, path: Path = ()) -> Iterator[Path]:
    """Where in the document this very object is."""
    if document is value:
        yield path
    elif isinstance(document, dict):
        for name, member in document.items():
            yield from _places(member, value, (*path, name))
    elif isinstance(document, list):
        for index, item in enumerate(document):
            yield from _places(item, value, (*path, index))


def is_plain(items: Json) -> bool:
    """Whether a value is a list of plain containers."""
    if not isinstance(items, list):
        return False
    return not any(not isinstance(item, dict) or (len(item) == 1 and function(item)) for item in items)
