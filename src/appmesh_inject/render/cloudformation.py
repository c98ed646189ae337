"""Processes a template as CloudFormation would: runs the macro for snippets, innermost first, then for the template.

As in CloudFormation, the fragment of a call is the map around it, without the call itself. Our calls are removed. Calls
of other macros stay, in their order and unprocessed. CloudFormation stops at the first call that fails; this continues,
to collect all findings, and then changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path, edited, map_at, replace, value_at
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.files.mesh_file_paths import Elsewhere
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.injection import HELD_BACK, NOT_MARKED, Action, Outcome, Report, inject
from appmesh_inject.render.ignored_warnings import invalid_ignores, kept
from appmesh_inject.render.language_extensions import extended_later, loops_unrolled_first
from appmesh_inject.render.macro_call_obstacles import lost_calls, parameters_not_passed
from appmesh_inject.render.missing_values import naming_options
from appmesh_inject.render.other_macros import looked_into, others
from appmesh_inject.render.parameters import declarations
from appmesh_inject.render.render_result import Rendered, RenderOptions, warning_of_switched_off
from appmesh_inject.render.transforms import (
    SNIPPET,
    TRANSFORM,
    TransformEntry,
    entries,
    put_back,
    snippets,
    without,
)
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import PATH as DEPLOYMENT_PATH
from appmesh_inject.settings.table import NAMING
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.model import Workload


class MacroCall(NamedTuple):
    """One call of the macro.

    path: of the fragment. level: the call's parameters. key: of the call in the map around it, `Transform` or
    `Fn::Transform`.
    """

    path: Path
    fragment: Json
    level: Level
    key: str


@dataclass(slots=True)
class _Play:
    """The state of the processing. done, failed: paths of resources with snippets."""

    document: Json
    options: RenderOptions
    findings: list[Finding] = field(default_factory=list)
    reports: dict[Path, Report] = field(default_factory=dict)
    done: list[Path] = field(default_factory=list)
    failed: list[Path] = field(default_factory=list)


def rendered(template: Mapping[str, Json], options: RenderOptions) -> Rendered:
    """The template as CloudFormation would process it; unchanged if any finding is an error."""
    play = _Play(template, options)
    play.findings += lost_calls(template, options.macro)
    _play_snippets(play)
    # A call at the root is a call for the template, so what remains is what it returned.
    is_root_called = () in play.done and not any(entries(template, TRANSFORM, (), options.macro))
    is_used = is_root_called or _play_template(play)
    reports = tuple(play.reports.values())
    play.findings = list(naming_options(play.findings, template, options.parameter_values))
    if any(finding.is_error for finding in play.findings):
        held = tuple(_held_back(report) for report in reports)
        return Rendered(template, held, ordered(play.findings))
    later = extended_later(template, play.document, reports, options.macro)
    findings = (*ordered(play.findings), *warning_of_switched_off(reports), *later)
    findings = kept((*findings, *invalid_ignores(template)), template)
    unused = () if is_used else tuple(options.flags[name] for name in options.settings)
    return Rendered(play.document, reports, findings, unused)


def call_of(
    template: Mapping[str, Json], options: RenderOptions, snippet: str | None
) -> tuple[MacroCall | None, tuple[Finding, ...]]:
    """The call that CloudFormation would make for the template, or for the first snippet in the resource `snippet`;
    None if there is no such snippet. Processes the snippets before it, and returns their findings."""
    play = _Play(template, options)
    if snippet is None:
        _play_snippets(play)
        entry = next(entries(map_at(play.document, ()), TRANSFORM, (), options.macro), TransformEntry((TRANSFORM,)))
        call = _template_calls(play)[0]
    else:
        place = _snippet_in(template, snippet, options.macro)
        if place is None:
            return None, ()
        _play_snippets(play, until=place)
        entry = next(entries(map_at(play.document, place), SNIPPET, place, options.macro))
        call = _snippet_call(play, place, entry)
    return call, ordered([*play.findings, *_invalid_parameters(call, entry)])


def resources_with_snippets(template: Mapping[str, Json], macro: str) -> tuple[str, ...]:
    """Logical IDs of the resources that contain a call of our macro."""
    return tuple(dict.fromkeys(_logical_id(path) for path in snippets(template, macro) if _logical_id(path)))


def _snippet_in(template: Mapping[str, Json], logical_id: str, macro: str) -> Path | None:
    return next((path for path in snippets(template, macro) if _logical_id(path) == logical_id), None)


def _play_snippets(play: _Play, until: Path | None = None) -> None:
    for place in tuple(snippets(play.document, play.options.macro)):
        if place == until:
            return
        holder = map_at(play.document, place)
        problems: list[Finding] = []
        changed: Json = {key: value for key, value in holder.items() if key != SNIPPET}
        for entry in entries(holder, SNIPPET, place, play.options.macro):
            call = _snippet_call(play, place, entry)._replace(fragment=changed)
            outcome = _outcome(play, call, entry)
            problems += [finding for finding in outcome.findings if finding.is_error]
            changed = outcome.document
            _record(play, call, outcome)
        play.done.append(_resource(place))
        if problems:
            play.failed.append(_resource(place))
        else:
            left = without(holder, SNIPPET, play.options.macro)
            play.document = edited(play.document, [replace(place, put_back(holder, SNIPPET, left, changed))])


def _snippet_call(play: _Play, place: Path, entry: TransformEntry) -> MacroCall:
    fragment = {key: value for key, value in map_at(play.document, place).items() if key != SNIPPET}
    given = entry.parameters if isinstance(entry.parameters, Mapping) else {}
    return MacroCall(place, fragment, Level((*entry.path, "Parameters"), given, _logical_id(place)), SNIPPET)


def _play_template(play: _Play) -> bool:
    """Runs the macro for the template, once for each of its entries. False if there is neither an entry nor a mark."""
    template = map_at(play.document, ())
    ours = tuple(entries(template, TRANSFORM, (), play.options.macro))
    # CloudFormation calls the macro for a template only if it has an entry. Without one, resources with snippets must
    # come out as their snippets left them.
    put_aside = _outermost(play.failed if ours else play.done)
    whole = play.document
    play.document = edited(whole, [replace(path, {}) for path in put_aside])
    calls = _template_calls(play)
    marked = _marked(calls[0])
    left = without(template, TRANSFORM, play.options.macro)
    changed: Json = calls[0].fragment
    for call, entry in zip(calls, ours or (TransformEntry((TRANSFORM,)),), strict=True):
        outcome = _outcome(play, call._replace(fragment=changed), entry)
        changed = outcome.document
        _record(play, call, outcome)
        is_idle = all(report.action is Action.SKIPPED for report in outcome.reports) and not outcome.has_errors
        if marked and not ours and not is_idle and not any(each.code == "AM901" for each in play.findings):
            play.findings.append(_without_transform(marked, play.options.macro))
    changed = put_back(template, TRANSFORM, left, changed)
    play.document = edited(changed, [replace(path, value_at(whole, path)) for path in put_aside])
    return bool(ours or marked)


def _outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The paths without duplicates, without the root, and without those that lead through another one."""
    unique = dict.fromkeys(path for path in paths if path)
    return tuple(path for path in unique if not any(path[:end] in unique for end in range(1, len(path))))


def _template_calls(play: _Play) -> tuple[MacroCall, ...]:
    """The calls for the whole template: one for each of our entries, or one if there is no entry."""
    template = map_at(play.document, ())
    fragment = {key: value for key, value in template.items() if key != TRANSFORM}
    ours = tuple(entries(template, TRANSFORM, (), play.options.macro))
    return tuple(
        MacroCall((), fragment, _with_flags(entry, play.options), TRANSFORM)
        for entry in ours or (TransformEntry((TRANSFORM,)),)
    )


def _with_flags(entry: TransformEntry, options: RenderOptions) -> Level:
    """The entry's parameters, overridden by the flags. A flag that names a node, gateway or ARN displaces whichever of
    them the entry names."""
    given = dict(entry.parameters) if isinstance(entry.parameters, Mapping) else {}
    if any(name in options.settings for name in NAMING):
        given = {name: value for name, value in given.items() if name not in NAMING}
    paths = {name: (options.flags[name],) for name in options.settings}
    return Level((*entry.path, "Parameters"), given | dict(options.settings), paths=paths)


def _outcome(play: _Play, call: MacroCall, entry: TransformEntry) -> Outcome:
    """Runs the macro for a call, unless its parameters are invalid, which is a finding."""
    problems = _invalid_parameters(call, entry)
    declared = declarations(play.document)
    target = CloudFormation(call.level, play.options.parameter_values, declarations=declared)
    if not problems:

        def run(fragment: Json) -> Outcome:
            return inject(fragment, target, play.options.deployment, play.options.meshes)

        is_whole = call.key == TRANSFORM
        unrolled = (
            loops_unrolled_first(map_at(play.document, ()), call.fragment, play.options.macro) if is_whole else ()
        )
        hidden = (*others(call.fragment, play.options.macro), *unrolled)
        return looked_into(call.fragment, hidden, run, lambda path: () if call.path else _resource(path))
    workloads = target.find(call.fragment).workloads
    action = Action.REFUSED if call.path else Action.SKIPPED
    reports = (Report(workload.name, workload.path, action, problems[0].message) for workload in workloads)
    return Outcome(call.fragment, tuple(reports), problems)


def _invalid_parameters(call: MacroCall, entry: TransformEntry) -> tuple[Finding, ...]:
    subject = call.level.subject
    if entry.is_text and call.key == SNIPPET and call.path:
        message = "Fn::Transform must be a map with Name and Parameters"
        return (Finding("AM112", subject, entry.path, message, "Write {Name: ..., Parameters: {...}}"),)
    if entry.parameters is None:
        return ()
    if not isinstance(entry.parameters, Mapping):
        message = "the Parameters of the transform must be a map of settings"
        return (Finding("AM112", subject, call.level.path, message, "Write a map: {MeshName: apps}"),)
    return tuple(parameters_not_passed(entry.parameters, call.level.path, subject))


def _record(play: _Play, call: MacroCall, outcome: Outcome) -> None:
    """Adds a call's findings and reports to `play`, with paths from the document's root."""
    for finding in outcome.findings:
        play.findings.append(_absolute(finding, call))
    for report in outcome.reports:
        path = (*call.path, *report.path)
        place = _resource(path)
        if play.reports.get(place) is None or report.reason != NOT_MARKED:
            play.reports[place] = report._replace(path=path, name=report.name or _logical_id(path))


def _absolute(finding: Finding, call: MacroCall) -> Finding:
    """The finding with its path from the document's root. A finding about the whole fragment points to the call."""
    path = finding.path
    place_of_call = (*call.path, call.key)
    is_elsewhere = path[: len(place_of_call)] == place_of_call or path[:1] == DEPLOYMENT_PATH
    is_elsewhere |= bool(path) and isinstance(path[0], Elsewhere)
    if not is_elsewhere:
        path = (*call.path, *path) if path else place_of_call
    return finding._replace(path=path, subject=finding.subject or _logical_id(call.path))


def _marked(call: MacroCall) -> tuple[Workload, ...]:
    found = CloudFormation(call.level, {}).find(call.fragment)
    return tuple(workload for workload in found.workloads if workload.is_marked)


def _without_transform(marked: tuple[Workload, ...], macro: str) -> Finding:
    first = marked[0]
    message = f"the template has marks but no Transform {macro}, so CloudFormation would not call the macro"
    return Finding("AM901", first.name, first.levels[0].path, message, f"Add Transform: {macro}")


def _held_back(report: Report) -> Report:
    return report._replace(action=Action.SKIPPED, reason=HELD_BACK) if report.action is Action.INJECTED else report


def _resource(path: Path) -> Path:
    """The path of the resource that contains `path`, also in the body of an Fn::ForEach: `Resources/Web`."""
    end = 2
    while len(path) > end and str(path[end - 1]).startswith(LOOP):
        end += 2
    return path[:end]


def _logical_id(path: Path) -> str:
    resource = _resource(path)
    is_one = len(resource) > 1 and resource[0] == "Resources"
    return str(resource[-1]) if is_one and not str(resource[-1]).startswith("Fn::") else ""
