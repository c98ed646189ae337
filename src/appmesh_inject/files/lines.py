"""Lines of a text. Positions count them as editors do; YAML ends a line in more places."""

import re
from bisect import bisect_right
from typing import NamedTuple

from appmesh_inject.files.errors import Position

BYTE_ORDER_MARK = "\ufeff"

_BREAK = re.compile(r"\r\n|[\r\n]")
_YAML_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""The line ends of YAML 1.1. They also end a comment, and `#` begins none in the middle of a line."""

_BLANK = re.compile(r"[ \t]*")


def breaks(text: str, start: int = 0, end: int | None = None) -> int:
    """How many lines end in the text."""
    return sum(1 for _ in _BREAK.finditer(text, start, len(text) if end is None else end))


def position_at(text: str, index: int) -> Position:
    """The line and column of a character."""
    if "\r" not in text:
        return Position(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
    line, start = 1, 0
    for found in _BREAK.finditer(text, 0, index):
        line, start = line + 1, found.end()
    return Position(line, index - start + 1)


def newline_of(text: str) -> str:
    """The line end that the text uses most."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=lambda each: counts[each])


def position_of_yaml(text: str, line: int, column: int) -> Position:
    """The position of a line and column that a YAML reader counted."""
    if line < 1 or column < 1 or not any(each in text for each in "\x85\u2028\u2029"):
        return Position(line, column)
    starts = Lines.of(text, is_yaml=True).starts
    return position_at(text, min(starts[min(line, len(starts)) - 1] + column - 1, len(text)))


class Lines(NamedTuple):
    """Where the lines of a text start and end."""

    text: str
    is_yaml: bool
    starts: list[int]

    @classmethod
    def of(cls, text: str, *, is_yaml: bool) -> "Lines":
        found = (_YAML_BREAK if is_yaml else _BREAK).finditer(text)
        return cls(text, is_yaml, [0, *(each.end() for each in found)])

    def start(self, position: int) -> int:
        return self.starts[bisect_right(self.starts, position) - 1]

    def end(self, position: int) -> int:
        """The start of the next line."""
        following = bisect_right(self.starts, position)
        return self.starts[following] if following < len(self.starts) else len(self.text)

    def is_ended(self, position: int) -> bool:
        """Whether a line starts at the position, also behind the last line end of the text."""
        return self.start(position) == position

    def column(self, position: int) -> int:
        """The number of characters before the position in its line."""
        return position - self.start(position)

    def is_first(self, position: int) -> bool:
        """Whether only blanks stand before the position in its line."""
        return not self.text[self.start(position) : position].strip()

    def indent(self, position: int) -> str:
        """The blanks at the start of the line."""
        found = _BLANK.match(self.text, self.start(position))
        return found[0] if found else ""
