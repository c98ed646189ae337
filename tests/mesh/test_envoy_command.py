"""The bootstrap as an argument: JSON of strings, with pieces for CloudFormation to fill in."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.envoy_command import command

VALUES = {"A": "alpha", "B": "9080"}


LEFT: list[Any] = [
    {"Fn::If": "abc"},
    {"Fn::If": ["C", "a"]},
    {"Fn::FindInMap": ["a", "b", "c"]},
    {"Fn::Select": ["0", ["a", "b"]]},
    {"Fn::Join": [",", {"Ref": "Hosts"}]},
    {"Fn::Join": ["", "abc"]},
    {"Fn::Join": ["a"]},
    {"Fn::Join": "ab"},
    {"Fn::Join": ["", [["a"]]]},
    {"Fn::Sub": []},
    {"Fn::GetAtt": ["A", "B"]},
]
"""Calls whose text looks like their other arguments."""


def deployed(value: Any) -> str:
    """The result of the functions, as CloudFormation computes it."""
    if not isinstance(value, dict):
        return str(value)
    ((called, argument),) = value.items()
    if called == "Ref":
        return VALUES[argument]
    if called == "Fn::Sub":
        filled = re.sub(r"\$\{([A-Z])\}", lambda found: VALUES[found[1]], argument)
        return filled.replace("${!", "${")
    if called == "Fn::If":
        return deployed(argument[1])
    assert called == "Fn::Join"
    assert all(isinstance(item, str | dict) for item in argument[1])
    return str(argument[0]).join(map(deployed, argument[1]))


def read(config: dict[str, Json]) -> Any:
    return json.loads(deployed(command(config).command[1]))


def test_a_literal_configuration_is_one_string() -> None:
    told = command({"a": "1", "b": ["true", "x"], "c": {}}, "debug", extra=("--concurrency", "2"))
    text = '{"a":"1","b":["true","x"],"c":{}}'
    assert told.command == ("--config-yaml", text, "-l", "debug", "--concurrency", "2")


def test_text_that_looks_like_a_function_is_text() -> None:
    assert command({"v": ["Fn::If", "Ref"]}).command[1] == '{"v":["Fn::If","Ref"]}'


def test_intrinsics_stand_between_pieces_of_text() -> None:
    config: dict[str, Json] = {"port_value": {"Ref": "B"}, "x": "${A}"}
    assert command(config).command[1] == {"Fn::Join": ["", ['{"port_value":"', {"Ref": "B"}, '","x":"${A}"}']]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "A"}, "alpha"),
        ({"Fn::Sub": 'say "${A}" \\ ${!A}\n'}, 'say "alpha" \\ ${A}\n'),
        ({"Fn::Join": ['"', ["x", {"Ref": "A"}, 'y"']]}, 'x"alpha"y"'),
        ({"Fn::Sub": ['${X}"${Y}', {"X": {"Ref": "A"}, "Y": 'q"'}]}, 'alpha"q"'),
        ({"Fn::If": ["C", 'a"', {"Ref": "A"}]}, 'a"'),
        ({"Fn::If": ["C", {"Fn::Join": ["", ['"', {"Ref": "A"}]]}, "x"]}, '"alpha'),
        ({"Fn::Join": ["", [{"Fn::Join": ["-", [{"Ref": "A"}, {"Ref": "B"}]]}, "\t"]]}, "alpha-9080\t"),
    ],
)
def test_literal_text_inside_of_functions_is_escaped(value: Json, text: str) -> None:
    assert read({"v": value}) == {"v": text}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"Ref": "A"}, {"Ref": "A"}),
        ({"Fn::If": ["C", 'a"', {"Ref": "A"}]}, {"Fn::If": ["C", 'a\\"', {"Ref": "A"}]}),
        (
            {"Fn::If": ["C", {"Ref": "A"}, {"Fn::Sub": ["${X}-", {"X": {"Ref": "A"}}]}]},
            {"Fn::If": ["C", {"Ref": "A"}, {"Fn::Join": ["", [{"Ref": "A"}, "-"]]}]},
        ),
        *((value, value) for value in LEFT),
    ],
)
def test_functions_only_cloudformation_can_resolve_are_kept(value: Any, written: Any) -> None:
    assert command({"v": value}).command[1] == {"Fn::Join": ["", ['{"v":"', written, '"}']]}


def test_adjacent_functions_have_no_text_between_them() -> None:
    config: dict[str, Json] = {"v": {"Fn::Sub": ["${X}${Y}", {"X": {"Ref": "A"}, "Y": {"Ref": "B"}}]}}
    assert command(config).command[1] == {"Fn::Join": ["", ['{"v":"', {"Ref": "A"}, {"Ref": "B"}, '"}']]}


@pytest.mark.parametrize("value", ["{{resolve:ssm:x}}", {"Fn::Sub": "{{resolve:ssm:${A}}}"}])
def test_a_dynamic_reference_is_refused(value: Json) -> None:
    assert [str(finding) for finding in command({"a": value}, subject="Task").findings] == [
        "AM322 Task: Envoy's configuration holds a dynamic reference, which CloudFormation would replace. "
        "Take '{{resolve:' out of the mesh's resources."
    ]
    assert [finding.subject for finding in command({"a": value}).findings] == [""]


_configs = st.recursive(
    st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner, min_size=2), max_leaves=20
)


@given(config=st.dictionaries(st.text(), _configs, min_size=2))
def test_any_configuration_can_be_read_back_from_the_command(config: dict[str, Any]) -> None:
    assert json.loads(str(command(config).command[1])) == config
