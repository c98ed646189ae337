"""The content of the graph: parts, edges, tables, and findings at their parts."""

from pathlib import Path
from typing import Any

from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.graph.cases import COLOUR, GATEWAY, GOLDEN, graph

TASKS = """\
Transform: AppMeshInject
Metadata: {AppMesh: {Profile: standalone, MeshName: apps}}
Resources:
  Caller:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {VirtualNodeName: caller}}
    Properties:
      NetworkMode: awsvpc
      Memory: '1024'
      ContainerDefinitions: [{Name: app, Image: web, PortMappings: [{ContainerPort: 8080}]}]
"""


def part(found: Any, kind: str, name: str) -> Any:
    (one,) = [part for part in found["parts"] if (part["kind"], part["name"]) == (kind, name)]
    return one


def section(part: Any, title: str) -> Any:
    (one,) = [section for section in part["sections"] if section["title"] == title]
    return one


def texts(rows: Any) -> list[list[str]]:
    return [[cell if isinstance(cell, str) else cell["text"] for cell in row] for row in rows]


def lines(found: Any) -> set[tuple[str, str, str, str]]:
    names = {part["id"]: f"{part['kind']} {part['name']}" for part in found["parts"]}
    return {
        (names[edge["source"]], names[edge["target"]], edge["meaning"], " ".join(edge["label"]))
        for edge in found["edges"]
    }


def test_a_live_weight_is_shown_beside_its_baseline() -> None:
    template = REPOSITORY / "tests/dataplane/live_weights.yaml"
    calls = lines(graph(template, "--parameter=Stable=50", "--parameter=Canary=50"))
    assert {line for line in calls if line[0] == "router cart"} == {
        ("router cart", "node v1", "calls", "50% live, baseline 90%"),
        ("router cart", "node v2", "calls", "50% live, baseline 10%"),
    }


def test_the_calls_between_nodes() -> None:
    assert lines(graph(COLOUR)) == {
        ("node caller", "service teller.shop.local", "calls", ""),
        ("service teller.shop.local", "router teller", "calls", ""),
        ("router teller", "node white", "calls", "80%"),
        ("router teller", "node black", "calls", "20%"),
        ("node caller", "task Caller", "runs", ""),
        ("node white", "task White", "runs", ""),
        ("node black", "task Black", "runs", ""),
    }


def test_a_cross_service_call_is_drawn() -> None:
    caller = part(graph(COLOUR), "node", "caller")
    calls = section(caller, "May call")
    assert calls["columns"] == ["Service", "Match", "Goes to", "Share"]
    assert texts(calls["rows"]) == [
        ["teller.shop.local", "/*", "white", "80%"],
        ["teller.shop.local", "/*", "black", "20%"],
    ]
    assert texts(section(part(graph(COLOUR), "node", "white"), "Called by")["rows"]) == [["caller"]]


def test_a_gateway_and_its_routes() -> None:
    found = graph(GATEWAY)
    assert ("gateway edge", "service teller.shop.local", "calls", "/tell*") in lines(found)
    assert ("gateway edge", "task Edge", "runs", "") in lines(found)
    routes = section(part(found, "gateway", "edge"), "Gateway routes")
    assert texts(routes["rows"]) == [["/tell*", "teller.shop.local"]]
    assert texts(section(part(found, "node", "black"), "Called by")["rows"]) == [["caller"], ["edge"]]


def test_the_configuration_of_an_envoy_is_shown() -> None:
    task = part(graph(COLOUR), "task", "Caller")
    assert [(line["text"], line["is_added"]) for line in task["lines"]] == [("app", False), ("envoy", True)]
    listeners = texts(section(task, "Envoy: listeners")["rows"])
    assert ["0.0.0.0:15000 in", "port 8080", "rds_ingress_http_8080"] in listeners
    assert [
        "teller.shop.local, teller.shop.local:9080",
        "/*",
        "cds_egress_apps_white_http_9080 (80), cds_egress_apps_black_http_9080 (20)",
        "timeout 15s, 2 retries",
    ] in texts(section(task, "Envoy: routes")["rows"])
    endpoints = {row[0]: row[2] for row in texts(section(task, "Envoy: clusters")["rows"])}
    assert endpoints["cds_egress_apps_white_http_9080"] == "white.shop.local:9080"


def test_findings_are_shown_at_their_parts() -> None:
    found = graph(COLOUR)
    (note,) = part(found, "router", "teller")["notes"]
    assert (note["code"], note["severity"]) == ("AM356", "warning")
    assert note["where"].endswith("input.yaml:42:3")
    assert [note["code"] for note in found["notes"]] == ["AM360"]


def test_refusals_are_shown_and_exit_with_1(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(COLOUR.read_text().replace("VirtualNodeName: black, LogLevel", "VirtualNodeName: blak, LogLevel"))
    ran = run("graph", str(file), "--output-format", "html")
    assert ran.code == 1
    assert "AM308" in ran.err
    found = graph(file)
    assert [note["code"] for note in part(found, "task", "Black")["notes"]] == ["AM308"]
    assert ("missing blak", "task Black", "runs", "") in lines(found)
    assert ("node white", "task White", "runs", "") in lines(found)


def test_a_mesh_in_one_file_and_tasks_in_another(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.yaml"
    tasks.write_text(TASKS)
    for found in (graph(COLOUR, tasks), graph(tasks, options=("--mesh", str(COLOUR)))):
        task = [
            each
            for each in found["parts"]
            if each["kind"] == "task" and ["File", str(tasks)] in each["sections"][0]["rows"]
        ]
        assert section(task[0], "Envoy: routes")
        assert ("node caller", "task Caller", "runs", "") in lines(found)
        assert not [each for each in found["parts"] if each["kind"] == "missing"]


def test_every_kind_of_document_and_profile_has_a_graph() -> None:
    golden = REPOSITORY / "tests" / "golden"
    files = [file for file in sorted(golden.glob("*/*/input.*")) if file.suffix in (".yaml", ".json")]
    assert len(files) > 40
    for file in files:
        ran = run("graph", str(file), "--output-format", "mermaid")
        assert ran.code in (0, 1), file
        assert ran.out.startswith("flowchart LR") or ran.code == 1, file


def test_a_task_whose_mesh_is_missing_gets_a_missing_node() -> None:
    found = graph(GOLDEN / "sample-app-of-the-preview" / "input.yaml")
    assert ("missing colorteller-white-vn", "task WhiteTaskDefinition", "runs", "") in lines(found)


def test_a_parameter_goes_to_the_file_that_has_it(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.yaml"
    tasks.write_text(TASKS)
    assert run("graph", str(COLOUR), str(tasks), "--parameter", "Domain=b.local").code == 0
    wrong = run("graph", str(COLOUR), str(tasks), "--parameter", "Domian=b.local")
    assert wrong.code == 2
    assert "did you mean 'Domain'" in wrong.err


def test_mesh_errors_refuse_only_standalone_tasks(tmp_path: Path) -> None:
    file = tmp_path / "ga.yaml"
    weights = COLOUR.read_text().replace("Weight: 80", "Weight: 0").replace("Weight: 20", "Weights: 0")
    file.write_text(weights.replace("Profile: standalone", "Profile: ga"))
    ran = run("graph", str(file), "-o", str(tmp_path / "mesh.html"))
    assert "AM304" in ran.err
    assert ran.code == 0
    file.write_text(weights)
    assert run("graph", str(file), "-o", str(tmp_path / "mesh.html")).code == 1


def test_folders_and_globs(tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text(COLOUR.read_text())
    (tmp_path / "tasks.yaml").write_text(TASKS)
    (tmp_path / "notes.yaml").write_text("a: 1")
    for argument in (tmp_path, tmp_path / "*s*.yaml"):
        found = graph(argument)
        assert len([part for part in found["parts"] if part["kind"] == "task"]) == 4


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    ran = run("graph", str(COLOUR), str(tmp_path / "none.yaml"))
    assert ran.code == 1
    assert "there is no such file" in ran.err
    assert ran.out.startswith("<!doctype html>")
    assert run("graph", str(tmp_path / "none.yaml")).out == ""


def test_mesh_parameters_without_a_mesh_are_wrong_usage(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.yaml"
    tasks.write_text(TASKS)
    assert run("graph", str(tasks), "--mesh-parameter", "Domain=b.local").code == 2
    assert run("graph", str(COLOUR), str(tasks), "--mesh-parameter", "Domain=b.local").code == 0


def test_a_task_whose_node_depends_on_a_condition_is_drawn(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    node = "!If [Blue, mesh/apps/virtualNode/blue, mesh/apps/virtualNode/green]"
    by_hand = f"[{{Name: envoy, Image: envoy, Environment: [{{Name: APPMESH_RESOURCE_ARN, Value: {node}}}]}}]"
    text = TASKS.replace("[{Name: app, Image: web, PortMappings: [{ContainerPort: 8080}]}]", by_hand)
    template.write_text(text.replace("    Metadata: {AppMesh: {VirtualNodeName: caller}}\n", ""), encoding="utf-8")
    found = graph(template)
    assert [each["name"] for each in found["parts"] if each["kind"] == "task"] == ["Caller"]
