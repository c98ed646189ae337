"""A profile that adds sidecars to a task."""

from collections.abc import Mapping, Sequence

from appmesh_inject.cfn.document import Changes, Edit, Json, Path, with_value_at
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.sidecar import reuse
from appmesh_inject.profiles.sidecar.build import BranchDraft, Draft, draft
from appmesh_inject.profiles.sidecar.containers import SidecarSet
from appmesh_inject.profiles.sidecar.context import SidecarContext, resource_of, sidecar_context
from appmesh_inject.profiles.sidecar.identity import represented
from appmesh_inject.profiles.sidecar.template import Slot, Values
from appmesh_inject.workloads.model import Container

INJECTED_ALREADY = "injected already"


class SidecarProfile:
    """The profile `name`. sets: the sidecars by kind of document and by what the workload represents, node or gateway.

    open_slot: the slot of the envoy's template whose value follows from the workload's name.
    """

    open_slot = Slot.RESOURCE
    consumes_mesh = False

    def __init__(self, name: str, sets: Mapping[tuple[str, str], SidecarSet]) -> None:
        self.name = name
        self.sets = sets
        self.documents = frozenset(document for document, _ in sets)

    def plan(self, context: Context) -> Plan | Skip:
        """The sidecars for one workload, or why it gets none."""
        represents = represented(context.requested, context.workload.scope)
        sidecar_set = self.sets.get((context.kind.name, represents))
        if sidecar_set is None:
            return Plan()  # what names a gateway is no setting of a profile that has none, which has been said
        made = reuse.draft(context, lambda: self._draft(context, sidecar_set, represents))
        if made is None:
            return Skip(INJECTED_ALREADY)
        path = context.kind.properties_path(context.document, context.workload)
        changes: list[Edit] = []
        findings = list(made.findings)
        for branch in made.branches:
            value: Json = None
            if branch.envoy:
                value, found = self.closing(context, sidecar_set, *branch.envoy)
                findings += found
            changes += _closed(branch, value, made.path, path)
        changes += _moved(made.changes, made.path, path)
        unique = tuple(dict.fromkeys(findings))
        if not changes and not any(finding.is_error for finding in unique):
            return Skip(INJECTED_ALREADY, unique)
        return Plan(changes, unique)

    def finish(self, template: Json, decided: Sequence[Decided]) -> Plan:
        """Nothing concerns the whole document."""
        return Plan()

    def closing(
        self, context: Context, sidecar_set: SidecarSet, envoy: Container, values: Values
    ) -> tuple[Json, tuple[Finding, ...]]:
        """The value of the open slot for one workload, and what is wrong with it. `values`: those of the others."""
        return resource_of(context, sidecar_set), ()

    def is_injected(self, context: SidecarContext) -> bool:
        """Whether a workload needs nothing more, which its containers tell at once."""
        return False

    def _draft(self, context: Context, sidecar_set: SidecarSet, represents: str) -> Draft | None:
        whole = sidecar_context(context, sidecar_set, represents)
        if self.is_injected(whole):
            return None
        return draft(whole, self.open_slot, lambda *envoy: self.closing(context, sidecar_set, *envoy)[0])


def _closed(branch: BranchDraft, value: Json, made_for: Path, path: Path) -> Changes:
    """The changes of a branch with `value` where a slot was left open, for the properties at `path`."""
    changes = _moved(branch.changes, made_for, path)
    for index, inside in branch.opens:
        edit = changes[index]
        changes[index] = Edit(edit.kind, edit.path, with_value_at(edit.value, inside, value))
    return changes


def _moved(changes: Changes, made_for: Path, path: Path) -> list[Edit]:
    """The changes to the properties at `made_for`, as changes to those at `path`."""
    if made_for == path:
        return list(changes)
    return [Edit(edit.kind, (*path, *edit.path[len(made_for) :]), edit.value) for edit in changes]
