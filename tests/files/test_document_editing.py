"""An edited text has the edited value, and keeps everything else that was in it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Changes, Json, append, edited, insert, remove, replace, same
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.files import documents, yaml_writer
from appmesh_inject.files.document_editing import edited_text
from appmesh_inject.files.errors import UserError
from appmesh_inject.files.text_editing import Placement
from appmesh_inject.files.value_differences import differences
from tests.files.test_writing import DOCUMENTS, VALUES

TEMPLATE = """\
# the shop
Resources:
    Web:   # its task
        Type: AWS::ECS::TaskDefinition
        Properties:
            Family: 'web'   # as in the old stack
            Name: !Sub "${AWS::StackName}-web"
            Containers:
            # the app
            - Name: app
              Image: !Ref Image   # from the pipeline
              Ports: [80, 81]     # both
            # - Name: debug
            - Name: envoy   # goes
              Image: envoy
            Tags: {a: 1, "b": two}
            Nothing:
"""


def of(text: str) -> documents.Document:
    return documents.parsed("template.yaml", text)


PROPERTIES = ("Resources", "Web", "Properties")

EDITS: Sequence[tuple[Changes, str, str]] = (
    ([replace((*PROPERTIES, "Family"), "shop")], "'web'   #", "'shop'   #"),
    ([replace((*PROPERTIES, "Name"), {"Fn::Sub": "${A}"})], '!Sub "${AWS::StackName}-web"', "!Sub ${A}"),
    ([replace((*PROPERTIES, "Name"), {"Ref": "A"})], '!Sub "${AWS::StackName}-web"', "!Ref A"),
    ([replace((*PROPERTIES, "Containers", 0, "Image"), {"Ref": "Other"})], "!Ref Image   #", "!Ref Other   #"),
    ([replace((*PROPERTIES, "Containers", 0, "Ports"), [80, 82])], "[80, 81]     #", "[80, 82]     #"),
    ([append((*PROPERTIES, "Containers", 0, "Ports"), 82)], "[80, 81]     #", "[80, 81, 82]     #"),
    ([insert((*PROPERTIES, "Containers", 0, "Ports", 0), 79)], "[80, 81]     #", "[79, 80, 81]     #"),
    ([remove((*PROPERTIES, "Containers", 0, "Ports", 0))], "[80, 81]     #", "[81]     #"),
    ([replace((*PROPERTIES, "Tags", "c"), "on")], '"b": two}', '"b": two, c: "on"}'),
    ([remove((*PROPERTIES, "Tags", "a"))], '{a: 1, "b": two}', '{"b": two}'),
    (
        [replace((*PROPERTIES, "Nothing"), {"a": [1]})],
        "Nothing:\n",
        "Nothing:\n                a:\n                - 1\n",
    ),
    ([replace((*PROPERTIES, "Nothing"), "some")], "Nothing:\n", "Nothing: some\n"),
    (
        [append((*PROPERTIES, "Containers"), {"Name": "x", "Args": ["a"]})],
        "              Image: envoy\n",
        "              Image: envoy\n            - Name: x\n              Args:\n              - a\n",
    ),
    (
        [insert((*PROPERTIES, "Containers", 0), {"Name": "first"})],
        "            - Name: app\n",
        "            - Name: first\n            - Name: app\n",
    ),
    (
        [insert((*PROPERTIES, "Containers", 1), {"Name": "x"}), remove((*PROPERTIES, "Containers", 1))],
        "            # - Name: debug\n            - Name: envoy   # goes\n              Image: envoy\n",
        "            - Name: x\n            # - Name: debug\n",
    ),
    (
        [remove((*PROPERTIES, "Containers", 0, "Name"))],
        "            - Name: app\n              Image",
        "            - Image",
    ),
    ([remove(("Resources", "Web", "Properties"))], TEMPLATE[TEMPLATE.index("        Properties:") :], ""),
    ([replace(("Resources", "Topic"), {"Type": "T"})], "Nothing:\n", "Nothing:\n    Topic:\n        Type: T\n"),
)


@pytest.mark.parametrize(("changes", "before", "after"), EDITS)
def test_only_what_is_edited_changes(changes: Changes, before: str, after: str) -> None:
    assert TEMPLATE.count(before) == 1
    assert edited_text(of(TEMPLATE), changes) == TEMPLATE.replace(before, after)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(("changes", "before", "after"), EDITS)
def test_the_ends_of_lines_stay(changes: Changes, before: str, after: str, end: str) -> None:
    expected = TEMPLATE.replace(before, after).replace("\n", end)
    assert edited_text(of(TEMPLATE.replace("\n", end)), changes) == expected


def test_a_new_key_comes_behind_the_one_that_is_named() -> None:
    placement = Placement({"Metadata": ("Type",)})
    text = edited_text(of(TEMPLATE), [replace(("Resources", "Web", "Metadata"), {"a": 1})], placement)
    assert "TaskDefinition\n        Metadata:\n            a: 1\n        Properties" in text


def test_comments_of_what_is_removed_stand_above_what_takes_its_place() -> None:
    place = (*PROPERTIES, "Containers", 1)
    placement = Placement(comments={("Resources", "Web", "Metadata", "AppMesh"): [place]})
    text = edited_text(
        of(TEMPLATE), [remove(place), replace(("Resources", "Web", "Metadata"), {"AppMesh": 1})], placement
    )
    assert text.endswith("        Metadata:\n            # goes\n            AppMesh: 1\n")


@pytest.mark.parametrize("nothing", ["", " null", " {}", " ~   # none"])
def test_comments_stand_above_a_value_that_was_empty(nothing: str) -> None:
    text = f"a:\n  m:{nothing}\n  l:\n    - x\n    - y   # why\n"
    changes = [remove(("a", "l", 1)), replace(("a", "m"), {"mark": 1})]
    new = edited_text(of(text), changes, Placement(comments={("a", "m", "mark"): [("a", "l", 1)]}))
    assert new.startswith("a:\n  # why\n  m:")
    assert new.endswith("  l:\n    - x\n")


def test_the_empty_lines_of_a_text_that_keeps_them_stay() -> None:
    text = "a:\n  - |+\n    one\n\n\nb: 1\n"
    assert edited_text(of(text), [append(("a",), "two")]) == text.replace("\nb:", "\n  - two\nb:")


def test_an_alias_of_what_is_edited_is_not_edited_too() -> None:
    text = "a: &x {b: 1}\nc: *x\n"
    with pytest.raises(UserError, match="same anchor"):
        edited_text(of(text), [replace(("a", "b"), 2)])


FORMS: dict[str, Any] = {
    "block": yaml_writer.written,
    "block with comments": lambda value: "".join(
        f"{line}{'' if '|' in text or ' !' in line or line.count(chr(34)) % 2 or chr(39) in line else ' # c'}\n"
        for text in [yaml_writer.written(value)]
        for line in text.split("\n")[:-1]
    ),
    "JSON of many lines": lambda value: json.dumps(value, indent=4),
    "JSON of one line": json.dumps,
}


@st.composite
def bent(draw: st.DrawFn, value: Any) -> Any:
    """A value with some parts of it changed, removed or added."""
    if isinstance(value, dict) and value:
        kept = {key: draw(bent(member)) for key, member in value.items() if draw(st.integers(0, 5))}
        return kept | draw(st.dictionaries(st.text("xyz", min_size=1), VALUES, max_size=1))
    if isinstance(value, list) and value:
        items = [draw(bent(item)) for item in value if draw(st.integers(0, 5))]
        at = draw(st.integers(0, len(items)))
        return [*items[:at], *draw(st.lists(VALUES, max_size=1)), *items[at:]]
    return value if draw(st.integers(0, 3)) else draw(VALUES)


@settings(max_examples=200, deadline=None)
@given(st.data(), DOCUMENTS, st.sampled_from(sorted(FORMS)))
def test_any_difference_can_be_written(data: st.DataObject, before: dict[str, Any], form: str) -> None:
    text = FORMS[form](before)
    try:
        document = of(text)
    except UserError:
        assume(False)
    assume(same(document.content, before))
    after = data.draw(bent(before))
    changes = list(differences(before, after))
    assert same(edited(before, changes), after)
    assert same(of(edited_text(document, changes)).content, after)


@settings(max_examples=150, deadline=None)
@given(st.data(), DOCUMENTS, st.sampled_from(["block", "block with comments"]))
def test_what_is_added_leaves_every_line_as_it_was(data: st.DataObject, before: dict[str, Any], form: str) -> None:
    text = FORMS[form](before)
    try:
        document = of(text)
    except UserError:
        assume(False)
    assume(same(document.content, before))
    after = data.draw(grown(before))
    lines = iter(edited_text(document, list(differences(before, after))).split("\n"))
    assert all(line in lines for line in text.split("\n"))


@st.composite
def grown(draw: st.DrawFn, value: Json) -> Any:
    """A value with members and items added to its maps and lists that are written in lines."""
    if isinstance(value, dict) and value and function(value) is None:
        return {key: draw(grown(member)) for key, member in value.items()} | {"new": draw(VALUES)}
    if isinstance(value, list) and value:
        return [*(draw(grown(item)) for item in value), draw(VALUES)]
    return value
