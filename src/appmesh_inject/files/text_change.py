"""Replaces pieces of a text, all at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextChange:
    """Replaces `text[start:end]` by `new`. depth: of the map or list whose member it is."""

    start: int
    end: int
    new: str = ""
    depth: int = 0


def changed(text: str, changes: Iterable[TextChange]) -> str:
    """The text with all changes. Of those at one place, the innermost comes first."""
    result: list[str] = []
    here = 0
    for change in sorted(changes, key=lambda each: (each.start, each.end, -each.depth)):
        if change.start >= here:
            result += [text[here : change.start], change.new]
            here = change.end
    return "".join([*result, text[here:]])
