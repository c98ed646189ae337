"""Finds where a text is nested too deeply, by counting brackets: without recursion, and also after a parser failed."""

import re

from appmesh_inject.cfn.document import MOST_LEVELS
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.lines import position_at

# The lookbehind skips quotes and hashes inside a plain word of YAML, where they do not start a string or comment.
_TOKEN = re.compile(
    r"""(?<![^\s\[\]{},:])(?:"(?:[^"\\]|\\.)*+(?:"|\Z)|'[^']*+(?:'|\Z)|\#[^\r\n\x85\u2028\u2029]*+)|[\[\]{}]""",
    re.DOTALL,
)


def too_deep(name: str, place: Position) -> UserError:
    """The error for a document whose map or list at `place` is one level too deep."""
    return UserError(f"the document is nested deeper than {MOST_LEVELS} levels", name, place)


def deeper(text: str, start: int = 0, end: int | None = None, depth: int = 0) -> Position | None:
    """The position of the first bracket of `text` that is nested too deeply, or None.

    start, end: the part of `text` to scan, which must be JSON or flow YAML. depth: the nesting at `start`.
    """
    for token in _TOKEN.finditer(text, start, len(text) if end is None else end):
        if token[0] in "[{":
            depth += 1
            if depth > MOST_LEVELS:
                return position_at(text, token.start())
        elif token[0] in "]}":
            depth -= 1
    return None
