"""The page, the SVG and the Mermaid text are self-contained, and names in them cannot become markup."""

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import pytest

from appmesh_inject.graph.mermaid import mermaid
from appmesh_inject.graph.model import BoxLine, Edge, Graph, Meaning, Part, PartKind
from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.graph.cases import COLOUR, HOSTILE, data_of, hostile
from tests.graph.large import write_large_mesh

ASSETS = REPOSITORY / "src" / "appmesh_inject" / "graph" / "assets"
WEB = REPOSITORY / "web"
NAMESPACES = ("http://www.w3.org/",)


def page_of(file: Path) -> str:
    return run("graph", str(file)).out


def test_the_page_loads_nothing() -> None:
    page = page_of(COLOUR)
    assert not re.findall(r"<(?:img|iframe|object|embed|base)\b", page.partition("<script>")[0])
    assert not re.findall(r"<script[^>]*\bsrc\b", page)
    assert re.findall(r"<link\b[^>]*>", page) == ['<link rel="icon" href="data:,">']
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    code = re.sub(r"/\*!.*?\*/", "", page, flags=re.DOTALL)
    assert {url for url in re.findall(r"https?://[^\s\"'`)<]*", code) if not url.startswith(NAMESPACES)} == set()


def test_the_policy_lets_only_the_bundled_script_run() -> None:
    page = page_of(COLOUR)
    policy = page.partition('Policy" content="')[2].partition('"')[0]
    script = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)[0]
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    page = page_of(hostile(tmp_path))
    assert page.count("<script") == 2
    assert "<img" not in page
    (task,) = [part for part in data_of(page)["parts"] if part["kind"] == "task"]
    assert task["name"] == HOSTILE


def test_the_drawing_is_xml_with_every_part_and_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("py_mini_racer")
    drawing = run("graph", str(COLOUR), "--output-format", "svg").out
    root = ElementTree.fromstring(drawing)
    space = {"s": "http://www.w3.org/2000/svg"}
    names = {title.text for title in root.iterfind(".//s:title", space)}
    assert names == {"teller.shop.local", "teller", "black", "caller", "white", "Caller", "White", "Black"}
    assert drawing == run("graph", str(COLOUR), "--output-format", "svg").out
    evil = ElementTree.fromstring(run("graph", str(hostile(tmp_path)), "--output-format", "svg").out)
    assert HOSTILE in {title.text for title in evil.iterfind(".//s:title", space)}
    assert not list(evil.iterfind(".//s:script", space))


def test_what_a_drawing_lacks_is_said_as_pip_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)
    ran = run("graph", str(COLOUR), "--output-format", "svg")
    (extra,) = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]["graph"]
    assert ran.code == 1
    assert f"a drawing needs one more package: pip install '{extra}', or save it from the page" in ran.err


def test_the_format_goes_by_the_name_of_the_output(tmp_path: Path) -> None:
    for name, beginning in (("a.html", "<!doctype html>"), ("a.mmd", "flowchart LR"), ("a", "<!doctype html>")):
        assert run("graph", str(COLOUR), "-o", str(tmp_path / name)).code == 0
        assert (tmp_path / name).read_text().startswith(beginning)


def test_mermaid_text() -> None:
    graph = Graph(
        "t",
        (Part("node-1", PartKind.NODE, 'a"<b>', (BoxLine("http 80"),)), Part("task-1", PartKind.TASK, "T")),
        (Edge("node-1", "task-1", Meaning.RUNS), Edge("node-1", "node-1", Meaning.CALLS, ("/x*", "2%"))),
    )
    assert mermaid(graph).splitlines()[:5] == [
        "flowchart LR",
        '  node-1["Virtual node<br/>a#34;#60;b#62;<br/>http 80"]:::node',
        '  task-1[["Task definition<br/>T"]]:::task',
        "  node-1 -.- task-1",
        '  node-1 -->|"/x*<br/>2%"| node-1',
    ]


def test_a_large_mesh_is_whole(tmp_path: Path) -> None:
    ran = run("graph", *write_large_mesh(tmp_path))
    assert ran.code == 0
    kinds = [part["kind"] for part in data_of(ran.out)["parts"]]
    assert (kinds.count("node"), kinds.count("service"), kinds.count("task")) == (200, 200, 203)


@pytest.mark.skipif(
    not (shutil.which("node") and (WEB / "node_modules").exists()), reason="needs node: make graph-assets"
)
def test_the_committed_bundle_is_what_the_build_makes(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=WEB, check=True)
    for name in ("page.js", "drawing.js"):
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes()


@pytest.mark.parametrize("name", ["page.js", "drawing.js"])
def test_the_licences_of_what_is_bundled_go_with_it(name: str) -> None:
    notice = (ASSETS / name).read_text().partition("*/")[0]
    assert "dagre" in notice
    assert "Permission is hereby granted" in notice
