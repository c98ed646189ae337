"""Text around intrinsics: what CloudFormation makes of it is what the pieces say."""

import pytest

from appmesh_inject.text import joined
from appmesh_inject.tree import Json

REF: Json = {"Ref": "Node"}


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], ""),
        (["a", 1, True], "a1true"),
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
