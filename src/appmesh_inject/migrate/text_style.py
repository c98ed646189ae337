"""Formats new members in the style of the file: indentation and brackets."""

import json
import re
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import yaml_writer

_STEP = 2
"""Indentation in the output of `yaml_writer`, also of lists below their key."""

_UNREADABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
"""Characters that YAML takes for the end of a line, or not at all. In JSON text they are escaped."""

_BLOCK_TEXT = re.compile(r".*[|>][-+0-9]*")


@dataclass(frozen=True, slots=True)
class Style:
    """A file's style. step: spaces for each level. dash: spaces between a key and the dashes of the list below it.
    unit: what a level is indented with in brackets."""

    is_json: bool = False
    step: int = 2
    dash: int = 2
    newline: str = "\n"
    unit: str = "  "


def block(key: str, value: Json, column: int, style: Style) -> str:
    """`key: value` as lines of YAML that start at `column` (0-based), with a line break at the end."""
    return _placed(_restyled(yaml_writer.written({key: value}).split("\n")[:-1], style), column, style)


def items(values: list[Json], column: int, style: Style) -> str:
    """Items of a list as lines of YAML whose dashes are at `column`."""
    return _placed(_restyled(yaml_writer.written(values).split("\n")[:-1], style), column, style)


def _placed(lines: list[str], column: int, style: Style) -> str:
    return "".join(f"{' ' * column if line else ''}{line}{style.newline}" for line in lines)


def flow(key: str | None, value: Json, indent: str | None, style: Style) -> str:
    """A member in brackets: on one line, or on several if it starts a line of its own, behind `indent`."""
    text = json.dumps(value, ensure_ascii=False, indent=None if indent is None else style.unit)
    text = _UNREADABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    if indent is not None:
        text = text.replace("\n", style.newline + indent)
    if not style.is_json and isinstance(value, str):
        text = value  # names of macros and policies, which need no quotes
    if key is None:
        return text
    return f"{json.dumps(key) if style.is_json else key}: {text}"


def _restyled(lines: list[str], style: Style) -> list[str]:
    """The lines with the file's indentation instead of ours. The text of block scalars moves with its key."""
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
