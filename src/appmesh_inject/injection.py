"""The whole product on one page: find the workloads, plan for each, apply the plans, report.

A document goes in and comes out as JSON; it is never mutated, and what is not decided on stays the same
objects. One error anywhere, and nothing is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from appmesh_inject.deployment import BUILT_IN, Deployment
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.intrinsics import Scope
from appmesh_inject.plan import Decision, Plan, Skip, decide, under
from appmesh_inject.settings import Asked, Settings, gather, settle
from appmesh_inject.tree import Json, Path
from appmesh_inject.workload import Dialect, Found, Task, Workload


class Target(Protocol):
    """A kind of document: finds the workloads in it, reads one's facts, carries plans out."""

    @property
    def dialect(self) -> Dialect: ...

    def find(self, document: Json) -> Found: ...

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task: ...

    def apply(self, document: Json, plans: Mapping[Path, Plan]) -> Json: ...


NOT_MARKED = "not marked"
HELD_BACK = "another finding stops the injection"


class Action(StrEnum):
    INJECTED = "injected"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to one workload, and why."""

    name: str
    path: Path
    action: Action
    reason: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The document that comes out, what happened to each workload, and the findings in order.

    `document` is the very object that came in where nothing was changed.
    """

    document: Json
    reports: tuple[Report, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def inject(document: Json, target: Target, deployment: Deployment = BUILT_IN) -> Outcome:
    """Puts the sidecars into every marked workload of `document`. Raises nothing for a mistake of the user."""
    found = target.find(document)
    shared = gather((deployment.level, *found.levels), found.scope)
    findings = [*deployment.findings, *found.findings, *shared.findings]
    decisions: list[tuple[Workload, Settings, Decision]] = []
    for workload in found.workloads:
        asked = settle(gather(workload.levels, workload.scope, shared), workload.name)
        decision = _decision(document, target, workload, asked, deployment)
        decisions.append((workload, asked.settings, decision))
        findings += decision.findings
    reports = tuple(_report(*decided) for decided in decisions)
    findings_in_order = ordered(findings)
    if any(finding.is_error for finding in findings_in_order):
        return Outcome(document, tuple(map(_held_back, reports)), findings_in_order)
    plans = {
        workload.path: decision.outcome for workload, _, decision in decisions if isinstance(decision.outcome, Plan)
    }
    return Outcome(target.apply(document, plans), reports, findings_in_order)


def _decision(document: Json, target: Target, workload: Workload, asked: Asked, deployment: Deployment) -> Decision:
    if not workload.levels:
        return Decision(Skip(workload.passed or NOT_MARKED))
    problems = (*workload.findings, *asked.findings)
    if asked.settings.enabled is False:
        return Decision(Skip("Enabled is false"), problems)
    task = target.task(document, workload, under(asked.settings.enabled, workload.scope))
    decision = decide(workload, asked, task, target.dialect, deployment.images)
    return Decision(decision.outcome, (*problems, *decision.findings))


def _report(workload: Workload, settings: Settings, decision: Decision) -> Report:
    if any(finding.is_error for finding in decision.findings):
        return Report(workload.name, workload.path, Action.REFUSED, "see the findings", settings.profile)
    if isinstance(decision.outcome, Skip):
        return Report(workload.name, workload.path, Action.SKIPPED, decision.outcome.reason, settings.profile)
    return Report(workload.name, workload.path, Action.INJECTED, "", settings.profile)


def _held_back(report: Report) -> Report:
    """Where there is an error anywhere, what would have been injected is not."""
    if report.action is not Action.INJECTED:
        return report
    return Report(report.name, report.path, Action.SKIPPED, HELD_BACK, report.profile)
