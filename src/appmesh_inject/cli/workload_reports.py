"""Prints on stderr what happened to each workload. Of several files, those with nothing to do are counted."""

from collections.abc import Iterable, Sequence

from appmesh_inject.cli.common_flags import is_quiet
from appmesh_inject.cli.file_selection import Selected
from appmesh_inject.cli.finding_output import COLOURS, Styled, print_lines, print_unused
from appmesh_inject.cli.mesh_option import MESH, holds_mesh
from appmesh_inject.files.documents import Document
from appmesh_inject.findings import Finding, one_line
from appmesh_inject.injection import NOT_MARKED, Action, Report
from appmesh_inject.render.input_files import InputFile, TaskDefinitionFile
from appmesh_inject.render.render_result import Rendered
from appmesh_inject.settings.table import SERVICE_CONNECT


def print_workloads(results: Sequence[tuple[InputFile, Rendered]], found: Selected) -> None:
    """Prints a line for each workload. Of several files, only of those where something happened or was found, each line
    with its file, and a total at the end."""
    for _, result in results:
        print_unused(result.unused_flags)
    if is_quiet():
        return
    is_one = len(results) == 1 and not found.is_search
    for input_file, result in results:
        if is_one or not is_idle(result):
            name = "" if is_one else f"{input_file.document.name}: "
            _print_file(input_file, result, name)
    if not is_one and results:
        print_lines([[_total(results, found)]])


def is_idle(result: Rendered) -> bool:
    """Whether there was nothing to do in a file, and nothing was found."""
    return not result.findings and all(
        report.action is Action.SKIPPED and report.reason == NOT_MARKED for report in result.reports
    )


def print_note(text: str) -> None:
    """Prints a line about what was done, unless --quiet is given."""
    if not is_quiet():
        print_lines([[one_line(text)]])


def print_described(input_file: InputFile) -> None:
    """Notes that the result of describe-task-definition's output is the input of register-task-definition."""
    if isinstance(input_file, TaskDefinitionFile) and input_file.is_described:
        text = "this is output of describe-task-definition; the result is input for register-task-definition"
        print_note(f"{input_file.document.name}: {text}")


def print_skipped(found: Selected) -> None:
    """Prints how many files a search read, and how many it skipped."""
    if found.is_search and found.skipped and found.files:
        print_note(_searched(found))


def _total(results: Sequence[tuple[InputFile, Rendered]], found: Selected) -> str:
    reports = [report for _, result in results for report in result.reports]
    counts = [
        f"{number} {action}" for action in Action if (number := sum(report.action is action for report in reports))
    ]
    idle = sum(is_idle(result) for _, result in results)
    parts = [f"{counted(len(reports), 'workload')}: {', '.join(counts)}" if reports else "no workload"]
    parts += [f"{counted(idle, 'file')} had nothing to do"] if idle else []
    return f"{_searched(found)}. {'; '.join(parts)}"


def _searched(found: Selected) -> str:
    read = f"{counted(len(found.files), 'file')} read"
    if not (found.is_search and found.skipped):
        return read
    return f"{read}, {counted(found.skipped, 'other')} skipped, with no template, task definition or manifest"


def counted(number: int, noun: str) -> str:
    """The number with its noun: `1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print_file(input_file: InputFile, result: Rendered, name: str) -> None:
    if result.reports:
        print_lines(_line(report, result.findings, name) for report in result.reports)
    else:
        document = input_file.document
        print_lines([[one_line(f"{document.name}: there is no {input_file.contents}{_instead(document)}")]])


def _instead(document: Document) -> str:
    """How to use a document that contains nothing to inject into."""
    if not holds_mesh(document):
        return ""
    return f"; to use its mesh for tasks of other templates, pass {MESH} {document.name}"


def _line(report: Report, findings: Iterable[Finding], name: str) -> Styled:
    reason = _reason(report, findings)
    what, how = str(report.action), f": {reason}" if reason else f" (profile {report.profile})"
    if report.action is Action.INJECTED and report.profile == SERVICE_CONNECT:
        what, how = SERVICE_CONNECT, f", {reason}"
    head = (one_line(name), (one_line(report.name), "bold"), ": ")
    return *head, (what, COLOURS[report.action]), one_line(how)


def _reason(report: Report, findings: Iterable[Finding]) -> str:
    """A short reason, since the findings have been printed in full."""
    if report.action is not Action.REFUSED:
        return report.reason
    own = [finding for finding in findings if finding.is_error and finding.subject == report.name]
    if not own:
        return report.reason
    more = f", and {len(own) - 1} more" if len(own) > 1 else ""
    return f"{own[0].code} {own[0].message}{more}"
