"""Edits of a document: what is asked for changes, and all else is the same object."""

import pytest

from appmesh_inject.cfn.document import REMOVED, Changes, Json, Path, edited, existing, half_character

DOCUMENT: Json = {"a": [0, 1, 2, 3], "b": {"c": {"d": 1}}, "e": "text"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, DOCUMENT),
        ({(): "new"}, "new"),
        ({("e",): REMOVED, ("missing",): REMOVED}, {"a": [0, 1, 2, 3], "b": {"c": {"d": 1}}}),
        ({("b", "c", "x"): 2}, {"a": [0, 1, 2, 3], "b": {"c": {"d": 1, "x": 2}}, "e": "text"}),
        # Indices are those of the list as it came, in whatever order the changes are given.
        ({("a", 0): REMOVED, ("a", 2): REMOVED}, {"a": [1, 3], "b": {"c": {"d": 1}}, "e": "text"}),
        ({("a", 2): REMOVED, ("a", 0): REMOVED}, {"a": [1, 3], "b": {"c": {"d": 1}}, "e": "text"}),
        ({("a", 1): REMOVED, ("a", 4): "end"}, {"a": [0, 2, 3, "end"], "b": {"c": {"d": 1}}, "e": "text"}),
        ({("a", 1): "one"}, {"a": [0, "one", 2, 3], "b": {"c": {"d": 1}}, "e": "text"}),
        # The shorter path wins.
        ({("b",): 1, ("b", "c"): 2}, {"a": [0, 1, 2, 3], "b": 1, "e": "text"}),
    ],
)
def test_edited(changes: Changes, expected: Json) -> None:
    assert edited(DOCUMENT, changes) == expected


def test_what_is_not_edited_is_the_same_object() -> None:
    changed = edited(DOCUMENT, {("a", 0): 9})
    assert isinstance(changed, dict)
    assert isinstance(DOCUMENT, dict)
    assert changed["b"] is DOCUMENT["b"]
    assert DOCUMENT["a"] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("a", 0), ("a", 0)),
        (("a", 3), ("a", 3)),
        (("f", 0, "g", "x"), ("f", 0, "g")),
        (("a", 4), ("a",)),
        (("a", -1), ("a",)),
        (("a", "0"), ("a",)),
        (("b", "c", "x"), ("b", "c")),
        (("b", 0), ("b",)),
        (("e", 0), ("e",)),
        (("e", "t"), ("e",)),
        (("x",), ()),
    ],
)
def test_existing(path: tuple[str | int, ...], expected: tuple[str | int, ...]) -> None:
    assert isinstance(DOCUMENT, dict)
    assert existing({**DOCUMENT, "f": [{"g": 1}]}, path) == expected


LOOKS_LIKE_ONE = 0xA0ED
"""A number whose bytes are those of half a character."""


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("é í \ud000 \U0001f600", None),
        ("\ud800", ()),
        ("x\udfff", ()),
        ({"a": "x", "b": "x\ud800"}, ("b",)),
        ({"a": {"\udc00": 1}}, ("a",)),
        (["x", ["y", "\ud800"]], (1, 1)),
        ({"a": ["x", {"b": [1, None, "\ude00"]}], "c": "y"}, ("a", 1, "b", 2)),
        ({"a": ["x", LOOKS_LIKE_ONE]}, None),
        ([LOOKS_LIKE_ONE, "\udbff"], (1,)),
    ],
)
def test_half_a_character(value: Json, path: Path | None) -> None:
    assert half_character(value) == path


def test_half_a_character_in_depth() -> None:
    for text, path in (("\ud800", (0,) * 5000), ("x", None)):
        value: Json = text
        for _ in range(5000):
            value = [value]
        assert half_character(value) == path
