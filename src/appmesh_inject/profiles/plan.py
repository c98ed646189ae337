"""What a profile answers about a workload: the edits to make, or why it is left alone. Both carry findings."""

from typing import NamedTuple

from appmesh_inject.cfn.document import Changes
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import RequestedSettings
from appmesh_inject.workloads.model import Workload


class Plan(NamedTuple):
    """Edits to the document, at any path. With an error among the findings, none of them is made."""

    changes: Changes = ()
    findings: tuple[Finding, ...] = ()


class Skip(NamedTuple):
    """Why a workload is left alone, in words."""

    reason: str
    findings: tuple[Finding, ...] = ()


class Decided(NamedTuple):
    """A marked workload, what it asks for, and what its profile answers."""

    workload: Workload
    requested: RequestedSettings
    outcome: Plan | Skip
    findings: tuple[Finding, ...]
    is_refused: bool

    @classmethod
    def of(cls, workload: Workload, requested: RequestedSettings, outcome: Plan | Skip) -> "Decided":
        findings = (*workload.findings, *requested.findings, *outcome.findings)
        return cls(workload, requested, outcome, findings, any(finding.is_error for finding in findings))

    def with_findings(self, findings: tuple[Finding, ...]) -> "Decided":
        """The same with more findings."""
        is_refused = self.is_refused or any(finding.is_error for finding in findings)
        return self._replace(findings=(*self.findings, *findings), is_refused=is_refused) if findings else self

    @property
    def is_enabled(self) -> bool:
        return self.requested.settings.enabled is not False
