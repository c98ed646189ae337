"""Takes members out of the text of a map or list.

They take their comments along, also those directly above that are about the mesh.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from appmesh_inject.files.text_change import TextChange
from appmesh_inject.files.text_layout import Layout, LayoutKind, Node, behind_properties

_OF_THE_MESH = re.compile(r"envoy|proxy|mesh|side-?car|x-?ray", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextRemoval:
    """Takes the members with these indexes out of `holder`."""

    layout: Layout
    holder: Node
    indexes: Collection[int]

    def changes(self) -> Iterator[TextChange]:
        if len(self.indexes) == len(self.holder.members):
            yield self._emptied()
        else:
            take = self._out_of_brackets if self.holder.is_flow else self._lines_out
            yield from (take(*run) for run in self._runs())

    def _runs(self) -> Iterator[tuple[int, int]]:
        """The first and last index of each run of consecutive indexes."""
        for index in sorted(self.indexes):
            if index - 1 not in self.indexes:
                last = index
                while last + 1 in self.indexes:
                    last += 1
                yield index, last

    def _emptied(self) -> TextChange:
        holder, text = self.holder, self.layout.text
        if holder.is_flow:
            return TextChange(behind_properties(text, holder.start) + 1, holder.end - 1)
        nothing = "[]" if holder.kind is LayoutKind.LIST else "{}"
        before = len(text[: holder.start].rstrip())
        if text[before - 1] == ":":
            return TextChange(before, holder.end, f" {nothing}")
        return TextChange(behind_properties(text, holder.start), holder.end, nothing)

    def _out_of_brackets(self, first: int, last: int) -> TextChange:
        members = self.holder.members
        if last + 1 < len(members):
            return TextChange(members[first].start, members[last + 1].start)
        return TextChange(members[first - 1].node.end, members[last].node.end)

    def _lines_out(self, first: int, last: int) -> TextChange:
        layout, members = self.layout, self.holder.members
        start = members[first].start
        end = behind_comments(layout, layout.lines.end(members[last].node.end), layout.lines.column(start))
        if layout.lines.is_first(start):
            return TextChange(self._with_comments(start, members[first].key or ""), end)
        # The member follows the dash of a list item, so the next member takes its place.
        following = members[last + 1].start
        return TextChange(start, following if not layout.text[end:following].strip() else end)

    def _with_comments(self, start: int, key: str) -> int:
        """The start of the line, or of the comment directly above it if the key or the comment is about the mesh."""
        text, lines = self.layout.text, self.layout.lines
        line_start = begin = lines.start(start)
        while begin > 0:
            above = lines.start(begin - 1)
            line = text[above:begin]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) != start - line_start:
                break
            begin = above
        return begin if _OF_THE_MESH.search(key + text[begin:line_start]) else line_start


def behind_comments(layout: Layout, end: int, column: int) -> int:
    """The end of the comments from `end` on that are indented deeper than a member at `column`, and so belong to it."""
    while end < len(layout.text):
        line = layout.text[end : layout.lines.end(end)]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
            break
        end += len(line)
    return end
