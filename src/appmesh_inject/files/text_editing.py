"""Edits the text of a document at paths. Everything else in it stays as it is, byte for byte.

Callers must read the result to check it, since an anchor can tie two places together.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appmesh_inject.cfn.document import NOTHING, Changes, EditKind, Json, Path, value_at
from appmesh_inject.files import text_layout, text_style
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.text_change import TextChange, changed
from appmesh_inject.files.text_comments import Comments
from appmesh_inject.files.text_insertion import Insertion, NewMember, Replacement, comments_above, is_listed
from appmesh_inject.files.text_layout import Layout, LayoutKind, Node, Spot, everywhere
from appmesh_inject.files.text_removal import TextRemoval
from appmesh_inject.files.value_differences import smallest


class NotWrittenHereError(Exception):
    """There is no text at this path: a merge (`<<`) supplies the value."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class Placement:
    """Where new text goes, and with which comments.

    behind: for a key, those that a new member with it comes behind, the first that is there; without one of them it
    comes first, and a key that is not named comes last. comments: for the path of new text, the removed paths whose
    comments are written above it.
    """

    behind: Mapping[str, Sequence[str]] = field(default_factory=lambda: NOTHING)
    comments: Mapping[Path, Collection[Path]] = field(default_factory=dict)


ANYWHERE = Placement()


@dataclass(slots=True)
class _Edited:
    """The edits of the members of one map or list."""

    holder: Node
    path: Path
    removed: set[int] = field(default_factory=set)
    added: dict[int, list[tuple[Path, str | None, Json]]] = field(default_factory=dict)


class TextEditing:
    """Collects changes to one document. Raises NotWrittenHereError for a path without text."""

    def __init__(self, document: Document, changes: Changes, placement: Placement = ANYWHERE) -> None:
        self.content = document.content
        self.is_json = document.format is Format.JSON
        text = document.text
        self.layout: Layout = text_layout.of_json(text) if self.is_json else text_layout.of_yaml(text)[0]
        self.style = text_style.style_of(self.layout, is_json=self.is_json)
        self.placement = placement
        self.edited: dict[tuple[int, int], _Edited] = {}
        self.replaced: list[tuple[Path, Spot, Json]] = []
        self.comments: Comments | None = None
        self.told: set[tuple[int, int]] = set()
        for edit in smallest(document.content, changes):
            if edit.kind is EditKind.REMOVE:
                self._remove(edit.path)
            elif edit.kind is EditKind.REPLACE:
                self._replace(edit.path, edit.value)
            elif edit.kind is EditKind.INSERT:
                self._add(self._node(edit.path[:-1]), edit.path[:-1], int(edit.path[-1]), (edit.path, None, edit.value))
            else:
                node = self._node(edit.path)
                for item in edit.value if isinstance(edit.value, list) else ():
                    self._add(node, edit.path, len(node.members), (edit.path, None, item))

    def text(self) -> str:
        """The text with all changes."""
        changes = [change for each in self.replaced for change in self._replacement(*each)]
        for each in self.edited.values():
            if not each.added:
                changes += self._removal(each).changes()
                continue
            if each.removed and len(each.removed) < len(each.holder.members):
                changes += self._removal(each).changes()
            style = text_style.style_at(self.layout, each.path, self.style)
            insertion = Insertion(self.layout, style, each.holder, len(each.path), frozenset(each.removed))
            changes += insertion.changes({index: self._new(listed) for index, listed in each.added.items()})
        return changed(self.layout.text, changes)

    def orphans(self) -> Iterator[Node]:
        """Aliases that stay although their anchor is removed."""
        gone = [
            (each.holder.members[index].start, each.holder.members[index].node.end)
            for each in self.edited.values()
            for index in each.removed
        ]

        def is_gone(node: Node) -> bool:
            return any(start <= node.start < end for start, end in gone)

        for node in everywhere(self.layout.root) if self.layout.anchors else ():
            if node.kind is LayoutKind.ALIAS and not is_gone(node) and is_gone(self.layout.anchors[node.anchor]):
                yield node

    # -- collecting

    def _node(self, path: Path) -> Node:
        node = self.layout.node(path)
        if node is None:
            raise NotWrittenHereError(path)
        return node

    def _of(self, holder: Node, path: Path) -> _Edited:
        return self.edited.setdefault((holder.start, holder.end), _Edited(holder, path))

    def _remove(self, path: Path) -> None:
        spot = self.layout.spot(path)
        if spot is None:
            raise NotWrittenHereError(path)
        self._of(spot.holder, path[:-1]).removed.add(spot.index)

    def _add(self, holder: Node, path: Path, index: int, new: tuple[Path, str | None, Json]) -> None:
        self._of(holder, path).added.setdefault(index, []).append(new)

    def _replace(self, path: Path, value: Json) -> None:
        spot = self.layout.spot(path) if path else None
        holder = self.layout.node(path[:-1]) if path else None
        if spot is not None:
            self.replaced.append((path, spot, value))
        elif holder is None:
            raise NotWrittenHereError(path)
        elif holder.function and holder.function == path[-1]:
            # The value of a short form such as `!Sub` has no text of its own.
            self._replace(path[:-1], {holder.function: value})
        elif holder.kind is LayoutKind.MAP:
            key = str(path[-1])
            self._add(holder, path[:-1], self._position(holder, key), (path, key, value))
        else:
            raise NotWrittenHereError(path)

    def _position(self, holder: Node, key: str) -> int:
        if key not in self.placement.behind:
            return len(holder.members)
        keys = [member.key for member in holder.members]
        return next((keys.index(each) + 1 for each in self.placement.behind[key] if each in keys), 0)

    # -- writing

    def _removal(self, each: _Edited) -> TextRemoval:
        return TextRemoval(self.layout, each.holder, each.removed)

    def _replacement(self, path: Path, spot: Spot, value: Json) -> Iterator[TextChange]:
        style = text_style.style_at(self.layout, path, self.style)
        replacement = Replacement(self.layout, style, spot.holder, spot.member, len(path))
        comments = self._comments_of(path, value)[0]
        yield from comments_above(self.layout, style, spot.member.start, comments, len(path))
        if isinstance(value, list) and is_listed(value_at(self.content, path), value):
            yield from replacement.listed(value[0])
        else:
            yield replacement.change(value)

    def _new(self, added: Sequence[tuple[Path, str | None, Json]]) -> Sequence[NewMember]:
        return [NewMember(key, value, *self._comments_of(path, value)) for path, key, value in added]

    def _comments_of(self, path: Path, value: Json) -> tuple[Sequence[str], bool]:
        """The comments of the value at `path`, and whether they are those of its first member."""
        first = next(iter(value), None) if isinstance(value, Mapping) else None
        inside = () if first is None else tuple(self._comments(self.placement.comments.get((*path, first), ())))
        return inside or tuple(self._comments(self.placement.comments.get(path, ()))), bool(inside)

    def _comments(self, removed: Collection[Path]) -> Iterator[str]:
        """The comments that the removal of these paths takes along."""
        if not removed or self.is_json or "#" not in self.layout.text:
            return
        if self.comments is None:
            self.comments = Comments.of(self.layout)
        spots = [spot for path in removed if (spot := self.layout.spot(path))]
        # Two places that share an anchor lose the same text, and one of them keeps its comments.
        holders = {(spot.holder.start, spot.holder.end) for spot in spots} - self.told
        self.told |= holders
        ranges = [change for place in holders for change in self._removal(self.edited[place]).changes()]
        for change in sorted(ranges, key=lambda each: each.start):
            yield from self.comments.within(change.start, change.end)
