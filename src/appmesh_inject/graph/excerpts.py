"""The lines of a file around the place of a finding."""

from appmesh_inject.cfn.document import Path, existing
from appmesh_inject.files.documents import Document
from appmesh_inject.graph.model import Excerpt

BEFORE, AFTER = 1, 3
MOST_CHARACTERS = 160
"""Of a line. A template of one line is no excerpt."""


def excerpt(document: Document, path: Path) -> Excerpt | None:
    """The lines around a path; None if it does not lead into the document's text, as that of a flag."""
    document, path = document.home(path)
    if not path or not existing(document.content, path[:1]):
        return None
    marked = document.place(path).line
    lines = document.text.split("\n")
    first = max(1, marked - BEFORE)
    shown = lines[first - 1 : marked + AFTER]
    if marked > len(lines) or any(len(line) > MOST_CHARACTERS for line in shown):
        return None
    return Excerpt(first, marked, _unindented(shown))


def _unindented(lines: list[str]) -> tuple[str, ...]:
    least = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return tuple(line[least:].rstrip() for line in lines)
