"""The report as JSON, for programs."""

import json
from typing import Any

from appmesh_inject import __version__
from appmesh_inject.exits.costs import Sum
from appmesh_inject.exits.exit_summaries import ExitView
from appmesh_inject.exits.report import ExitsReport
from appmesh_inject.exits.rows import Point, Row
from appmesh_inject.exits.sources import Source


def as_json(report: ExitsReport) -> str:
    """One object: `files`, `sections` with their `rows`, `exits`, `answers`."""
    content = {
        "version": __version__,
        "files": list(report.files),
        "sections": [
            {"kind": section.kind, "title": section.title, "rows": list(map(_row, section.rows))}
            for section in report.sections
        ],
        "exits": {view.exit: _exit(view) for view in report.exits},
        "answers": {
            "lossless": list(report.answers.lossless),
            "without_sidecars": report.answers.without_sidecars,
            "nothing_lost": report.answers.nothing_lost,
            "least_lost": report.answers.least_lost,
            "first": list(report.answers.first),
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "text": row.text,
        "verdicts": row.verdicts,
        "features": list(map(_point, row.points)),
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "feature": point.feature,
        "detail": point.detail,
        "exits": {
            exit_: {"verdict": each.verdict, "sentence": each.sentence, "source": _source(each.source)}
            for exit_, each in point.judgements.items()
        },
    }


def _source(source: Source) -> dict[str, str]:
    return {"title": source.title, "address": source.address, "date": source.date}


def _exit(view: ExitView) -> dict[str, Any]:
    return {
        "tried": view.is_tried,
        "moves": {each.what: {"moves": each.moves, "of": each.of} for each in view.moved},
        "stops": [{"why": stop.why, "where": list(stop.where)} for stop in view.stops],
        "loses": list(view.loses),
        "changes": list(view.changes),
        "decide": list(view.questions),
        "limits": [
            {
                "what": each.what,
                "value": each.value,
                "most": each.most,
                "where": each.where,
                "bites": each.bites,
                "can_be_raised": each.can_be_raised,
                "source": _source(each.source),
            }
            for each in view.measures
        ],
        "month": None if view.cost is None else _sum(view.cost),
    }


def _sum(cost: Sum) -> dict[str, Any]:
    return {
        "dollars": round(cost.amount, 2),
        "without": cost.without,
        "parts": [
            {"what": each.what, "formula": each.formula, "dollars": round(each.amount, 2)} for each in cost.parts
        ],
    }
