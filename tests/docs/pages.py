"""What stands on a page between fences, in order: files, commands, and what they print.

- A fence with a title is a file of that name. `yaml title="web.yaml"`: the commands below find it.
- `sh`: commands, which run in order in one folder for the page. A command is not to fail, unless the line before the
  fence says `<!-- exit code 1 -->`.
- `text` below commands: all that they print. A line `...` stands for any lines, and ` ...` for any end of a line.
- Any other fence is a part of what the page has shown or printed, or of a file of the repository that it links to.

A fence whose commands cannot run here says why, in the line before it: `<!-- not run: needs an AWS account -->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
README = REPOSITORY / "README.md"
BESIDE = (README, REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "examples").rglob("README.md")))
"""Pages that stand with what they are about, and are followed, too."""

GENERATED = "<!-- generated -->"
"""Stands on pages that are made from the code: what they show comes out of it."""

FENCE = re.compile(
    r"(?:^(?P<note_indent> *)<!-- (?P<note>[^\n]+?) -->\n)?"
    r"^(?P<indent> *)(?P<ticks>```+)(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<text>.*?)^(?P=indent)(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Fence:
    """One fence of a page. note: the comment in the line before it; span: where its text stands in the page."""

    language: str
    title: str
    text: str
    note: str
    line: int
    indent: str
    span: tuple[int, int]

    @property
    def reason(self) -> str:
        """Why it is not run; empty: it is."""
        return self.note.removeprefix("not run: ") if self.note.startswith("not run: ") else ""

    @property
    def exit_code(self) -> int:
        found = re.fullmatch(r"exit code (\d+)", self.note)
        return int(found[1]) if found else 0


def name(page: Path) -> str:
    for folder in (DOCS, REPOSITORY):
        if page.is_relative_to(folder):
            return page.relative_to(folder).as_posix()
    return page.name


def fences(text: str) -> Iterator[Fence]:
    for found in FENCE.finditer(text):
        indent = found["indent"]
        inner = re.sub(rf"^{indent}", "", found["text"], flags=re.MULTILINE) if indent else found["text"]
        line = text.count("\n", 0, found.start("ticks")) + 1
        yield Fence(
            found["language"], found["title"] or "", inner, found["note"] or "", line, indent, found.span("text")
        )


def matches(shown: str, actual: str) -> bool:
    """Whether `actual` is what is shown, where `...` stands for what is left out."""
    lines = []
    for line in shown.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            end = r"[^\n]*\n" if line.endswith(" ...") else r" *\n"
            lines.append(re.escape(line.removesuffix(" ...").rstrip()) + end)
    return re.fullmatch("".join(lines), actual if actual.endswith("\n") or not actual else actual + "\n") is not None


def holds(actual: str, shown: str) -> bool:
    """Whether what is shown stands in `actual`, moved sideways as a whole; `...` stands for what is left out."""
    there = _lines(actual)
    parts = [_lines(part) for part in re.split(r"^[ #]*\.\.\.$\n?", shown, flags=re.MULTILINE) if part.strip()]
    moves = {_indent(line) - _indent(parts[0][0]) for line in there}
    return any(_follow(there, [[_moved(line, move) for line in part] for part in parts]) for move in moves)


def _follow(there: list[str], parts: list[list[str]]) -> bool:
    """Whether the parts stand there one after the other."""
    at = 0
    for part in parts:
        found = next((start for start in range(at, len(there)) if _same(there[start : start + len(part)], part)), None)
        if found is None:
            return False
        at = found + len(part)
    return True


def _moved(line: str, move: int) -> str:
    """The line so many columns further to the right, or to the left if it can be; else one that stands nowhere."""
    if move >= 0:
        return " " * move + line
    return line[-move:] if line[:-move].isspace() else "\0"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _same(there: list[str], wanted: list[str]) -> bool:
    return len(there) == len(wanted) and all(
        line == want or (want.endswith(" ...") and line.startswith(want.removesuffix(" ...")))
        for line, want in zip(there, wanted, strict=True)
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
