"""Where every value of a document stands in its text: a tree of spans beside the tree of values.

YAML and JSON become the same tree. Values are not here: they come from the reader that the whole command line uses,
so that there is no second opinion about what a text means.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import yaml

from appmesh_inject.cfn.document import Path, Step

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BEFORE_DASH = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*")
_PROPERTIES = re.compile(r"(?:[!&]\S*[ \t\r\n]+)*")
_SPACE = re.compile(r"[ \t\r\n]*")
_WITHOUT_PREFIX = ("Ref", "Condition")


class Kind(Enum):
    SCALAR = "scalar"
    MAP = "map"
    LIST = "list"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Node:
    """A value's place: `text[start:end]`, its tag and anchor included. is_flow: in brackets, as JSON is. anchor: its
    own, or the one that an alias stands for. function: what its short form calls (`Fn::If`)."""

    kind: Kind
    start: int
    end: int
    is_flow: bool = True
    members: tuple["Member", ...] = ()
    anchor: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a map, from its key on, or an item of a list, from its dash on where it has one."""

    key: str | None
    start: int
    node: Node


@dataclass(frozen=True, slots=True)
class Spot:
    """A member and the collection that it stands in."""

    holder: Node
    index: int

    @property
    def member(self) -> Member:
        return self.holder.members[self.index]


@dataclass(frozen=True, slots=True)
class Layout:
    """One document's tree, and its anchors by name."""

    text: str
    root: Node
    anchors: Mapping[str, Node] = field(default_factory=dict)

    def node(self, path: Path) -> Node | None:
        """The node that `path` leads to, or None where it is not written out (it comes from a merge, `<<`)."""
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
        """The member that `path` leads to, in its collection."""
        holder = self.node(path[:-1])
        if holder is None:
            return None
        index = _index(holder, path[-1])
        return None if index is None else Spot(holder, index)

    def _meant(self, node: Node | None) -> Node | None:
        return self.anchors.get(node.anchor) if node is not None and node.kind is Kind.ALIAS else node


def _below(node: Node, step: Step) -> Node | None:
    index = _index(node, step)
    return None if index is None else node.members[index].node


def _index(node: Node, step: Step) -> int | None:
    if node.kind is Kind.LIST:
        return step if isinstance(step, int) and step < len(node.members) else None
    return next((n for n, member in enumerate(node.members) if member.key == step), None)


def everywhere(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for member in node.members:
        yield from everywhere(member.node)


def of_yaml(text: str) -> tuple[Layout, ...]:
    """The layouts of the documents in a YAML text that is known to be readable."""
    return tuple(_Composer(text).documents())


def of_json(text: str) -> Layout:
    """The layout of a JSON text that is known to be readable."""
    start = _after_space(text, 0)
    return Layout(text, _json_node(text, start))


class _Composer:
    """Makes nodes of a parser's events, which know where everything begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self.anchors: dict[str, Node] = {}

    def documents(self) -> Iterator[Layout]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                yield Layout(self.text, self._node(next(self.events)), self.anchors)

    def _node(self, event: Any) -> Node:
        start = _start(event)
        anchor = event.anchor or ""
        if isinstance(event, yaml.AliasEvent):
            return Node(Kind.ALIAS, start, _end(event), anchor=anchor)
        function = _function(event.tag)
        if isinstance(event, yaml.ScalarEvent):
            end = _end(event)
            if event.style in ("|", ">"):
                # The parser counts the empty lines after a block text to it.
                end = start + len(self.text[start:end].rstrip())
            node = Node(Kind.SCALAR, start, end, anchor=anchor, function=function)
        else:
            kind = Kind.MAP if isinstance(event, yaml.MappingStartEvent) else Kind.LIST
            is_flow = bool(event.flow_style)
            members = tuple(self._members(event, kind, is_flow))
            end = self.end if is_flow or not members else members[-1].node.end
            node = Node(kind, start, end, is_flow, members, anchor, function)
        if anchor:
            self.anchors[anchor] = node
        return node

    def _members(self, event: Any, kind: Kind, is_flow: bool) -> Iterator[Member]:
        properties = _PROPERTIES.match(self.text, _start(event))
        before = properties.end() if properties else _start(event)
        while True:
            event = next(self.events)
            if isinstance(event, yaml.CollectionEndEvent):
                self.end = _end(event)
                return
            if kind is Kind.MAP:
                key = event.value if isinstance(event, yaml.ScalarEvent) else None
                start = _start(event)
                self._node(event)
                node = self._node(next(self.events))
                yield Member(key, start, node)
            else:
                node = self._node(event)
                yield Member(None, node.start if is_flow else self._dash(before), node)
            before = node.end

    def _dash(self, before: int) -> int:
        match = _BEFORE_DASH.match(self.text, before)
        assert match is not None and self.text[match.end()] == "-", "an item of a block list begins with a dash"
        return match.end()


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
        return Node(Kind.SCALAR, start, end)
    members: list[Member] = []
    here = _after_space(text, start + 1)
    while text[here] not in "}]":
        member, key = here, None
        if opening == "{":
            key, here = json.JSONDecoder().raw_decode(text, here)
            here = _after_space(text, _after_space(text, here) + 1)
        node = _json_node(text, here)
        members.append(Member(key, member, node))
        here = _after_space(text, node.end)
        if text[here] == ",":
            here = _after_space(text, here + 1)
    return Node(Kind.MAP if opening == "{" else Kind.LIST, start, here + 1, members=tuple(members))


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()
