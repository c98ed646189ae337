"""Conditions that follow from known parameters."""

from typing import Any

import pytest

from appmesh_inject.cfn.conditions import outcomes
from appmesh_inject.cfn.intrinsics import Scope

KNOWN: dict[str, Any] = {
    "Yes": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
    "No": {"Fn::Not": [{"Condition": "Yes"}]},
    "Unknown": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]},
}


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "Yes"}]}, True),
        ({"Fn::And": [{"Condition": "Unknown"}, {"Condition": "No"}]}, False),
        ({"Fn::And": [{"Condition": "Unknown"}, {"Condition": "Yes"}]}, None),
        ({"Fn::Or": [{"Condition": "Unknown"}, {"Condition": "Yes"}]}, True),
        ({"Fn::Or": [{"Condition": "No"}, {"Condition": "No"}]}, False),
        ({"Fn::Or": [{"Condition": "Unknown"}, {"Condition": "No"}]}, None),
        ({"Fn::Not": [{"Condition": "Unknown"}]}, None),
        ({"Fn::Equals": [1, "1"]}, True),
        ({"Fn::Equals": ["prod", {"Ref": "Env"}]}, True),
        ({"Fn::Equals": [{"Ref": "Env"}]}, None),
        ({"Condition": "Asked"}, None),
        ({"Condition": "Missing"}, None),
        ("text", None),
    ],
)
def test_outcome(condition: Any, outcome: bool | None) -> None:
    found = outcomes({**KNOWN, "Asked": condition}, Scope(parameters={"Env": "prod"}))
    assert found.get("Asked") is outcome
    assert (found["Yes"], found["No"]) == (True, False)
    assert "Unknown" not in found


def test_what_is_no_section_decides_nothing() -> None:
    assert outcomes("text", Scope()) == {}
