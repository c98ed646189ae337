"""The position of each value of a document in its text, as a tree.

YAML and JSON yield the same kind of tree. It contains no values: these come from the reader that all commands use, so
that both cannot disagree.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import yaml

from appmesh_inject.cfn.document import Path, Step
from appmesh_inject.files.lines import Lines

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BETWEEN = re.compile("(?:[ \t\r\n\x85\u2028\u2029]|#[^\r\n\x85\u2028\u2029]*+)*")
_PROPERTIES = re.compile("(?:[!&][^ \t\r\n\x85\u2028\u2029]*[ \t\r\n\x85\u2028\u2029]+)*")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_LAST_BREAK = re.compile("(?:\r\n|[\r\n\x85\u2028\u2029])[ \t]*\\Z")
_SPACE = re.compile(r"[ \t\r\n]*")
_QUESTION_MARK = re.compile(r"\?[ \t]+\Z")
"""Before a key that is long or empty, as some write it: `? key`."""

_WITHOUT_PREFIX = ("Ref", "Condition")


class LayoutKind(Enum):
    SCALAR = "scalar"
    MAP = "map"
    LIST = "list"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Node:
    """A value's span, `text[start:end]`, with tag and anchor. is_flow: written in brackets, as in JSON. anchor: the
    value's anchor, or the one that an alias refers to. function: of a short form such as `!If`, in full (`Fn::If`)."""

    kind: LayoutKind
    start: int
    end: int
    is_flow: bool = True
    members: tuple["TextMember", ...] = ()
    anchor: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class TextMember:
    """A member of a map, starting at its key, or an item of a list, starting at its dash if it has one. mark_end: the
    end of its colon or dash; `start` of an item without a dash."""

    key: str | None
    start: int
    mark_end: int
    node: Node


@dataclass(frozen=True, slots=True)
class Spot:
    """A member, by its index in the collection that contains it."""

    holder: Node
    index: int

    @property
    def member(self) -> TextMember:
        return self.holder.members[self.index]


@dataclass(frozen=True, slots=True)
class Layout:
    """The tree of one document, its anchors by name, and its lines."""

    text: str
    root: Node
    anchors: Mapping[str, Node] = field(default_factory=dict)
    lines: Lines = field(default_factory=lambda: Lines.of("", is_yaml=True))

    def node(self, path: Path) -> Node | None:
        """The node at `path`; None if it is not written in the text (but comes from a merge, `<<`)."""
        here: Node | None = self.root
        is_inside = False
        for step in path:
            here = self._meant(here)
            if here is None:
                return None
            if here.function and not is_inside:
                if step != here.function:
                    return None
                is_inside = True
                continue
            here = _below(here, step)
            is_inside = False
        return self._meant(here)

    def spot(self, path: Path) -> Spot | None:
        """The member at `path`; None if it is not written in the text."""
        holder = self.node(path[:-1])
        if holder is None:
            return None
        index = _index(holder, path[-1])
        return None if index is None else Spot(holder, index)

    def along(self, path: Path) -> Iterator[Spot]:
        """The members that `path` leads through, innermost first."""
        for length in range(len(path), 0, -1):
            spot = self.spot(path[:length])
            if spot is not None:
                yield spot

    def _meant(self, node: Node | None) -> Node | None:
        return self.anchors.get(node.anchor) if node is not None and node.kind is LayoutKind.ALIAS else node


def _below(node: Node, step: Step) -> Node | None:
    index = _index(node, step)
    return None if index is None else node.members[index].node


def _index(node: Node, step: Step) -> int | None:
    if node.kind is LayoutKind.LIST:
        return step if isinstance(step, int) and step < len(node.members) else None
    return next((n for n, member in enumerate(node.members) if member.key == step), None)


def everywhere(node: Node) -> Iterator[Node]:
    """The node and all its descendants."""
    yield node
    for member in node.members:
        yield from everywhere(member.node)


def of_yaml(text: str) -> tuple[Layout, ...]:
    """The layouts of the documents in a valid YAML text."""
    return tuple(_Composer(text).documents())


def of_json(text: str) -> Layout:
    """The layout of a valid JSON text."""
    start = _after_space(text, 0)
    return Layout(text, _json_node(text, start), lines=Lines.of(text, is_yaml=False))


class _Composer:
    """Creates nodes from the events of PyYAML's parser, which have positions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self.anchors: dict[str, Node] = {}

    def documents(self) -> Iterator[Layout]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                yield Layout(self.text, self._node(next(self.events)), self.anchors, Lines.of(self.text, is_yaml=True))

    def _node(self, event: Any) -> Node:
        start = _start(event)
        anchor = event.anchor or ""
        if isinstance(event, yaml.AliasEvent):
            return Node(LayoutKind.ALIAS, start, _end(event), anchor=anchor)
        function = _function(event.tag)
        if isinstance(event, yaml.ScalarEvent):
            end = _end(event)
            if event.style in ("|", ">"):
                end = self._end_of_block_scalar(start, end)
            node = Node(LayoutKind.SCALAR, start, end, anchor=anchor, function=function)
        else:
            kind = LayoutKind.MAP if isinstance(event, yaml.MappingStartEvent) else LayoutKind.LIST
            is_flow = bool(event.flow_style)
            members = tuple(self._members(event, kind, is_flow))
            end = self.end if is_flow or not members else members[-1].node.end
            node = Node(kind, start, end, is_flow, members, anchor, function)
        if anchor:
            self.anchors[anchor] = node
        return node

    def _end_of_block_scalar(self, start: int, end: int) -> int:
        """The parser includes the empty lines after the text. They are part of it only if it keeps them (`|+`)."""
        text = self.text[behind_properties(self.text, start) : end]
        header = _BLOCK_HEADER.match(text)
        keeps = header is not None and "+" in header[0]
        return end - len(text) + len(_LAST_BREAK.sub("", text) if keeps else text.rstrip())

    def _members(self, event: Any, kind: LayoutKind, is_flow: bool) -> Iterator[TextMember]:
        before = behind_properties(self.text, _start(event))
        while True:
            event = next(self.events)
            if isinstance(event, yaml.CollectionEndEvent):
                self.end = _end(event)
                return
            if kind is LayoutKind.MAP:
                key = event.value if isinstance(event, yaml.ScalarEvent) else None
                start = self._key_start(before, _start(event))
                colon = self._colon(self._node(event).end)
                node = self._node(next(self.events))
                yield TextMember(key, start, colon, node)
            else:
                node = self._node(event)
                start = node.start if is_flow else self._dash(before)
                yield TextMember(None, start, start if is_flow else start + 1, node)
            before = node.end

    def _key_start(self, before: int, start: int) -> int:
        match = _QUESTION_MARK.search(self.text, before, start)
        return match.start() if match else start

    def _colon(self, key_end: int) -> int:
        match = _BETWEEN.match(self.text, key_end)
        assert match is not None
        return match.end() + 1 if self.text[match.end() : match.end() + 1] == ":" else key_end

    def _dash(self, before: int) -> int:
        match = _BETWEEN.match(self.text, before)
        assert match is not None and self.text[match.end()] == "-", "an item of a block list begins with a dash"
        return match.end()


def behind_properties(text: str, start: int) -> int:
    """Where the value itself begins: behind the tag and the anchor of a node that starts at `start`."""
    match = _PROPERTIES.match(text, start)
    return match.end() if match else start


def _start(event: Any) -> int:
    position: int = event.start_mark.index
    return position


def _end(event: Any) -> int:
    position: int = event.end_mark.index
    return position


def _function(tag: str | None) -> str:
    if not tag or not tag.startswith("!") or len(tag) == 1:
        return ""
    name = tag[1:]
    return name if name in _WITHOUT_PREFIX else f"Fn::{name}"


def _json_node(text: str, start: int) -> Node:
    opening = text[start]
    if opening not in "{[":
        _, end = json.JSONDecoder().raw_decode(text, start)
        return Node(LayoutKind.SCALAR, start, end)
    members: list[TextMember] = []
    here = _after_space(text, start + 1)
    while text[here] not in "}]":
        member = colon = here
        key = None
        if opening == "{":
            key, here = json.JSONDecoder().raw_decode(text, here)
            colon = _after_space(text, here) + 1
            here = _after_space(text, colon)
        node = _json_node(text, here)
        members.append(TextMember(key, member, colon, node))
        here = _after_space(text, node.end)
        if text[here] == ",":
            here = _after_space(text, here + 1)
    return Node(LayoutKind.MAP if opening == "{" else LayoutKind.LIST, start, here + 1, members=tuple(members))


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()
