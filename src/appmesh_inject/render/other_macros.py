"""Calls of other macros inside of what the macro receives.

CloudFormation runs them first, from the innermost outward. So what they return is not known here, and a refusal for
lack of it would not be true.
"""

from collections.abc import Callable, Mapping, Sequence

from appmesh_inject.cfn.document import Json, Path, edited, map_at, replace, value_at
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Outcome, Report
from appmesh_inject.render.missing_values import NOT_KNOWN
from appmesh_inject.render.transforms import SNIPPET, TransformCall, calls, is_same_macro
from appmesh_inject.resource_types import TASK_DEFINITION

NOT_LOOKED_INTO = "another macro runs first"

MISTAKES = ("AM101", "AM102")
"""What is wrong whatever another macro returns: a setting's name or value."""

IN_A_LOOP = "AM419"
"""The finding that a task cannot be converted in a loop, which is gone once the loop is unrolled."""

FARTHEST = 2
"""How many levels above a call a finding can be that follows from what it hides: Properties, for a container."""

MISSING_RESOURCES = ("AM401", "AM416")
"""The ECS service of a task, or the mesh, is not in the template: another macro may add it."""


def others(fragment: Json, macro: str) -> tuple[TransformCall, ...]:
    """The calls of other macros in the fragment."""
    return tuple(call for call in calls(fragment) if call.key == SNIPPET and not is_same_macro(call.name, macro))


def looked_into(
    fragment: Json, hidden: Sequence[TransformCall], run: Callable[[Json], Outcome], resource: Callable[[Path], Path]
) -> Outcome:
    """What the macro does to the fragment. Workloads that it refuses for lack of what another macro may return are left
    as they are, with a warning. hidden: the calls of other macros, and the loops that are unrolled before. resource:
    the path of the resource that contains a path."""
    outcome = run(fragment)
    untrue = {error: call for error in outcome.findings if error.is_error and (call := _reason(error, hidden))}
    if not untrue:
        return outcome
    aside = {resource(error.path if _is_in_loop(error, call) else call.path): call for error, call in untrue.items()}
    warnings = tuple(_warning(call, str(place[-1]) if place else "") for place, call in aside.items())
    if all(place and _is_task(fragment, place) for place in aside):
        again = run(edited(fragment, [replace(place, {}) for place in aside]))
        whole = edited(again.document, [replace(place, value_at(fragment, place)) for place in aside])
        skipped = tuple(Report(str(place[-1]), place, Action.SKIPPED, NOT_LOOKED_INTO) for place in aside)
        mistakes = tuple(found for found in outcome.findings if found.code in MISTAKES and found not in untrue)
        return Outcome(whole, (*again.reports, *skipped), (*again.findings, *mistakes, *warnings))
    reports = tuple(report._replace(action=Action.SKIPPED, reason=NOT_LOOKED_INTO) for report in outcome.reports)
    left = tuple(finding for finding in outcome.findings if finding not in untrue)
    return Outcome(fragment, reports, (*left, *warnings))


def _reason(error: Finding, hidden: Sequence[TransformCall]) -> TransformCall | None:
    """The call that hides what the error says is missing or unknown."""
    return next((call for call in hidden if _may_follow(error, call)), None)


def _is_in_loop(error: Finding, loop: TransformCall) -> bool:
    """Whether an error is about what stands in a loop."""
    return SNIPPET not in loop.path and error.path[: len(loop.path)] == loop.path and len(error.path) > len(loop.path)


def _may_follow(error: Finding, call: TransformCall) -> bool:
    """Whether an error can follow from members that a macro adds to the map around its call, or from a value that a
    loop gives."""
    holder = call.path[: call.path.index(SNIPPET)] if SNIPPET in call.path else call.path[:-1]
    if _is_in_loop(error, call) and error.code in (NOT_KNOWN, IN_A_LOOP):
        return True
    if holder in ((), ("Resources",)):
        return error.code.startswith("AM3") or error.code in MISSING_RESOURCES
    is_above = holder[: len(error.path)] == error.path and len(holder) - len(error.path) <= FARTHEST
    return is_above or error.path[: len(holder)] == holder


def _is_task(fragment: Json, place: Path) -> bool:
    resource = value_at(fragment, place)
    return isinstance(resource, Mapping) and map_at(fragment, place).get("Type") == TASK_DEFINITION


def _warning(call: TransformCall, subject: str) -> Finding:
    message = f"CloudFormation runs {call.name} before this macro, and what it returns is not known here"
    hint = "This does not stop a deployment; to render the task here, write out what that macro returns"
    return Finding("AM904", subject, call.path, message, hint)
