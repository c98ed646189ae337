"""AWS::LanguageExtensions beside the macro: what follows from which of them CloudFormation runs first."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json, Path, value_at
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Report
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, TransformCall, is_same_macro
from appmesh_inject.settings.table import PROFILES

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"


def loops_unrolled_first(template: Mapping[str, Json], fragment: Json, macro: str) -> tuple[TransformCall, ...]:
    """The loops of the fragment that CloudFormation has unrolled when it calls the macro, each as a call."""
    names = _names(template)
    ours = _first(names, macro)
    if LANGUAGE_EXTENSIONS not in names or ours is None or ours < names.index(LANGUAGE_EXTENSIONS):
        return ()
    return tuple(TransformCall(SNIPPET, path, LANGUAGE_EXTENSIONS) for path in _loops(fragment, ()))


def extended_later(
    template: Mapping[str, Json], rendered: Json, reports: Iterable[Report], macro: str
) -> Iterator[Finding]:
    """The warning that AWS::LanguageExtensions, which runs after the macro, may fail on the DependsOn that it adds."""
    names = _names(template)
    ours = _first(names, macro)
    if LANGUAGE_EXTENSIONS not in names or (ours is not None and ours > names.index(LANGUAGE_EXTENSIONS)):
        return
    for report in reports:
        if report.action is Action.INJECTED and '"DependsOn":' in json.dumps(value_at(rendered, report.path)):
            message = (
                f"{LANGUAGE_EXTENSIONS} runs after the macro, and is reported to fail on containers with DependsOn"
                " ('Fragment returned by transform AWS::LanguageExtensions is null')"
            )
            ways = [] if ours is None else [f"list {LANGUAGE_EXTENSIONS} before {macro}"]
            ways += ["set WaitForEnvoy: []"] if report.profile != PROFILES[0] else []
            hint = " or ".join(ways or ["use profile standalone with WaitForEnvoy: []"])
            yield Finding("AM905", report.name, report.path, message, f"If it fails, {hint}")
            return


def _names(template: Mapping[str, Json]) -> Sequence[Json]:
    """What the template's Transform lists."""
    listed = template.get(TRANSFORM)
    entries = listed if isinstance(listed, list) else [listed]
    return [entry.get("Name") if isinstance(entry, Mapping) else entry for entry in entries]


def _first(names: Sequence[Json], macro: str) -> int | None:
    return next((index for index, name in enumerate(names) if is_same_macro(name, macro)), None)


def _loops(value: Json, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if key.startswith(LOOP):
                yield (*path, key)
            if isinstance(member, dict | list):
                yield from _loops(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if isinstance(member, dict | list):
                yield from _loops(member, (*path, index))
