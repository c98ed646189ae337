"""`adopt` and `remove` of many files: each is edited for itself."""

from pathlib import Path

import pytest

from tests.cli.command import TEMPLATE, run

MARK = "    Metadata:\n      AppMesh:\n        MeshName: apps\n        VirtualNodeName: web\n"
PLAIN = TEMPLATE.replace("Transform: AppMeshInject\n", "").replace(MARK, "")
INJECTED = run("render", "-", stdin=TEMPLATE).out.replace(MARK, "")
"""As if somebody had written the sidecars by hand."""
TWINS = INJECTED.replace("- Name: proxyinit", "- Name: envoy")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.yaml").write_text(INJECTED)
    (tmp_path / "deep" / "two.template").write_text(INJECTED)
    (tmp_path / "plain.yaml").write_text(PLAIN)
    return tmp_path


@pytest.mark.parametrize(("command", "done"), [("adopt", "adopted (profile preview)"), ("remove", "removed: envoy")])
def test_a_folder_is_edited_in_place(command: str, done: str, folder: Path) -> None:
    ran = run(command, "--in-place", str(folder))
    assert (ran.code, ran.out) == (0, "")
    for name in ("one.yaml", "deep/two.template"):
        assert f"{folder}/{name}: Web: {done}" in ran.err
        assert "- Name: envoy" not in (folder / name).read_text()
    assert "plain.yaml" not in ran.err
    assert (folder / "plain.yaml").read_text() == PLAIN
    assert ran.err.splitlines()[-1] == "3 files: 2 edited, 1 with nothing to do"


def test_what_is_refused_stays_and_the_others_are_written(folder: Path) -> None:
    (folder / "twins.yaml").write_text(TWINS)
    (folder / "broken.yaml").write_text("Resources: [AWS::ECS::TaskDefinition")
    ran = run("adopt", "--in-place", str(folder))
    assert ran.code == 1
    assert (folder / "twins.yaml").read_text() == TWINS
    assert "- Name: envoy" not in (folder / "one.yaml").read_text()
    assert ran.err.splitlines()[-1] == "5 files: 2 edited, 2 left as it is, 1 with nothing to do"


def test_results_go_to_a_folder_with_their_relative_paths(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("out")
    assert run("remove", str(folder), "-o", f"{out}/").code == 0
    assert {str(file.relative_to(out)) for file in out.rglob("*.*")} == {"one.yaml", "deep/two.template"}
    assert (folder / "one.yaml").read_text() == INJECTED


def test_several_files_need_a_place_for_the_results(folder: Path) -> None:
    ran = run("adopt", str(folder))
    assert (ran.code, "several files need --in-place, or a folder: -o DIR/" in ran.err) == (2, True)
