"""The text of an `Fn::Sub`, taken apart: literal text and the names in `${}`."""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Json

# A name ends before the next "${": else each "${" would be tried up to the end of a text that has no "}".
_PLACEHOLDER = re.compile(r"\$\{(!?)((?:[^}$]|\$(?!\{))*+)\}")


class Variable(NamedTuple):
    """A `${name}` and the value that it stands for: one of the Fn::Sub's own, a Ref, or an Fn::GetAtt."""

    name: str
    value: Json


Piece: TypeAlias = str | Variable


def pieces(arguments: Json) -> tuple[Piece, ...] | None:
    """What the arguments of an `Fn::Sub` are made of, or None where they are not such arguments."""
    if isinstance(arguments, str):
        return _split(arguments, {})
    if isinstance(arguments, list) and len(arguments) == 2:
        text, own = arguments
        if isinstance(text, str) and isinstance(own, dict):
            return _split(text, own)
    return None


def _split(text: str, own: Mapping[str, Json]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        found.append(text[end : match.start()])
        found.append(f"${{{match[2]}}}" if match[1] else _variable(match[2], own))
        end = match.end()
    found.append(text[end:])
    return tuple(piece for piece in found if piece != "")


def _variable(name: str, own: Mapping[str, Json]) -> Variable:
    if name in own:
        return Variable(name, own[name])
    resource, dot, attribute = name.partition(".")
    return Variable(name, {"Fn::GetAtt": [resource, attribute]} if dot else {"Ref": name})
