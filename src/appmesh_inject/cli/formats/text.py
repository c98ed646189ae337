"""Text for people: one line for each problem, starting with a place that editors and terminals turn into a link."""

from collections.abc import Sequence

from appmesh_inject.cli import report
from appmesh_inject.cli.problems import UNREADABLE, Checked, Problem
from appmesh_inject.cli.report import Line


def written(files: Sequence[Checked]) -> str:
    """The problems and the summary of each file, then where the codes are explained. Leaves out unreadable files, which
    every command reports on stderr."""
    lines: list[Line | str] = []
    codes: list[str] = []
    for file in files:
        for problem in file.problems:
            if problem.code != UNREADABLE:
                lines.append(_line(problem))
            if problem.is_ours:
                codes.append(problem.code)
        if file is files[-1]:
            lines += report.explained(codes)
        if file.summary:
            lines.append(file.summary)
    return report.printed(lines)


def _line(problem: Problem) -> Line:
    origin = ""
    if problem.origin:
        origin = "[before injection]" if problem.origin == "before" else f"[new after injection, at {problem.path}]"
    message = " ".join(part for part in (problem.message, problem.hint, origin) if part)
    return Line(problem.where, problem.severity, problem.code, message, problem.about or problem.subject)
