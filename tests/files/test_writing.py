"""Output can be read back, and a file is either written completely or not changed."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode_str
from hypothesis import given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import documents, yaml_writer
from tests.cli.command import TEMPLATE, run

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text("ab \n\t:#-'\"|>&*!%@{}[],?=<~.0x1\r\u2028\x85\ufeff", max_size=12),
    st.sampled_from(["yes", "0777", "1_000", "12:30", "1337", "1e3", "null", "", "2010-09-09", "A.B", "AWS::Region"]),
)
FUNCTIONS = st.sampled_from([*yaml_writer.SHORT_FORMS, "Condition", "Fn::Transform", "Fn::Length", "Fn::"])
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(TEXTS, inner, max_size=3),
        st.builds(lambda name, argument: {name: argument}, FUNCTIONS, inner),
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.text("abc", min_size=1), VALUES, min_size=1, max_size=3)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_written_yaml_reads_back_as_the_same(document: dict[str, Any]) -> None:
    text = yaml_writer.written(document)
    again, problems = decode_str(text)
    assert not problems
    assert again == document
    assert documents.parsed("t", text).content == document


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", "'yes'"),
        ("0777", "'0777'"),
        ("1_000", "'1_000'"),
        ("12:30", "'12:30'"),
        ("1337", "'1337'"),
        ("1e3", "'1e3'"),
        ("y", "'y'"),
        ("012345678901", "'012345678901'"),
        ("2010-09-09", "'2010-09-09'"),
        ("null", "'null'"),
        ("", "''"),
        ("10.0.0.0/16", "10.0.0.0/16"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb", "|-\n  a\n  b"),
        ({"Ref": "A"}, "!Ref A"),
        ({"Ref": "AWS::NoValue"}, "!Ref AWS::NoValue"),
        ({"Fn::Sub": "${A}-b"}, "!Sub ${A}-b"),
        ({"Fn::Sub": "#!/bin/sh\necho ${A}\n"}, "!Sub |\n  #!/bin/sh\n  echo ${A}"),
        ({"Fn::GetAtt": ["A", "B.C"]}, "!GetAtt A.B.C"),
        ({"Fn::GetAtt": "A.B"}, "\n  Fn::GetAtt: A.B"),
        ({"Fn::GetAtt": ["A.B", "C"]}, "\n  Fn::GetAtt:\n    - A.B\n    - C"),
        ({"Fn::Base64": {"Fn::Sub": "x"}}, "\n  Fn::Base64: !Sub x"),
        ({"Fn::Select": [0, {"Ref": "A"}]}, "!Select\n  - 0\n  - !Ref A"),
        ({"Fn::GetAZs": ""}, "!GetAZs ''"),
        ({"Ref": "A", "x": 1}, "\n  Ref: A\n  x: 1"),
        ("a " * 200 + "b", "a " * 200 + "b"),
    ],
)
def test_yaml_looks_as_people_write_it(value: Any, text: str) -> None:
    written = yaml_writer.written({"k": value})
    assert written == ("k:" if text.startswith("\n") else "k: ") + text + "\n"
    assert decode_str(written)[0] == {"k": value}


def test_yaml_output_has_no_aliases_and_keeps_the_order_of_keys() -> None:
    part: Json = {"z": 1, "a": [1]}
    assert yaml_writer.written({"q": part, "b": part}) == "q:\n  z: 1\n  a:\n    - 1\nb:\n  z: 1\n  a:\n    - 1\n"


def test_the_output_has_the_inputs_format_unless_told_otherwise() -> None:
    as_json = run("render", "-", "--output-format", "json", stdin=TEMPLATE)
    again = run("render", "-", stdin=as_json.out)
    assert as_json.out.startswith('{\n  "AWSTemplateFormatVersion": "2010-09-09"')
    assert json.loads(again.out) == json.loads(as_json.out)
    as_yaml = run("render", "-", "--output-format", "yaml", stdin=as_json.out)
    assert as_yaml.out == run("render", "-", stdin=TEMPLATE).out
    assert as_yaml.out.startswith("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Web:\n")


def test_non_ascii_letters_are_written_unescaped() -> None:
    assert (
        "Description: caf\u00e9 \U0001f600"
        in run("render", "-", stdin=TEMPLATE + "Description: caf\u00e9 \U0001f600\n").out
    )


def test_a_file_gets_the_result_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "out.yaml"
    ran = run("render", "-", "-o", str(file), stdin=TEMPLATE)
    assert (ran.code, ran.out) == (0, "")
    assert file.read_text() == run("render", "-", stdin=TEMPLATE).out
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~_umask()
    file.chmod(0o640)
    run("render", "-", "-o", str(file), stdin=TEMPLATE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["out.yaml"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_output_through_a_symbolic_link_may_overwrite_the_input(tmp_path: Path) -> None:
    file, link = tmp_path / "t.yaml", tmp_path / "link.yaml"
    file.write_text(TEMPLATE)
    link.symlink_to(file)
    assert run("render", str(file), "-o", str(link)).code == 0
    assert link.is_symlink()
    assert "proxyinit" in file.read_text()


def test_on_an_error_the_file_is_untouched(tmp_path: Path) -> None:
    file = tmp_path / "out.yaml"
    file.write_text("before")
    ran = run("render", "-", "-o", str(file), stdin=TEMPLATE.replace("MeshName", "MeshNam"))
    assert (ran.code, ran.out, file.read_text()) == (1, "", "before")
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_leaves_the_file_untouched(tmp_path: Path) -> None:
    file = tmp_path / "out.yaml"
    file.write_text("before")
    # The result is larger than one block of 512 or 1,024 bytes, the limit for files here.
    # -B: Python would leave bytecode that is cut off.
    program = f"ulimit -f 1; {sys.executable} -B -m appmesh_inject.cli.app render - -o {file}"
    ran = subprocess.run(["sh", "-c", program], input=TEMPLATE, capture_output=True, text=True, check=False)
    assert ran.stderr.endswith(f"{file}: error: this file cannot be written: File too large\n")
    assert (ran.returncode, file.read_text(), list(tmp_path.iterdir())) == (1, "before", [file])


def test_an_unwritable_output_gets_one_message(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "out.yaml"
    ran = run("render", "-", "-o", str(missing), stdin=TEMPLATE)
    assert ran.code == 1
    assert ran.err.endswith(f"{missing}: error: this file cannot be written: No such file or directory\n")
    ran = run("render", "-", "-o", str(tmp_path), stdin=TEMPLATE)
    assert ran.code == 1
    assert ran.err.endswith(f"{tmp_path}: error: this file cannot be written: Is a directory\n")


def test_output_to_a_device_does_not_replace_it() -> None:
    assert run("render", "-", "-o", "/dev/null", stdin=TEMPLATE).code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("command", ["render", "event", "lint"])
def test_a_broken_pipe_is_one_message(tmp_path: Path, command: str) -> None:
    file = tmp_path / "t.yaml"
    # More than a pipe's buffer, so that the reader has exited before all is written.
    outputs = "".join(
        f"  Output{n}:\n    Value: !GetAtt No.{'a' * 60}{n}\n" for n in range(3000 if command != "lint" else 600)
    )
    file.write_text(TEMPLATE + "Outputs:\n" + outputs)
    program = f"{sys.executable} -m appmesh_inject.cli.app {command} {file}; echo exit $? >&2"
    ran = subprocess.run(["sh", "-c", f"({program}) | head -1"], capture_output=True, text=True, check=False)
    assert ran.stdout.count("\n") == 1
    assert "Traceback" not in ran.stderr
    assert ran.stderr.endswith(
        "appmesh-inject: error: the output was not read to its end: the pipe is broken\nexit 1\n"
    )
