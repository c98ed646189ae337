"""Shapes: what a slot without a value takes with it."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.profiles.sidecar.template import Number, Slot, Text, Values, prepared, text

MESH, NODE, PORT, REGION = Slot.MESH_NAME, Slot.VIRTUAL_NODE_NAME, Slot.ADMIN_PORT, Slot.REGION
NAME: Values = {MESH: "apps", NODE: {"Ref": "Node"}}


@pytest.mark.parametrize(
    ("member", "values", "expected"),
    [
        ("text", {}, "text"),
        (True, {}, True),
        ([{"Name": "x"}, 1], {}, [{"Name": "x"}, 1]),
        ([], {}, []),
        (MESH, NAME, "apps"),
        (NODE, NAME, {"Ref": "Node"}),
        (Number(PORT), {PORT: "9901"}, 9901),
        (Number(PORT), {PORT: "x"}, "x"),
        (Number(PORT), {PORT: {"Ref": "Port"}}, {"Ref": "Port"}),
        (Number(PORT), {PORT: True}, True),
        (Text(("mesh/", MESH, "/virtualNode/", NODE)), NAME, {"Fn::Sub": "mesh/apps/virtualNode/${Node}"}),
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
    assert prepared({"M": member}).filled(values) == {"M": expected}


@pytest.mark.parametrize(
    "member",
    [
        REGION,
        Number(REGION),
        Text(("in ", REGION)),
        [REGION],
        [{"Name": "a", "Value": REGION}],
        [{"Name": "a", "Value": Text((MESH, REGION))}],
    ],
)
def test_a_member_that_goes(member: Any) -> None:
    assert prepared({"Before": 1, "M": member, "After": MESH}).filled(NAME) == {"Before": 1, "After": "apps"}


@pytest.mark.parametrize("inside", [lambda shape: shape, lambda shape: [shape], lambda shape: [{"A": shape}]])
def test_a_loops_placeholder_stays_one(inside: Any) -> None:
    form = prepared({"M": inside(Text((MESH, "-", NODE)))})
    values: Values = {MESH: "${Each}", NODE: {"Ref": "Node"}}
    assert form.filled(values, {"Each"}) == {"M": inside({"Fn::Sub": "${Each}-${Node}"})}
    assert form.filled(values) == {"M": inside({"Fn::Sub": "${!Each}-${Node}"})}


def test_what_has_no_slot_is_made_once() -> None:
    form = prepared({"M": {"A": ["x"]}, "N": MESH})
    assert form.filled(NAME)["M"] is form.filled({})["M"]


def test_text_without_a_value_is_none() -> None:
    assert text(Text(("a", MESH)), {}) is None
    assert text(Text(("a", MESH, "c")), {MESH: "b"}) == "abc"
