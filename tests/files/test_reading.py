"""Reading files: supported syntax, positions, and one message for an unreadable file."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode import decode_str

from appmesh_inject.files import documents
from appmesh_inject.files.documents import Format
from tests.cli.command import TEMPLATE, run

EXAMPLES = sorted(
    file for file in (Path(__file__).parents[2] / "examples").rglob("*.yaml") if "Resources:" in file.read_text()
)


def content(text: str) -> object:
    return documents.parsed("t", text).content


def place(text: str, *path: str | int) -> str:
    return str(documents.parsed("t", text).place(path))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "<stdin>: error: the file is empty"),
        ("# nothing\n", "<stdin>: error: the file is empty"),
        ("a: [1\nb: 2\n", "<stdin>:2:2: error: this is not valid YAML: "),
        ("a: 1\n\tb: 2\n", "<stdin>:2:1: error: this is not valid YAML: "),
        ("a: b: c\n", "<stdin>:1:5: error: this is not valid YAML: mapping values are not allowed"),
        ("a: 1\n---\nb: 2\n", "<stdin>:2:1: error: this is not valid YAML: expected a single document"),
        ("a: *b\n", "<stdin>:1:4: error: this is not valid YAML: "),
        ("a: 1\nb: 2\na: 3\n", "<stdin>:3:1: error: the key 'a' occurs twice, first in line 1"),
        ("a:\n  - !!set {b}\n", "<stdin>:2:5: error: the YAML tag !!set is not allowed in a template"),
        ("a: !!binary aGk=\n", "<stdin>:1:4: error: the YAML tag !!binary is not allowed in a template"),
        ("a: .inf\n", "<stdin>:1:4: error: JSON has no such number"),
        ("~: 1\n", "<stdin>:1:1: error: a key is missing"),
        ("? {a: b}\n: 1\n", "<stdin>:1:3: error: a key must be text"),
        (
            "a: &x [*x]\n",
            "<stdin>: error: the document is nested too deeply, or an alias is inside its own anchor",
        ),
        ("[" * 300 + "]" * 300, "<stdin>:1:201: error: the document is nested deeper than 200 levels"),
        ("[" * 100_000 + "]" * 100_000, "<stdin>:1:201: error: the document is nested deeper than 200 levels"),
        ('{"a]":\n' * 100_000 + "1", "<stdin>:201:1: error: the document is nested deeper than 200 levels"),
        ("a: " + "[" * 100_000, "<stdin>:1:203: error: the document is nested deeper than 200 levels"),
        ("é: it's\nb:\n- " + "[ü, " * 5000, "<stdin>:3:795: error: the document is nested deeper than 200 levels"),
        ("a: " + "{'[': [" * 100_000, "<stdin>:1:703: error: the document is nested deeper than 200 levels"),
        ("- " * 5000 + "a", "<stdin>:1:401: error: the document is nested deeper than 200 levels"),
        (
            "\n".join(" " * n + "a:" for n in range(1500)),
            "<stdin>:201:201: error: the document is nested deeper than 200 levels",
        ),
        ('{"a": 1,\n "b" 2}', "<stdin>:2:6: error: this is not valid JSON: expecting ':' delimiter"),
        ('{"a": 1, "a": 2}', "<stdin>: error: the key 'a' occurs twice in one map"),
        ("a: 1.0e+400\n", "<stdin>:1:4: error: JSON has no such number"),
        ("a: " + "9" * 5000 + "\n", "<stdin>:1:4: error: this number cannot be read"),
        ("a: 0x" + "f" * 5000 + "\n", "<stdin>:1:4: error: this number is too long"),
        ("a: 1" + ":1" * 300 + ".5\n", "<stdin>:1:4: error: this number cannot be read"),
        ('{"a": 1e400}', "<stdin>: error: the number 1e400 is out of range"),
        ('{"a": [-1.5E+999]}', "<stdin>: error: the number -1.5E+999 is out of range"),
        ('{"a": ' + "9" * 5000 + "}", "<stdin>: error: a number is too long to read"),
        ('{"a": Infinity}', "<stdin>: error: JSON has no number Infinity"),
        ('{"a": NaN}', "<stdin>: error: JSON has no number NaN"),
        ('{"a": "\\ud800"}', "<stdin>:1:2: error: a text contains half a character (a lone surrogate)"),
        ("a: \x01\n", "<stdin>: error: this is not valid YAML: "),
        (
            '[{"name": "app", "image": "x/y:1"}, {"name": "b", "image": "x"}]',
            "<stdin>:1:1: error: this is a list of container definitions. Add --containers to render, lint"
            ' or diff, or give the task definition that holds it: {"family": NAME, "containerDefinitions": [...]}',
        ),
        (
            "- Name: app\n  Image: x/y:1\n",
            "<stdin>:1:1: error: this is a list of container definitions. Give the template that holds it, with an"
            " AWS::ECS::TaskDefinition",
        ),
        ("- a\n", "<stdin>:1:1: error: this is not a CloudFormation template: it is not a map"),
        ("text\n", "<stdin>:1:1: error: this is not a CloudFormation template: it is not a map"),
        ("family: web\n", "<stdin>:1:1: error: this is not a CloudFormation template: it has no Resources"),
        (
            "a: 1\nResources: [a]\n",
            "<stdin>:2:1: error: this is not a CloudFormation template: its Resources are not a map",
        ),
    ],
)
@pytest.mark.parametrize("command", ["render", "lint", "event"])
def test_unreadable_input_gets_one_message(command: str, text: str, sentence: str) -> None:
    ran = run(command, "-", stdin=text)
    assert ran.err.startswith(sentence)
    assert ran.err.count("\n") == 1
    assert (ran.code, ran.out) == (1, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: " + "[" * 300 + "]" * 300, "<stdin>:1:203: error: the document is nested deeper than 200 levels"),
        ("a: " + "[" * 150 + "]" * 150, "<stdin>:1:103: error: the document is nested too deeply"),
        ("- " * 150 + "a", "<stdin>:1:199: error: the document is nested too deeply"),
    ],
)
def test_a_recursion_error_of_the_parser_gives_the_same_message(text: str, sentence: str) -> None:
    parser: Any = yaml._yaml if hasattr(yaml, "_yaml") else None
    if not hasattr(parser, "_set_max_nest_level"):
        pytest.skip("this PyYAML has no limit")
    limit = parser._get_max_nest_level()
    parser._set_max_nest_level(100)
    try:
        ran = run("render", "-", stdin=text)
    finally:
        parser._set_max_nest_level(limit)
    assert (ran.code, ran.out, ran.err) == (1, "", sentence + "\n")


def test_a_missing_file_a_directory_and_binary_data_get_one_message(tmp_path: Path) -> None:
    missing, latin = tmp_path / "none.yaml", tmp_path / "latin.yaml"
    latin.write_bytes(b"a: 1\nb: caf\xe9\n")
    assert run("render", str(missing)).err == f"{missing}: error: there is no such file\n"
    empty = tmp_path / "empty"
    empty.mkdir()
    sentence = "there is no template, task definition or manifest"
    assert run("render", str(empty)).err == f"{empty}: error: {sentence}\n"
    assert run("render", str(latin)).err == f"{latin}:2:7: error: the file is not UTF-8 text\n"
    assert run("render", "a\0b").err == "a\\x00b: error: this file cannot be read: embedded null byte\n"


def test_exponentially_growing_aliases_are_refused() -> None:
    layers = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    ran = run("render", "-", stdin=f"a0: &a0 x\n{layers}")
    assert "with its aliases expanded, the document has more than 250000 values" in ran.err


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_yaml_means_what_it_means_to_cfn_lint(file: Path) -> None:
    text = file.read_text()
    expected, problems = decode_str(text)
    assert not problems
    assert content(text) == json.loads(json.dumps(expected))


def test_short_forms_are_written_out() -> None:
    text = "a: !GetAtt A.B.C\nb: !If [c, !Ref D, !Sub 'x']\nc: !Transform {Name: N}\nd: !Condition E\ne: !Base64\n"
    assert content(text) == {
        "a": {"Fn::GetAtt": ["A", "B.C"]},
        "b": {"Fn::If": ["c", {"Ref": "D"}, {"Fn::Sub": "x"}]},
        "c": {"Fn::Transform": {"Name": "N"}},
        "d": {"Condition": "E"},
        "e": {"Fn::Base64": ""},
    }


def test_keys_and_dates_stay_strings() -> None:
    text = "Version: 2012-10-17\n012345678901: 1\n080: 2\nyes: 3\n1.10: {=: 4}\n2001-1-1 1:2:3: 5\n"
    assert content(text) == {
        "Version": "2012-10-17",
        "012345678901": 1,
        "080": 2,
        "yes": 3,
        "1.10": {"=": 4},
        "2001-1-1 1:2:3": 5,
    }


def test_a_maps_own_keys_override_merged_keys() -> None:
    text = "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n"
    assert content(text) == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}
    assert place(text, "b", "y") == "4:3"
    assert place(text, "b", "x") == "1:8"


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ('{"a": "\\ud83d\\ude00\\/"}', Format.JSON, "\U0001f600/"),
        ('\ufeff{"a":\t1e3}', Format.JSON, 1000.0),
        ("{a: 1e3}", Format.YAML, "1e3"),
        ('{"a": 1,}', Format.YAML, 1),
    ],
)
def test_json_is_read_as_json_and_a_flow_map_as_yaml(tmp_path: Path, text: str, form: Format, value: object) -> None:
    file = tmp_path / "t"
    file.write_text(text)
    document = documents.load(str(file))
    assert (document.format, document.content) == (form, {"a": value})


def test_places_in_yaml() -> None:
    text = "# a comment\na:\n  - b: 1\n    c: !If\n      - x\n      - !Sub y\n  - 'd'\ne: !GetAtt f.g\n"
    assert place(text) == "1:1"
    assert place(text, "a") == "2:1"
    assert place(text, "a", 0) == "3:5"
    assert place(text, "a", 0, "c") == "4:5"
    assert place(text, "a", 0, "c", "Fn::If") == "4:8"
    assert place(text, "a", 0, "c", "Fn::If", 1, "Fn::Sub") == "6:9"
    assert place(text, "a", 1) == "7:5"
    assert place(text, "a", 2) == "2:1"
    assert place(text, "e", "Fn::GetAtt", 1) == "8:4"
    assert place(text, "z", "a") == "1:1"


def test_places_in_json() -> None:
    text = '{\n  "a": [1, {"b\\n": "x,]}"},\n\t{ "c" :2}],\n  "d": {}}'
    assert place(text) == "1:1"
    assert place(text, "a") == "2:3"
    assert place(text, "a", 0) == "2:9"
    assert place(text, "a", 1, "b\n") == "2:13"
    assert place(text, "a", 2, "c") == "3:4"
    assert place(text, "a", 3) == "2:3"
    assert place(text, "d", "e") == "4:3"


def test_windows_line_ends_and_a_byte_order_mark_are_accepted() -> None:
    ran = run("render", "-", stdin=("\ufeff" + TEMPLATE.replace("\n", "\r\n")).encode())
    assert ran.code == 0
    assert "proxyinit" in ran.out
    assert "\r" not in ran.out
