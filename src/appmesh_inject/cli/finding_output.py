"""Prints findings and reports, one line each; in colour only on a terminal."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import typer

from appmesh_inject.cfn.document import Path, shown
from appmesh_inject.cli.common_flags import is_quiet, not_ignored, warned
from appmesh_inject.cli.configuration import NAME as CONFIGURATION
from appmesh_inject.cli.shared_options import DEPLOYMENT_PARAMETER
from appmesh_inject.files.documents import Document
from appmesh_inject.findings import Finding, one_line, with_full_stop
from appmesh_inject.injection import Action
from appmesh_inject.settings.platform_defaults import PATH as DEPLOYMENT_PATH

if TYPE_CHECKING:
    from rich.text import Text

Styled: TypeAlias = Sequence[str | tuple[str, str]]
"""A line in parts: text, or text and its style in Rich's words."""

COLOURS = {
    "error": "bold red",
    "warning": "bold yellow",
    "informational": "bold blue",
    Action.INJECTED: "green",
    Action.SKIPPED: "dim",
    Action.REFUSED: "red",
}


class FindingLine(NamedTuple):
    """A message about a place: `template.yaml:12:7: error AM201 Web: message`."""

    where: str
    severity: str
    code: str
    message: str
    subject: str = ""

    def styled(self) -> Styled:
        head = " ".join(part for part in (self.code, self.subject) if part)
        return (
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


def finding_line(document: Document, finding: Finding) -> FindingLine:
    """A finding of the macro as a line."""
    message = f"{with_full_stop(finding.message)} {with_full_stop(finding.hint)}"
    return FindingLine(where(document, finding.path), str(finding.severity), finding.code, message, about(finding))


MANY = 4
"""From so many places on, a warning about each of them is printed once."""


def gathered(lines: Sequence[FindingLine]) -> Iterator[FindingLine]:
    """The lines of one file, of which warnings that say the same of many subjects are one, at the place of the first.
    Each error keeps its own, since somebody has to go to its place."""
    alike: dict[tuple[str, str, str], list[FindingLine]] = {}
    for line in lines:
        alike.setdefault((line.severity, line.code, line.message), []).append(line)
    for line in lines:
        same = alike[line.severity, line.code, line.message]
        if len(same) < MANY or not line.subject or line.severity == "error":
            yield line
        elif line is same[0]:
            others = list(dict.fromkeys(each.subject.split(" ")[0] for each in same[1:]))
            shown = f"{', '.join(others[:NAMED])}{f' and {len(others) - NAMED} more' if len(others) > NAMED else ''}"
            yield line._replace(message=f"{line.message} The same: {shown}.")


NAMED = 3
"""As many of the others are named."""


def about(finding: Finding) -> str:
    """The subject of a finding. For a mesh resource also the property, since messages about it do not repeat it."""
    named = [str(step) for step in finding.path if isinstance(step, str)]
    is_of_the_mesh = finding.code.startswith("AM3") and finding.subject in named
    return f"{finding.subject} {named[-1]}" if is_of_the_mesh and named[-1] != finding.subject else finding.subject


def print_findings(document: Document, findings: Iterable[Finding]) -> None:
    """Prints each finding on stderr, then the command that explains the codes."""
    print_findings_of_all([(document, findings)])


def print_findings_of_all(files: Iterable[tuple[Document, Iterable[Finding]]]) -> None:
    """Prints the findings of several files on stderr, then the command that explains the codes, once."""
    codes: list[str] = []
    for document, findings in files:
        listed = not_ignored(findings)
        if any(not finding.is_error for finding in listed):
            warned()
        lines = [finding_line(document, finding) for finding in listed]
        print_lines(line.styled() for line in gathered(lines))
        codes += (finding.code for finding in listed)
    if not is_quiet():
        print_lines([line] for line in explained(codes))


def explained(codes: Iterable[str]) -> list[str]:
    """The command that explains the codes; no line if there is no code."""
    listed = " ".join(dict.fromkeys(codes))
    return [f"More about this: appmesh-inject explain {listed}"] if listed else []


def print_unused(flags: Sequence[str]) -> None:
    """Warns of flags that had no effect."""
    if flags:
        warned()
        verb = "has" if len(flags) == 1 else "have"
        text = f"{', '.join(flags)} {verb} no effect: no task definition is marked outside of an Fn::Transform"
        print_lines([[f"appmesh-inject: warning: {text}."]])


def print_errors(errors: Iterable[object]) -> None:
    """Prints each error on stderr."""
    for error in errors:
        typer.echo(str(error), err=True)


def printed(lines: Iterable[FindingLine | str]) -> str:
    """The lines as text for stdout, in colour on a terminal."""
    return _text([line.styled() if isinstance(line, FindingLine) else [one_line(line)] for line in lines], stderr=False)


def coloured(lines: "Iterable[Text]") -> str:
    """The lines as text for stdout, in colour on a terminal."""
    return _by_rich(lines, stderr=False)


def print_lines(lines: Iterable[Styled]) -> None:
    typer.echo(_text(lines, stderr=True), nl=False, err=True, color=True)


def _text(lines: Iterable[Styled], *, stderr: bool) -> str:
    """The lines as text for a stream."""
    stream = sys.stderr if stderr else sys.stdout
    if not (stream.isatty() or any(map(os.environ.get, _AS_ON_A_TERMINAL))):
        # Where there is no colour, to load Rich would take a sixth of the time of `render`.
        return "".join(f"{''.join(part if isinstance(part, str) else part[0] for part in line)}\n" for line in lines)
    from rich.text import Text

    return _by_rich([Text.assemble(*line) for line in lines], stderr=stderr)


_AS_ON_A_TERMINAL = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""Variables by which Rich takes what is no terminal for one."""


def _by_rich(lines: "Iterable[Text]", *, stderr: bool) -> str:
    """The lines as text for a stream, never wrapped. Typer writes it, since it handles broken pipes."""
    from rich.console import Console

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
