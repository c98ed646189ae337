"""The golden cases, and invariants that hold for all of them."""

import json
import re
from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import CODES
from appmesh_inject.mesh.command_forms import is_ours
from appmesh_inject.mesh.command_reading import configuration
from appmesh_inject.mesh.envoy_command import command
from appmesh_inject.settings.table import COMPRESSED, PLAIN
from tests.deployed import deployed
from tests.mesh.cases import GOLDEN, Case, cases, name, values

each_case = pytest.mark.parametrize("case", cases(), ids=name)


@each_case
def test_the_compiled_configuration_is_the_expected_one(case: Case, update_golden: bool) -> None:
    outcome = case.compiled()
    expected = {
        "bootstrap.json": json.dumps(outcome.bootstraps, indent=1) + "\n",
        "findings.txt": "".join(f"{finding}\n" for finding in outcome.findings),
    }
    for file, text in expected.items():
        if update_golden:
            (case.folder / file).write_text(text)
        assert (case.folder / file).read_text() == text


def test_every_file_belongs_to_a_case() -> None:
    allowed = {"mesh.yaml", "bootstrap.json", "findings.txt"}
    found = {str(file.relative_to(GOLDEN)) for file in GOLDEN.rglob("*") if file.is_file()}
    assert found == {f"{name(case)}/{file}" for case in cases() for file in allowed}


@each_case
def test_the_order_of_resources_decides_nothing(case: Case) -> None:
    template = case.template
    reversed_ = dict(reversed(template["Resources"].items()))
    assert json.dumps(case.compiled(reversed_).bootstraps) == json.dumps(case.compiled().bootstraps)


@each_case
def test_the_input_is_not_modified(case: Case) -> None:
    resources = case.template["Resources"]
    before = json.dumps(resources)
    case.compiled(resources)
    assert json.dumps(resources) == before


@each_case
def test_every_route_leads_to_a_cluster_that_exists(case: Case) -> None:
    for compiled in case.compiled().compiled.values():
        static: Any = compiled.bootstrap["static_resources"]
        clusters = [json.dumps(cluster["name"]) for cluster in static["clusters"]]
        assert len(set(clusters)) == len(clusters)
        assert set(map(json.dumps, _targets(static["listeners"]))) <= set(clusters)


def _targets(config: Json) -> list[Json]:
    """The names of the clusters in routes and proxies."""
    maps: list[Any] = [value for value in values(config) if isinstance(value, dict)]
    single = [value["cluster"] for value in maps if "cluster" in value]
    return [*single, *(one["name"] for value in maps for one in value.get("clusters", ()))]


@each_case
def test_no_reference_to_the_mesh_is_left(case: Case) -> None:
    mesh = {key for key, it in case.template["Resources"].items() if it["Type"].startswith("AWS::AppMesh::")}
    for compiled in case.compiled().compiled.values():
        for value in values(compiled.bootstrap):
            if isinstance(value, dict):
                assert value.get("Ref") not in mesh
                assert (value.get("Fn::GetAtt") or [""])[0] not in mesh
                assert mesh.isdisjoint(re.findall(r"\$\{(\w+)", str(value.get("Fn::Sub"))))


@each_case
@pytest.mark.parametrize("form", [PLAIN, COMPRESSED])
def test_the_command_reads_back_as_the_configuration(case: Case, form: str) -> None:
    """All forms say the same, and are text alone."""
    for compiled in case.compiled().compiled.values():
        run = list(command(compiled.bootstrap, form=form).command)
        assert configuration(deployed(run, {}), str) == deployed(compiled.bootstrap, {})
        assert is_ours(run)
        assert run[-2:] == ["-l", "info"]


def test_every_code_of_the_mesh_is_described() -> None:
    for code, described in CODES.items():
        if code.startswith("AM3"):
            assert described.mistake
            assert described.cure
