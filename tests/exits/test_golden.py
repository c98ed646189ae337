"""The reports of the cases are the expected ones, and all formats say the same."""

import functools
import json
from typing import Any

import pytest

from appmesh_inject.exits.features import TABLE
from appmesh_inject.exits.verdicts import EXITS
from tests.exits.cases import Case, cases, name


@functools.cache
def report(case: Case) -> Any:
    return json.loads(case.ran("--format", "json").out)


@pytest.mark.parametrize("case", cases(), ids=name)
def test_the_report_is_the_expected_one(case: Case, update_golden: bool) -> None:
    ran = case.ran()
    text = f"{ran.out}\n-- exit code {ran.code}\n{ran.err}"
    file = case.folder / "report.txt"
    if update_golden:
        file.write_text(text)
    assert file.read_text() == text


@pytest.mark.parametrize("case", cases(), ids=name)
def test_all_formats_have_the_verdicts_and_the_answers(case: Case) -> None:
    data = report(case)
    for format_ in ("text", "markdown", "html"):
        text = case.ran("--format", format_).out
        said = text.replace("\\", "").replace("&#x27;", "'").replace("&quot;", '"').replace("**", "")
        assert data["answers"]["least_lost"] in said
        for section in data["sections"]:
            assert section["title"] in said
            for row in section["rows"]:
                assert row["name"] in said


def test_the_cases_have_every_feature() -> None:
    found = {
        feature["feature"]
        for case in cases()
        for section in report(case)["sections"]
        for row in section["rows"]
        for feature in row["features"]
    }
    assert {feature.name for feature in TABLE} <= found


@pytest.mark.parametrize("case", cases(), ids=name)
def test_a_row_is_as_bad_as_its_worst_feature(case: Case) -> None:
    order = ["keeps", "changes", "loses", "cannot"]
    for section in report(case)["sections"]:
        for row in section["rows"]:
            for exit_ in EXITS:
                verdicts = [feature["exits"][exit_]["verdict"] for feature in row["features"]]
                assert row["verdicts"][exit_] == max(verdicts, key=order.index, default="keeps")


@pytest.mark.parametrize("case", cases(), ids=name)
def test_what_stops_an_exit_is_what_its_rows_cannot(case: Case) -> None:
    data = report(case)
    for exit_, view in data["exits"].items():
        cannot = {
            feature["feature"]
            for section in data["sections"]
            for row in section["rows"]
            for feature in row["features"]
            if feature["exits"][exit_]["verdict"] == "cannot"
        }
        assert cannot <= {stop["why"] for stop in view["stops"]}
        assert (exit_ in data["answers"]["lossless"]) == (
            not view["stops"] and not view["loses"] and not any(limit["bites"] for limit in view["limits"])
        )
