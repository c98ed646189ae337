"""How a value reads, and which parameters may decide."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json, is_deeper
from appmesh_inject.cfn.intrinsics import (
    ABSENT,
    OPAQUE,
    Branches,
    Literal,
    Reading,
    Scope,
    conditions_along,
    function,
    known,
    leaves,
    list_parameters,
    parameters_that_decide,
    read,
)

SCOPE = Scope(parameters={"P": "value", "L": "loop"}, loops=frozenset({"L"}), assumed={"Yes": True, "No": False})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", Literal("text")),
        ("{{resolve:ssm:x}}", OPAQUE),
        ({"a": 1}, Literal({"a": 1})),
        ({"Ref": "P"}, Literal("value", "P")),
        ({"Ref": "L"}, OPAQUE),
        ({"Ref": "AWS::Region"}, OPAQUE),
        ({"Ref": "AWS::NoValue"}, ABSENT),
        ({"Ref": ["P"]}, Literal({"Ref": ["P"]})),
        ({"Condition": "Yes"}, Literal({"Condition": "Yes"})),
        ({"Fn::Sub": "x"}, OPAQUE),
        ({"Fn::If": ["A", 1, 2]}, Branches("A", 1, 2)),
        ({"Fn::If": ["Yes", 1, 2]}, Literal(1)),
        ({"Fn::If": ["No", 1, {"Ref": "P"}]}, Literal("value", "P")),
        ({"Fn::If": ["A", 1]}, OPAQUE),
        ({"Fn::If": ["A", 1, 2, 3]}, OPAQUE),
        ({"Fn::If": [["Yes"], 1, 2]}, OPAQUE),
        ({"Fn::If": "Yes"}, OPAQUE),
    ],
)
def test_read(value: Json, expected: Reading) -> None:
    assert read(value, SCOPE) == expected


@pytest.mark.parametrize("name", ["Ref", "Fn::Sub", "Fn::Whatever"])
def test_function(name: str) -> None:
    assert function({name: "x"}) == name
    assert function({name: "x", "y": 1}) is None
    assert function({name.lower(): "x"}) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", "x"), ("{{resolve:ssm:x}}", None), ({"Ref": "P"}, "value"), ({"Ref": "L"}, None), ([1], [1])],
)
def test_known(value: Json, expected: Json) -> None:
    assert known(value, SCOPE) == expected


@pytest.mark.parametrize(
    "odd", [[], "Yes", ["Yes"], ["Yes", 1], [["Yes"], 1, 2], [{"Ref": "P"}, 1, 2], {"Yes": 1}, None]
)
def test_an_fn_if_that_is_none_is_opaque(odd: Json) -> None:
    (leaf,) = leaves({"Fn::If": odd}, SCOPE)
    assert leaf.reading == OPAQUE


def test_leaves_say_where_they_are_and_what_holds_there() -> None:
    value: Json = {"Fn::If": ["A", {"Fn::If": ["No", 1, 2]}, {"Fn::If": ["A", 3, 4]}]}
    found = [(leaf.written, leaf.path, leaf.scope.assumed["A"]) for leaf in leaves(value, SCOPE, ("x",))]
    assert found == [
        (2, ("x", "Fn::If", 1, "Fn::If", 2), True),
        (4, ("x", "Fn::If", 2, "Fn::If", 2), False),
    ]


def test_conditions_along() -> None:
    value: Json = [{"Fn::If": ["A", {"x": {"Fn::If": ["B", 1, [2]]}}, 3]}]
    assert conditions_along(value, (0, "Fn::If", 1, "x", "Fn::If", 2, 0)) == {"A": True, "B": False}
    assert conditions_along(value, (0, "Fn::If", 2)) == {"A": False}
    assert conditions_along(value, (0,)) == {}


@pytest.mark.parametrize(
    ("declaration", "decides"),
    [
        ({"Type": "String"}, True),
        ({}, True),
        ("odd", True),
        ({"Type": ["AWS::SSM::Parameter::Name"]}, True),
        ({"Type": "String", "NoEcho": False}, True),
        ({"Type": "String", "NoEcho": "false"}, True),
        ({"Type": "String", "NoEcho": True}, False),
        ({"Type": "String", "NoEcho": "true"}, False),
        ({"Type": "String", "NoEcho": "True"}, False),
        ({"NoEcho": True}, False),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, False),
        ({"Type": "AWS::SSM::Parameter::Name"}, False),
        ({"Type": "AWS::EC2::VPC::Id"}, True),
    ],
)
def test_which_parameters_decide(declaration: Any, decides: bool) -> None:
    values = {"P": "value", "Undeclared": "x"}
    kept = {"P": "value"} if decides else {}
    assert parameters_that_decide(values, {"P": declaration}) == {**kept, "Undeclared": "x"}


@pytest.mark.parametrize(
    ("declaration", "value", "is_list"),
    [
        ({"Type": "CommaDelimitedList"}, "a,b", True),
        ({"Type": "List<Number>"}, "1,2", True),
        ({"Type": "AWS::SSM::Parameter::Value<List<String>>"}, "x", True),
        ({"Type": "String"}, "a,b", False),
        ({"Type": ["CommaDelimitedList"]}, "a", False),
        ("odd", "a", False),
        ({"Type": "String"}, ["a"], True),
    ],
)
def test_which_parameters_are_lists(declaration: Any, value: Json, is_list: bool) -> None:
    assert list_parameters({"P": value}, {"P": declaration}) == ({"P"} if is_list else set())


@pytest.mark.parametrize(
    ("value", "depth"), [("x", 0), ([], 1), ({"a": 1}, 1), ({"a": [{"b": "x"}], "c": []}, 3), ([[], [[[1]]], "x"], 4)]
)
def test_is_deeper(value: Json, depth: int) -> None:
    assert [is_deeper(value, levels) for levels in range(6)] == [levels < depth for levels in range(6)]
