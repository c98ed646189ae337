"""Writes a configuration as YAML in flow style, in which a part that repeats is written once: `&a {...}`, then `*a`.

Envoy reads it with yaml-cpp, which takes an unquoted `010`, `off` or `~` for a number, a boolean or nothing. So a
scalar goes without quotes only if it is made of a narrow set of characters and cannot be anything but text. One that
CloudFormation has to fill in always has quotes.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.interpolation import scalar
from appmesh_inject.cfn.intrinsics import function

Pieces: TypeAlias = list[Json]
"""Text, and between it the values that CloudFormation fills in."""


class Open(NamedTuple):
    """A scalar that CloudFormation may fill in: an intrinsic, or a text in which a loop's identifier can stand."""

    value: Json


Labels: TypeAlias = tuple[str | Open, ...]

_BARE = re.compile(r"[A-Za-z_][\w./-]*(?::[\w./-]+)*|[0-9]+(?:\.[0-9]+)?s", re.ASCII)
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""In upper and lower case."""
_ANCHOR_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_encoded = json.JSONEncoder(check_circular=False, separators=(",", ":"), default=dict).encode


def literal(text: str) -> str:
    """A text as a scalar: without quotes, in single quotes, or in double quotes if it has unprintable characters."""
    if _BARE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f"'{in_single_quotes(text)}'" if text.isprintable() else f'"{in_double_quotes(text)}"'


def in_single_quotes(text: str) -> str:
    """A text as it stands between single quotes, which can hold printable characters only."""
    return text.replace("'", "''")


def in_double_quotes(text: str) -> str:
    """A text as it stands between double quotes, which can hold any character."""
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class Parts:
    """The distinct parts of configurations, numbered: equal parts have one number.

    Shared by all tasks of a mesh, since they have most parts in common: a part is looked into once.
    """

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        # Objects stay alive here, so that their identity stays theirs.
        self._seen: dict[int, tuple[Json, int]] = {}
        # By number. A scalar has no children and one label.
        self._labels: list[Labels] = []
        self._known_labels: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self._children: list[tuple[int, ...]] = []
        self._sizes: list[int] = []

    def written(self, config: Json, filled: Callable[[Json], Iterable[Json]], least: int = 0) -> Pieces:
        """The YAML of `config`. filled: the pieces of a scalar that CloudFormation fills something in, with its quotes.
        least: characters of the shortest part that gets an anchor."""
        root = self._number(config)
        counts = self._counts(root)
        names: dict[int, str] = {}
        out: Pieces = []

        def write(number: int) -> None:
            name = names.get(number)
            if name is not None:
                out.append(name)
                return
            count, children, labels = counts[number], self._children[number], self._labels[number]
            if count > 1 and self._sizes[number] >= least:
                anchor = _anchor(len(names))
                # The part once with its anchor and then its name, or the part each time.
                if (count - 1) * (self._sizes[number] - len(anchor) - 1) > len(anchor) + 2:
                    names[number] = f"*{anchor}"
                    out.append(f"&{anchor} ")
            if children:
                for label, child in zip(labels, children, strict=False):
                    out.append(label)
                    write(child)
                out.append(labels[-1])
            elif isinstance(labels[0], Open):
                out.extend(filled(labels[0].value))
            else:
                out.append(labels[0])

        write(root)
        return out

    def _counts(self, root: int) -> dict[int, int]:
        """How often each part occurs, if one that repeats is written once."""
        counts: dict[int, int] = {}
        ahead = [root]
        while ahead:
            number = ahead.pop()
            count = counts.get(number, 0)
            counts[number] = count + 1
            if not count:
                ahead += self._children[number]
        return counts

    def _number(self, value: Json) -> int:
        if isinstance(value, str):
            number = self._numbers.get(value)
            return self._number_of_text(value) if number is None else number
        seen = self._seen.get(id(value))
        if seen is not None:
            return seen[1]
        number = self._number_of_new(value)
        self._seen[id(value)] = (value, number)
        return number

    def _number_of_text(self, text: str) -> int:
        written = literal(text)
        return self._add(text, (Open(text) if "${" in text or "&{" in text else written,), (), len(written))

    def _number_of_new(self, value: Json) -> int:
        if isinstance(value, dict):
            if len(value) == 1 and function(value) is not None:
                text = _encoded(value)
                return self._add((Open, text), (Open(value),), (), len(text))
            return self._number_of_parent(tuple(value), value.values(), "{", "}")
        if isinstance(value, list | tuple):
            return self._number_of_parent(("",) * len(value), value, "[", "]")
        if isinstance(value, Mapping):
            return self._number_of_new(dict(value))
        return self._number(str(scalar(value)))

    def _number_of_parent(self, names: tuple[str, ...], members: Iterable[Json], start: str, end: str) -> int:
        children = tuple([self._number(member) for member in members])
        key = (start, names, children)
        number = self._numbers.get(key)
        if number is not None:
            return number
        if not children:
            return self._add(key, (start + end,), (), 2)
        labels = self._labels_of(start, names, end)
        size = sum(map(len, labels)) + sum([self._sizes[child] for child in children])
        return self._add(key, labels, children, size)

    def _labels_of(self, start: str, names: tuple[str, ...], end: str) -> tuple[str, ...]:
        """What stands before each member, and after the last. Few different ones are in a configuration."""
        found = self._known_labels.get((start, names))
        if found is None:
            before = [_key(name) if start == "{" else "" for name in names]
            found = (start + before[0], *(f",{text}" for text in before[1:]), end)
            self._known_labels[start, names] = found
        return found

    def _add(self, key: object, labels: Labels, children: tuple[int, ...], size: int) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._sizes)
            self._labels.append(labels)
            self._children.append(children)
            self._sizes.append(size)
        return number


def _key(name: str) -> str:
    """The name of a member and its colon. yaml-cpp wants no space after one in quotes."""
    text = literal(name)
    return f"{text}: " if text is name or text == name else f"{text}:"


def _anchor(number: int) -> str:
    """a to 9, then aa to 99, and so on."""
    anchor = _ANCHOR_LETTERS[number % 62]
    while number >= 62:
        number = number // 62 - 1
        anchor = _ANCHOR_LETTERS[number % 62] + anchor
    return anchor


def merged(pieces: Sequence[Json]) -> Pieces:
    """The pieces, with each run of texts as one."""
    parts: Pieces = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
        else:
            parts += ["".join(run), piece] if run else [piece]
            run = []
    return [*parts, "".join(run)] if run else parts
