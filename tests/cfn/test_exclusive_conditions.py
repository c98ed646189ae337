"""Conditions that cannot hold together."""

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.exclusive_conditions import MOST_COMPARISONS, compatible

STAGE: Json = {"Ref": "Stage"}
CONDITIONS: dict[str, Json] = {
    "Prod": {"Fn::Equals": [STAGE, "prod"]},
    "Test": {"Fn::Equals": ["test", STAGE]},
    "Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]},
    "NotProd": {"Fn::Not": [{"Condition": "Prod"}]},
    "Either": {"Fn::Or": [{"Condition": "Prod"}, {"Condition": "Test"}]},
    "Neither": {"Fn::Not": [{"Condition": "Either"}]},
    "LargeProd": {"Fn::And": [{"Condition": "Large"}, {"Condition": "Prod"}]},
    "Never": {"Fn::Equals": ["a", "b"]},
    "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
    "Odd": ["no condition"],
}


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([("Prod", True), ("NotProd", True)], False),
        ([("Prod", True), ("NotProd", False)], True),
        ([("Prod", True), ("Test", True)], False),
        ([("Prod", False), ("Test", False)], True),
        ([("Prod", True), ("Large", True)], True),
        ([("Neither", True), ("LargeProd", True)], False),
        ([("Neither", True), ("Large", True)], True),
        ([("Either", True), ("Prod", False)], True),
        ([("Prod", True), ("Prod", False)], False),
        ([("Never", True)], False),
        ([("Never", False)], True),
        ([("Declared nowhere", True), ("Prod", True)], True),
        ([("Odd", True)], True),
        ([], True),
    ],
)
def test_outcomes_exclude_each_other_or_not(outcomes: list[tuple[str, bool]], expected: bool) -> None:
    assert compatible(CONDITIONS, outcomes) is expected


def test_a_condition_that_refers_to_itself_ends() -> None:
    assert isinstance(compatible(CONDITIONS, [("Circle", True)]), bool)


def test_what_takes_too_long_to_find_out_is_compatible() -> None:
    many: dict[str, Json] = {f"C{n}": {"Fn::Equals": [{"Ref": f"P{n}"}, "x"]} for n in range(MOST_COMPARISONS + 1)}
    everything: Json = [{"Condition": name} for name in many]
    conditions: dict[str, Json] = {**many, "All": {"Fn::And": everything}}
    assert compatible(conditions, [("All", True), ("C0", False)])
