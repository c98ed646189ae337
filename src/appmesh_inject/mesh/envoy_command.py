"""Passes the bootstrap on Envoy's command line. This needs no volume and no custom image.

The configuration is YAML in flow style with text as its only scalars: Envoy reads numbers and booleans from text. If
CloudFormation has to fill in values, it is an `Fn::Join` of pieces of YAML.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json, value_if_there
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Literal, Scope, function, known, read
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.command_forms import CONFIGURATION_FLAG
from appmesh_inject.mesh.flow_yaml import Parts, in_double_quotes, in_single_quotes, literal, merged
from appmesh_inject.settings.table import COMPRESSED, PLAIN

LEAST_IF_COMPRESSED = 60
"""Characters of a part for which an anchor pays in a compressed configuration: short ones that repeat take gzip less
than their names do. Measured with 1,000 backends: 44 KB, with all anchors 56 KB, without any 50 KB."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@final
class EnvoyCommand(NamedTuple):
    """command: the container's `Command`."""

    command: tuple[Json, ...]
    findings: tuple[Finding, ...]


def command(
    bootstrap: Mapping[str, Json],
    log_level: Json = "info",
    subject: str = "",
    extra: Sequence[Json] = (),
    *,
    form: str = PLAIN,
    scope: Scope = NOTHING_KNOWN,
    parts: Parts | None = None,
) -> EnvoyCommand:
    """The command that runs `bootstrap`, whose scalars are strings or intrinsics. extra: further arguments. subject:
    the workload that findings name. form: PLAIN or COMPRESSED. scope: what is known about the values that
    CloudFormation fills in. parts: of configurations that were written before."""
    parts = parts or Parts()
    arguments = ("-l", log_level, *extra)
    if form == COMPRESSED:
        # Imported here, since few tasks need it and every import prolongs a cold start.
        from appmesh_inject.mesh.compressed_command import compressed

        pieces = parts.written(bootstrap, lambda value: _in_double_quotes(value, scope.loops), LEAST_IF_COMPRESSED)
        return EnvoyCommand(compressed(pieces, arguments), tuple(_dynamic_references(pieces, subject)))
    pieces = merged(parts.written(bootstrap, _in_single_quotes))
    text: Json = {"Fn::Join": ["", pieces]} if len(pieces) > 1 or not isinstance(pieces[0], str) else pieces[0]
    findings = (*_dynamic_references(pieces, subject), *_unquotable(pieces, subject, scope))
    return EnvoyCommand((CONFIGURATION_FLAG, text, *arguments), findings)


def _dynamic_references(pieces: Iterable[Json], subject: str) -> Iterator[Finding]:
    if any("{{resolve:" in (piece if isinstance(piece, str) else json.dumps(piece)) for piece in pieces):
        message = "Envoy's configuration holds a dynamic reference, which CloudFormation would replace"
        yield Finding("AM322", subject, (), message, "Take '{{resolve:' out of the mesh's resources")


def _in_single_quotes(value: Json) -> Iterable[Json]:
    return (literal(value),) if isinstance(value, str) else ("'", *_filled(value), "'")


def _in_double_quotes(value: Json, loops: Collection[str]) -> Iterable[Json]:
    return (literal(value),) if isinstance(value, str) and not loops else ('"', *_spread(value, loops), '"')


def _filled(value: Json) -> Iterator[Json]:
    """The pieces of an intrinsic between single quotes: its literal text is escaped, the rest is unchanged."""
    called = function(value)
    if called is None:
        yield in_single_quotes(str(value))
        return
    assert isinstance(value, dict)
    argument = value[called]
    if called == "Fn::Sub" and isinstance(argument, str):
        yield {"Fn::Sub": in_single_quotes(argument)}
    elif (items := _concatenated(called, argument)) is not None:
        for item in items:
            yield from _filled(item)
    elif called == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
        yield {"Fn::If": [argument[0], _branch(argument[1]), _branch(argument[2])]}
    else:
        yield value


def _branch(value: Json) -> Json:
    parts = merged(list(_filled(value)))
    return parts[0] if len(parts) == 1 else {"Fn::Join": ["", parts]}


def _spread(value: Json, loops: Collection[str]) -> Iterator[Json]:
    """The pieces of a scalar between double quotes: its literal text, escaped, and each value as it will be filled in.
    loops: identifiers of the enclosing Fn::ForEach loops, which CloudFormation fills in anywhere."""
    called = function(value)
    if called is None:
        text = str(value)
        for n, part in enumerate(re.split(_identifiers(loops), text) if loops else (text,)):
            yield {"Fn::Join": ["", [part]]} if n % 2 else in_double_quotes(part)
        return
    assert isinstance(value, dict)
    items = _concatenated(called, value[called])
    if items is None:
        yield value
        return
    for item in items:
        yield from _spread(item, loops)


def _identifiers(loops: Collection[str]) -> str:
    return rf"([$&]\{{(?:{'|'.join(map(re.escape, loops))})\}})"


def _concatenated(called: str, argument: Json) -> Sequence[Json] | None:
    """The items whose texts an Fn::Sub or Fn::Join puts together, or None if it is another function or is invalid."""
    if called == "Fn::Sub":
        split = sub.pieces(argument)
        return split and [piece.value if isinstance(piece, Variable) else piece for piece in split]
    if called != "Fn::Join" or not _is_join(argument):
        return None
    assert isinstance(argument, list) and isinstance(argument[1], list)
    spread: list[Json] = []
    for item in argument[1]:
        spread += [argument[0], item] if spread else [item]
    return spread


def _is_join(argument: Json) -> bool:
    """Whether the argument is a list of items that each yield text. It could also be an intrinsic, or contain lists."""
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and isinstance(argument[1], list)
        and all(isinstance(item, str | int | float | dict) for item in argument[1])
    )


def _unquotable(pieces: Iterable[Json], subject: str, scope: Scope) -> Iterator[Finding]:
    """Findings about what cannot stand between single quotes: control characters, and single quotes in known values."""
    seen: dict[str, None] = {}
    for piece in pieces:
        seen |= dict.fromkeys(_obstacles(piece, scope))
    for what in seen:
        message = f"{what}, which Envoy's configuration can hold only if it is compressed"
        yield Finding("AM322", subject, (), message, "Set Configuration: compressed")


def _obstacles(value: Json, scope: Scope) -> Iterator[str]:
    called = function(value)
    if called is None or not isinstance(value, dict):
        if _CONTROL.search(str(value)):
            yield "a text with a value that CloudFormation fills in has a control character"
        return
    argument = value[called]
    if called == "Fn::If" and isinstance(argument, list):
        items: Sequence[Json] | None = argument[1:]
    else:
        items = _concatenated(called, argument)
    for item in items or ():
        yield from _obstacles(item, scope)
    known = _known(called, argument, scope)
    if known is not None and any("'" in text or _CONTROL.search(text) for text in known.texts):
        yield f"{known.origin} has a single quote or a control character"


class _Known(NamedTuple):
    """texts: the value, or its items. origin: where it comes from, for messages, which must not show it."""

    origin: str
    texts: Sequence[str]


def _known(called: str, argument: Json, scope: Scope) -> _Known | None:
    """The value of a parameter or of a mapping, if it is known."""
    if called == "Ref":
        reading = read({"Ref": argument}, scope)
        origin, value = f"the value of parameter '{argument}'", reading.value if isinstance(reading, Literal) else None
    elif called == "Fn::FindInMap" and isinstance(argument, list):
        path = [str(known(key, scope)) for key in argument]
        origin, value = f"a value of mapping '{path[0] if path else ''}'", value_if_there(scope.mappings, tuple(path))
    else:
        return None
    return _Known(origin, [str(item) for item in value] if isinstance(value, list) else [str(value)])
