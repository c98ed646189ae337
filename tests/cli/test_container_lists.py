"""Bare lists of container definitions, as Terraform has them: `--containers`."""

import json
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import REPOSITORY

MESH = str(REPOSITORY / "examples" / "standalone" / "mesh.yaml")
APP = {"name": "app", "image": "x/y:1", "memory": 100_000, "portMappings": [{"containerPort": 8080}]}
FLAGS = ("--containers", "--mesh-name", "shop", "--virtual-node-name", "cart")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cart.json"
    file.write_text(json.dumps([APP], indent=2))
    return file


@pytest.mark.parametrize(
    ("profile", "members"),
    [
        ("standalone", ["containerDefinitions", "proxyConfiguration"]),
        ("ga", ["containerDefinitions", "proxyConfiguration"]),
        ("preview", ["containerDefinitions"]),
    ],
)
def test_what_comes_out_is_what_the_task_gets(file: Path, profile: str, members: list[str]) -> None:
    mesh = ("--mesh", MESH) if profile == "standalone" else ()
    ran = run("render", str(file), *FLAGS, "--profile", profile, *mesh)
    assert ran.code == 0, ran.err
    assert "cart: injected" in ran.err
    made = json.loads(ran.out)
    assert list(made) == members
    assert [container["name"] for container in made["containerDefinitions"]][:2] == ["app", "envoy"]


def test_a_finding_is_where_it_is_in_the_list(file: Path) -> None:
    file.write_text(json.dumps([{**APP, "portMappings": [{"containerPort": 70000}]}], indent=2))
    ran = run("lint", str(file), *FLAGS, "--profile", "ga")
    assert ran.code == 1
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "70000" in text)
    assert f"{file}:{line}:" in ran.out


def test_two_lists_are_compared(file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.json"
    new.write_text(file.read_text().replace("x/y:1", "x/y:2"))
    ran = run("diff", str(file), str(new), *FLAGS, "--profile", "ga")
    assert ran.code == 1
    assert "+    image: x/y:2" in ran.out


@pytest.mark.parametrize("text", ['{"containerDefinitions": []}', "- Name: app\n  Image: x/y:1\n", "[]"])
def test_what_is_no_such_list_is_said(file: Path, text: str) -> None:
    file.write_text(text)
    ran = run("render", str(file), *FLAGS)
    assert ran.code == 1
    assert "this is no list of container definitions in JSON. Leave out --containers" in ran.err
