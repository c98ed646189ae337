"""How deeply a text is nested, counted by its brackets: without a stack, and wherever its parser gave up."""

import re

from appmesh_inject.files.errors import Position, UserError

DEEPEST = 200
"""Levels of nesting that a document may have: far more than any template has, and fewer than Python can recurse."""

# A quote or a hash inside of a plain word of YAML begins nothing; in JSON there are no such words.
_TOKEN = re.compile(
    r"""(?<![^\s\[\]{},:])(?:"(?:[^"\\]|\\.)*+(?:"|\Z)|'[^']*+(?:'|\Z)|\#[^\n]*+)|[\[\]{}]""", re.DOTALL
)
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def too_deep(name: str, place: Position) -> UserError:
    """What is said of a document with a map or list at `place` that is one level too deep."""
    return UserError(f"the document is nested deeper than {DEEPEST} levels", name, place)


def deeper(text: str, start: int = 0, end: int | None = None, depth: int = 0) -> Position | None:
    """Where the first bracket of `text` opens that is nested too deeply. start, end: the part of JSON, or of flow YAML,
    to look at; depth: of what is open before it."""
    for token in _TOKEN.finditer(text, start, len(text) if end is None else end):
        if token[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                lines = _LINE_END.split(text[: token.start()])
                return Position(len(lines), len(lines[-1]) + 1)
        elif token[0] in "]}":
            depth -= 1
    return None
