"""How large a value is once CloudFormation has filled it in."""

import json
from datetime import date
from typing import Any

import pytest

from appmesh_inject.cfn.deployed_size import VALUE_OF_A_FUNCTION, deployed_size, json_bytes
from appmesh_inject.cfn.document import Json

NO_VALUE: Json = {"Ref": "AWS::NoValue"}
REF: Json = {"Ref": "A"}
UNKNOWN = "x" * VALUE_OF_A_FUNCTION


@pytest.mark.parametrize(
    ("value", "filled_in"),
    [
        ({"a": [1, True, None, 'x"\\\n', "ü"], "b": {}}, {"a": [1, True, None, 'x"\\\n', "ü"], "b": {}}),
        ({"a": REF}, {"a": UNKNOWN}),
        ([REF, {"Fn::GetAtt": ["A", "B"]}], [UNKNOWN, UNKNOWN]),
        ({"a": NO_VALUE, "b": REF}, {"b": UNKNOWN}),
        ([NO_VALUE, NO_VALUE], []),
        ({"a": NO_VALUE}, {}),
        ([1, NO_VALUE, REF], [1, UNKNOWN]),
        ({"Fn::Join": ["-", ["ab", REF, 'c"']]}, f'ab-{UNKNOWN}-c"'),
        ({"Fn::Join": ["-", []]}, ""),
        ({"Fn::Join": [", ", REF]}, UNKNOWN),
        ({"Fn::Join": ["", ["a", {"Fn::If": ["C", "bcd", REF]}]]}, f"a{UNKNOWN}"),
        ({"Fn::Sub": "arn:${AWS::Region}"}, "arn:${AWS::Region}"),
        ({"Fn::Sub": ["x-${Y}", {"Y": REF}]}, "x-${Y}"),
        ({"Fn::Sub": REF}, UNKNOWN),
        ({"Fn::If": ["C", {"a": [1, 2]}, {"a": "x" * 100}]}, {"a": "x" * 100}),
        ({"Fn::If": ["C", "x" * 100, NO_VALUE]}, "x" * 100),
        ({"Fn::If": "odd"}, UNKNOWN),
    ],
)
def test_the_size_is_that_of_what_is_filled_in(value: Json, filled_in: Json) -> None:
    assert deployed_size(value) == len(json.dumps(filled_in, ensure_ascii=False, separators=(",", ":")).encode())


def test_what_json_does_not_have_is_measured_as_text() -> None:
    day: Any = {"AWSTemplateFormatVersion": date(2010, 9, 9)}
    assert json_bytes(day) == len('{"AWSTemplateFormatVersion":"2010-09-09"}')
