"""A compressed configuration on the command line: a warning, and commands that still show its routes."""

import json
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.mesh.thousand import template


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.json"
    path.write_text(json.dumps({"Transform": "AppMeshInject", **template(2)}))
    return path


COMPRESSED = ("--configuration", "compressed")
DOMAIN = "--parameter=Domain=shop.local"


@pytest.mark.parametrize("command", ["render", "lint", "diff"])
def test_change_sets_that_show_no_routes_are_warned_of(file: Path, command: str) -> None:
    ran = run(command, str(file), DOMAIN, *COMPRESSED)
    assert (
        "AM908 Task: Envoy's configuration is compressed, so change sets do not show its routes." in ran.out + ran.err
    )
    ran = run(command, str(file), DOMAIN)
    assert "AM908" not in ran.out + ran.err


def test_diff_shows_what_is_in_it(file: Path) -> None:
    forms = {form: run("diff", str(file), DOMAIN, "--configuration", form).out for form in ("plain", "compressed")}
    for told in forms.values():
        assert "  route cart.${Domain} /: added: cart-v1 90, cart-v2 10\n" in told
    assert "- --config-yaml" in forms["plain"]
    assert "- bash" in forms["compressed"]


def test_graph_shows_what_is_in_it(file: Path, tmp_path: Path) -> None:
    rendered, page = tmp_path / "rendered.json", tmp_path / "page.html"
    run("render", str(file), DOMAIN, *COMPRESSED, "-o", str(rendered))
    told = run("graph", str(rendered), "-o", str(page))
    assert told.code == 0, told.err
    assert "cds_egress_shop_cart-v1_http_8080 (90), cds_egress_shop_cart-v2_http_8080 (10)" in page.read_text()
