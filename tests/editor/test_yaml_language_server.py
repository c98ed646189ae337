"""The schema of templates in the real yaml-language-server, without an editor: `make test-editor`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import appmesh_inject
from tests.cli.command import TEMPLATE
from tests.conftest import REPOSITORY
from tests.editor.language_server import Server

COMMAND = os.environ.get("YAML_LANGUAGE_SERVER", "")
SCHEMA = Path(appmesh_inject.__file__).parent / "template.schema.json"

pytestmark = pytest.mark.skipif(not COMMAND, reason="YAML_LANGUAGE_SERVER is not set: make test-editor")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server([COMMAND], SCHEMA) as running:
        yield running


def told(found: list[dict[str, dict[str, dict[str, int]]]]) -> list[tuple[int, str]]:
    return sorted((each["range"]["start"]["line"] + 1, str(each["message"])) for each in found)


def test_a_wrong_setting_is_underlined_at_its_line(server: Server, tmp_path: Path) -> None:
    text = TEMPLATE.replace("MeshName: apps", "MeshNam: apps\n        LogLevel: loud")
    found = told(server.diagnostics(tmp_path / "a.yaml", text))
    assert [line for line, _ in found] == [8, 9], found
    assert "MeshNam" in found[0][1]


def test_settings_complete(server: Server, tmp_path: Path) -> None:
    text = TEMPLATE.replace("        MeshName: apps\n", "        Virtual\n")
    server.diagnostics(tmp_path / "a.yaml", text)
    offered = server.completions(tmp_path / "a.yaml", 7, 15)
    assert {"VirtualGatewayName"} <= set(offered), offered


@pytest.mark.parametrize("name", sorted(path.name for path in (REPOSITORY / "examples").glob("*.yaml")))
def test_nothing_is_wrong_in_the_examples(server: Server, tmp_path: Path, name: str) -> None:
    assert told(server.diagnostics(tmp_path / name, (REPOSITORY / "examples" / name).read_text())) == []


def test_a_modeline_names_the_schema_too(server: Server, tmp_path: Path) -> None:
    text = f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n" + TEMPLATE.replace("MeshName", "MeshNam")
    assert [line for line, _ in told(server.diagnostics(tmp_path / "a.other", text))] == [9]


def test_short_forms_are_no_mistakes(server: Server, tmp_path: Path) -> None:
    text = TEMPLATE.replace(
        "MeshName: apps",
        "MeshName: !Ref Mesh\n        AppPorts: [80, !Ref Port]\n        IgnoredUID: !Ref Uid\n"
        "        Enabled: !If [A, true, false]",
    )
    assert told(server.diagnostics(tmp_path / "a.yaml", text)) == []
