"""Text around intrinsics: what CloudFormation makes of it is what the pieces say."""

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import joined, number, separated

REF: Json = {"Ref": "Node"}


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], ""),
        (["a", 1, True, False], "a1truefalse"),
        ([REF, ""], REF),
        (["a", {"x": 1}], {"Fn::Join": ["", ["a", {"x": 1}]]}),
        (["${Colour}}-}", REF], {"Fn::Sub": "${Colour}}-}${Node}"}),
        ([REF], REF),
        (["mesh/", REF], {"Fn::Sub": "mesh/${Node}"}),
        ([REF, {"Fn::GetAtt": ["A", "B.C"]}, {"Fn::GetAtt": "A.B"}], {"Fn::Sub": "${Node}${A.B.C}${A.B}"}),
        (["a-", {"Fn::Sub": "${B}-${!C}"}], {"Fn::Sub": "a-${B}-${!C}"}),
        (["a", {"Fn::Sub": ["${B}", {"B": 1}]}], {"Fn::Join": ["", ["a", {"Fn::Sub": ["${B}", {"B": 1}]}]]}),
        (["a", {"Fn::ImportValue": "x"}, "b"], {"Fn::Join": ["", ["a", {"Fn::ImportValue": "x"}, "b"]]}),
        (["${Literal}-${!x}", REF], {"Fn::Sub": "${!Literal}-${!!x}${Node}"}),
        (["${Colour}-${Other}", REF], {"Fn::Sub": "${Colour}-${!Other}${Node}"}),
        (["a", {"Ref": "Node${Colour}"}], {"Fn::Join": ["", ["a", {"Ref": "Node${Colour}"}]]}),
    ],
)
def test_joined(pieces: list[Json], expected: Json) -> None:
    assert joined(pieces, loops=["Colour"]) == expected


def test_separated() -> None:
    assert separated([], ",") == ""
    assert separated([1, 2], ",") == "1,2"
    assert separated(["${Colour}", REF], ",", ["Colour"]) == {"Fn::Sub": "${Colour},${Node}"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (512, 512),
        ("512", 512),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        (True, None),
        (1.5, None),
        (None, None),
        ([1], None),
        ("", None),
        ("1.5", None),
        ("-1", None),
        ("\u00b2", None),
        ("\u0663", None),
    ],
)
def test_number(value: object, expected: int | None) -> None:
    assert number(value) == expected
