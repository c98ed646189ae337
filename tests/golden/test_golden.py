"""What comes out of each golden case, and what must hold for all of them."""

import json

import pytest

from appmesh_inject.findings import CODES
from tests import invariants
from tests.golden.cases import ROOT, Case, cases, report
from tests.migrate.cases import refusals

CASES = cases()

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_case
def test_comes_out_as_expected(case: Case, update_golden: bool) -> None:
    outcome = case.outcome
    expected, reported = case.folder / "expected.json", case.folder / "report.txt"
    text = json.dumps(outcome.document, indent=2, ensure_ascii=False) + "\n"
    if update_golden:
        reported.write_text(report(outcome))
        expected.unlink(missing_ok=True)
        if not outcome.has_errors:
            expected.write_text(text)
    assert report(outcome) == reported.read_text()
    assert expected.exists() is not outcome.has_errors
    if expected.exists():
        assert text == expected.read_text()


@every_case
def test_the_invariants_hold(case: Case) -> None:
    invariants.hold(case.document, case.inject)


def test_no_expectation_is_left_without_a_case() -> None:
    expectations = {path.parent for path in ROOT.glob("*/*/*") if path.name in ("expected.json", "report.txt")}
    assert expectations == {case.folder for case in CASES}


def test_every_finding_has_a_case() -> None:
    seen = {finding.code for case in CASES for finding in case.outcome.findings}
    elsewhere = {
        "the command line says it": {code for code in CODES if code.startswith("AM9")} | {"AM118", "AM119", "AM370"},
        "tests/migrate has a case": {finding.code for _, finding in refusals()}
        | {"AM365", "AM606", "AM607", "AM608", "AM609", "AM610"}
        | {code for code in CODES if code.startswith("AM65")},
        "tests/mesh has a case": {code for code in CODES if "AM301" <= code <= "AM327" or "AM351" <= code <= "AM360"},
        "tests/cli/test_live_weights_arn.py has meshes of other templates": {"AM347", "AM348"},
        "tests/workloads/test_quotas.py makes large templates": {"AM329", "AM331"},
        "tests/test_macro.py makes endless numbers": {"AM005"},
        "tests/hostile makes deep and large ones, and half characters": {"AM002", "AM003", "AM004"},
    }
    assert set(CODES) - seen <= set().union(*elsewhere.values())
