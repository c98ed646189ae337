"""A profile that adds sidecars to a task."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from appmesh_inject.cfn.document import NOTHING, Changes, Edit, Json, Path, with_value_at
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context, DocumentContext
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.sidecar import draft_reuse
from appmesh_inject.profiles.sidecar.build import draft
from appmesh_inject.profiles.sidecar.containers import SidecarSet
from appmesh_inject.profiles.sidecar.context import SidecarContext, resource_of, sidecar_context
from appmesh_inject.profiles.sidecar.identity import represented
from appmesh_inject.profiles.sidecar.template import Slot, Values
from appmesh_inject.workloads.model import Container

if TYPE_CHECKING:
    from appmesh_inject.profiles.live_weights import LiveTask

ALREADY_INJECTED = "already injected"


class Closing(NamedTuple):
    """What closes the envoy of a workload. value: of its open slot. live: what the template needs if the envoy follows
    live weights, or why it cannot. configuration: what the envoy runs, if we compile that."""

    value: Json
    findings: tuple[Finding, ...] = ()
    live: "LiveTask | Finding | None" = None
    configuration: Mapping[str, Json] = NOTHING


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
        key = draft_reuse.key(context)
        made = context.drafts.get(key) if key else None
        if made is None:
            whole = sidecar_context(context, sidecar_set, represents)
            if self.is_injected(whole):
                return Skip(ALREADY_INJECTED)
            made = draft(whole, self.open_slot, lambda *envoy: self.closing(context, sidecar_set, *envoy).value)
            if key and not made.findings and all(branch.is_plain for branch in made.branches):
                context.drafts[key] = made
        changes: list[Edit] = []
        findings = list(made.findings)
        live: LiveTask | None = None
        configurations: list[Mapping[str, Json]] = []
        for branch in made.branches:
            closing = Closing(None)
            if branch.envoy:
                closing = self.closing(context, sidecar_set, *branch.envoy)
                findings += closing.findings
            if branch.keeps_envoy:
                findings += self.about_kept_envoy(context)
            elif isinstance(closing.live, Finding):
                findings.append(closing.live)
            else:
                live = live or closing.live
            if closing.configuration and not branch.keeps_envoy:
                configurations.append(closing.configuration)
            closed = _placed(branch.changes, made.path, context.workload.properties)
            for index, inside in branch.open_slots:
                kind, path, open_value = closed[index]
                closed[index] = Edit(kind, path, with_value_at(open_value, inside, closing.value))
            changes += closed
        changes += _placed(made.changes, made.path, context.workload.properties)
        unique = tuple(dict.fromkeys(findings))
        if not changes and not any(finding.is_error for finding in unique):
            return Skip(ALREADY_INJECTED, unique)
        return Plan(changes, unique, live, configurations=tuple(configurations))

    def finish(self, template: Json, decided: Sequence[Decided], whole: DocumentContext) -> Plan:
        """No edits: sidecars concern only their workload."""
        return Plan()

    def closing(self, context: Context, sidecar_set: SidecarSet, envoy: Container, values: Values) -> Closing:
        """What closes the envoy of one workload. values: of the slots that are not open."""
        return Closing(resource_of(context, sidecar_set))

    def about_kept_envoy(self, context: Context) -> Iterable[Finding]:
        """Findings about an envoy that OnExisting keeps."""
        return ()

    def is_injected(self, context: SidecarContext) -> bool:
        """Whether its containers already show that a workload was injected and needs no changes."""
        return False


def _placed(changes: Changes, made_for: Path, path: Path) -> list[Edit]:
    """Changes to the properties at `made_for`, turned into changes to the properties at `path`."""
    start = len(made_for)
    return [Edit(edit.kind, path + edit.path[start:], edit.value) for edit in changes]
