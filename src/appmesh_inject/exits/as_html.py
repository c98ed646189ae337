"""The report as one self-contained page, without a script, for the meeting in which it is decided."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import PurePath

from appmesh_inject import __version__
from appmesh_inject.exits.as_text import answered, facts, named_point
from appmesh_inject.exits.exit_summaries import ExitView
from appmesh_inject.exits.report import ExitsReport
from appmesh_inject.exits.rows import Point, Row, Section
from appmesh_inject.exits.sources import Source
from appmesh_inject.exits.verdicts import EXITS, MEANINGS, TITLES, Exit, Judgement, Verdict
from appmesh_inject.findings import BASE

STYLE = "page.css"


def as_html(report: ExitsReport) -> str:
    """The page. Its policy forbids all requests and all scripts."""
    style = files(__package__).joinpath("assets", STYLE).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    names = [PurePath(name).name for name in report.files]
    about = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(f'Which way out: {about}')}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<header><h1>Which way out of App Mesh</h1><p>{escape(about)}</p></header>\n<main>\n"
        + "\n".join(_parts(report))
        + f"\n</main>\n<footer>appmesh-inject {escape(__version__)}</footer>\n</body>\n</html>\n"
    )


def _parts(report: ExitsReport) -> Iterator[str]:
    yield '<section class="answers"><h2>The answers</h2><dl>'
    for label, sentences in answered(report):
        told = "".join(f"<p>{escape(text)}</p>" for text in sentences)
        yield f"<dt>{escape(label)}</dt><dd>{told}</dd>"
    yield "</dl></section>"
    yield '<section class="rows"><h2>What becomes of each part</h2>'
    yield "<p>A row has the verdict of its worst feature. Click a row to see its features, and why.</p>"
    legend = "".join(f"<dt>{_badge(verdict)}</dt><dd>{escape(MEANINGS[verdict])}</dd>" for verdict in Verdict)
    yield f'<dl class="legend">{legend}</dl>'
    heads = "".join(f'<span title="{escape(TITLES[exit_])}">{exit_}</span>' for exit_ in EXITS)
    yield f'<div class="line head"><span></span>{heads}</div>'
    for section in report.sections:
        yield from _section(section)
    yield "</section>"
    yield '<section class="exits"><h2>The four ways</h2><div class="cards">'
    yield from (_exit(view) for view in report.exits)
    yield "</div></section>"


def _section(section: Section) -> Iterator[str]:
    yield f"<h3>{escape(section.title)}</h3>"
    for row in section.rows:
        cells = "".join(_badge(row.verdict(exit_)) for exit_ in EXITS)
        line = f'<span class="name">{_named(row)}</span>{cells}'
        told = [point for point in row.points if not point.is_kept]
        if told:
            points = "".join(map(_point, told))
            yield f'<details><summary class="line">{line}</summary><div class="why">{points}</div></details>'
        else:
            yield f'<div class="line">{line}</div>'


def _named(row: Row) -> str:
    text = f" <span>{escape(row.text)}</span>" if row.text else ""
    return f"<b>{escape(row.name)}</b>{text}"


def _point(point: Point) -> str:
    said = "".join(_judgement(exit_, judgement) for exit_, judgement in point.judgements.items())
    return f"<h4>{escape(named_point(point.feature, point.detail))}</h4><ul>{said}</ul>"


def _judgement(exit_: Exit, judgement: Judgement) -> str:
    said = escape(judgement.sentence)
    return f"<li><b>{exit_}</b>{_badge(judgement.verdict)}<span>{said}{_source(judgement.source)}</span></li>"


def _source(source: Source) -> str:
    """Where it was read. A page of our own has no address outside of the repository."""
    title = f"{source.title}, {source.date}" if source.date else source.title
    if not source.address.startswith("https://"):
        return f"<small>{escape(f'{title} ({BASE}{source.address})')}</small>"
    return f'<small><a href="{escape(source.address)}">{escape(title)}</a></small>'


def _badge(verdict: Verdict) -> str:
    return f'<span class="badge {verdict}">{verdict}</span>'


def _exit(view: ExitView) -> str:
    lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in facts(view))
    return f'<article id="{view.exit}"><h3>{view.exit}</h3><p>{escape(TITLES[view.exit])}</p><dl>{lines}</dl></article>'
