"""Many files at once: what has nothing to do is counted, and warnings can be left out."""

from pathlib import Path

import pytest

from tests.cli.command import TEMPLATE, run

PLAIN = TEMPLATE.replace("Transform: AppMeshInject\n", "").replace(
    "    Metadata:\n      AppMesh:\n        MeshName: apps\n        VirtualNodeName: web\n", ""
)
IGNORING = "Metadata:\n  AppMeshInject:\n    Ignore: [AM902]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "marked.template").write_text(TEMPLATE)
    for number in range(5):
        (tmp_path / f"plain{number}.yaml").write_text(PLAIN)
    return tmp_path


@pytest.mark.parametrize("command", ["lint", "render"])
def test_files_with_nothing_to_do_are_one_line(command: str, folder: Path) -> None:
    ran = run(command, str(folder), *(["-o", f"{folder}/out/"] if command == "render" else []))
    assert f"{folder}/marked.template: Web: injected (profile preview)" in ran.err
    last = "6 files read. 6 workloads: 1 injected, 5 skipped; 5 files had nothing to do"
    assert ran.err.splitlines()[-1] == last
    assert "plain0" not in ran.err + ran.out


def test_lint_ends_with_a_total(folder: Path) -> None:
    assert run("lint", str(folder)).out.splitlines()[-1] == "6 files: 0 errors, 1 warning"


def test_quiet_leaves_out_what_happened(folder: Path) -> None:
    assert run("lint", "-q", str(folder)).err == ""
    assert "AM902" in run("render", "-q", str(folder / "marked.template")).err


def test_a_warning_can_be_left_out_on_the_command_line(folder: Path) -> None:
    ran = run("lint", "--strict", "--ignore", "AM902", str(folder))
    assert (ran.code, "AM902" in ran.out) == (0, False)


@pytest.mark.parametrize("code", ["AM101", "AM90", "W3696"])
def test_only_a_warning_can_be_left_out(code: str) -> None:
    ran = run("lint", "--ignore", code, "-", stdin=TEMPLATE)
    assert (ran.code, code in ran.err) == (2, True)


def test_a_warning_can_be_left_out_in_the_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "appmesh-inject.toml").write_text('ignore = ["AM902"]\n')
    assert "AM902" not in run("lint", "marked.template").out
    (folder / "appmesh-inject.toml").write_text('ignore = ["AM201"]\n')
    ran = run("lint", "marked.template")
    assert (ran.code, "AM201 is an error, which cannot be left out" in ran.err) == (2, True)


def test_a_warning_can_be_left_out_in_the_template() -> None:
    at_the_top = TEMPLATE.replace("Resources:", f"{IGNORING}Resources:")
    at_the_task = TEMPLATE.replace("    Metadata:\n", "    Metadata:\n      AppMeshInject: {Ignore: [AM902]}\n")
    for text in (at_the_top, at_the_task):
        assert "AM902" not in run("lint", "-", stdin=text).out
        assert "AM902" not in run("render", "-", stdin=text).err


def test_an_error_cannot_be_left_out_in_the_template() -> None:
    wrong = TEMPLATE.replace("Resources:", f"{IGNORING}Resources:").replace("AM902", "AM201")
    ran = run("lint", "-", stdin=wrong.replace("awsvpc", "bridge"))
    assert (ran.code, "AM201 Web:" in ran.out) == (1, True)
    assert "warning AM907: AM201 is an error, which cannot be left out." in run("lint", "-", stdin=wrong).out


def test_explain_prints_the_page_of_a_code() -> None:
    ran = run("explain", "am202")
    assert ran.code == 0
    assert ran.out.startswith(
        "AM202\n\n**proxyinit cannot run on Fargate.** (error)\n\nWhat to do: Use profile standalone"
    )
    assert "AM201" not in ran.out
