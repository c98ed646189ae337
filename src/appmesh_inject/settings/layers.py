"""Combines levels of settings into the settings of one workload.

Levels, lowest precedence first: the profile's defaults; the macro's deployment parameters; the template's
`Metadata.AppMesh`; the parameters of the template's `Transform`; the workload's tags; the workload's own
`Metadata.AppMesh`, or the parameters of a snippet.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import Scope, function, is_no_value
from appmesh_inject.findings import BASE, Finding
from appmesh_inject.settings import types
from appmesh_inject.settings.table import FIELDS, NAMING, TABLE, Settings
from appmesh_inject.settings.types import InvalidValue


class Level(NamedTuple):
    """The settings in one place.

    given: values as written, by setting name. subject: the workload's name, empty for the whole document. paths: where
    a setting stands, if not at `path` plus its name.
    """

    path: Path
    given: Mapping[str, Json]
    subject: str = ""
    paths: Mapping[str, Path] = NOTHING
    is_tags: bool = False

    def place(self, name: str) -> Path:
        return self.paths.get(name, (*self.path, name))


class Gathered(NamedTuple):
    """Several levels combined: values and places by setting name, and findings. An invalid setting has a place and no
    value."""

    values: Mapping[str, Any] = NOTHING
    places: Mapping[str, Path] = NOTHING
    findings: tuple[Finding, ...] = ()


NOTHING_GATHERED = Gathered()


class RequestedSettings(NamedTuple):
    """The settings of one workload, where each was given, and findings about them."""

    settings: Settings
    places: Mapping[str, Path]
    findings: tuple[Finding, ...] = ()


def gather(levels: Iterable[Level], scope: Scope, below: Gathered = NOTHING_GATHERED) -> Gathered:
    """Combines the levels, lowest first, over `below`. Higher levels win; fragments accumulate; a node, gateway or ARN
    displaces whichever of them a lower level names. The findings are those of `levels` only."""
    chosen = dict(below.values)
    places = dict(below.places)
    findings: list[Finding] = []
    for level in levels:
        valid: dict[str, Any] = {}
        for name, value in level.given.items():
            if is_no_value(value) and name in TABLE:
                chosen.pop(name, None)
                places.pop(name, None)
                continue
            places[name] = level.place(name)
            outcome = _read(level, name, value, scope)
            if isinstance(outcome, InvalidValue):
                findings += [_finding(level, name, problem) for problem in outcome.all]
            else:
                valid[name] = outcome
        named = [name for name in NAMING if name in valid]
        if len(named) > 1:
            findings.append(_finding(level, named[1], _named_together(named)))
        for name in NAMING if named else ():
            chosen.pop(name, None)
        for name, value in valid.items():
            chosen[name] = (*chosen.get(name, ()), value) if TABLE[name].is_fragment else value
    return Gathered(chosen, places, tuple(findings))


def settle(gathered: Gathered, subject: str) -> RequestedSettings:
    """The settings of the workload `subject`. Adds findings about settings that its profile does not have."""
    settings = Settings(**{FIELDS[name]: value for name, value in gathered.values.items()})
    misplaced = [name for name in gathered.values if settings.profile not in TABLE[name].profiles]
    findings = [_misplaced(name, settings.profile, gathered.places[name], subject) for name in misplaced]
    return RequestedSettings(settings, gathered.places, (*gathered.findings, *findings))


def _read(level: Level, name: str, value: Json, scope: Scope) -> Any:
    """The value of a setting at a level, or the `InvalidValue`."""
    setting = TABLE.get(name)
    if setting is None:
        return _unknown(name)
    problem = _tag_problem(name, value) if level.is_tags else None
    if isinstance(value, dict) and problem is None:
        problem = _arn_problem(name, value, scope)
    outcome = setting.read(value, scope) if problem is None else problem
    if not scope.is_typed and isinstance(outcome, InvalidValue) and function(value) == "Ref":
        return types.combined([each._replace(hint=f"{each.hint}{_STORED}") for each in outcome.all])
    return outcome


_STORED = "; if the parameter is read from Parameter Store, mark the task definition in Metadata.AppMesh"
"""A snippet does not tell the types of parameters, so the name of an entry there may pass for a value."""


def _named_together(named: Sequence[str]) -> InvalidValue:
    message = f"{' and '.join(named)} are given together"
    return InvalidValue("AM105", message, "Keep only the one that the task represents")


def _finding(level: Level, name: str, problem: InvalidValue) -> Finding:
    message = problem.message if problem.code in ("AM101", "AM105") else f"{name} {problem.message}"
    return Finding(problem.code, level.subject, level.place(name) + problem.path, message, problem.hint)


def _arn_problem(name: str, value: Mapping[str, Json], scope: Scope) -> InvalidValue | None:
    """Refuses a Ref to an AWS::AppMesh resource: it gives an ARN, and a name is needed."""
    if name not in ("MeshName", *NAMING[:2]) or function(value) != "Ref" or str(value["Ref"]) in scope.loops:
        return None
    resource = scope.resources.get(str(value["Ref"]))
    kind = resource.get("Type") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or not kind.startswith("AWS::AppMesh::"):
        return None
    return InvalidValue(
        "AM114",
        f"is a Ref to an {kind}, which gives an ARN instead of a name",
        f"Write !GetAtt {value['Ref']}.{name}",
    )


def _tag_problem(name: str, value: Json) -> InvalidValue | None:
    if TABLE[name].is_fragment:
        return InvalidValue("AM111", "is a map, which a tag cannot hold", "Set it in the resource's Metadata.AppMesh")
    if isinstance(value, str) and "," in value:
        return InvalidValue(
            "AM111",
            "has a comma, which ECS does not allow in a tag",
            "Separate the entries with spaces: '9080 9081'",
        )
    return None


def _unknown(name: str) -> InvalidValue:
    guess = types.closest(name, list(TABLE))
    did_you_mean = f": did you mean '{guess}'?" if guess else ""
    hint = f"Write {guess}" if guess else f"See the settings in {BASE}reference/settings.md"
    return InvalidValue("AM101", f"unknown setting {types.quoted(name)}{did_you_mean}", hint)


def _misplaced(name: str, profile: str, place: Path, subject: str) -> Finding:
    hint = f"Remove it, or use profile {' or '.join(map(repr, TABLE[name].profiles))}"
    return Finding("AM109", subject, place, f"{name} is not a setting of profile '{profile}'", hint)
