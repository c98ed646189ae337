"""How a new member is written so that it looks like the file around it: its indentation, its brackets."""

import json
import re
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import yaml_writer

_STEP = 2
"""Spaces of a level in what `yaml_output` writes, lists below their key included."""

_BLOCK_TEXT = re.compile(r".*[|>][-+0-9]*")


@dataclass(frozen=True, slots=True)
class Style:
    """A file's habits. step: spaces of one level. dash: spaces from a key to the dashes of the list below it."""

    is_json: bool = False
    step: int = 2
    dash: int = 2
    newline: str = "\n"


def block(key: str, value: Json, column: int, style: Style) -> str:
    """`key: value` as lines of YAML that begin in `column` (counted from 0), with a line end."""
    return _placed(_restyled(yaml_writer.written({key: value}).splitlines(), style), column, style)


def items(values: list[Json], column: int, style: Style) -> str:
    """Items of a list as lines of YAML whose dashes stand in `column`."""
    return _placed(_restyled(yaml_writer.written(values).splitlines(), style), column, style)


def _placed(lines: list[str], column: int, style: Style) -> str:
    return "".join(f"{' ' * column if line else ''}{line}{style.newline}" for line in lines)


def flow(key: str | None, value: Json, column: int | None, style: Style) -> str:
    """A member as it stands in brackets: in one line, or in several where it begins a line of its own in `column`."""
    indent = None if column is None else style.step
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if indent is not None:
        text = text.replace("\n", style.newline + " " * (column or 0))
    if key is None:
        return text if style.is_json or not isinstance(value, str) else value
    return f"{json.dumps(key) if style.is_json else key}: {text}"


def _restyled(lines: list[str], style: Style) -> list[str]:
    """The lines with the file's steps instead of ours; what stands in a block text moves with its key."""
    if (style.step, style.dash) == (_STEP, _STEP):
        return lines
    levels = [(0, 0)]
    moved: list[str] = []
    block_text: tuple[int, int] | None = None
    for line in lines:
        old = len(line) - len(line.lstrip(" "))
        if block_text is not None and (old > block_text[0] or not line.strip()):
            moved.append(" " * (block_text[1] - block_text[0]) + line if line.strip() else "")
            continue
        block_text = None
        while levels[-1][0] > old:
            levels.pop()
        body = line[old:]
        if levels[-1][0] < old:
            levels.append((old, levels[-1][1] + (style.dash if body.startswith("- ") else style.step)))
        new = levels[-1][1]
        moved.append(" " * new + body)
        while body.startswith("- "):
            old, new, body = old + 2, new + 2, body[2:]
            levels.append((old, new))
        if _BLOCK_TEXT.fullmatch(body):
            block_text = (old, new)
    return moved
