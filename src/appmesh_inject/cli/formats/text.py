"""Text for people: one line for each problem, starting with a place that editors and terminals turn into a link."""

from collections.abc import Sequence

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.common_flags import is_quiet
from appmesh_inject.cli.finding_output import FindingLine
from appmesh_inject.cli.lint_problems import UNREADABLE, Checked, LintProblem

COUNTED = ("error", "warning")


def written(files: Sequence[Checked]) -> str:
    """The problems and the summary of each file, then where the codes are explained, and a total. Leaves out unreadable
    files, which every command reports on stderr, and of several files the summaries of those without a problem; with
    --quiet all summaries of files."""
    lines: list[FindingLine | str] = []
    codes: list[str] = []
    for file in files:
        lines += finding_output.gathered([_line(each) for each in file.problems if each.code != UNREADABLE])
        codes += (problem.code for problem in file.problems if problem.is_ours)
        if file is files[-1]:
            lines += finding_output.explained(codes)
        if file.summary and not is_quiet() and (file.problems or file.is_bad or len(files) == 1):
            lines.append(file.summary)
    if len(files) > 1:
        lines.append(_total(files))
    return finding_output.printed(lines)


def _total(files: Sequence[Checked]) -> str:
    of = {severity: sum(each.severity == severity for file in files for each in file.problems) for severity in COUNTED}
    counts = [f"{number} {severity}{'' if number == 1 else 's'}" for severity, number in of.items()]
    return f"{len(files)} files: {', '.join(counts)}"


def _line(problem: LintProblem) -> FindingLine:
    origin = ""
    if problem.origin:
        origin = "[before injection]" if problem.origin == "before" else f"[new after injection, at {problem.path}]"
    message = " ".join(part for part in (problem.message, problem.hint, origin) if part)
    return FindingLine(problem.where, problem.severity, problem.code, message, problem.about or problem.subject)
