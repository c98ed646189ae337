"""Passes the bootstrap on Envoy's command line. This needs no shell, no volume and no custom image.

The configuration is JSON with strings as its only scalars. If CloudFormation has to fill in values, it is an `Fn::Join`
of pieces of JSON. Not YAML: there a bare `n` would be a boolean.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.source import CONFIGURATION_FLAG

# YAML reads an escaped surrogate pair as two characters, so only what JSON requires is escaped.
_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=dict).encode
_CALLS = ('"Ref":', '"Condition":', '"Fn::')
"""The JSON of a value contains one of these if CloudFormation has to fill something in."""


@final
class EnvoyCommand(NamedTuple):
    """command: the container's `Command`."""

    command: tuple[Json, ...]
    findings: tuple[Finding, ...]


def command(
    bootstrap: Mapping[str, Json], log_level: Json = "info", subject: str = "", extra: Sequence[Json] = ()
) -> EnvoyCommand:
    """The command that runs `bootstrap`, whose scalars are strings or intrinsics. extra: further arguments. subject:
    the workload that findings name."""
    pieces: list[Json] = []
    _write(bootstrap, pieces)
    parts = _merged(pieces)
    text: Json = {"Fn::Join": ["", parts]} if len(parts) > 1 or not isinstance(parts[0], str) else parts[0]
    findings: list[Finding] = []
    if any("{{resolve:" in _text(part) for part in parts):
        message = "Envoy's configuration holds a dynamic reference, which CloudFormation would replace"
        findings.append(Finding("AM322", subject, (), message, "Take '{{resolve:' out of the mesh's resources"))
    return EnvoyCommand(command=(CONFIGURATION_FLAG, text, "-l", log_level, *extra), findings=tuple(findings))


def _text(part: Json) -> str:
    return part if isinstance(part, str) else json.dumps(part)


def _merged(pieces: Iterable[Json]) -> list[Json]:
    parts: list[Json] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
        else:
            parts += ["".join(run), piece] if run else [piece]
            run = []
    return [*parts, "".join(run)] if run else parts


def _write(value: Json, out: list[Json]) -> None:
    """Appends the JSON of `value` to `out`: strings, and between them the values that CloudFormation fills in."""
    # Encoding a part as a whole and searching its text is much faster than walking through the part.
    text = _ENCODE(value)
    if not any(call in text for call in _CALLS):
        out.append(text)
    elif isinstance(value, dict) and function(value) is not None:
        out += ['"', *_filled(value), '"']
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            out.append(f"{separator}{_ENCODE(key)}:")
            _write(item, out)
            separator = ","
        out.append("}")
    elif isinstance(value, list | tuple):
        separator = "["
        for item in value:
            out.append(separator)
            _write(item, out)
            separator = ","
        out.append("]")
    else:
        out.append(text)


def _escaped(text: str) -> str:
    return _ENCODE(text)[1:-1]


def _filled(value: Json) -> Iterator[Json]:
    """The pieces of an intrinsic inside a JSON string: its literal text is escaped, the rest is unchanged."""
    called = function(value)
    if called is None:
        yield _escaped(str(value))
        return
    assert isinstance(value, dict)
    argument = value[called]
    if called == "Fn::Sub" and (split := sub.pieces(argument)) is not None:
        if isinstance(argument, str):
            yield {"Fn::Sub": _escaped(argument)}
            return
        for piece in split:
            yield from _filled(piece.value) if isinstance(piece, Variable) else [_escaped(piece)]
    elif called == "Fn::Join" and _is_join(argument):
        assert isinstance(argument, list) and isinstance(argument[1], list)
        for n, item in enumerate(argument[1]):
            yield from [_escaped(str(argument[0]))] if n else []
            yield from _filled(item)
    elif called == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
        yield {"Fn::If": [argument[0], _branch(argument[1]), _branch(argument[2])]}
    else:
        yield value


def _branch(value: Json) -> Json:
    parts = _merged(_filled(value))
    return parts[0] if len(parts) == 1 else {"Fn::Join": ["", parts]}


def _is_join(argument: Json) -> bool:
    """Whether the argument is a list of items that each yield text. It could also be an intrinsic, or contain lists."""
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and isinstance(argument[1], list)
        and all(isinstance(item, str | int | float | dict) for item in argument[1])
    )
