"""The bootstrap in a command: YAML with pieces for CloudFormation to fill in, plain and compressed."""

import base64
import gzip
import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh.command_forms import commands, configuration_part, form_of, is_ours
from appmesh_inject.mesh.command_reading import configuration
from appmesh_inject.mesh.envoy_command import command
from appmesh_inject.mesh.flow_yaml import Parts, literal

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
    return yaml.load(deployed(command(config).command[1]), Loader=yaml.BaseLoader)


def unpacked(run: tuple[Json, ...]) -> str:
    """The text of a compressed configuration, with `<n>` for its placeholders."""
    return re.sub("\x1f([0-9]+)\x1f", r"<\1>", gzip.decompress(base64.b64decode(str(run[4]))).decode())


def test_a_literal_configuration_is_one_string() -> None:
    told = command({"a": "1", "b": ["true", "x"], "c": {}}, "debug", extra=("--concurrency", "2"))
    text = "{a: '1',b: ['true',x],c: {}}"
    assert told.command == ("--config-yaml", text, "-l", "debug", "--concurrency", "2")


@pytest.mark.parametrize(
    "text", ["web", "a.b/c-d_e", "mesh/apps/virtualNode/web", "http://a:80/x", "1s", "0.25s", "_x"]
)
def test_text_that_no_reader_takes_for_anything_else_has_no_quotes(text: str) -> None:
    assert literal(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("010", "0x10", "+5", "-5", "1", "1.5", "1e3", ".5", ".inf", "1:30", "2026-11-26", "1.s", "s1 s"),
        *("~", "y", "Y", "n", "No", "yes", "off", "ON", "true", "FALSE", "null", "Null", "", " ", "-", "?", "=", "<<"),
        *(
            "*",
            "&",
            "!",
            "|",
            ">",
            "%",
            "@type",
            "`a",
            "a,",
            "a]",
            "{a",
            "a{b",
            "a#",
            "a:",
            "a: b",
            "a #b",
            "a:,b",
            "-a",
        ),
        *(" a", "a b", "é", "it's", "'s'", '"', "\\", "${A}"),
    ],
)
def test_other_text_has_single_quotes(text: str) -> None:
    assert literal(text) == "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", r'"a\nb"'),
        ('"\t\\', r'"\"\t\\"'),
        ("\x00\x04\x1f\x7f\x85", r'"\x00\x04\x1f\x7f\x85"'),
        ("\u2028\ufeff é", r'"\u2028\ufeff é"'),
        ("\U000e0001😀", r'"\U000e0001😀"'),
    ],
)
def test_unprintable_text_has_double_quotes_and_escapes(text: str, written: str) -> None:
    assert literal(text) == written
    assert yaml.safe_load(written) == text


def test_what_repeats_is_said_once() -> None:
    there: Json = {"address": "web.shop.local", "port": "8080"}
    text = command({"one": there, "two": [there, {"port": "8080"}], "three": "web.shop.local"}).command[1]
    assert text == "{one: &a {address: &b web.shop.local,port: &c '8080'},two: [*a,{port: *c}],three: *b}"


def test_what_is_shorter_than_an_anchor_is_repeated() -> None:
    assert command({"a": ["xy", "xy", {}, {}]}).command[1] == "{a: [xy,xy,{},{}]}"


def test_an_intrinsic_that_repeats_is_said_once() -> None:
    name: Json = {"Fn::Sub": "web.${A}"}
    text = command({"a": name, "b": [name]}).command[1]
    assert text == {"Fn::Join": ["", ["{a: &a '", name, "',b: [*a]}"]]}


def test_there_are_as_many_anchors_as_needed() -> None:
    config: dict[str, Json] = {"names": [f"service-{number % 5000}" for number in range(10_000)]}
    assert yaml.load(str(command(config).command[1]), Loader=yaml.BaseLoader) == config


def test_parts_of_other_configurations_change_nothing() -> None:
    first: dict[str, Json] = {"a": ["a-long-text", "a-long-text"], "b": {"Ref": "A"}}
    second: dict[str, Json] = {"a": ["a-long-text"], "b": ["a-long-text", {"Ref": "A"}]}
    parts = Parts()
    for config in (first, second, first):
        assert command(config, parts=parts) == command(config)


def test_text_that_looks_like_a_function_is_text() -> None:
    assert command({"v": ["Fn::If", "Ref"]}).command[1] == "{v: [Fn::If,Ref]}".replace("Fn::If", "'Fn::If'")


def test_intrinsics_stand_between_pieces_of_text() -> None:
    config: dict[str, Json] = {"port_value": {"Ref": "B"}, "x": "${A}"}
    assert command(config).command[1] == {"Fn::Join": ["", ["{port_value: '", {"Ref": "B"}, "',x: '${A}'}"]]}


FILLED: list[tuple[Any, str]] = [
    ({"Ref": "A"}, "alpha"),
    ({"Fn::Sub": 'it\'s "${A}" \\ ${!A}'}, 'it\'s "alpha" \\ ${A}'),
    ({"Fn::Join": ["'", ["x", {"Ref": "A"}, "y'"]]}, "x'alpha'y'"),
    ({"Fn::Sub": ["${X}'${Y}", {"X": {"Ref": "A"}, "Y": "q'"}]}, "alpha'q'"),
    ({"Fn::If": ["C", "a'", {"Ref": "A"}]}, "a'"),
    ({"Fn::If": ["C", {"Fn::Join": ["", ["'", {"Ref": "A"}]]}, "x"]}, "'alpha"),
    ({"Fn::Join": ["", [{"Fn::Join": ["-", [{"Ref": "A"}, {"Ref": "B"}]]}, "''"]]}, "alpha-9080''"),
]


@pytest.mark.parametrize(("value", "text"), FILLED)
def test_literal_text_inside_of_functions_is_escaped(value: Json, text: str) -> None:
    assert read({"v": value}) == {"v": text}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"Ref": "A"}, {"Ref": "A"}),
        ({"Fn::If": ["C", "a'", {"Ref": "A"}]}, {"Fn::If": ["C", "a''", {"Ref": "A"}]}),
        (
            {"Fn::If": ["C", {"Ref": "A"}, {"Fn::Sub": ["${X}-", {"X": {"Ref": "A"}}]}]},
            {"Fn::If": ["C", {"Ref": "A"}, {"Fn::Join": ["", [{"Ref": "A"}, "-"]]}]},
        ),
        *((value, value) for value in LEFT),
    ],
)
def test_functions_only_cloudformation_can_resolve_are_kept(value: Any, written: Any) -> None:
    assert command({"v": value}).command[1] == {"Fn::Join": ["", ["{v: '", written, "'}"]]}


def test_adjacent_functions_have_no_text_between_them() -> None:
    config: dict[str, Json] = {"v": {"Fn::Sub": ["${X}${Y}", {"X": {"Ref": "A"}, "Y": {"Ref": "B"}}]}}
    assert command(config).command[1] == {"Fn::Join": ["", ["{v: '", {"Ref": "A"}, {"Ref": "B"}, "'}"]]}


@pytest.mark.parametrize("form", ["plain", "compressed"])
@pytest.mark.parametrize("value", ["{{resolve:ssm:x}}", {"Fn::Sub": "{{resolve:ssm:${A}}}"}])
def test_a_dynamic_reference_is_refused(value: Json, form: str) -> None:
    assert [str(finding) for finding in command({"a": value}, subject="Task", form=form).findings] == [
        "AM322 Task: Envoy's configuration holds a dynamic reference, which CloudFormation would replace. "
        "Take '{{resolve:' out of the mesh's resources."
    ]
    assert [finding.subject for finding in command({"a": value}, form=form).findings] == [""]


OF_P: list[Any] = [
    {"Ref": "P"},
    {"Fn::Sub": "a.${P}"},
    {"Fn::Sub": ["a.${P}", {}]},
    {"Fn::Sub": ["a.${A}", {"A": {"Ref": "P"}}]},
    {"Fn::Sub": "${Q}.${P}"},
    {"Fn::Sub": "${P}.{x}"},
    {"Fn::Join": ["", ["a", {"Ref": "P"}]]},
    {"Fn::If": ["C", {"Ref": "P"}, "x"]},
    {"Fn::If": ["C", "x", {"Fn::Sub": "${P}"}]},
]


@pytest.mark.parametrize("value", OF_P)
@pytest.mark.parametrize("known", ["a'", "a\nb", "\x1f", "\x85", ["a", "b'"]])
def test_a_known_value_that_would_end_its_text_is_refused_in_plain(value: Json, known: Json) -> None:
    scope = Scope(parameters={"P": known, "Q": 'say "q" \\'})
    assert [str(finding) for finding in command({"a": value}, subject="Web", scope=scope).findings] == [
        "AM322 Web: the value of parameter 'P' has a single quote or a control character, which Envoy's configuration "
        "can hold only if it is compressed. Set Configuration: compressed."
    ]
    assert not command({"a": value}, scope=scope, form="compressed").findings
    assert not command({"a": value}, scope=Scope(parameters={"P": 'a" \\ é 😀', "Q": "q"})).findings
    assert not command({"a": value}, scope=Scope(parameters={"P": known}, loops=frozenset({"P"}))).findings


@pytest.mark.parametrize("value", ["${P}", {"Fn::Sub": "${!P}"}, {"Fn::Sub": ["a.${A}", {"A": "${P}"}]}])
def test_text_that_looks_like_a_parameter_is_none(value: Json) -> None:
    assert not command({"a": value}, scope=Scope(parameters={"P": "'"})).findings


def test_a_value_of_a_mapping_is_looked_at() -> None:
    scope = Scope(parameters={"K": "key"}, mappings={"M": {"all": {"key": "it's", "other": "it"}}})

    def said(*keys: Json) -> list[str]:
        return [finding.message for finding in command({"a": {"Fn::FindInMap": list(keys)}}, scope=scope).findings]

    (message,) = said("M", "all", {"Ref": "K"})
    assert message.startswith("a value of mapping 'M' has a single quote")
    assert not said("M", "all", "other")
    assert not said("M", "all", {"Fn::ImportValue": "x"})
    assert not said("None", "all", "key")


def test_a_control_character_beside_a_value_is_refused_in_plain() -> None:
    config: dict[str, Json] = {"a": {"Fn::Sub": "a\tb ${A}"}, "b": {"Fn::Join": ["\n", ["x", {"Ref": "A"}]]}}
    (finding,) = command(config).findings
    assert finding.message.startswith("a text with a value that CloudFormation fills in has a control character")
    assert not command(config, form="compressed").findings
    assert not command({"a": "a\tb"}).findings


def test_a_compressed_configuration_has_placeholders_and_each_value_once() -> None:
    config: dict[str, Json] = {
        "a": {"Fn::Sub": 'web"\n.${A}'},
        "b": [{"Ref": "A"}, {"Fn::Sub": "${B}.${A}"}, {"Fn::If": ["C", "it's", {"Ref": "AWS::NoValue"}]}],
        "c": "${A}",
    }
    run = command(config, "debug", extra=("--concurrency", "2"), form="compressed").command
    assert (run[:2], run[3]) == (("bash", "-c"), "appmesh-inject")
    assert unpacked(run) == r"""{a: "web\"\n.<0>",b: ["<0>","<1>.<0>","<2>"],c: '${A}'}"""
    no_value: Json = {"Fn::Join": ["", [{"Fn::If": ["C", "it's", {"Ref": "AWS::NoValue"}]}]]}
    assert run[5:] == ("3", {"Ref": "A"}, {"Ref": "B"}, no_value, "-l", "debug", "--concurrency", "2")


def test_an_identifier_of_a_loop_is_a_value() -> None:
    scope = Scope(loops=frozenset({"N"}))
    config: dict[str, Json] = {"a": "web-${N}.&{N}", "b": {"Fn::Sub": "${N}-${!N}"}, "c": "${M}"}
    run = command(config, form="compressed", scope=scope).command
    assert unpacked(run) == """{a: "web-<0>.<1>",b: "<2>-<0>",c: "${M}"}"""
    written: list[Json] = [{"Fn::Join": ["", [text]]} for text in ("${N}", "&{N}")]
    assert list(run[6:9]) == [*written, {"Ref": "N"}]
    assert command({"a": "web-${N}"}, scope=scope).command[1] == "{a: 'web-${N}'}"


def test_the_same_configuration_is_always_compressed_to_the_same() -> None:
    runs = {command({"a": ["x" * 100]}, form="compressed").command for _ in range(3)}
    assert len(runs) == 1
    assert base64.b64decode(str(runs.pop()[4]))[3:9] == bytes([0, 0, 0, 0, 0, 2])  # no name, no time


_configs = st.recursive(
    st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner, min_size=2), max_leaves=20
)


@given(config=st.dictionaries(st.text(), _configs, min_size=2), form=st.sampled_from(["plain", "compressed"]))
def test_any_configuration_can_be_read_back_from_the_command(config: dict[str, Any], form: str) -> None:
    assert configuration(list(command(config, form=form).command), str) == config


@pytest.mark.parametrize("form", ["plain", "compressed"])
@pytest.mark.parametrize("value", [value for value, _ in FILLED])
def test_values_are_shown_where_they_will_be(value: Json, form: str) -> None:
    config: dict[str, Json] = {"node": {"id": value, "cluster": "it's"}}
    shown = configuration(list(command(config, form=form).command), lambda _: "<it's>")
    assert shown is not None
    assert shown["node"]["cluster"] == "it's"
    assert "<it's>" in shown["node"]["id"]


def test_json_of_earlier_versions_is_read() -> None:
    text: Json = {
        "Fn::Join": ["", ['{"node":{"id":"', {"Ref": "A"}, '"},"x":"\\/ ', {"Fn::Sub": "q\\" + '"${A}'}, '"}']]
    }
    found = configuration(["--config-yaml", text, "-l", "info"], lambda _: 'a "value"')
    assert found == {"node": {"id": 'a "value"'}, "x": '/ q"a "value"'}


BILLION = "{a: &a [x,x,x,x,x,x,x,x,x,x]" + "".join(
    f",{after}: &{after} [*{one},*{one},*{one},*{one},*{one},*{one},*{one},*{one},*{one},*{one}]"
    for one, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "run",
    [
        ["--config-yaml"],
        ["--config-yaml", "{"],
        ["--config-yaml", "text"],
        ["--config-yaml", '{"a'],
        ["--config-yaml", {"Ref": "A"}],
        ["--config-yaml", "{a: *b}"],
        ["--config-yaml", "[" * 10_000],
        ["--config-yaml", BILLION + "}"],
        ["--config-yaml", "&a {a: *a}"],
        ["bash", "-c", "script", "appmesh-inject"],
        ["bash", "-c", "script", "appmesh-inject", "!", "0"],
        ["bash", "-c", "script", "appmesh-inject", "aGVsbG8=", "0"],
        ["bash", "-c", "script", "appmesh-inject", {"Ref": "A"}, {"Ref": "A"}],
        ["bash", "-c", "exec web"],
        [],
        "text",
        None,
    ],
)
def test_what_is_no_configuration_is_none(run: Any) -> None:
    assert configuration(run, str) is None


def test_a_value_that_is_missing_leaves_no_configuration() -> None:
    run: Any = list(command({"a": {"Ref": "A"}, "b": "c"}, form="compressed").command)
    run[5] = "0"
    assert configuration(run, str) is None


@pytest.mark.parametrize(
    ("run", "ours"),
    [
        (["--config-yaml", '{"node":{"id":"mesh"}}'], True),
        (["--config-yaml", {"Fn::Join": ["", ['{"node":{"id":"', {"Ref": "A"}]]}], True),
        (["--config-yaml", "{node: {id: a}}"], True),
        (["bash", "-c", "any script", "appmesh-inject", "text"], True),
        (["--config-yaml", "admin: {}"], False),
        (["--config-yaml", {"Ref": "Config"}], False),
        (["--config-yaml", {"Fn::Join": "x"}], False),
        (["--config-yaml", {"Fn::Join": ["", []]}], False),
        (["--config-yaml"], False),
        (["bash", "-c", "exec web"], False),
        (["web"], False),
        ("--config-yaml", False),
        (None, False),
    ],
)
def test_configurations_of_all_versions_are_known(run: Any, ours: bool) -> None:
    assert is_ours(run) is ours


def test_all_commands_of_a_document_are_found() -> None:
    runs: list[Any] = [list(command({"node": {"Ref": "A"}}, form=form).command) for form in ("plain", "compressed")]
    document: Any = {"a": [{"Command": runs[0]}], "b": {"c": {"Command": runs[1]}}, "d": {"Command": ["web"]}}
    assert list(commands(document)) == runs
    assert [form_of(run) for run in runs] == ["plain", "compressed"]
    assert [run[configuration_part(run)] for run in runs] == [runs[0][1:2], runs[1][2:7]]
    assert json.dumps(runs[1][7:]) == '["-l", "info"]'
