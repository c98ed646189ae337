"""Formats new values in the style of the file: indentation and brackets."""

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.files import yaml_writer
from appmesh_inject.files.lines import newline_of
from appmesh_inject.files.text_layout import Layout, LayoutKind, TextMember, everywhere

_STEP = 2
"""Indentation in the output of `yaml_writer`, also of lists below their key."""

_UNREADABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
"""Characters that YAML takes for the end of a line, or not at all. In JSON text they are escaped."""

_TEXT_OR_EXPONENT = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![.0-9])(-?[0-9]+)(e[-+][0-9]+)')
"""A text in JSON, or a number such as `1e-07`, which is no number in YAML without a point."""

_BLOCK_TEXT = re.compile(r".*[|>][-+0-9]*")
_NAME = re.compile(r"[A-Za-z_]([A-Za-z0-9_.:/-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Style:
    """A file's style. step: spaces for each level. dash: spaces between a key and the dashes of the list below it.
    unit: what a level is indented with in brackets."""

    is_json: bool = False
    step: int = 2
    dash: int = 2
    newline: str = "\n"
    unit: str = "  "


def style_of(layout: Layout, *, is_json: bool) -> Style:
    """The style that a text begins with."""
    plain = Style(is_json, newline=newline_of(layout.text))
    return _style(layout, (each for node in everywhere(layout.root) for each in node.members), plain)


def style_at(layout: Layout, path: Path, whole: Style) -> Style:
    """The style at `path`: of the members that it leads through, else of what is below it, else of the whole text."""
    along = [spot.member for spot in layout.along(path)]
    below = everywhere(along[0].node) if along else ()
    return _style(layout, itertools.chain(along, (each for node in below for each in node.members)), whole)


def _style(layout: Layout, members: Iterable[TextMember], otherwise: Style) -> Style:
    """What the first members show; what they do not show is as in `otherwise`."""
    step = dash = unit = None
    for outer in members:
        if not outer.node.members:
            continue
        inner = outer.node.members[0]
        deeper = layout.lines.column(inner.start) - layout.lines.column(outer.start)
        if outer.node.is_flow:
            unit = unit or _unit(layout, outer, inner)
        elif outer.key is None:
            continue
        elif outer.node.kind is LayoutKind.LIST:
            dash = max(deeper, 0) if dash is None else dash
        elif deeper > 0:
            step = deeper if step is None else step
        if unit if otherwise.is_json else (step is not None and dash is not None):
            break
    return replace(
        otherwise,
        step=otherwise.step if step is None else step,
        dash=otherwise.dash if dash is None else dash,
        unit=unit or otherwise.unit,
    )


def block(key: str, value: Json, column: int, style: Style) -> str:
    """`key: value` as lines of YAML that start at `column` (0-based), with a line break at the end."""
    return _placed(_restyled(yaml_writer.written({key: value}).split("\n")[:-1], style), column, style)


def item(value: Json, column: int, style: Style) -> str:
    """An item of a list as lines of YAML, with its dash at `column`."""
    return _placed(_restyled(yaml_writer.written([value]).split("\n")[:-1], style), column, style)


def _placed(lines: list[str], column: int, style: Style) -> str:
    return "".join(f"{' ' * column if line else ''}{line}{style.newline}" for line in lines)


def in_one_line(value: Json) -> str | None:
    """A value of a block map or list as YAML, if that takes one line."""
    text = yaml_writer.written({"k": value}).removeprefix("k: ")
    return text[:-1] if text.count("\n") == 1 and not text.startswith("k:") else None


def quoted_like(value: Json, written: str) -> str | None:
    """A text in the quotes of the scalar `written`. None if it has none, or such quotes cannot hold the text."""
    if not isinstance(value, str) or not value.isprintable():
        return None
    if written.startswith('"'):
        return _json(value, None, Style())
    return "'" + value.replace("'", "''") + "'" if written.startswith("'") else None


def flow(key: str | None, value: Json, indent: str | None, style: Style) -> str:
    """A member in brackets: on one line, or on several if it starts a line of its own, behind `indent`."""
    if style.is_json or indent is not None or not isinstance(value, dict | list):
        is_name = isinstance(value, str) and not style.is_json and _is_plain(value)
        text = str(value) if is_name else _json(value, None if indent is None else style.unit, style)
    else:
        text = yaml_writer.in_brackets(value)
    if indent is not None:
        text = text.replace("\n", style.newline + indent)
    if key is None:
        return text
    return f"{key if not style.is_json and _is_plain(key) else _json(key, None, style)}: {text}"


def _json(value: Json, indent: str | None, style: Style) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    text = _UNREADABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if style.is_json else _TEXT_OR_EXPONENT.sub(_with_point, text)


def _with_point(found: re.Match[str]) -> str:
    return f"{found[1]}.0{found[2]}" if found[1] else found[0]


def _is_plain(text: str) -> bool:
    """Whether a text needs no quotes in brackets: a name."""
    return bool(_NAME.fullmatch(text)) and in_one_line(text) == text


def _unit(layout: Layout, outer: TextMember, inner: TextMember) -> str:
    outside, inside = layout.lines.indent(outer.start), layout.lines.indent(inner.start)
    return inside.removeprefix(outside) if inside != outside and inside.startswith(outside) else ""


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
