"""The rows with the word of `render`: for an exit that has a profile, its findings decide instead of the table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from appmesh_inject.exits.render_trial import Said, Trial
from appmesh_inject.exits.rows import Point, Row, Section
from appmesh_inject.exits.sources import COMPILED, Source
from appmesh_inject.exits.verdicts import EXITS, Exit, Judgement, Verdict, cannot, changes, keeps
from appmesh_inject.findings import BASE, DOCS, page, with_full_stop

TAKEN = changes("The profile takes it as it stands here", COMPILED)
ONLY_THERE = keeps("Only the profile of another exit says so", Source("Findings", DOCS.removeprefix(BASE), ""))


def with_trials(sections: Iterable[Section], trials: Mapping[Exit, Trial]) -> tuple[Section, ...]:
    """The sections as the trials judge them."""
    found = tuple(sections)
    for exit_, trial in trials.items():
        found = tuple(
            replace(section, rows=tuple(_row(row, exit_, trial) for row in section.rows)) for section in found
        )
    return found


def elsewhere(trial: Trial) -> tuple[Said, ...]:
    """The errors of a trial that are about no mesh resource."""
    return tuple(said for said in trial.errors if said.resource is None)


def _row(row: Row, exit_: Exit, trial: Trial) -> Row:
    said = [each for each in trial.said if each.resource in (*row.resources, row.owner) and each.resource]
    told: set[Said] = set()
    points: list[Point] = []
    for point in row.points:
        own = [each for each in said if _is_about(each, point)]
        told.update(own)
        judgement = _judged(point.judgements[exit_], own, can_overrule=not elsewhere(trial) and not _errors(said))
        points.append(replace(point, judgements={**point.judgements, exit_: judgement}))
    row = row.with_points(points)
    rest = [each for each in said if each not in told and each.resource in row.resources]
    return row.with_points((*row.points, *_others(row, exit_, rest)))


def _is_about(said: Said, point: Point) -> bool:
    """Whether the finding is about a property of the point, or one above or below it. Of a feature that every exit
    keeps, such as a name, it says something else than the feature's name does."""
    if said.finding.code in point.codes:
        return True
    return not point.is_kept and any(
        place.resource == said.resource
        and len(said.path) > 1
        and said.path[: len(place.path)] == place.path[: len(said.path)]
        and len(place.path) > 1
        for place in point.places
    )


def _judged(judgement: Judgement, said: Sequence[Said], *, can_overrule: bool) -> Judgement:
    """The judgement of the table after the findings about a point. can_overrule: nothing in the row is refused, so that
    what the table holds for impossible is possible here."""
    errors = _errors(said)
    if errors:
        return _of(errors[0])
    if judgement.verdict is Verdict.CANNOT and can_overrule:
        return TAKEN
    if said and judgement.verdict is Verdict.KEEPS:
        return _of(said[0])
    return judgement


def _errors(said: Iterable[Said]) -> list[Said]:
    return [each for each in said if each.finding.is_error]


def _others(row: Row, exit_: Exit, said: Sequence[Said]) -> Iterator[Point]:
    """The findings about no point of the row. A warning counts only where the row would not show a difference."""
    for each in dict.fromkeys(said):
        if each.finding.is_error or row.verdict(exit_) is Verdict.KEEPS:
            judgements = {**dict.fromkeys(EXITS, ONLY_THERE), exit_: _of(each)}
            yield Point(f"{each.finding.code} of render", each.finding.subject, judgements)


def _of(said: Said) -> Judgement:
    finding = said.finding
    judge = cannot if finding.is_error else changes
    return judge(sentence(said), Source(finding.code, page(finding.code).removeprefix(BASE), ""))


def sentence(said: Said) -> str:
    """The message and the hint of a finding. Of the mesh it begins with what it is about, as `lint` prints it."""
    finding = said.finding
    message = with_full_stop(finding.message)
    names = [step for step in said.path if isinstance(step, str)]
    if said.is_of_mesh:
        message = f"{' '.join([finding.subject, *names[-1:]])}: {message}"
    return f"{message[:1].upper()}{message[1:]} {with_full_stop(finding.hint)}"
