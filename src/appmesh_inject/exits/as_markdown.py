"""The report as Markdown, for a pull request or a wiki."""

import re
from collections.abc import Iterator, Mapping

from appmesh_inject.exits.as_text import answered, explained, facts, named_point
from appmesh_inject.exits.report import ExitsReport
from appmesh_inject.exits.rows import Row
from appmesh_inject.exits.verdicts import EXITS, MEANINGS, TITLES, Exit, Verdict
from appmesh_inject.findings import one_line


def as_markdown(report: ExitsReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ExitsReport) -> Iterator[str]:
    yield "# Which way out of App Mesh"
    yield ""
    yield from (f"- **{label}**: {_text(' '.join(sentences))}" for label, sentences in answered(report))
    yield ""
    yield f"| | {' | '.join(EXITS)} |"
    yield f"| --- |{' --- |' * len(EXITS)}"
    for section in report.sections:
        yield f"| **{_text(section.title)}** |{' |' * len(EXITS)}"
        for row in section.rows:
            yield _cells(_named(row), row.verdicts, bold=True)
            for point in row.points:
                if not point.is_kept:
                    verdicts = {exit_: judgement.verdict for exit_, judgement in point.judgements.items()}
                    yield _cells(f"- {_text(named_point(point.feature, point.detail))}", verdicts, bold=False)
    yield ""
    yield from (f"- {verdict}: {MEANINGS[verdict]}" for verdict in Verdict)
    yield ""
    yield "## What it means"
    for point in report.features.values():
        yield ""
        yield f"**{_text(point.feature)}**"
        yield ""
        yield from (f"- {exits}, {verdict}: {_text(text)}" for exits, verdict, text in explained(point.judgements))
    for view in report.exits:
        yield ""
        yield f"## {view.exit}: {TITLES[view.exit]}"
        yield ""
        for label, text in facts(view):
            yield f"- {label}: {_text(text)}" if label else f"  - {_text(text)}"


def _named(row: Row) -> str:
    return _text(f"{row.name}: {row.text}" if row.text else row.name)


def _cells(name: str, verdicts: Mapping[Exit, Verdict], *, bold: bool) -> str:
    marked = (f"**{verdicts[exit_]}**" if bold else str(verdicts[exit_]) for exit_ in EXITS)
    return f"| {name} | {' | '.join(marked)} |"


def _text(text: str) -> str:
    """The text, with what Markdown or HTML would read as its own escaped."""
    return re.sub(r"([\\`*_{}\[\]<>|$#])", r"\\\1", one_line(text))
