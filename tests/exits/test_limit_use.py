"""The limits are counted, and the Regions are those where the types are missing."""

import json
from typing import Any

from cfnlint.helpers import REGIONS
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from appmesh_inject.limits import REGIONS_WITHOUT_LATTICE
from tests.exits.cases import GOLDEN, Case


def limits(case: str, exit_: str) -> dict[str, Any]:
    report = json.loads(Case(GOLDEN / case).ran("--format", "json").out)
    return {limit["what"]: limit for limit in report["exits"][exit_]["limits"]}


def test_limits_that_bite_say_by_how_much() -> None:
    alb = limits("limits", "alb")
    assert {what: (each["value"], each["most"]) for what, each in alb.items() if each["bites"]} == {
        "target groups of a rule": (6, 5),
        "values that a rule compares": (7, 5),
        "characters of a value": (131, 128),
    }
    lattice = limits("limits", "lattice")
    assert {what: (each["value"], each["most"]) for what, each in lattice.items() if each["bites"]} == {
        "rules of a listener": (12, 10),
        "listeners of a service": (3, 2),
        "headers of a rule": (6, 5),
        "characters of a value": (131, 128),
    }
    assert lattice["rules of a listener"]["can_be_raised"]


def test_what_a_limit_forbids_cannot_move() -> None:
    report = json.loads(Case(GOLDEN / "limits").ran("--format", "json").out)
    rows = {row["name"]: row["verdicts"] for row in report["sections"][0]["rows"]}
    assert rows["six"]["alb"] == "cannot"
    assert rows["headers"]["alb"] == "cannot"
    assert rows["path-5"]["alb"] == "loses"


def test_the_size_is_that_of_the_task_definition_that_render_writes() -> None:
    size = limits("example-standalone", "standalone")["bytes of a task definition, as compiled"]
    assert size["where"] == "GatewayTask"
    assert 5_000 < size["value"] < size["most"] == 65_536


def test_the_regions_without_lattice_are_those_whose_schemas_lack_it() -> None:
    def has(region: str, kind: str) -> bool:
        return kind in PROVIDER_SCHEMA_MANAGER.get_resource_types(region)

    missing = {
        region
        for region in REGIONS
        if has(region, "AWS::AppMesh::Mesh") and not has(region, "AWS::VpcLattice::Service")
    }
    assert missing == set(REGIONS_WITHOUT_LATTICE)


def test_in_such_a_region_nothing_moves_to_lattice() -> None:
    report = json.loads(Case(GOLDEN / "limits").ran("--format", "json").out)
    assert {row["verdicts"]["lattice"] for section in report["sections"] for row in section["rows"]} == {"cannot"}
    assert report["answers"]["without_sidecars"] == "alb"
