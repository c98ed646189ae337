"""Workloads that are alike are decided once.

Services of one template differ in their names, images and logs, and those decide nothing. So the plan of the first
serves the others: only the envoy is built again, for it names its node. What is not plain is decided anew: anything
with a finding, an Fn::If around containers or sidecars, a sidecar that is there already, a compiled mesh.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appmesh_inject.intrinsics import function
from appmesh_inject.plan import Decision, ListPlan, Plan
from appmesh_inject.representing import kind
from appmesh_inject.settings import STANDALONE, Asked
from appmesh_inject.shapes import Slot, text
from appmesh_inject.sidecars import ENVOY, FORMS
from appmesh_inject.situation import fragments_of
from appmesh_inject.tree import Json, Path
from appmesh_inject.workload import Dialect, Workload

NAMES = frozenset({"MeshName", "VirtualNodeName", "VirtualGatewayName"})


@dataclass(frozen=True, slots=True)
class Plain:
    """A workload's containers where they are one plain list, with what decisions read of it and of what is around.
    `path` leads to its properties, `list_path` to the list."""

    items: list[Json]
    path: Path
    list_path: Path
    likeness: Json


@dataclass(frozen=True, slots=True)
class Precedents:
    """The plans that were made so far, by what decided them."""

    dialect: Dialect
    _plans: dict[str, tuple[Plan, str]] = field(default_factory=dict)

    def decide(self, workload: Workload, asked: Asked, plain: Plain | None, anew: Callable[[], Decision]) -> Decision:
        """The decision for `workload`: as for one that is alike, or `anew`."""
        key = self._key(workload, asked, plain)
        if key is None or plain is None:
            return anew()
        if key in self._plans:
            plan, represents = self._plans[key]
            return Decision(self._again(plan, represents, workload, asked, plain))
        decision = anew()
        plan_made = decision.outcome
        if isinstance(plan_made, Plan) and plan_made.values is not None and not decision.findings:
            self._plans[key] = plan_made, kind(asked, workload.scope)
        return decision

    def _key(self, workload: Workload, asked: Asked, plain: Plain | None) -> str | None:
        settings = asked.settings
        if plain is None or asked.findings or workload.findings or settings.enabled is not True:
            return None
        if settings.profile == STANDALONE or settings.resource_arn is not None:
            return None
        named = (settings.mesh_name is None, settings.virtual_node_name is None, settings.virtual_gateway_name is None)
        chosen = [item for item in asked.chosen.items() if item[0] not in NAMES]
        return repr((id(workload.scope), named, chosen, plain.likeness))

    def _again(self, plan: Plan, represents: str, workload: Workload, asked: Asked, plain: Plain) -> Plan:
        """The plan of a workload that is alike, for this one."""
        settings = asked.settings
        form = FORMS[settings.profile, self.dialect.name, represents]
        loops = workload.scope.loops
        names: Mapping[Slot, Json] = {
            Slot.MESH_NAME: settings.mesh_name,
            Slot.VIRTUAL_NODE_NAME: settings.virtual_node_name,
            Slot.VIRTUAL_GATEWAY_NAME: settings.virtual_gateway_name,
        }
        values = {**(plan.values or {}), Slot.RESOURCE: text(form.resource, names, loops)}
        (planned,) = plan.lists
        sidecars = [sidecar for sidecar in form.sidecars if sidecar.only_with is None or settings.x_ray]
        appended = tuple(
            sidecar.build(values, fragments_of(settings, sidecar), self.dialect, loops)
            if sidecar.role == ENVOY
            else built
            for sidecar, built in zip(sidecars, planned.appended, strict=True)
        )
        replaced = {
            index: self.dialect.with_dependencies_of(plain.items[index], definition)
            for index, definition in planned.replaced.items()
        }
        lists = (ListPlan(plain.list_path, plain.items, replaced, appended),)
        redirect_path = (*plain.path, plan.redirect_path[-1]) if plan.redirect_path else ()
        return Plan(lists, plan.redirect, redirect_path, values)


def is_plain(items: Json) -> bool:
    """Whether a value is a list of plain containers."""
    return isinstance(items, list) and all(isinstance(item, dict) and function(item) is None for item in items)
