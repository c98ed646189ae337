"""The results of adopt and remove for each case, and invariants that hold for all."""

import json
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.files import documents
from appmesh_inject.injection import Action, inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests.migrate.cases import ROOT, Case, cases, meant, value

CASES = cases()
ADOPTED = [case for case in CASES if case.expected("adopted").exists()]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_adopted_template = pytest.mark.parametrize(
    "case", [case for case in ADOPTED if '"containerDefinitions"' not in case.input.read_text()], ids=lambda c: c.name
)


@every_case
def test_the_result_is_the_expected_one(case: Case, update_golden: bool) -> None:
    ran = {"adopted": case.run("adopt"), "removed": case.run("remove")}
    report = case.folder / "report.txt"
    if update_golden:
        report.write_text(case.said(*ran.values()))
    assert case.said(*ran.values()) == report.read_text()
    for verb, each in ran.items():
        expected = case.expected(verb)
        if update_golden:
            expected.unlink(missing_ok=True)
            if each.code == 0:
                expected.write_text(each.out)
        assert (each.code, expected.exists()) in ((0, True), (1, False))
        assert each.out == (expected.read_text() if expected.exists() else "")


@every_adopted_template
def test_the_mark_renders_the_original_task_definition(case: Case, tmp_path: Path) -> None:
    before, after = (value(file.read_text(), tmp_path) for file in (case.input, case.expected("adopted")))
    defaults = {
        name: str(parameter["Default"])
        for name, parameter in before.get("Parameters", {}).items()
        if "Default" in parameter
    }
    target = CloudFormation(Level(("Transform",), _parameters(before)), defaults)
    was = inject(before, target)
    outcome = inject(after, target)
    assert not outcome.has_errors, outcome.findings
    assert Action.INJECTED in {report.action for report in outcome.reports} or before == after
    assert meant(_without_marks(outcome.document)) == meant(_without_marks(was.document))


def _parameters(template: Any) -> Any:
    """The members of the existing call."""
    calls = template.get("Transform", [])
    given = [call["Parameters"] for call in (calls if isinstance(calls, list) else [calls]) if isinstance(call, dict)]
    return given[0] if given else {}


def _without_marks(template: Any) -> Any:
    if isinstance(template, list):
        return [_without_marks(item) for item in template]
    if not isinstance(template, dict):
        return template
    kept = {key: _without_marks(member) for key, member in template.items() if key not in ("Transform", "AppMesh")}
    return {key: member for key, member in kept.items() if (key, member) != ("Metadata", {})}


@pytest.mark.parametrize("case", ADOPTED, ids=lambda case: case.name)
def test_adopting_twice_is_adopting_once(case: Case) -> None:
    again = case.run("adopt", case.expected("adopted"))
    assert (again.code, again.out) == (0, case.expected("adopted").read_text())
    assert ": adopted" not in again.err


@pytest.mark.parametrize(
    "case", [case for case in ADOPTED if case.expected("removed").exists()], ids=lambda case: case.name
)
def test_what_is_adopted_can_be_removed(case: Case, tmp_path: Path) -> None:
    """With and without adoption, removal leaves the same, except for an X-Ray daemon that moved into a mark."""
    ran = case.run("remove", case.expected("adopted"))
    assert ran.code == 0, ran.err
    if "XRay: true" not in case.expected("adopted").read_text():
        one, other = (value(text, tmp_path) for text in (ran.out, case.expected("removed").read_text()))
        assert _listed(meant(one)) == _listed(meant(other))


def _listed(template: Any) -> Any:
    """A Transform that was not a list has become one, and an empty Metadata has been removed with its mark."""
    template = _without_empty_metadata(template)
    transform = template.get("Transform", [])
    return template | {"Transform": transform if isinstance(transform, list) else [transform]}


def _without_empty_metadata(template: Any) -> Any:
    resources = template.get("Resources", {})
    kept = {
        name: {key: member for key, member in resource.items() if (key, member) != ("Metadata", {})}
        for name, resource in resources.items()
        if isinstance(resource, dict)
    }
    return template | ({"Resources": resources | kept} if resources else {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_removed_sidecars_are_gone(case: Case, tmp_path: Path) -> None:
    if case.expected("removed").exists():
        again = case.run("remove", case.expected("removed"))
        if case.name == "apps-with-a-variable":
            # The remaining container has the variable and no other evidence, so a finding asks about it.
            assert (again.code, again.out, "AM219" in again.err) == (1, "", True)
            return
        assert (again.code, again.out) == (0, case.expected("removed").read_text())
        assert "taken out" not in again.err


@pytest.mark.parametrize("indent", [4, None])
@every_adopted_template
def test_a_json_file_is_adopted_as_a_yaml_file_is(case: Case, indent: int | None, tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(documents.load(str(case.input)).content, indent=indent))
    ran = case.run("adopt", file)
    assert ran.code == 0, ran.err
    as_json_writes = json.dumps(json.loads(ran.out), indent=indent)
    assert ran.out == as_json_writes or '"Transform"' in file.read_text()
    assert json.loads(ran.out) == documents.load(str(case.expected("adopted"))).content


def test_no_expectation_is_left_without_a_case() -> None:
    assert {path.parent for path in ROOT.glob("*/*")} == {case.folder for case in CASES}
