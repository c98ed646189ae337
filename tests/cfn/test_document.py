"""Edits of a document: what is asked for changes, and all else is the same object."""

import json

import pytest

from appmesh_inject.cfn.document import (
    Changes,
    ConflictingEditsError,
    Json,
    Path,
    append,
    at_most,
    edited,
    existing,
    half_character,
    insert,
    removals,
    remove,
    replace,
)

DOCUMENT: Json = {"a": [0, 1, 2, 3], "b": {"c": {"d": 1}}, "e": "text"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], DOCUMENT),
        ([replace((), "new")], "new"),
        ([remove(("e",)), remove(("missing",))], {"a": [0, 1, 2, 3], "b": {"c": {"d": 1}}}),
        ([replace(("b", "c", "x"), 2)], {"a": [0, 1, 2, 3], "b": {"c": {"d": 1, "x": 2}}, "e": "text"}),
        # Indexes are those of the list as it came, in whatever order the changes are given.
        ([remove(("a", 0)), remove(("a", 2))], {"a": [1, 3], "b": {"c": {"d": 1}}, "e": "text"}),
        ([remove(("a", 2)), remove(("a", 0))], {"a": [1, 3], "b": {"c": {"d": 1}}, "e": "text"}),
        ([append(("a",), "end"), remove(("a", 1))], {"a": [0, 2, 3, "end"], "b": {"c": {"d": 1}}, "e": "text"}),
        ([append(("a",), 4), append(("a",), 5, 6)], {"a": [0, 1, 2, 3, 4, 5, 6], "b": {"c": {"d": 1}}, "e": "text"}),
        ([append(("f",), 1)], {"a": [0, 1, 2, 3], "b": {"c": {"d": 1}}, "e": "text", "f": [1]}),
        ([replace(("a", 1), "one")], {"a": [0, "one", 2, 3], "b": {"c": {"d": 1}}, "e": "text"}),
        (
            [insert(("a", 1), "x"), replace(("a", 1), "one"), insert(("a", 1), "y"), insert(("a", 4), "z")],
            {"a": [0, "x", "y", "one", 2, 3, "z"], "b": {"c": {"d": 1}}, "e": "text"},
        ),
        ([insert(("a", 0), "x"), remove(("a", 0))], {"a": ["x", 1, 2, 3], "b": {"c": {"d": 1}}, "e": "text"}),
    ],
)
def test_edited(changes: Changes, expected: Json) -> None:
    assert edited(DOCUMENT, changes) == expected


@pytest.mark.parametrize(
    "changes",
    [
        [replace(("b",), 1), replace(("b", "c"), 2)],
        [replace(("b", "c", "d"), 2), remove(("b",))],
        [replace(("e",), 1), replace(("e",), 2)],
        [replace(("a",), []), append(("a",), 1)],
        [remove(("a", 0)), replace(("a", 0), 1)],
        [replace((), {}), replace(("e",), 1)],
    ],
)
def test_edits_that_lead_through_one_another_are_a_bug(changes: Changes) -> None:
    for given in (changes, changes[::-1]):
        with pytest.raises(ConflictingEditsError):
            edited(DOCUMENT, given)


def test_what_is_not_edited_is_the_same_object() -> None:
    assert edited(DOCUMENT, []) is DOCUMENT
    changed = edited(DOCUMENT, [replace(("a", 0), 9)])
    assert isinstance(changed, dict)
    assert isinstance(DOCUMENT, dict)
    assert changed["b"] is DOCUMENT["b"]
    assert DOCUMENT["a"] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "value",
    [
        "x" * 1000,
        "\x01" * 100,
        '"' * 100,
        "\n\\" * 50,
        [True, False, None] * 50,
        {"a": [1, 2.5, -3]},
        "é\U0001f600" * 9,
        2**60,
    ],
)
def test_what_is_at_most_of_a_size_is(value: Json) -> None:
    size = len(json.dumps(value, ensure_ascii=False).encode())
    assert not at_most(value, size - 1)
    assert at_most(value, 7 * size + 100)


def test_the_bound_is_close_for_a_template() -> None:
    containers: Json = [{"Name": f"app{n}", "Image": "registry.example.com/web:1", "Essential": True} for n in range(9)]
    size = len(json.dumps(containers))
    assert at_most(containers, 2 * size)


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


def test_removals_may_repeat_and_lead_through_each_other() -> None:
    paths: list[Path] = [("b", "c"), ("a", 1), ("b", "c", "d"), ("a", 1), ("b",)]
    assert edited(DOCUMENT, removals(paths)) == {"a": [0, 2, 3], "e": "text"}
