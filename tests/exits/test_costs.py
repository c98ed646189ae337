"""The sums, recomputed by hand from the prices that AWS publishes for us-east-1."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import run
from tests.conftest import REPOSITORY

COLOUR = str(REPOSITORY / "examples" / "standalone" / "template.yaml")

TRAFFIC = """\
tasks: { gateway: 2, ingress: 2, colorteller-white: 4, colorteller-black: 1, tcpecho: 1 }
services:
  colorteller.colorapp.local: { gb_per_month: 1460, requests_per_second: 250 }
  gateway.colorapp.local: { gb_per_month: 730, requests_per_second: 10 }
"""

BY_HAND = {
    # 12 tasks, blue and red with one each as they are not named. Each has a quarter of a vCPU for $0.04048 an hour,
    # and a 16th of a GB for $0.004445 an hour, for 730 hours:
    # 0.25 x 0.04048 + 0.0625 x 0.004445 = 0.0103978125 an hour, 7.590403125 a month
    "standalone": 91.08,
    "service-connect": 91.08,
    # The balancer 0.0225 x 730 = 16.425. 2,190 GB in 730 hours are 3 an hour, 3 units; connections and rules need less:
    # 3 x 0.008 x 730 = 17.52. Three private zones, 1.50.
    "alb": 35.45,
    # Three services 3 x 0.025 x 730 = 54.75; 2,190 GB x 0.025 = 54.75. 250 requests a second are 900,000 an hour,
    # 600,000 above the free ones: 438 million a month, 43.80. Three zones, 1.50; the two tasks of the gateway stay,
    # 15.180806.
    "lattice": 169.98,
}


def months(*arguments: str) -> dict[str, Any]:
    exits = json.loads(run("exits", *arguments, "--format", "json").out)["exits"]
    return {name: exits[name]["month"] for name in exits}


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    file = tmp_path / "traffic.yaml"
    file.write_text(TRAFFIC)
    return file


def test_the_sums_are_those_by_hand(traffic: Path) -> None:
    found = months(COLOUR, "--traffic", str(traffic))
    assert {name: month["dollars"] for name, month in found.items()} == BY_HAND


def test_every_sum_shows_its_parts(traffic: Path) -> None:
    for month in months(COLOUR, "--traffic", str(traffic)).values():
        assert sum(part["dollars"] for part in month["parts"]) == pytest.approx(month["dollars"], abs=0.02)
        assert all(part["formula"] for part in month["parts"])


def test_a_price_can_be_replaced(traffic: Path) -> None:
    traffic.write_text(TRAFFIC + "prices: { fargate_vcpu_hour: 0, fargate_gb_hour: 0, zone_month: 1 }\n")
    found = months(COLOUR, "--traffic", str(traffic))
    assert found["standalone"]["dollars"] == 0
    assert found["alb"]["dollars"] == pytest.approx(BY_HAND["alb"] + 1.5, abs=0.01)


def test_many_requests_cost_rules(traffic: Path, tmp_path: Path) -> None:
    """15 rules, of which 10 are free: 5 x 1,000 requests a second are 5 units."""
    resources: dict[str, Any] = {
        f"S{n}": {
            "Type": "AWS::AppMesh::VirtualService",
            "Properties": {"MeshName": "m", "VirtualServiceName": f"s{n}.local", "Spec": {}},
        }
        for n in range(15)
    }
    mesh = tmp_path / "mesh.yaml"
    mesh.write_text(yaml.safe_dump({"Resources": resources}))
    traffic.write_text("services: { s0.local: { requests_per_second: 1000 } }\n")
    alb = months(str(mesh), "--traffic", str(traffic))["alb"]
    assert alb["parts"][1]["dollars"] == 29.2  # 5 x 0.008 x 730


def test_without_traffic_there_is_no_sum() -> None:
    assert set(months(COLOUR).values()) == {None}


def test_the_template_is_a_file_of_traffic(tmp_path: Path) -> None:
    file = tmp_path / "traffic.yaml"
    ran = run("exits", COLOUR, "--traffic-template", "-o", str(file))
    assert (ran.code, ran.out) == (0, "")
    # One task for each of 6 nodes and the gateway
    assert months(COLOUR, "--traffic", str(file))["standalone"]["dollars"] == 53.13
    file.write_text(re.sub(r"^  # ", "  ", file.read_text(), flags=re.MULTILINE))
    assert months(COLOUR, "--traffic", str(file))["standalone"]["dollars"] == 53.13


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]\n", "a traffic file must be a map"),
        ("task: {}\n", "a traffic file has no 'task': did you mean 'tasks'?"),
        ("tasks: { gatewy: 1 }\n", "tasks has no 'gatewy': did you mean 'gateway'?"),
        ("tasks: { gateway: many }\n", "gateway must be a number of 0 or more"),
        ("tasks: { gateway: -1 }\n", "gateway must be a number of 0 or more"),
        ("tasks: { gateway: true }\n", "gateway must be a number of 0 or more"),
        ("services: { color.local: {} }\n", "services has no 'color.local'"),
        ("services: { gateway.colorapp.local: 5 }\n", "gateway.colorapp.local must be a map"),
        ("services: { gateway.colorapp.local: { gb: 5 } }\n", "gateway.colorapp.local has no 'gb'"),
        ("prices: { alb_our: 1 }\n", "prices has no 'alb_our': did you mean 'alb_hour'?"),
    ],
)
def test_a_mistake_in_the_file_is_told(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "traffic.yaml"
    file.write_text(text)
    ran = run("exits", COLOUR, "--traffic", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err
    assert str(file) in ran.err
