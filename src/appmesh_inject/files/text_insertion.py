"""Writes new members into the text of a map or list, and new values in the place of others."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import text_style
from appmesh_inject.files.text_change import TextChange
from appmesh_inject.files.text_layout import Layout, Node, TextMember, behind_properties
from appmesh_inject.files.text_removal import behind_comments
from appmesh_inject.files.text_style import Style

_LINE = re.compile("[^\r\n\x85\u2028\u2029]*")
_FIRST_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])")


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to write. key: None in a list. comments: the lines above it. is_inside: they are above the first member
    of its value."""

    key: str | None
    value: Json
    comments: Sequence[str] = ()
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class Insertion:
    """Writes new members into `holder`, each before the member with an index. gone: the members that are taken out."""

    layout: Layout
    style: Style
    holder: Node
    depth: int
    gone: frozenset[int] = frozenset()

    def changes(self, added: Mapping[int, Sequence[NewMember]]) -> Iterator[TextChange]:
        members = self.holder.members
        if self.holder.is_flow:
            comments = [comment for index in sorted(added) for new in added[index] for comment in new.comments]
            yield from comments_above(self.layout, self.style, self.holder.start, comments, self.depth)
        if len(self.gone) == len(members):
            yield self._filled([new for index in sorted(added) for new in added[index]])
            return
        for index, listed in added.items():
            before = next((n for n in range(index - 1, -1, -1) if n not in self.gone), None)
            if before is not None:
                yield self._behind(members[before], listed)
            else:
                following = next(n for n in range(index, len(members)) if n not in self.gone)
                yield self._ahead(members[following], listed)

    def _behind(self, member: TextMember, added: Sequence[NewMember]) -> TextChange:
        if self.holder.is_flow:
            between, indent = self._between(member)
            text = "".join(between + self._in_brackets(new, indent) for new in added)
            return TextChange(member.node.end, member.node.end, text, self.depth)
        lines, column = self.layout.lines, self._column
        end = behind_comments(self.layout, lines.end(member.node.end), column)
        text = "".join(self._lines(new, column) for new in added)
        return TextChange(end, end, ("" if lines.is_ended(end) else self.style.newline) + text, self.depth)

    def _ahead(self, member: TextMember, added: Sequence[NewMember]) -> TextChange:
        if self.holder.is_flow:
            between, indent = self._between(member)
            text = "".join(self._in_brackets(new, indent) + between for new in added)
        else:
            text = "".join(self._lines(new, self._column) for new in added)[self._column :] + " " * self._column
        return TextChange(member.start, member.start, text, self.depth)

    def _filled(self, added: Sequence[NewMember]) -> TextChange:
        """Fills a map or list that is empty, or that loses all its members."""
        holder, text = self.holder, self.layout.text
        if not holder.is_flow:
            lines = "".join(self._lines(new, self._column) for new in added)[self._column :]
            start = holder.members[0].start
            return TextChange(start, holder.end, lines.removesuffix(self.style.newline), self.depth)
        start = behind_properties(text, holder.start)
        opening, closing = text[start], text[holder.end - 1]
        # In JSON of several lines, members get lines of their own.
        if self.style.is_json and len(self.layout.lines.starts) > 1:
            outer = self.style.newline + self.layout.lines.indent(holder.start)
            inner = outer + self.style.unit
            members = ",".join(inner + self._in_brackets(new, inner.removeprefix(self.style.newline)) for new in added)
            return TextChange(start, holder.end, f"{opening}{members}{outer}{closing}", self.depth)
        members = ", ".join(self._in_brackets(new, None) for new in added)
        return TextChange(start, holder.end, f"{opening}{members}{closing}", self.depth)

    @property
    def _column(self) -> int:
        return self.layout.lines.column(self.holder.members[0].start)

    def _lines(self, new: NewMember, column: int) -> str:
        if new.key is None:
            lines = text_style.item(new.value, column, self.style)
        else:
            lines = text_style.block(new.key, new.value, column, self.style)
        if not new.comments:
            return lines
        first = _FIRST_LINE.match(lines) if new.is_inside else None
        head, rest = (first[0], lines[first.end() :]) if first else ("", lines)
        pad = " " * (len(rest) - len(rest.lstrip(" ")))
        return head + "".join(f"{pad}{comment}{self.style.newline}" for comment in new.comments) + rest

    def _in_brackets(self, new: NewMember, indent: str | None) -> str:
        return text_style.flow(new.key, new.value, indent, self.style)

    def _between(self, neighbour: TextMember) -> tuple[str, str | None]:
        """The separator before another member in brackets, and its indentation if members have lines of their own."""
        if not self.layout.lines.is_first(neighbour.start):
            return ", ", None
        indent = self.layout.lines.indent(neighbour.start)
        return f",{self.style.newline}{indent}", indent


@dataclass(frozen=True, slots=True)
class Replacement:
    """Writes a value in the place of the one of `member`."""

    layout: Layout
    style: Style
    holder: Node
    member: TextMember
    depth: int

    def change(self, value: Json) -> TextChange:
        node, text = self.member.node, self.layout.text
        written = text[node.start : node.end]
        gap = " " if not written and not self.style.is_json else ""
        if self.holder.is_flow:
            is_spread = self.layout.lines.is_first(self.member.start) and isinstance(value, dict | list)
            indent = self.layout.lines.indent(self.member.start) if is_spread else None
            new = text_style.quoted_like(value, written) or text_style.flow(None, value, indent, self.style)
            return TextChange(node.start, node.end, gap + new, self.depth)
        one_line = text_style.quoted_like(value, written) or text_style.in_one_line(value)
        is_beside = self.layout.lines.start(node.start) == self.layout.lines.start(self.member.mark_end)
        is_block = text[behind_properties(text, node.start) :][:1] in ("|", ">") or not node.is_flow
        if one_line is not None and is_beside and not (is_block and written):
            return TextChange(node.start, node.end, gap + one_line, self.depth)
        column = self.layout.lines.column(self.holder.members[0].start)
        if self.member.key is None:
            lines = text_style.item(value, column, self.style)[column + len("-") :]
        else:
            lines = text_style.block("k", value, column, self.style)[column + len("k:") :]
        return self._in_lines(lines.removesuffix(self.style.newline))

    def _in_lines(self, lines: str) -> TextChange:
        """A comment that is behind the value comes behind the first line of the new one."""
        end = self.member.node.end
        behind = _LINE.match(self.layout.text, end)
        first = _LINE.match(lines)
        assert behind is not None and first is not None
        new = first[0] + behind[0].rstrip() + lines[first.end() :]
        return TextChange(self.member.mark_end, behind.end(), new, self.depth)

    def listed(self, first: Json) -> Iterator[TextChange]:
        """Makes the value the second item of a list, behind `first`."""
        node, text, newline = self.member.node, self.layout.text, self.style.newline
        item = text_style.flow(None, first, None, self.style)
        if self.holder.is_flow:
            yield TextChange(node.start, node.start, f"[{item}, ", self.depth)
            yield TextChange(node.end, node.end, "]", self.depth)
            return
        start = len(text[: node.start].rstrip())
        written = text[node.start : node.end]
        column = self.layout.lines.column(node.start)
        pad = " " * (column if self.layout.lines.is_first(node.start) else self._dash)
        moved = written if node.is_flow else re.sub(r"(\r\n|[\r\n])", r"\1  ", written)
        yield TextChange(start, node.end, f"{newline}{pad}- {item}{newline}{pad}- {moved}", self.depth)

    @property
    def _dash(self) -> int:
        return self.layout.lines.column(self.member.start) + self.style.dash


def comments_above(
    layout: Layout, style: Style, position: int, comments: Sequence[str], depth: int
) -> Iterator[TextChange]:
    """Comments as lines above the line of `position`."""
    if comments:
        start, pad = layout.lines.start(position), layout.lines.indent(position)
        yield TextChange(start, start, "".join(f"{pad}{comment}{style.newline}" for comment in comments), depth)


def is_listed(before: Json, after: Json) -> bool:
    """Whether `after` is a list of a new item, a name, and `before`."""
    return (
        isinstance(after, list)
        and len(after) == 2
        and isinstance(after[0], str)
        and not isinstance(before, list)
        and after[1] == before
    )
