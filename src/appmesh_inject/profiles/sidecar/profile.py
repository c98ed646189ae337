"""A profile that adds sidecars to a task."""

from collections.abc import Mapping, Sequence

from appmesh_inject.cfn.document import Edit, Json
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.sidecar import reuse
from appmesh_inject.profiles.sidecar.build import Draft, draft
from appmesh_inject.profiles.sidecar.containers import SidecarSet
from appmesh_inject.profiles.sidecar.context import SidecarContext, resource_of, sidecar_context
from appmesh_inject.profiles.sidecar.identity import represented
from appmesh_inject.profiles.sidecar.template import Slot, Values, closed
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
        changes: list[Edit] = []
        findings = list(made.findings)
        for branch in made.branches:
            if branch.envoy is None:
                changes += branch.changes
                continue
            values, found = self.closing(context, sidecar_set, *branch.envoy)
            findings += found
            changes += (edit._replace(value=closed(edit.value, values)) for edit in branch.changes)
        changes += made.changes
        unique = tuple(dict.fromkeys(findings))
        if not changes and not any(finding.is_error for finding in unique):
            return Skip(INJECTED_ALREADY, unique)
        return Plan(changes, unique)

    def finish(self, template: Json, decided: Sequence[Decided]) -> Plan:
        """Nothing concerns the whole document."""
        return Plan()

    def closing(
        self, context: Context, sidecar_set: SidecarSet, envoy: Container, values: Values
    ) -> tuple[Values, tuple[Finding, ...]]:
        """The value of the open slot for one workload, and what is wrong with it. `values`: those of the others."""
        return {self.open_slot: resource_of(context, sidecar_set)}, ()

    def is_injected(self, context: SidecarContext) -> bool:
        """Whether a workload needs nothing more, which its containers tell at once."""
        return False

    def _draft(self, context: Context, sidecar_set: SidecarSet, represents: str) -> Draft | None:
        whole = sidecar_context(context, sidecar_set, represents)
        if self.is_injected(whole):
            return None
        return draft(whole, self.open_slot, lambda *envoy: self.closing(context, sidecar_set, *envoy)[0])
