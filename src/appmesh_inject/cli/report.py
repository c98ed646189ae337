"""Prints findings and reports, one line each; in colour only on a terminal."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import typer
from rich.console import Console
from rich.text import Text

from appmesh_inject.cfn.document import Path, shown
from appmesh_inject.cli.configuration import NAME as CONFIGURATION
from appmesh_inject.cli.mesh_option import MESH, has_mesh
from appmesh_inject.cli.options import DEPLOYMENT_PARAMETER
from appmesh_inject.cli.strictness import warned
from appmesh_inject.files.documents import Document
from appmesh_inject.findings import Finding, one_line, page, with_full_stop
from appmesh_inject.injection import Action, Report
from appmesh_inject.render.inputs import InputFile, TaskDefinitionFile
from appmesh_inject.settings.platform_defaults import PATH as DEPLOYMENT_PATH

COLOURS = {
    "error": "bold red",
    "warning": "bold yellow",
    "informational": "bold blue",
    Action.INJECTED: "green",
    Action.SKIPPED: "dim",
    Action.REFUSED: "red",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A message about a place: `template.yaml:12:7: error AM201 Web: message`."""

    where: str
    severity: str
    code: str
    message: str
    subject: str = ""

    def rich(self) -> Text:
        head = " ".join(part for part in (self.code, self.subject) if part)
        return Text.assemble(
            (one_line(self.where), "bold"),
            ": ",
            (self.severity, COLOURS.get(self.severity, "")),
            f" {one_line(head)}: {one_line(self.message)}",
        )


def where(document: Document, path: Path) -> str:
    """The place of a path for people: file, line and column, or the option on the command line."""
    document, path = document.home(path)
    if path and (str(path[0]).startswith("--") or CONFIGURATION in str(path[0])):
        return " ".join(part for part in (str(path[0]), shown(path[1:])) if part)
    if path[:1] == DEPLOYMENT_PATH:
        return " ".join((DEPLOYMENT_PARAMETER, *map(str, path[1:2])))
    return f"{document.name}:{document.place(path)}"


def finding_line(document: Document, finding: Finding) -> Line:
    """A finding of the macro as a line."""
    message = f"{with_full_stop(finding.message)} {with_full_stop(finding.hint)}"
    return Line(where(document, finding.path), str(finding.severity), finding.code, message, about(finding))


def about(finding: Finding) -> str:
    """The subject of a finding. For a mesh resource also the property, since messages about it do not repeat it."""
    named = [str(step) for step in finding.path if isinstance(step, str)]
    is_of_the_mesh = finding.code.startswith("AM3") and finding.subject in named
    return f"{finding.subject} {named[-1]}" if is_of_the_mesh and named[-1] != finding.subject else finding.subject


def print_findings(document: Document, findings: Iterable[Finding]) -> None:
    """Prints each finding on stderr, then where the codes are explained."""
    listed = list(findings)
    if any(not finding.is_error for finding in listed):
        warned()
    _print(finding_line(document, finding).rich() for finding in listed)
    _print(Text(line) for line in explained(finding.code for finding in listed))


def explained(codes: Iterable[str]) -> list[str]:
    """One line for each code, with the page that explains it."""
    return [f"{code}: see {page(code)}" for code in dict.fromkeys(codes)]


class Holder(Protocol):
    """What was rendered. contents: what the document could contain, for messages."""

    @property
    def document(self) -> Document: ...

    @property
    def contents(self) -> str: ...


class Searched(Protocol):
    """The result of a search for files."""

    @property
    def files(self) -> Sequence[object]: ...

    @property
    def skipped(self) -> int: ...

    @property
    def is_search(self) -> bool: ...


def print_reports(holder: Holder, reports: Sequence[Report], findings: Sequence[Finding]) -> None:
    """Prints on stderr what happened to each workload, and why."""
    if reports:
        _print(_report_line(report, findings) for report in reports)
    else:
        _print([Text(one_line(f"{holder.document.name}: there is no {holder.contents}{_instead(holder.document)}"))])


def _instead(document: Document) -> str:
    """How to use a document that contains nothing to inject into."""
    if not has_mesh(document):
        return ""
    return f"; to use its mesh for tasks of other templates, pass {MESH} {document.name}"


def _report_line(report: Report, findings: Sequence[Finding]) -> Text:
    reason = _reason(report, findings)
    return Text.assemble(
        (one_line(report.name), "bold"),
        ": ",
        (str(report.action), COLOURS[report.action]),
        one_line(f": {reason}" if reason else f" (profile {report.profile})"),
    )


def _reason(report: Report, findings: Sequence[Finding]) -> str:
    """A short reason, since the findings have been printed in full."""
    if report.action is not Action.REFUSED:
        return report.reason
    own = [finding for finding in findings if finding.is_error and finding.subject == report.name]
    if not own:
        return report.reason
    more = f", and {len(own) - 1} more" if len(own) > 1 else ""
    return f"{own[0].code} {own[0].message}{more}"


def print_described(input_file: InputFile) -> None:
    """Notes that the result of describe-task-definition's output is the input of register-task-definition."""
    if isinstance(input_file, TaskDefinitionFile) and input_file.is_described:
        text = "this is output of describe-task-definition; the result is input for register-task-definition"
        _print([Text(one_line(f"{input_file.document.name}: {text}"))])


def print_unused(flags: Sequence[str]) -> None:
    """Warns of flags that had no effect."""
    if flags:
        warned()
        verb = "has" if len(flags) == 1 else "have"
        text = f"{', '.join(flags)} {verb} no effect: no task definition is marked outside of an Fn::Transform"
        _print([Text(f"appmesh-inject: warning: {text}.")])


def print_skipped(found: Searched) -> None:
    """Prints how many files a search skipped."""
    if found.is_search and found.skipped and found.files:
        files = f"{len(found.files)} file{'' if len(found.files) == 1 else 's'}"
        others = f"{found.skipped} other{'' if found.skipped == 1 else 's'}"
        _print([Text(f"{files} read, {others} skipped, with no template, task definition or manifest")])


def print_errors(errors: Iterable[object]) -> None:
    """Prints each error on stderr."""
    for error in errors:
        typer.echo(str(error), err=True)


def printed(lines: Iterable[Line | str]) -> str:
    """The lines as text for stdout, in colour on a terminal."""
    return _text([line.rich() if isinstance(line, Line) else Text(one_line(line)) for line in lines], stderr=False)


def coloured(lines: Iterable[Text]) -> str:
    """The lines as text for stdout, in colour on a terminal."""
    return _text(lines, stderr=False)


def _print(lines: Iterable[Text]) -> None:
    typer.echo(_text(lines, stderr=True), nl=False, err=True, color=True)


def _text(lines: Iterable[Text], *, stderr: bool) -> str:
    """The lines as text for a stream, never wrapped. Typer writes it, since it handles broken pipes."""
    # With NO_COLOR, Rich still writes bold and dim.
    system: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    console = Console(stderr=stderr, color_system=system, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if console.color_system is None:
        # For a few hundred lines Rich takes longer than the macro takes for as many task definitions.
        return "".join(f"{line.plain}\n" for line in lines)
    with console.capture() as captured:
        for line in lines:
            console.print(line)
    return captured.get()
