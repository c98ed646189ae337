"""The whole report: rows, what each exit takes and asks, and the answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from appmesh_inject.exits.conclusions import Answers, answers
from appmesh_inject.exits.costs import Sum, sums
from appmesh_inject.exits.decisions import questions
from appmesh_inject.exits.exit_summaries import ExitView, Moved, Stop
from appmesh_inject.exits.limit_use import Measure, measures
from appmesh_inject.exits.mesh_files import Declared
from appmesh_inject.exits.render_trial import Trial
from appmesh_inject.exits.rows import Point, Row, Section, sections
from appmesh_inject.exits.rows_by_trial import elsewhere, sentence, with_trials
from appmesh_inject.exits.sources import LATTICE_RULE
from appmesh_inject.exits.traffic import Traffic
from appmesh_inject.exits.verdicts import EXITS, WITHOUT_SIDECARS, Exit, Judgement, Verdict, cannot, keeps
from appmesh_inject.limits import REGIONS_WITHOUT_LATTICE

WHAT = {
    "route": "routes",
    "service": "routes",
    "gateway route": "gateway routes",
    "node": "nodes",
    "gateway": "gateways",
}
"""What a row counts as."""


@dataclass(frozen=True, slots=True)
class ExitsReport:
    """The report about some files."""

    files: tuple[str, ...]
    sections: tuple[Section, ...]
    exits: tuple[ExitView, ...]
    answers: Answers

    @property
    def features(self) -> Mapping[str, Point]:
        """A point for each feature that some exit does not keep, in the order of the rows. Of several, the worst."""
        found: dict[str, Point] = {}
        for _, row in rows_of(self.sections):
            for point in row.points:
                before = found.get(point.feature)
                if not point.is_kept and (before is None or _badness(point) > _badness(before)):
                    found[point.feature] = point
        return found


class Asked(NamedTuple):
    """What the report is about. extra: rows about the mesh that no resource asks for. trials: by the exit whose profile
    they tried. region: empty if it is not known."""

    files: tuple[str, ...]
    declared: Sequence[Declared]
    extra: tuple[Row, ...]
    trials: Mapping[Exit, Trial]
    traffic: Traffic | None
    region: str = ""


def report(asked: Asked) -> ExitsReport:
    sizes = asked.trials[Exit.STANDALONE].sizes if Exit.STANDALONE in asked.trials else {}
    limits = measures(asked.declared, sizes)
    found = _with_limits(with_trials(sections(asked.declared, asked.extra), asked.trials), limits)
    if asked.region in REGIONS_WITHOUT_LATTICE:
        found = _without_lattice(found, asked.region)
    costs = {each.exit: each for each in sums(asked.traffic, asked.declared)} if asked.traffic else {}
    views = tuple(_view(exit_, found, limits, costs.get(exit_), asked) for exit_ in EXITS)
    return ExitsReport(asked.files, found, views, answers(views, asked.trials.get(Exit.STANDALONE), asked.files))


def rows_of(found: Iterable[Section]) -> Iterator[tuple[Section, Row]]:
    return ((section, row) for section in found for row in section.rows)


def _view(
    exit_: Exit, found: tuple[Section, ...], limits: Sequence[Measure], cost: Sum | None, asked: Asked
) -> ExitView:
    rows = [row for _, row in rows_of(found)]
    stops = list(_stops(exit_, found))
    if exit_ in asked.trials:
        for said in elsewhere(asked.trials[exit_]):
            where = said.finding.subject or said.file
            stops.append(Stop(f"{said.finding.code} of render", sentence(said), (where,)))
    judged = [(point.feature, point.judgements[exit_]) for row in rows for point in row.points]
    return ExitView(
        exit_,
        exit_ in asked.trials,
        tuple(_moved(exit_, rows)),
        tuple(stops),
        tuple(dict.fromkeys(feature for feature, each in judged if each.verdict is Verdict.LOSES)),
        {feature: each.sentence for feature, each in judged if each.verdict is Verdict.CHANGES},
        tuple(questions(exit_, [feature for feature, _ in judged], asked.declared)),
        tuple(measure for measure in limits if measure.exit is exit_),
        cost,
    )


def _moved(exit_: Exit, rows: Sequence[Row]) -> Iterator[Moved]:
    for what in dict.fromkeys(WHAT.values()):
        own = [row for row in rows if WHAT.get(row.kind) == what]
        if own:
            yield Moved(what, sum(row.verdict(exit_) is not Verdict.CANNOT for row in own), len(own))


def _stops(exit_: Exit, found: Iterable[Section]) -> Iterator[Stop]:
    """Each feature that cannot move, with the rows that have it."""
    stops: dict[str, Stop] = {}
    for section, row in rows_of(found):
        for point in row.points:
            judgement = point.judgements[exit_]
            if judgement.verdict is Verdict.CANNOT:
                before = stops.get(point.feature, Stop(point.feature, judgement.sentence, ()))
                where = tuple(dict.fromkeys((*before.where, called(section, row))))
                stops[point.feature] = before._replace(where=where)
    yield from stops.values()


def called(section: Section, row: Row) -> str:
    """The name of a row outside of its section."""
    if row.kind in ("node", "mesh"):
        return row.name
    name = section.title.partition(" ")[0]
    return name if row.kind in ("service", "gateway") else f"{name} {row.name}"


def _with_limits(found: tuple[Section, ...], limits: Iterable[Measure]) -> tuple[Section, ...]:
    """The sections, with what a limit forbids that cannot be raised."""
    biting = [each for each in limits if each.bites and not each.can_be_raised and each.exit in WITHOUT_SIDECARS]
    return tuple(replace(section, rows=tuple(_limited(row, biting) for row in section.rows)) for section in found)


def _limited(row: Row, biting: Iterable[Measure]) -> Row:
    points = list(row.points)
    for each in biting:
        if each.resource is not None and row.resources[:1] == (each.resource,):
            within = keeps("No such limit bites", each.source)
            over = cannot(f"It takes {each.most}, and here are {each.value:,}", each.source)
            judgements: dict[Exit, Judgement] = {**dict.fromkeys(EXITS, within), each.exit: over}
            points.append(Point(each.what, f"{each.value:,}", judgements))
    return row.with_points(points)


def _without_lattice(found: tuple[Section, ...], region: str) -> tuple[Section, ...]:
    """The sections of a mesh in a Region where nothing can move to Lattice."""
    there = keeps("It is there", LATTICE_RULE)
    missing: dict[Exit, Judgement] = {
        **dict.fromkeys(EXITS, there),
        Exit.LATTICE: cannot("There is no VPC Lattice in this Region", LATTICE_RULE),
    }
    point = Point(f"Region {region}", "", missing)
    return tuple(
        replace(section, rows=tuple(row.with_points((*row.points, point)) for row in section.rows)) for section in found
    )


def _badness(point: Point) -> int:
    return sum(judgement.verdict.rank for judgement in point.judgements.values())
