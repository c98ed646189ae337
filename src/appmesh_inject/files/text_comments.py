"""Finds the comments of a YAML text."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from appmesh_inject.files.text_layout import Layout, LayoutKind, behind_properties, everywhere

_COMMENT = re.compile("(?<![^ \t\r\n\x85\u2028\u2029])#[^\r\n\x85\u2028\u2029]*")
_BLOCK_HEADER = re.compile("[|>][^\r\n\x85\u2028\u2029]*")


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of a text, in order: where each starts and ends."""

    text: str
    places: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, layout: Layout) -> "Comments":
        return cls(layout.text, tuple(_places(layout)))

    def within(self, start: int, end: int) -> Iterator[str]:
        """The comments that start in `text[start:end]`, each from its `#`, without blanks at its end."""
        for begin, finish in self.places[bisect_left(self.places, (start, 0)) :]:
            if begin >= end:
                break
            yield self.text[begin:finish].rstrip()


def _places(layout: Layout) -> Iterator[tuple[int, int]]:
    """A `#` starts a comment unless it is in a key or a value."""
    here = 0
    for start, end in sorted(_written(layout)):
        yield from (found.span() for found in _COMMENT.finditer(layout.text, here, max(start, here)))
        here = max(end, here)
    yield from (found.span() for found in _COMMENT.finditer(layout.text, here))


def _written(layout: Layout) -> Iterator[tuple[int, int]]:
    for node in everywhere(layout.root):
        if node.kind is LayoutKind.SCALAR:
            start = behind_properties(layout.text, node.start)
            header = _BLOCK_HEADER.match(layout.text, start, max(node.end, start))
            yield min(header.end() if header else start, node.end), node.end
        yield from ((member.start, member.mark_end) for member in node.members if member.key is not None)
