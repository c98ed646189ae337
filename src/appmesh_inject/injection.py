"""The whole product on one page: find the workloads, plan for each, apply the plans, report.

A document goes in and comes out as JSON; it is never mutated, and what is not decided on stays the same
objects. One error anywhere, and nothing is changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from appmesh_inject.alike import Plain, Precedents
from appmesh_inject.cfn.document import MOST_LEVELS, Json, Path, is_deeper
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.source import Meshes, MeshSource
from appmesh_inject.profiles.context import place
from appmesh_inject.profiles.plan import Decided, Decision, Plan, Skip
from appmesh_inject.profiles.sidecar.build import decide, under
from appmesh_inject.settings.layers import Gathered, Level, gather, settle
from appmesh_inject.settings.platform_defaults import BUILT_IN, Deployment
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.model import Dialect, Found, Task, Workload


class Target(Protocol):
    """A kind of document: finds the workloads in it, reads one's facts, carries plans out, lets the mesh leave."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def request(self) -> Level:
        """What was asked for outside of the document."""

    def find(self, document: Json) -> Found: ...

    def plain(self, document: Json, workload: Workload) -> Plain | None: ...

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task: ...

    def apply(self, document: Json, plans: Mapping[Path, Plan]) -> Json: ...

    def without_mesh(self, document: Json, scope: Scope, *, export: bool) -> tuple[Json, tuple[Finding, ...]]: ...


NOT_MARKED = "not marked"
HELD_BACK = "another finding stops the injection"


class Action(StrEnum):
    INJECTED = "injected"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Report(NamedTuple):
    """What happened to one workload, and why."""

    name: str
    path: Path
    action: Action
    reason: str = ""
    profile: str = ""


class Outcome(NamedTuple):
    """The document that comes out, what happened to each workload, and the findings in order.

    `document` is the very object that came in where nothing was changed. added: sidecars of the size of
    those that were written, but for the names in them.
    """

    document: Json
    reports: tuple[Report, ...] = ()
    findings: tuple[Finding, ...] = ()
    added: Sequence[Json] = ()

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def inject(document: Json, target: Target, deployment: Deployment = BUILT_IN, meshes: Meshes | None = None) -> Outcome:
    """Puts the sidecars into every marked workload of `document`. Raises nothing for a mistake of the user.

    meshes: those that are written in other templates.
    """
    try:
        return _injected(document, target, deployment, meshes or Meshes())
    except RecursionError:
        # To measure every document would cost each of them a walk, for what hardly ever happens.
        if not any(is_deeper(value, MOST_LEVELS) for value in (document, dict(target.request.given))):
            raise
        return Outcome(document, findings=(too_deep(),))


def too_deep() -> Finding:
    """The finding about a document that cannot be read to its end."""
    message = f"the template is nested deeper than {MOST_LEVELS} levels, and cannot be read"
    return Finding("AM002", "", (), message, "Nest less: fewer maps, lists and functions inside of each other")


def _injected(document: Json, target: Target, deployment: Deployment, meshes: Meshes) -> Outcome:
    found = target.find(document)
    shared = gather((deployment.level, *found.levels), found.scope)
    findings = [*deployment.findings, *found.findings, *shared.findings]
    decide_on = _decider(document, target, shared, deployment, meshes)
    decided = [decide_on(workload) for workload in found.workloads if workload.levels]
    findings += (finding for each in decided for finding in each.decision.findings)
    plans = {each.workload.path: each.decision.outcome for each in decided if isinstance(each.decision.outcome, Plan)}
    changed = target.apply(document, plans)
    export = bool(shared.values.get("ExportMesh"))
    if export or any(each.is_standalone for each in decided):
        findings += _mixed(decided, shared, found.scope)
        changed, problems = target.without_mesh(changed, found.scope, export=export)
        findings += problems
    in_order = ordered(findings)
    reports = _reports(found.workloads, decided, settle(shared, "").settings.profile)
    if any(finding.is_error for finding in in_order):
        return Outcome(document, tuple(map(_held_back, reports)), in_order)
    added = [sidecar for plan in plans.values() for sidecar in plan.added]
    return Outcome(changed, reports, in_order, added)


def _mixed(decided: Iterable[Decided], shared: Gathered, scope: Scope) -> Iterator[Finding]:
    """The mesh resources leave a template with a standalone task, so no task may need them there."""
    if MeshSource(scope.resources).is_empty:
        return
    for each in decided:
        if each.is_in_a_mesh and not each.is_standalone:
            workload = each.workload
            asked = settle(gather(workload.levels, workload.scope, shared), workload.name)
            message = f"profile '{asked.settings.profile}' needs the mesh that leaves the template with profile"
            hint = "Use one profile for the whole template, or two templates"
            path = place(workload, asked, "Profile")
            yield Finding("AM328", workload.name, path, f"{message} '{STANDALONE}'", hint)


def _decider(
    document: Json, target: Target, shared: Gathered, deployment: Deployment, meshes: Meshes
) -> Callable[[Workload], Decided]:
    """Decides about one workload after the other."""
    precedents = Precedents(target.dialect)

    def decide_on(workload: Workload) -> Decided:
        return precedents.decide(workload, target.plain(document, workload), lambda: anew(workload))

    def anew(workload: Workload) -> Decided:
        asked = settle(gather(workload.levels, workload.scope, shared), workload.name)
        problems = (*workload.findings, *asked.findings)
        enabled = asked.settings.enabled
        if enabled is False:
            return Decided(workload, asked, Decision(Skip("Enabled is false"), problems))
        task = target.task(document, workload, under(enabled, workload.scope))
        decided = decide(workload, asked, task, target.dialect, deployment=deployment, meshes=meshes)
        return Decided(workload, asked, Decision(decided.outcome, (*problems, *decided.findings)))

    return decide_on


def _reports(workloads: Iterable[Workload], decided: Iterable[Decided], profile: str) -> tuple[Report, ...]:
    """One for each workload. `profile`: that of those which are not marked."""
    of_marked = map(_report, decided)
    return tuple(
        next(of_marked)
        if workload.levels
        else Report(workload.name, workload.path, Action.SKIPPED, workload.passed or NOT_MARKED, profile)
        for workload in workloads
    )


def _report(decided: Decided) -> Report:
    name, path, profile = decided.workload.name, decided.workload.path, decided.asked.settings.profile
    if any(finding.is_error for finding in decided.decision.findings):
        return Report(name, path, Action.REFUSED, "see the findings", profile)
    if isinstance(decided.decision.outcome, Skip):
        return Report(name, path, Action.SKIPPED, decided.decision.outcome.reason, profile)
    return Report(name, path, Action.INJECTED, "", profile)


def _held_back(report: Report) -> Report:
    """Where there is an error anywhere, what would have been injected is not."""
    if report.action is not Action.INJECTED:
        return report
    return Report(report.name, report.path, Action.SKIPPED, HELD_BACK, report.profile)
