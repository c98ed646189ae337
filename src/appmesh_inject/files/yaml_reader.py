"""Reads YAML text: its value, with CloudFormation's short forms written out, and the position of a path in it.

Plain scalars follow YAML 1.1 (`yes`, `0777`), as in cfn-lint, the AWS CLI and SAM, but keys and dates stay text.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from appmesh_inject.cfn.document import MOST_LEVELS, Json, Path, Step
from appmesh_inject.files import nesting
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.lines import position_at
from appmesh_inject.files.nesting import too_deep

Node = Any
"""A node of PyYAML, which has no types."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

STANDARD = "tag:yaml.org,2002:"
AS_TEXT = frozenset(STANDARD + kind for kind in ("str", "timestamp", "value"))
SCALARS = frozenset(STANDARD + kind for kind in ("int", "float", "bool", "null"))
KINDS = {"int": "number", "float": "number", "bool": "boolean", "timestamp": "date"}
"""What YAML takes a key for that is no text."""

WITHOUT_PREFIX = ("Ref", "Condition")
MOST_NODES = 250_000
"""Maximum number of values with aliases expanded, as in cfn-lint. A template of 1 MB has fewer."""


MOST_BITS = 14_000
"""Longer numbers, which can be written in hexadecimal, Python does not write as decimals."""

Locate = Callable[[Path], Position]
Place = Callable[[Any], Position]
"""The position of a mark of PyYAML."""


def read(name: str, text: str) -> tuple[Json, Locate]:
    """The value of the YAML `text`, and a function that gives the position of a path. Raises UserError if the text is
    not exactly one YAML document, or has a value that JSON cannot express."""
    place = _placing(text)
    try:
        _check_depth(name, text, place)
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise UserError("the file is empty", name)
        value = _Reading(name, loader, place).value(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UserError(f"this is not valid YAML: {_reason(error)}", name, place(mark) if mark else None) from None
    except yaml.YAMLError as error:
        reason = getattr(error, "reason", None) or "it cannot be read"
        raise UserError(f"this is not valid YAML: {reason}", name) from None
    except RecursionError:
        raise UserError("the document is nested too deeply, or an alias is inside its own anchor", name) from None
    return value, lambda path: _locate(root, path, place)


def other_keys(text: str) -> Iterator[tuple[Position, str, str]]:
    """The keys of the readable YAML `text` that YAML takes for no text: place, as written, and as what."""
    place = _placing(text)
    open_ends = [_Loader(text).get_single_node()]
    seen: set[int] = set()
    while open_ends:
        node = open_ends.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            open_ends += reversed(node.value)
        elif isinstance(node, yaml.MappingNode):
            for key, _ in node.value:
                kind = KINDS.get(key.tag.removeprefix(STANDARD))
                if kind:
                    yield place(key.start_mark), str(key.value), kind
            open_ends += [value for _, value in reversed(node.value)]


def _check_depth(name: str, text: str, place: Place) -> None:
    """Raises UserError if the text is nested too deeply, since the C library would recurse and crash Python."""
    depth = read = 0
    events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
    try:
        for event in events:
            read = event.end_mark.index
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MOST_LEVELS:
                    raise too_deep(name, place(event.start_mark))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.MarkedYAMLError as error:
        # PyYAML looks ahead for a key, so it may fail at its own nesting limit before it emits those events.
        mark, is_limit = error.problem_mark, "nesting" in str(error.problem)
        if mark is not None and (deeper := nesting.deeper(text, read, None if is_limit else mark.index + 1, depth)):
            raise too_deep(name, deeper) from None
        if is_limit:
            raise UserError("the document is nested too deeply", name, place(mark) if mark else None) from None
        raise


def _reason(error: Any) -> str:
    return ", ".join(str(part) for part in (error.context, error.problem) if part)


def _placing(text: str) -> Place:
    """The position of a mark. PyYAML ends lines where editors do not."""
    if any(each in text for each in "\x85\u2028\u2029"):
        return lambda mark: position_at(text, mark.index)
    return lambda mark: Position(mark.line + 1, mark.column + 1)


class _Reading:
    """Converts the nodes of a document to values, in one pass."""

    def __init__(self, name: str, loader: Any, place: Place) -> None:
        self.name = name
        self.place = place
        self.loader = loader
        self.nodes = 0

    def value(self, node: Node) -> Json:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._error(node, f"with its aliases expanded, the document has more than {MOST_NODES} values")
        function = _function(node)
        if function is None:
            return self._bare(node)
        if function == "Fn::GetAtt" and isinstance(node, yaml.ScalarNode):
            return {function: list(node.value.split(".", 1))}
        return {function: self._bare(node)}

    def _bare(self, node: Node) -> Json:
        """The value of a node without the function that its short form calls."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            self._check_tag(node, "seq")
            return [self.value(item) for item in node.value]
        self._check_tag(node, "map")
        return self._map(node)

    def _scalar(self, node: Node) -> Json:
        if node.tag in AS_TEXT or node.tag.startswith("!"):
            return str(node.value)
        if node.tag not in SCALARS:
            raise self._error(node, f"the YAML tag {_shown(node.tag)} is not allowed in a template")
        try:
            value: Json = self.loader.construct_object(node)
        except (ValueError, OverflowError):
            raise self._error(node, "this number cannot be read") from None
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(node, "JSON has no such number")
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise self._error(node, "this number is too long")
        return value

    def _map(self, node: Node) -> Json:
        is_merged = any(key.tag == STANDARD + "merge" for key, _ in node.value)
        self.loader.flatten_mapping(node)
        members: dict[str, Json] = {}
        places: dict[str, Position] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in members and not is_merged:
                raise self._error(key_node, f"the key '{key}' occurs twice, first in line {places[key].line}")
            members[key] = self.value(value_node)
            places[key] = self.place(key_node.start_mark)
        return members

    def _key(self, node: Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag not in AS_TEXT | SCALARS:
            raise self._error(node, "a key must be text")
        if node.tag == STANDARD + "null":
            raise self._error(node, "a key is missing")
        return str(node.value)

    def _check_tag(self, node: Node, kind: str) -> None:
        if node.tag != STANDARD + kind and not node.tag.startswith("!"):
            raise self._error(node, f"the YAML tag {_shown(node.tag)} is not allowed in a template")

    def _error(self, node: Node, sentence: str) -> UserError:
        return UserError(sentence, self.name, self.place(node.start_mark))


def _shown(tag: str) -> str:
    return "!!" + tag.removeprefix(STANDARD) if tag.startswith(STANDARD) else tag


def _function(node: Node) -> str | None:
    """The function that a node's short form calls, `Fn::Sub` for `!Sub`; None if it has no short form."""
    short = node.tag[1:] if node.tag.startswith("!") else ""
    if not short:
        return None
    return short if short in WITHOUT_PREFIX else f"Fn::{short}"


def _locate(root: Node, path: Path, place: Place) -> Position:
    shown: Node | None = None
    here = root
    is_inside = False
    for step in path:
        if not is_inside and _function(here) is not None:
            if step != _function(here):
                break
            shown, is_inside = here, True
            continue
        member = _member(here, step)
        if member is None:
            break
        shown, here = member
        is_inside = False
    return place(shown.start_mark) if shown is not None else Position(1, 1)


def _member(node: Node, step: Step) -> tuple[Node, Node] | None:
    """The node to show for the member `step`, its key in a map, and the node of its value; None if there is none."""
    if isinstance(node, yaml.MappingNode) and isinstance(step, str):
        # Reversed, since PyYAML puts merged keys before the map's own, and the last one counts.
        for key, value in reversed(node.value):
            if key.value == step:
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item
    return None
