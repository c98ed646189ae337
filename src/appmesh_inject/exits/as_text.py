"""The report for a terminal, as lines of plain text."""

from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.exits.exit_summaries import ExitView
from appmesh_inject.exits.limit_use import Measure
from appmesh_inject.exits.report import ExitsReport
from appmesh_inject.exits.rows import Row
from appmesh_inject.exits.verdicts import EXITS, MEANINGS, TITLES, Exit, Judgement, Verdict

WIDEST = 58
COLUMN = {exit_: max(len(exit_), 7) + 2 for exit_ in EXITS}


def as_text(report: ExitsReport) -> Iterator[str]:
    """The lines: the rows, what the verdicts mean, each exit, the answers."""
    first = _width(report)
    yield f"{'':{first}}{''.join(f'{exit_:{COLUMN[exit_]}}' for exit_ in EXITS)}".rstrip()
    for section in report.sections:
        yield section.title
        for row in section.rows:
            yield _cells(f"  {_named(row)}", row.verdicts, first)
            for point in row.points:
                if not point.is_kept:
                    verdicts = {exit_: judgement.verdict for exit_, judgement in point.judgements.items()}
                    yield _cells(f"    {named_point(point.feature, point.detail)}", verdicts, first)
    yield ""
    yield from (f"{verdict}: {MEANINGS[verdict]}" for verdict in Verdict)
    yield ""
    yield "WHAT IT MEANS"
    for point in report.features.values():
        yield ""
        yield point.feature
        yield from (f"  {exits}  {verdict}: {text}" for exits, verdict, text in explained(point.judgements))
    for view in report.exits:
        yield ""
        yield f"{view.exit.upper()}: {TITLES[view.exit]}"
        yield from (f"  {label:10}{text}" for label, text in facts(view))
    yield ""
    yield "THE ANSWERS"
    for label, sentences in answered(report):
        yield ""
        yield f"  {label}"
        yield from (f"    {text}" for text in sentences)


def _width(report: ExitsReport) -> int:
    names = [len(_named(row)) for section in report.sections for row in section.rows]
    names += [
        len(named_point(each.feature, each.detail)) + 2 for s in report.sections for r in s.rows for each in r.points
    ]
    return min(max(names, default=0), WIDEST) + 4


def _cells(name: str, verdicts: Mapping[Exit, Verdict], width: int) -> str:
    text = name if len(name) < width else f"{name[: width - 5]}... "
    return f"{text:{width}}{''.join(f'{verdicts[exit_]:{COLUMN[exit_]}}' for exit_ in EXITS)}".rstrip()


def _named(row: Row) -> str:
    return f"{row.name}: {row.text}" if row.text else row.name


def named_point(feature: str, detail: str) -> str:
    return f"{feature}: {detail}" if detail else feature


def explained(judgements: Mapping[Exit, Judgement]) -> Iterator[tuple[str, str, str]]:
    """The exits that say the same of a feature, their verdict and their sentence."""
    said: dict[tuple[str, str], list[str]] = {}
    for exit_, judgement in judgements.items():
        said.setdefault((judgement.verdict, judgement.sentence), []).append(exit_)
    return ((", ".join(exits), verdict, text) for (verdict, text), exits in said.items())


def facts(view: ExitView) -> Iterator[tuple[str, str]]:
    """What an exit takes, what stops the rest, what to decide, limits and costs, each with its label. A label stands
    once."""
    near = [measure for measure in view.measures if measure.is_near]
    yield "judged by", "render, with this profile" if view.is_tried else "the table of features"
    yield "moves", ", ".join(f"{each.moves} of {each.of} {each.what}" for each in view.moved)
    for label, lines in (
        ("stops", [f"{stop.why}: {', '.join(stop.where)}" for stop in view.stops] or ["nothing"]),
        ("loses", [", ".join(view.loses) or "nothing"]),
        ("decide", list(view.questions)),
        ("limits", [*map(_limit, near), "no other is near" if near else "none is near"]),
    ):
        yield from ((label if n == 0 else "", line) for n, line in enumerate(lines))
    if view.cost is not None:
        without = f", without {view.cost.without}" if view.cost.without else ""
        yield "a month", f"${view.cost.amount:,.2f}{without}"
        yield from (("", f"{part.what}: {part.formula} = ${part.amount:,.2f}") for part in view.cost.parts)


def _limit(measure: Measure) -> str:
    where = f" ({measure.where})" if measure.where else ""
    raised = ", which AWS raises on request" if measure.can_be_raised else ""
    bites = f"BITES{raised}: " if measure.bites else ""
    return f"{bites}{measure.value:,} of {measure.most:,} {measure.what}{where}"


def answered(report: ExitsReport) -> Iterator[tuple[str, Sequence[str]]]:
    """The questions, each with the sentences of its answer."""
    found = report.answers
    yield "The way that loses nothing", (found.nothing_lost,)
    yield "The way without sidecars that loses least", (found.least_lost,)
    yield "What to do first", found.first
