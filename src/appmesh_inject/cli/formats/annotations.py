"""GitHub workflow commands, which a pull request shows beside the lines."""

from collections.abc import Sequence

from appmesh_inject.cli.lint_problems import Checked, LintProblem

LEVELS = {"error": "error", "warning": "warning", "informational": "notice"}


def written(files: Sequence[Checked]) -> str:
    """One workflow command for each problem."""
    return "".join(f"{_command(problem)}\n" for file in files for problem in file.problems)


def _command(problem: LintProblem) -> str:
    place = f"line={problem.place.line},col={problem.place.column}"
    title = " ".join(part for part in (problem.code, problem.about or problem.subject) if part)
    see = f"See {problem.page}" if problem.page else ""
    message = " ".join(part for part in (problem.message, problem.hint, see) if part)
    level = LEVELS.get(problem.severity, "error")
    return f"::{level} file={_property(problem.file)},{place},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    """Escapes what would end the command, since names come from the document."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
