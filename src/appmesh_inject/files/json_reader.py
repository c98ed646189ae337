"""Reads JSON text: its value, and the position of a path in it."""

import json
import re
from typing import Any, NoReturn

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.finite_numbers import in_range
from appmesh_inject.files import nesting
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.lines import position_at
from appmesh_inject.findings import one_line

_SPACE = re.compile(r"[ \t\r\n]*")


def content(name: str, text: str) -> Json:
    """The value of the JSON `text`. Raises UserError if it is invalid."""

    def refuse_constant(constant: str) -> NoReturn:
        raise UserError(f"JSON has no number {constant}", name)

    def number(written: str) -> float:
        try:
            return in_range(written)
        except ValueError as error:
            raise UserError(one_line(str(error)), name) from None

    def unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
        unique_members: dict[str, Any] = {}
        for key, value in members:
            if key in unique_members:
                raise UserError(f"the key '{key}' occurs twice in one map", name)
            unique_members[key] = value
        return unique_members

    try:
        value: Json = json.loads(text, object_pairs_hook=unique, parse_float=number, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        message = error.msg[0].lower() + error.msg[1:]
        raise UserError(f"this is not valid JSON: {message}", name, position_at(text, error.pos)) from None
    except RecursionError:
        where = nesting.deeper(text)
        raise nesting.too_deep(name, where) if where else UserError("the document is nested too deeply", name) from None
    except ValueError:
        raise UserError("a number is too long to read", name) from None
    return value


def place(text: str, path: Path) -> Position:
    """The position in the JSON `text` of the key or item at `path`, or at the longest prefix of `path` that exists."""
    shown = here = _after_space(text, 0)
    for step in path:
        member = _member(text, here, step)
        if member is None:
            break
        shown, here = member
    return position_at(text, shown)


def _member(text: str, start: int, step: str | int) -> tuple[int, int] | None:
    """The offsets of the member `step` of the map or list at `start`, and of its value; None if there is none."""
    kind = text[start]
    if kind not in "{[":
        return None
    decoder = json.JSONDecoder()
    here = _after_space(text, start + 1)
    index = 0
    while text[here] not in "}]":
        member = here
        name: str | int = index
        if kind == "{":
            name, here = decoder.raw_decode(text, here)
            here = _after_space(text, _after_space(text, here) + 1)
        if name == step:
            return member, here
        _, here = decoder.raw_decode(text, here)
        here = _after_space(text, here)
        if text[here] == ",":
            here = _after_space(text, here + 1)
        index += 1
    return None


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()
