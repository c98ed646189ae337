"""Problems: the findings of the macro, of cfn-lint and of reading files in one form, for all report formats."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from appmesh_inject.cfn.document import shown
from appmesh_inject.cli import finding_output
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.findings import CODES, Finding, page, with_full_stop
from appmesh_inject.settings.platform_defaults import PATH as DEPLOYMENT_PATH

UNREADABLE = "unreadable"
"""The code of a problem with a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class LintProblem:
    """One problem. file, place: its position. where: the position as text, or the option that it is about.

    about: the subject and, for a mesh resource, the property. origin: of cfn-lint's problems, `before` for those in the
    original file and `injection` for new ones; empty for others.
    """

    file: str
    place: Position
    where: str
    severity: str
    code: str
    message: str
    hint: str = ""
    subject: str = ""
    about: str = ""
    path: str = ""
    origin: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def is_ours(self) -> bool:
        return self.code in CODES

    @property
    def page(self) -> str:
        return page(self.code) if self.is_ours else ""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: its problems, a summary line, and whether it fails the check."""

    file: str
    problems: tuple[LintProblem, ...]
    summary: str = ""
    is_bad: bool = False


def of_finding(document: Document, finding: Finding) -> LintProblem:
    """A finding of the macro as a problem. If it is about an option, its place is the top of the file."""
    document, path = document.home(finding.path)
    where = finding_output.where(document, path)
    is_in_file = where.startswith(f"{document.name}:") and path[:1] != DEPLOYMENT_PATH
    return LintProblem(
        document.name,
        document.place(path) if is_in_file else Position(1, 1),
        where,
        str(finding.severity),
        finding.code,
        with_full_stop(finding.message),
        with_full_stop(finding.hint),
        finding.subject,
        finding_output.about(finding),
        shown(path),
    )


def once(files: Iterable[Checked]) -> Iterator[Checked]:
    """The files, each problem only in the first of them: problems of a mesh occur in every file that uses it."""
    reported: set[LintProblem] = set()
    for file in files:
        yield replace(file, problems=tuple(problem for problem in file.problems if problem not in reported))
        reported.update(file.problems)


def of_error(error: UserError) -> Checked:
    """A file that cannot be read."""
    place = error.position or Position(1, 1)
    where = f"{error.name}:{error.position}" if error.position else error.name
    problem = LintProblem(error.name, place, where, "error", UNREADABLE, error.sentence)
    return Checked(error.name, (problem,), is_bad=True)
