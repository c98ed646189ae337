"""Removes members from a text and inserts others. The rest of the text stays exactly as it is.

Removed members take their comments along, including a comment directly above that mentions the mesh. Callers must read
the result to check it, since an anchor can tie two places together.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.files.lines import newline_of
from appmesh_inject.migrate import text_style
from appmesh_inject.migrate.text_layout import Kind, Layout, Member, Node, everywhere
from appmesh_inject.migrate.text_style import Style

_OF_THE_MESH = re.compile(r"envoy|proxy|mesh|side-?car|x-?ray", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Replaces `text[start:end]` by `new`."""

    start: int
    end: int
    new: str = ""


class NotWrittenHereError(Exception):
    """There is no text at this path: a merge (`<<`) supplies the value."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(slots=True)
class Editing:
    """Collects changes to one document and applies them together. Raises NotWrittenHereError for a path without
    text."""

    layout: Layout
    style: Style
    changes: list[Change] = field(default_factory=list)
    taken: dict[tuple[int, int], tuple[Node, set[int]]] = field(default_factory=lambda: defaultdict(_no_node))

    def remove(self, path: Path) -> None:
        """Removes the member at `path`."""
        spot = self.layout.spot(path)
        if spot is None:
            raise NotWrittenHereError(path)
        place = (spot.holder.start, spot.holder.end)
        _, indexes = self.taken[place]
        self.taken[place] = (spot.holder, indexes | {spot.index})

    def add(self, path: Path, key: str, value: Json, after: Iterable[str] = ()) -> None:
        """Inserts `key` into the map at `path`: after the first key of `after` that exists, otherwise at the start."""
        holder = self._node(path)
        keys = [member.key for member in holder.members]
        behind = next((keys.index(each) for each in after if each in keys), None)
        self.changes.append(self._added(holder, key, value, behind))

    def exchange(self, path: Path, value: str) -> None:
        """Puts a text in the place of the scalar at `path`."""
        node = self._node(path)
        text = text_style.flow(None, value, None, self.style)
        self.changes.append(Change(node.start, node.end, text))

    def append(self, path: Path, items: Sequence[Json]) -> None:
        """Appends `items` to the list at `path`."""
        holder = self._node(path)
        if not holder.members:
            text = ", ".join(text_style.flow(None, item, None, self.style) for item in items)
            self.changes.append(Change(holder.start, holder.end, f"[{text}]"))
        elif holder.is_flow:
            last = holder.members[-1]
            between, indent = self._between(last)
            text = "".join(between + text_style.flow(None, item, indent, self.style) for item in items)
            self.changes.append(Change(last.node.end, last.node.end, text))
        else:
            last = holder.members[-1]
            lines = text_style.items(list(items), self._column(last.start), self.style)
            self.changes.append(self._behind(last, lines))

    def add_first(self, path: Path, item: str) -> None:
        """Inserts `item` at the start of the list at `path`. A value that is not a list becomes one."""
        node = self._node(path)
        if node.kind is Kind.LIST and not node.members:
            self.changes.append(Change(node.start, node.end, f"[{text_style.flow(None, item, None, self.style)}]"))
        elif node.kind is Kind.LIST and node.is_flow:
            first = node.members[0].start
            between, indent = self._between(node.members[0])
            self.changes.append(Change(first, first, text_style.flow(None, item, indent, self.style) + between))
        elif node.kind is Kind.LIST:
            at = node.members[0].start
            self.changes.append(Change(at, at, f"- {item}{self.style.newline}{' ' * self._column(at)}"))
        elif self.style.is_json or self.layout.root.is_flow:
            text = text_style.flow(None, item, None, self.style)
            self.changes += [Change(node.start, node.start, f"[{text}, "), Change(node.end, node.end, "]")]
        else:
            self.changes.append(self._listed(node, item))

    def text(self) -> str:
        """The text with all changes."""
        changes = [*self.changes]
        for holder, indexes in self.taken.values():
            changes += self._without(holder, indexes)
        result: list[str] = []
        here = 0
        for change in sorted(set(changes)):
            if change.start >= here:
                result += [self.layout.text[here : change.start], change.new]
                here = change.end
        return "".join([*result, self.layout.text[here:]])

    def orphans(self) -> Iterator[Node]:
        """Aliases that stay although their anchor is removed."""
        gone = [
            (holder.members[index].start, holder.members[index].node.end)
            for holder, indexes in self.taken.values()
            for index in indexes
        ]

        def is_gone(node: Node) -> bool:
            return any(start <= node.start < end for start, end in gone)

        for node in everywhere(self.layout.root):
            if node.kind is Kind.ALIAS and not is_gone(node) and is_gone(self.layout.anchors[node.anchor]):
                yield node

    # -- positions in lines

    def _node(self, path: Path) -> Node:
        node = self.layout.node(path)
        if node is None:
            raise NotWrittenHereError(path)
        return node

    def _line_start(self, position: int) -> int:
        return self.layout.lines.start(position)

    def _line_end(self, position: int) -> int:
        """The start of the next line. Between `position` and the line break there is at most a comment."""
        return self.layout.lines.end(position)

    def _column(self, position: int) -> int:
        return position - self._line_start(position)

    def _begins_line(self, position: int) -> bool:
        return not self.layout.text[self._line_start(position) : position].strip()

    # -- removal

    def _without(self, holder: Node, indexes: set[int]) -> Iterator[Change]:
        runs = list(_runs(indexes))
        if len(indexes) == len(holder.members):
            yield self._emptied(holder)
        elif holder.is_flow:
            yield from (self._out_of_brackets(holder, *run) for run in runs)
        else:
            yield from (self._lines_out(holder, *run) for run in runs)

    def _emptied(self, holder: Node) -> Change:
        if holder.is_flow:
            return Change(holder.start + 1, holder.end - 1)
        nothing = "[]" if holder.kind is Kind.LIST else "{}"
        before = len(self.layout.text[: holder.start].rstrip())
        if self.layout.text[before - 1] == ":":
            return Change(before, holder.end, f" {nothing}")
        return Change(holder.start, holder.end, nothing)

    def _out_of_brackets(self, holder: Node, first: int, last: int) -> Change:
        members = holder.members
        if last + 1 < len(members):
            return Change(members[first].start, members[last + 1].start)
        return Change(members[first - 1].node.end, members[last].node.end)

    def _lines_out(self, holder: Node, first: int, last: int) -> Change:
        start = holder.members[first].start
        end = self._behind_comments(self._line_end(holder.members[last].node.end), self._column(start))
        if self._begins_line(start):
            return Change(self._with_comments(start), end)
        # The member follows the dash of a list item, so the next member takes its place.
        following = holder.members[last + 1].start
        return Change(start, following if not self.layout.text[end:following].strip() else end)

    def _behind_comments(self, end: int, column: int) -> int:
        """The end of the following comments that are indented deeper than the removed member, and so belong to it."""
        while end < len(self.layout.text):
            line = self.layout.text[end : self._line_end(end)]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
                break
            end += len(line)
        return end

    def _with_comments(self, start: int) -> int:
        """The start of the line, or of the comment directly above it if that mentions the mesh."""
        line_start = begin = self._line_start(start)
        while begin > 0:
            above = self._line_start(begin - 1)
            line = self.layout.text[above:begin]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) != start - line_start:
                break
            begin = above
        return begin if _OF_THE_MESH.search(self.layout.text[begin:line_start]) else line_start

    # -- insertion

    def _added(self, holder: Node, key: str, value: Json, behind: int | None) -> Change:
        if holder.is_flow or not holder.members:
            return self._added_in_brackets(holder, key, value, behind)
        column = self._column(holder.members[0].start)
        lines = text_style.block(key, value, column, self.style)
        if behind is None:
            start = holder.members[0].start
            return Change(start, start, lines[column:] + " " * column)
        return self._behind(holder.members[behind], lines)

    def _behind(self, member: Member, lines: str) -> Change:
        end = self._line_end(member.node.end)
        return Change(end, end, ("" if self.layout.lines.is_ended(end) else self.style.newline) + lines)

    def _added_in_brackets(self, holder: Node, key: str, value: Json, behind: int | None) -> Change:
        members = holder.members
        if not members:
            return self._filled(holder, key, value)
        neighbour = members[behind or 0]
        between, indent = self._between(neighbour)
        new = text_style.flow(key, value, indent, self.style)
        if behind is None:
            return Change(neighbour.start, neighbour.start, new + between)
        return Change(neighbour.node.end, neighbour.node.end, between + new)

    def _filled(self, holder: Node, key: str, value: Json) -> Change:
        """Fills an empty map with its first member; in multi-line JSON on a line of its own."""
        newline = self.style.newline
        if not self.style.is_json or len(self.layout.lines.starts) == 1:
            return Change(holder.start, holder.end, f"{{{text_style.flow(key, value, None, self.style)}}}")
        outer = self.layout.lines.indent(holder.start)
        inner = outer + self.style.unit
        member = text_style.flow(key, value, inner, self.style)
        return Change(holder.start, holder.end, f"{{{newline}{inner}{member}{newline}{outer}}}")

    def _between(self, neighbour: Member) -> tuple[str, str | None]:
        """The separator before another member in brackets, and its indentation if members have lines of their own."""
        if not self._begins_line(neighbour.start):
            return ", ", None
        indent = self.layout.lines.indent(neighbour.start)
        return f",{self.style.newline}{indent}", indent

    def _listed(self, node: Node, item: str) -> Change:
        """Turns a value of a block map into the second item of a list."""
        text, newline = self.layout.text, self.style.newline
        start = len(text[: node.start].rstrip())
        written = text[node.start : node.end]
        is_below = self._begins_line(node.start)
        pad = " " * (self._column(node.start) if is_below else self.style.dash)
        moved = written if node.is_flow else re.sub(r"(\r\n|[\r\n])", r"\1  ", written)
        return Change(start, node.end, f"{newline}{pad}- {item}{newline}{pad}- {moved}")


def style_of(layout: Layout, resource: Path, lists: Path, *, is_json: bool) -> Style:
    """The file's style. resource: path of a map that shows the indentation; lists: path of a list that shows its
    dashes."""

    def column(member: Member) -> int:
        return member.start - layout.lines.start(member.start)

    holder, outer = layout.node(resource), layout.spot(resource) if resource else None
    step = dash = 2
    unit = "  "
    if holder and holder.members:
        inner = layout.lines.indent(holder.members[0].start)
        outside = layout.lines.indent(outer.member.start) if outer else ""
        unit = inner.removeprefix(outside) if inner != outside and inner.startswith(outside) else unit
        step = column(holder.members[0]) - (column(outer.member) if outer else 0)
    below, key = layout.node(lists), layout.spot(lists) if lists else None
    if below and key and below.kind is Kind.LIST and not below.is_flow and below.members:
        dash = column(below.members[0]) - column(key.member)
    return Style(is_json, step if step > 0 else 2, max(dash, 0), newline_of(layout.text), unit)


def _no_node() -> tuple[Node, set[int]]:
    return Node(Kind.LIST, 0, 0), set()


def _runs(indexes: set[int]) -> Iterator[tuple[int, int]]:
    """The first and last index of each run of consecutive indexes."""
    for index in sorted(indexes):
        if index - 1 not in indexes:
            last = index
            while last + 1 in indexes:
                last += 1
            yield index, last
