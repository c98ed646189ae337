"""Splits the text of an `Fn::Sub` into literal text and the names in `${}`."""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Json

# A name cannot contain "${". Otherwise a text with many "${" and no "}" would take quadratic time.
_PLACEHOLDER = re.compile(r"\$\{(!?)((?:[^}$]|\$(?!\{))*+)\}")


class Variable(NamedTuple):
    """A `${name}` and its value: from the Fn::Sub's own map, a Ref, or an Fn::GetAtt."""

    name: str
    value: Json


Piece: TypeAlias = str | Variable


def pieces(arguments: Json) -> tuple[Piece, ...] | None:
    """The pieces of an `Fn::Sub`, in order, or None if its arguments are invalid."""
    if isinstance(arguments, str):
        return _split(arguments, {})
    if isinstance(arguments, list) and len(arguments) == 2:
        text, own = arguments
        if isinstance(text, str) and isinstance(own, dict):
            return _split(text, own)
    return None


def _split(text: str, own: Mapping[str, Json]) -> tuple[Piece, ...]:
    split: list[Piece] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        split.append(text[end : match.start()])
        split.append(f"${{{match[2]}}}" if match[1] else _variable(match[2], own))
        end = match.end()
    split.append(text[end:])
    return tuple(piece for piece in split if piece != "")


def _variable(name: str, own: Mapping[str, Json]) -> Variable:
    if name in own:
        return Variable(name, own[name])
    resource, dot, attribute = name.partition(".")
    return Variable(name, {"Fn::GetAtt": [resource, attribute]} if dot else {"Ref": name})
