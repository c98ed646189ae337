"""A profile that adds sidecars to a task."""

from collections.abc import Mapping, Sequence

from appmesh_inject.cfn.document import Changes, Edit, Json, Path, with_value_at
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.sidecar import reuse
from appmesh_inject.profiles.sidecar.build import draft
from appmesh_inject.profiles.sidecar.containers import SidecarSet
from appmesh_inject.profiles.sidecar.context import SidecarContext, resource_of, sidecar_context
from appmesh_inject.profiles.sidecar.identity import represented
from appmesh_inject.profiles.sidecar.template import Slot, Values
from appmesh_inject.settings.layers import Gathered
from appmesh_inject.workloads.model import Container

ALREADY_INJECTED = "already injected"


class SidecarProfile:
    """The profile `name`.

    sets: its sidecars, by kind of document and by NODE or GATEWAY. open_slot: the slot in the envoy's template whose
    value depends on the workload's name.
    """

    open_slot = Slot.RESOURCE
    consumes_mesh = False

    def __init__(self, name: str, sets: Mapping[tuple[str, str], SidecarSet]) -> None:
        self.name = name
        self.sets = sets
        self.documents = frozenset(document for document, _ in sets)

    def plan(self, context: Context) -> Plan | Skip:
        """The edits that add the sidecars to one workload, or the reason to leave it alone."""
        represents = represented(context.requested, context.workload.scope)
        sidecar_set = self.sets.get((context.kind.name, represents))
        if sidecar_set is None:
            return Plan()  # a gateway in a profile without gateways, for which AM109 is reported
        key = reuse.key(context)
        made = context.drafts.get(key) if key else None
        if made is None:
            whole = sidecar_context(context, sidecar_set, represents)
            if self.is_injected(whole):
                return Skip(ALREADY_INJECTED)
            made = draft(whole, self.open_slot, lambda *envoy: self.closing(context, sidecar_set, *envoy)[0])
            if key and not made.findings and all(branch.is_plain for branch in made.branches):
                context.drafts[key] = made
        changes: list[Edit] = []
        findings = list(made.findings)
        for branch in made.branches:
            value: Json = None
            if branch.envoy:
                value, problems = self.closing(context, sidecar_set, *branch.envoy)
                findings += problems
            closed = _placed(branch.changes, made.path, context.workload.properties)
            for index, inside in branch.open_slots:
                kind, path, open_value = closed[index]
                closed[index] = Edit(kind, path, with_value_at(open_value, inside, value))
            changes += closed
        changes += _placed(made.changes, made.path, context.workload.properties)
        unique = tuple(dict.fromkeys(findings))
        if not changes and not any(finding.is_error for finding in unique):
            return Skip(ALREADY_INJECTED, unique)
        return Plan(changes, unique)

    def finish(self, template: Json, decided: Sequence[Decided], defaults: Gathered) -> Plan:
        """No edits: sidecars concern only their workload."""
        return Plan()

    def closing(
        self, context: Context, sidecar_set: SidecarSet, envoy: Container, values: Values
    ) -> tuple[Json, tuple[Finding, ...]]:
        """The value of the open slot for one workload, and findings. values: of the other slots."""
        return resource_of(context, sidecar_set), ()

    def is_injected(self, context: SidecarContext) -> bool:
        """Whether its containers already show that a workload was injected and needs no changes."""
        return False


def _placed(changes: Changes, made_for: Path, path: Path) -> list[Edit]:
    """Changes to the properties at `made_for`, turned into changes to the properties at `path`."""
    start = len(made_for)
    return [Edit(edit.kind, path + edit.path[start:], edit.value) for edit in changes]
