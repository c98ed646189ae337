"""What Envoys run, as the graph shows it: as the compiler made it, or read out of commands in all their forms."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.graph.cases import COLOUR, GOLDEN, graph
from tests.graph.test_graph import part, section, texts

INJECTED = GOLDEN / "standalone-injected-before" / "input.yaml"


def raw(found: Any, name: str) -> Any:
    (one,) = part(found, "task", name)["raw"]
    assert one["title"] == "Envoy's configuration"
    return one["content"]


@pytest.mark.parametrize(("name", "who"), [("Json", "web"), ("JsonToFillIn", "${Node}"), ("Yaml", "${Node}")])
def test_each_form_of_a_command_is_read(name: str, who: str) -> None:
    found = graph(INJECTED)
    assert raw(found, name)["node"]["id"].endswith(who)
    assert part(found, "task", name)["sections"][0]["rows"][0][1]["text"] == who


@pytest.mark.parametrize("form", ["plain", "compressed"])
def test_what_the_compiler_made_is_what_its_command_says(tmp_path: Path, form: str) -> None:
    template = tmp_path / "template.yaml"
    text = COLOUR.read_text()
    template.write_text(text.replace("{Profile: standalone,", f"{{Profile: standalone, Configuration: {form},"))
    rendered = tmp_path / "rendered.yaml"
    assert run("render", str(template), "-o", str(rendered)).code == 0
    compiled, read = graph(template), graph(rendered)
    for name in ("Caller", "White", "Black"):
        assert raw(compiled, name) == raw(read, name)
        assert texts(section(part(compiled, "task", name), "Envoy: clusters")["rows"])


def test_names_are_resolved_as_far_as_they_are_known(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    text = COLOUR.read_text().replace('!Sub "white.${Domain}"', '!Sub "white.${AWS::StackName}.${Domain}"')
    template.write_text(text.replace("Image: web", 'Image: !Sub "${AWS::AccountId}.registry/${Domain}:1"', 1))
    found = graph(template)
    assert ["Found by", "DNS white.${AWS::StackName}.shop.local"] in part(found, "node", "white")["sections"][0]["rows"]
    containers = texts(section(part(found, "task", "Caller"), "Containers")["rows"])
    assert ["app", "${AWS::AccountId}.registry/shop.local:1", "the file"] in containers
    clusters = {row[0]: row[2] for row in texts(section(part(found, "task", "Caller"), "Envoy: clusters")["rows"])}
    assert clusters["cds_egress_apps_white_http_9080"] == "white.${AWS::StackName}.shop.local:9080"
    given = graph(template, options=("--parameter", "AWS::StackName=prod", "--parameter", "Domain=b.local"))
    assert ["Found by", "DNS white.prod.b.local"] in part(given, "node", "white")["sections"][0]["rows"]


def test_shares_are_numbers_in_the_order_of_the_route() -> None:
    found = graph(COLOUR)
    names = {each["id"]: each["name"] for each in found["parts"]}
    shares = [(names[edge["target"]], edge["share"]) for edge in found["edges"] if edge["share"] is not None]
    assert shares == [("white", 0.8), ("black", 0.2)]


def test_a_finding_has_the_lines_around_its_place() -> None:
    (note,) = part(graph(COLOUR), "router", "teller")["notes"]
    excerpt = note["excerpt"]
    assert (excerpt["first"], excerpt["marked"]) == (41, 42)
    assert excerpt["lines"][1] == "Route:"


def test_a_finding_about_a_flag_or_in_one_long_line_has_no_lines(tmp_path: Path) -> None:
    found = graph(COLOUR, options=("--log-level", "loud"))
    notes = [note for each in found["parts"] for note in each["notes"]] + found["notes"]
    assert [note["excerpt"] for note in notes if "--log-level" in note["where"]] in ([], [None])
    described = GOLDEN.parent / "ecs"
    for file in sorted(described.glob("*/input.json"))[:3]:
        assert graph(file)["parts"]
