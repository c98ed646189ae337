"""What a profile returns for a workload: a Plan or a Skip, each with findings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Changes, Json
from appmesh_inject.findings import Finding
from appmesh_inject.settings.consequential_findings import without_consequences
from appmesh_inject.settings.layers import RequestedSettings
from appmesh_inject.workloads.model import Workload


class Plan(NamedTuple):
    """Edits to the document, at any path. They are not applied if a finding is an error.

    notes: what the profile's own `finish` needs to know about the workload. summaries: of a `finish`, what becomes of
    workloads, in words, by name. configurations: what the envoys of the workload run, if we compile that: one for each
    branch of its containers.
    """

    changes: Changes = ()
    findings: tuple[Finding, ...] = ()
    notes: object = None
    summaries: Mapping[str, str] = NOTHING
    configurations: tuple[Mapping[str, Json], ...] = ()


class Skip(NamedTuple):
    """A workload is left alone. reason: in words."""

    reason: str
    findings: tuple[Finding, ...] = ()


class Decided(NamedTuple):
    """A marked workload, its settings, the Plan or Skip of its profile, and all findings about it.

    is_refused: one of the findings is an error.
    """

    workload: Workload
    requested: RequestedSettings
    outcome: Plan | Skip
    findings: tuple[Finding, ...]
    is_refused: bool

    @classmethod
    def of(
        cls, workload: Workload, requested: RequestedSettings, outcome: Plan | Skip, mistakes: Sequence[Finding] = ()
    ) -> "Decided":
        """mistakes: in the settings; findings that only follow from them are left out."""
        findings: tuple[Finding, ...] = (
            *workload.findings,
            *without_consequences(requested.findings, outcome.findings, mistakes),
        )
        if any(finding.code == "AM112" for finding in workload.findings):
            # What is missing may stand in the mark that cannot be read.
            findings = tuple(finding for finding in findings if finding.code not in ("AM104", "AM105"))
        return cls(workload, requested, outcome, (), False).with_findings(findings)

    def with_findings(self, findings: tuple[Finding, ...]) -> "Decided":
        """The same with more findings."""
        is_refused = self.is_refused or any(finding.is_error for finding in findings)
        return self._replace(findings=(*self.findings, *findings), is_refused=is_refused) if findings else self

    def with_findings_about_it(self, findings: Iterable[Finding]) -> "Decided":
        """The same with those of the findings that are about its workload."""
        return self.with_findings(tuple(finding for finding in findings if finding.subject == self.workload.name))

    @property
    def plan(self) -> Plan | None:
        """The plan that is carried out, if there is one."""
        return self.outcome if isinstance(self.outcome, Plan) and not self.is_refused else None

    @property
    def is_enabled(self) -> bool:
        return self.requested.settings.enabled is not False
