"""The command: what it reads, what it says when it cannot, and that a page keeps to itself."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import TEMPLATE, run
from tests.conftest import REPOSITORY
from tests.exits.cases import GOLDEN
from tests.graph.cases import HOSTILE

COLOUR = str(REPOSITORY / "examples" / "standalone" / "template.yaml")
CART = GOLDEN / "several-files" / "cart.yaml"
ACM = str(GOLDEN / "acm" / "template.yaml")


def test_the_colour_app_is_told_which_way_to_take_and_why() -> None:
    answers = run("exits", COLOUR).out.partition("THE ANSWERS")[2]
    assert "standalone (a standalone Envoy in each task) keeps every route and every protection" in answers
    assert "a new weight deploys the callers" in answers
    assert "alb (an internal Application Load Balancer) loses least" in answers
    assert "It cannot take plain TCP. It loses time limit of a request, retries" in answers


def test_from_ga_standalone_comes_first_and_why() -> None:
    first = json.loads(run("exits", ACM, "--format", "json").out)["answers"]["first"]
    assert any(line.startswith("Go to standalone, whichever way you take afterwards") for line in first)
    assert any("CloudFormation rolls back to such tasks, and they cannot start either" in line for line in first)
    assert first[-1] == "Write Profile: standalone into the marks of WebTask."


def test_sidecars_by_hand_are_adopted_first() -> None:
    ran = run("exits", str(GOLDEN / "several-files"))
    assert "1 task definition of these files (CartTask) would wait for App Mesh" in ran.out
    assert ran.out.rstrip().endswith("appmesh-inject adopt --profile standalone --in-place FILE")


def test_tasks_that_run_standalone_can_stay() -> None:
    assert "Stay as you are: the tasks run standalone already" in run("exits", COLOUR).out


@pytest.mark.parametrize("format_", ["text", "markdown", "json", "html"])
def test_a_parameter_without_echo_is_not_told(format_: str, tmp_path: Path) -> None:
    properties = {"MeshName": "shop", "VirtualServiceName": {"Ref": "Secret"}, "Spec": {}}
    template = {
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "canary-default"}},
        "Resources": {"Service": {"Type": "AWS::AppMesh::VirtualService", "Properties": properties}},
    }
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template))
    for more in ((), ("--parameter", "Secret=canary-given")):
        ran = run("exits", str(file), "--format", format_, *more)
        assert "${Secret}" in ran.out.replace("\\", "")
        assert "canary" not in ran.out + ran.err


def test_routes_that_belong_to_no_router_have_rows_of_their_own() -> None:
    template = REPOSITORY / "tests" / "golden" / "cloudformation" / "standalone-routes-without-a-router" / "input.yaml"
    sections = json.loads(run("exits", str(template), "--format", "json").out)["sections"]
    named = {section["title"]: [row["name"] for row in section["rows"]] for section in sections}
    assert named["routes whose virtual router is not in these files"] == ["imported", "misspelt", "other"]
    assert named["routes whose virtual gateway is not in these files"] == ["Door"]


def test_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(Path(COLOUR).read_text())
    run("exits", str(file))
    assert file.read_text() == Path(COLOUR).read_text()
    assert list(tmp_path.iterdir()) == [file]


def test_a_mesh_from_elsewhere() -> None:
    folder = REPOSITORY / "examples" / "standalone"
    mesh = ["--mesh", str(folder / "mesh.yaml"), "--mesh-parameter", "AWS::StackName=mesh"]
    ran = run("exits", str(folder / "service.yaml"), *mesh, "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["exits"]["standalone"]["stops"] == []


def test_a_parameter_decides() -> None:
    arguments = (str(GOLDEN / "weights" / "mesh.yaml"), "--parameter")
    assert "weights: 80/30" in run("exits", *arguments, "Share=30").out
    assert "weights: 80/0" not in run("exits", *arguments, "Share=0").out


def test_a_file_without_a_mesh_is_told(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    ran = run("exits", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert "there is no mesh: no AWS::AppMesh resource, and nothing that was described" in ran.err


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    ran = run("exits", COLOUR, str(tmp_path / "missing.yaml"))
    assert ran.code == 1
    assert "missing.yaml: error: there is no such file" in ran.err


def test_without_a_file_it_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("exits").code == 2


def test_what_adopt_refuses_stops_standalone(tmp_path: Path) -> None:
    file = tmp_path / "cart.yaml"
    envoy = re.compile(r"        - Name: envoy\n(?: {10}.*\n)+")
    two = "".join(envoy.findall(CART.read_text())) * 2
    file.write_text(envoy.sub(two, CART.read_text()))
    stops = json.loads(run("exits", str(file), "--format", "json").out)["exits"]["standalone"]["stops"]
    assert [(stop["why"], stop["where"]) for stop in stops] == [("AM210 of render", ["CartTask"])]


def test_an_anchor_stops_adopt_and_not_the_report(tmp_path: Path) -> None:
    file = tmp_path / "cart.yaml"
    anchored = CART.read_text().replace("User: ", "User: &user ")
    file.write_text(f"{anchored}Outputs: {{ User: {{ Value: *user }} }}\n")
    ran = run("exits", str(file), "--format", "json")
    data = json.loads(ran.out)
    assert ran.code == 0
    assert [stop["why"] for stop in data["exits"]["standalone"]["stops"]] == ["AM606 of render"]
    assert data["exits"]["alb"]["stops"] == []


def test_a_task_definition_in_json_runs_its_node(tmp_path: Path) -> None:
    """As it was described, beside what was described of the mesh."""
    environment = [{"name": "APPMESH_RESOURCE_ARN", "value": "mesh/shop/virtualNode/cart"}]
    proxy = [
        {"name": name, "value": value}
        for name, value in {
            "IgnoredUID": "1337",
            "ProxyIngressPort": "15000",
            "ProxyEgressPort": "15001",
            "AppPorts": "8080",
            "EgressIgnoredIPs": "169.254.170.2,169.254.169.254",
        }.items()
    ]
    task = {
        "family": "cart",
        "networkMode": "awsvpc",
        "memory": "512",
        "proxyConfiguration": {"type": "APPMESH", "containerName": "envoy", "properties": proxy},
        "containerDefinitions": [
            {"name": "app", "image": "cart", "portMappings": [{"containerPort": 8080}]},
            {"name": "envoy", "image": "envoy", "essential": True, "user": "1337", "environment": environment},
        ],
    }
    (tmp_path / "task.json").write_text(json.dumps(task))
    (tmp_path / "node.json").write_text((GOLDEN / "described" / "node.json").read_text())
    data = json.loads(run("exits", str(tmp_path), "--format", "json").out)
    assert "1 task definition of these files (cart) would wait for App Mesh." in data["answers"]["first"][-3]
    (nodes,) = (section for section in data["sections"] if section["kind"] == "nodes")
    assert nodes["rows"][0]["verdicts"]["standalone"] == "cannot"


def test_markdown_is_a_table() -> None:
    lines = run("exits", COLOUR, "--format", "markdown").out.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert rows[:2] == ["| | standalone | service-connect | alb | lattice |", "| --- | --- | --- | --- | --- |"]
    assert {row.count("|") - row.count("\\|") for row in rows} == {6}


def hostile(folder: Path) -> str:
    """A mesh whose names try to become markup."""
    route = {"HttpRoute": {"Match": {"Prefix": f"/{HOSTILE}"}, "Action": {"WeightedTargets": []}}}
    resources = {
        "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": HOSTILE}},
        "Router": {
            "Type": "AWS::AppMesh::VirtualRouter",
            "Properties": {"MeshName": HOSTILE, "VirtualRouterName": HOSTILE},
        },
        "Route": {
            "Type": "AWS::AppMesh::Route",
            "Properties": {
                "MeshName": HOSTILE,
                "VirtualRouterName": HOSTILE,
                "RouteName": f"{HOSTILE}\x1b[31m | **bold**",
                "Spec": route,
            },
        },
    }
    file = folder / "hostile.json"
    file.write_text(json.dumps({"Resources": resources}))
    return str(file)


def test_names_stay_text(tmp_path: Path) -> None:
    file = hostile(tmp_path)
    page = run("exits", file, "--format", "html").out
    assert "<script" not in page.lower().replace("script-src", "")
    assert "<img" not in page
    assert "\x1b" not in run("exits", file).out
    markdown = run("exits", file, "--format", "markdown").out
    assert re.search(r"(?<!\\)<script", markdown) is None
    assert "\x1b" not in markdown


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    page = run("exits", COLOUR, "--format", "html").out
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy[1]
    assert not re.search(r"<(script|img|iframe|link(?! rel=\"icon\" href=\"data:,\"))", page)
