"""The JSON, SARIF and GitHub formats report the same problems as text."""

import json
from typing import Any

import jsonschema
import pytest

from appmesh_inject.findings import DOCS
from tests.cli.command import TEMPLATE, run
from tests.conftest import REPOSITORY

BAD = TEMPLATE.replace("awsvpc", "bridge").replace("Image: !Sub", "Imgae: !Sub")
SARIF = json.loads((REPOSITORY / "tests/schemas/sarif-2.1.0-rtm.5.json").read_text())
MEMBERS = {
    "file",
    "line",
    "column",
    "severity",
    "code",
    "subject",
    "path",
    "message",
    "hint",
    "source",
    "origin",
    "docs",
}


def report(text: str, form: str = "json") -> Any:
    return json.loads(run("lint", "-", "--format", form, stdin=text).out)


def test_json_has_the_shape_that_is_documented() -> None:
    whole = report(BAD)
    assert set(whole) == {"version", "tool", "files", "problems"}
    assert whole["version"] == 1
    assert whole["files"] == [{"file": "<stdin>", "passed": False}]
    assert all(set(problem) == MEMBERS for problem in whole["problems"])
    documented = (REPOSITORY / "docs/guides/ci.md").read_text()
    assert all(f"`{name}`" in documented for name in MEMBERS | set(whole))


def test_json_distinguishes_our_findings_from_cfn_lints() -> None:
    ours, *others = report(BAD)["problems"]
    assert (ours["source"], ours["code"], ours["line"], ours["column"]) == ("appmesh-inject", "AM201", 11, 7)
    assert (ours["subject"], ours["path"], ours["docs"]) == (
        "Web",
        "Resources/Web/Properties/NetworkMode",
        f"{DOCS}#am201",
    )
    assert {(each["source"], each["origin"]) for each in others} == {("cfn-lint", "before")}


@pytest.mark.parametrize("text", [BAD, TEMPLATE, "a: [", "", TEMPLATE.replace("Web", '"W\\u00e9b:\\u0007"')])
def test_sarif_is_valid(text: str) -> None:
    log = report(text, "sarif")
    jsonschema.Draft4Validator(SARIF).validate(log)
    (run_of_tool,) = log["runs"]
    rules = run_of_tool["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run_of_tool["results"])


def test_sarif_points_to_the_line_and_explains_the_rule() -> None:
    (run_of_tool,) = report(BAD, "sarif")["runs"]
    first = run_of_tool["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert (first["ruleId"], first["level"], place["region"]) == ("AM201", "error", {"startLine": 11, "startColumn": 7})
    assert "appmesh-inject explain AM201" in run_of_tool["tool"]["driver"]["rules"][0]["help"]["text"]


def test_github_gets_annotations_and_nothing_else() -> None:
    ran = run("lint", "-", "--format", "github", stdin=BAD)
    lines = ran.out.splitlines()
    assert lines[0].startswith("::error file=<stdin>,line=11,col=7,title=AM201 Web::")
    assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines)


def test_a_name_from_the_template_cannot_end_an_annotation() -> None:
    ran = run("lint", "-", "--format", "github", stdin=BAD.replace("Web:", '"We,b\\n::set-env name=A::b":'))
    assert not [line for line in ran.out.splitlines() if line.startswith("::set-env")]
    assert "title=AM201 We%2Cb%0A%3A%3Aset-env" in ran.out


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_a_file_that_cannot_be_read_is_a_problem_in_every_format(form: str) -> None:
    ran = run("lint", "-", "--format", form, stdin="Resources: [")
    assert ran.code == 1
    assert "unreadable" in ran.out
    assert ran.err.startswith("<stdin>:2:1: error: this is not valid YAML")


def test_the_text_format_links_each_code() -> None:
    assert "\nMore about this: appmesh-inject explain AM201\n" in run("lint", "-", stdin=BAD).out
