"""Finds what keeps CloudFormation from calling the macro, or from passing its parameters."""

from collections.abc import Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.findings import Finding
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, calls, is_nearly, is_same_macro


def lost_calls(template: Mapping[str, Json], macro: str) -> Iterator[Finding]:
    """A finding for each call that CloudFormation does not make: in a wrong place, or by a misspelt name."""
    found = tuple(calls(template))
    is_called = any(is_same_macro(call.name, macro) for call in found)
    for call in found:
        is_ours = is_same_macro(call.name, macro)
        subject = str(call.path[1]) if call.path[:1] == ("Resources",) and len(call.path) > 1 else ""
        if call.key == TRANSFORM and call.path[:1] != (TRANSFORM,):
            if is_ours or is_nearly(call.name, macro):
                message = f"{TRANSFORM} calls a macro only at the top of a template, so this marks nothing"
                yield Finding("AM119", subject, call.path, message, f"Write {SNIPPET}: {{Name: {macro}, ...}}")
        elif not is_called and is_nearly(call.name, macro):
            message = f"the macro '{call.name}' is another one, so CloudFormation would not call {macro}"
            hint = f"Did you mean '{macro}'? If it has that name, give it with --macro-name"
            yield Finding("AM901", subject, call.path, message, hint)


def parameters_not_passed(given: Mapping[str, Json], path: Path, subject: str) -> Iterator[Finding]:
    """Findings about parameters of a transform that CloudFormation refuses. It passes text, numbers, booleans, lists of
    them, and Refs."""
    for name, value in given.items():
        for place, item in [((), value)] if not isinstance(value, list) else [((n,), v) for n, v in enumerate(value)]:
            called = function(item)
            if isinstance(item, dict) and called != "Ref":
                what = called or "a map"
            elif isinstance(item, list):
                what = "a list inside of a list"
            else:
                continue
            message = f"{name} is {what}, which CloudFormation does not pass as a parameter of a transform"
            hint = f"Set {name} in Metadata.AppMesh" + (", or write it as JSON text" if what == "a map" else "")
            yield Finding("AM118", subject, (*path, name, *place), message, hint)
