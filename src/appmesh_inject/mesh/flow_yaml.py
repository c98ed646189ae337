"""Writes a configuration as YAML in flow style, in which a part that repeats is written once: `&a {...}`, then `*a`.

Envoy reads it with yaml-cpp, which takes an unquoted `010`, `off` or `~` for a number, a boolean or nothing. So a
scalar goes without quotes only if it is made of a narrow set of characters and cannot be anything but text. One that
CloudFormation has to fill in always has quotes.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeAlias, cast

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.cfn.text_joining import scalar

Pieces: TypeAlias = list[Json]
"""Text, and between it the values that CloudFormation fills in."""


class Open(NamedTuple):
    """A scalar that CloudFormation may fill in: an intrinsic, or a text in which a loop's identifier can stand."""

    value: Json


Labels: TypeAlias = tuple[str, ...]
Names: TypeAlias = tuple[str, ...] | None
"""Of the members of a map; None for a list."""

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
        # By number: the text of a scalar, or what stands before each member of a parent and after the last.
        self._texts: list[str | Open | Labels] = []
        self._children: list[Sequence[int]] = []
        self._sizes: list[int] = []
        self._labels: dict[tuple[Names, int], tuple[Labels, int]] = {}

    def written(self, config: Json, filled: Callable[[Json], Iterable[Json]], least: int = 0) -> Pieces:
        """The YAML of `config`. filled: the pieces of a scalar that CloudFormation fills something in, with its quotes.
        least: characters of the shortest part that gets an anchor."""
        root = self._number(config)
        counts, texts, children, sizes = self._counts(root), self._texts, self._children, self._sizes
        anchored: dict[int, str] = {}
        out: Pieces = []

        def write(number: int) -> None:
            if number in anchored:
                out.append(anchored[number])
                return
            count = counts[number]
            if count > 1 and sizes[number] >= least:
                anchor = _anchor(len(anchored))
                # The part once with its anchor and then its name, or the part each time.
                if (count - 1) * (sizes[number] - len(anchor) - 1) > len(anchor) + 2:
                    anchored[number] = f"*{anchor}"
                    out.append(f"&{anchor} ")
            text = texts[number]
            if isinstance(text, str):
                out.append(text)
            elif isinstance(text, Open):
                out.extend(filled(text.value))
            else:
                for label, child in zip(text, children[number], strict=False):
                    out.append(label)
                    # Most members are texts that occur once.
                    if counts[child] == 1 and isinstance(only := texts[child], str):
                        out.append(only)
                    else:
                        write(child)
                out.append(text[-1])

        write(root)
        return out

    def _counts(self, root: int) -> dict[int, int]:
        """How often each part occurs, if one that repeats is written once."""
        counts: dict[int, int] = {root: 1}
        children, ahead = self._children, [root]
        while ahead:
            for child in children[ahead.pop()]:
                if child in counts:
                    counts[child] += 1
                else:
                    counts[child] = 1
                    if children[child]:
                        ahead.append(child)
        return counts

    def _number(self, value: Json) -> int:
        if isinstance(value, str):
            number = self._numbers.get(value)
            return self._number_of_text(value) if number is None else number
        seen = self._seen.get(id(value))
        if seen is not None:
            return seen[1]
        if isinstance(value, dict):
            is_call = len(value) == 1 and function(value) is not None
            number = self._number_of_call(value) if is_call else self._number_of_parent(tuple(value), value.values())
        elif isinstance(value, list | tuple):
            number = self._number_of_parent(None, value)
        elif isinstance(value, bool):
            number = self._number_of_bare("true" if value else "false")
        else:
            number = self._number(dict(value) if isinstance(value, Mapping) else str(scalar(value)))
        self._seen[id(value)] = (value, number)
        return number

    def _number_of_text(self, text: str) -> int:
        written = literal(text)
        return self._add(text, Open(text) if "${" in text or "&{" in text else written, (), len(written))

    def _number_of_call(self, call: Mapping[str, Json]) -> int:
        key = (Open, _encoded(call))
        number = self._numbers.get(key)
        return self._add(key, Open(call), (), len(key[1])) if number is None else number

    def _number_of_parent(self, names: Names, members: Collection[Json]) -> int:
        if not members:
            return self._number_of_bare("[]" if names is None else "{}")
        known, children = self._numbers, []
        for member in members:
            number = known.get(member) if isinstance(member, str) else None
            children.append(self._number(member) if number is None else number)
        key = (names, *children)
        number = known.get(key)
        if number is None:
            sizes, (labels, size) = self._sizes, self._labels_of(names, len(children))
            number = self._add(key, labels, children, size + sum([sizes[child] for child in children]))
        return number

    def _number_of_bare(self, text: str) -> int:
        """Of an empty parent, or of a truth value where Envoy would take text for text."""
        number = self._numbers.get((text,))
        return self._add((text,), text, (), len(text)) if number is None else number

    def _labels_of(self, names: Names, count: int) -> tuple[Labels, int]:
        """The labels of a parent, and their length. Few different ones are in a configuration."""
        found = self._labels.get((names, count))
        if found is None:
            start, end = "[]" if names is None else "{}"
            first, *others = [""] * count if names is None else map(_key, names)
            labels = (start + first, *(f",{label}" for label in others), end)
            found = self._labels[names, count] = labels, sum(map(len, labels))
        return found

    def _add(self, key: object, text: "str | Open | Labels", children: Sequence[int], size: int) -> int:
        number = self._numbers[key] = len(self._sizes)
        self._texts.append(text)
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
    with suppress(TypeError):
        return ["".join(cast(Sequence[str], pieces))] if pieces else []
    parts: Pieces = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
        else:
            parts += ["".join(run), piece] if run else [piece]
            run = []
    return [*parts, "".join(run)] if run else parts
