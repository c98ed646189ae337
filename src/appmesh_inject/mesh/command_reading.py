"""Reads Envoy's configuration back from a container's command, in every form that was ever written.

Only for the command line: the macro loads no YAML.
"""

import contextlib
import json
import zlib
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import yaml

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.mesh.command_forms import form_of, text_and_values
from appmesh_inject.mesh.compressed_command import PLACEHOLDER
from appmesh_inject.mesh.flow_yaml import in_double_quotes, in_single_quotes
from appmesh_inject.settings.table import PLAIN

Config: TypeAlias = Mapping[str, Any]
Shown: TypeAlias = Callable[[Json], str]

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MOST_BYTES = 64 * 1024 * 1024
_MOST_VALUES = 2_000_000
"""With aliases expanded. A thousand backends take a tenth of it."""


def configuration(command: Json, shown: Shown) -> Config | None:
    """The configuration in a container's command, or None if it contains none that can be read. All its scalars are
    text. shown: the text for a value that CloudFormation fills in."""
    form = form_of(command)
    if form is None or not isinstance(command, list):
        return None
    text, values = text_and_values(command)
    try:
        if form == PLAIN:
            return _plain(text, shown)
        return _parsed(_unpacked(str(text), [in_double_quotes(shown(value)) for value in values]))
    except (ValueError, IndexError, RecursionError, zlib.error, yaml.YAMLError):
        return None


def _plain(value: Json, shown: Shown) -> Config | None:
    as_json = _text(value, lambda piece: json.dumps(shown(piece), ensure_ascii=False)[1:-1])
    if as_json.startswith('{"'):
        with contextlib.suppress(ValueError):
            found = json.loads(as_json)
            return found if isinstance(found, Mapping) else None
    return _parsed(_text(value, lambda piece: in_single_quotes(shown(piece))))


def _text(value: Json, shown: Shown) -> str:
    """The text with `shown` for values that CloudFormation fills in. Literals in an Fn::Sub are escaped already."""
    called = function(value)
    if not isinstance(value, Mapping) or called is None:
        return value if isinstance(value, str) else ""
    argument = value[called]
    if called == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        return str(argument[0]).join(_text(item, shown) for item in argument[1])
    pieces = sub.pieces(argument) if called == "Fn::Sub" else None
    if pieces is not None:
        return "".join(piece if isinstance(piece, str) else shown(piece.value) for piece in pieces)
    return shown(value)


def _unpacked(text: str, values: list[str]) -> str:
    data = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(a2b_base64(text), _MOST_BYTES)
    parts = data.decode().split(PLACEHOLDER)
    parts[1::2] = [values[int(number)] for number in parts[1::2]]
    return "".join(parts)


def _parsed(text: str) -> Config | None:
    found = yaml.load(text, Loader=_Loader)
    return found if isinstance(found, Mapping) and _count(found, {}) <= _MOST_VALUES else None


def _count(value: Any, known: dict[int, int]) -> int:
    """How many values there are. Each object is looked into once, since a text can name a part very often."""
    if isinstance(value, str):
        return 1
    if id(value) not in known:
        members = value.values() if isinstance(value, Mapping) else value
        known[id(value)] = 1 + sum(_count(member, known) for member in members)
    return known[id(value)]
