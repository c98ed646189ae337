"""The formats of lint's report: text for people, JSON for scripts, SARIF for code scanning, annotations for GitHub."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from appmesh_inject.cli.formats import annotations, json_report, sarif, text
from appmesh_inject.cli.lint_problems import Checked


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


WRITERS: Mapping[ReportFormat, Callable[[Sequence[Checked]], str]] = {
    ReportFormat.TEXT: text.written,
    ReportFormat.JSON: json_report.written,
    ReportFormat.SARIF: sarif.written,
    ReportFormat.GITHUB: annotations.written,
}
