"""Templates of sidecars: what a slot without a value takes with it."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.profiles.sidecar.template import (
    JoinedText,
    Number,
    Slot,
    Values,
    filled,
    joined_text,
    left_open,
    open_paths,
)

MESH, NODE, PORT, REGION = Slot.MESH_NAME, Slot.VIRTUAL_NODE_NAME, Slot.ADMIN_PORT, Slot.REGION
NAME: Values = {MESH: "apps", NODE: {"Ref": "Node"}}


@pytest.mark.parametrize(
    ("member", "values", "expected"),
    [
        ("text", {}, "text"),
        (True, {}, True),
        ([{"Name": "x"}, 1], {}, [{"Name": "x"}, 1]),
        (MESH, NAME, "apps"),
        (NODE, NAME, {"Ref": "Node"}),
        (Number(PORT), {PORT: "9901"}, 9901),
        (Number(PORT), {PORT: "x"}, "x"),
        (Number(PORT), {PORT: {"Ref": "Port"}}, {"Ref": "Port"}),
        (Number(PORT), {PORT: True}, True),
        (JoinedText(("mesh/", MESH, "/virtualNode/", NODE)), NAME, {"Fn::Sub": "mesh/apps/virtualNode/${Node}"}),
        ({"A": {"B": MESH, "C": REGION}}, NAME, {"A": {"B": "apps"}}),
        ({"A": REGION}, {}, {}),
        (
            [{"Name": "a", "Value": MESH}, {"Name": "b", "Value": REGION}, "c"],
            NAME,
            [{"Name": "a", "Value": "apps"}, "c"],
        ),
        ([MESH, REGION, NODE], NAME, ["apps", {"Ref": "Node"}]),
        ([["a", REGION], ["b", MESH]], NAME, [["a"], ["b", "apps"]]),
        ([{"A": [{"B": MESH}]}], NAME, [{"A": [{"B": "apps"}]}]),
    ],
)
def test_a_member(member: Any, values: Values, expected: Json) -> None:
    assert filled({"M": member}, values) == {"M": expected}


@pytest.mark.parametrize(
    "member",
    [
        REGION,
        Number(REGION),
        JoinedText(("in ", REGION)),
        [REGION],
        [{"Name": "a", "Value": REGION}],
        [{"Name": "a", "Value": JoinedText((MESH, REGION))}],
    ],
)
def test_a_member_that_goes(member: Any) -> None:
    assert filled({"Before": 1, "M": member, "After": MESH}, NAME) == {"Before": 1, "After": "apps"}


def test_a_loops_placeholder_stays_one() -> None:
    text = JoinedText((MESH, "-", NODE))
    values: Values = {MESH: "${Each}", NODE: {"Ref": "Node"}}
    assert joined_text(text, values, {"Each"}) == {"Fn::Sub": "${Each}-${Node}"}
    assert joined_text(text, values) == {"Fn::Sub": "${!Each}-${Node}"}


def test_where_a_slot_is_left_open() -> None:
    left = filled({"A": [{"Name": "x", "Value": MESH}], "B": ["y"], "C": MESH}, {MESH: left_open(MESH)})
    assert list(open_paths(left)) == [("A", 0, "Value"), ("C",)]


def test_text_without_a_value_is_none() -> None:
    assert joined_text(JoinedText(("a", MESH)), {}) is None
    assert joined_text(JoinedText(("a", MESH, "c")), {MESH: "b"}) == "abc"
