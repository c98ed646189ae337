"""CI's script runs every suite, whatever became of those before; and no target installs system packages by itself."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SYSTEM = REPOSITORY / "requirements" / "system.sh"


def ran(folder: Path, makefile: str, *suites: str) -> tuple[int, str]:
    """Exit code and output of the script, where the Makefile is another."""
    (folder / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci" / "run", folder / ".ci")
    (folder / "Makefile").write_text(makefile)
    process = subprocess.run(["bash", ".ci/run", *suites], cwd=folder, capture_output=True, text=True, check=False)
    return process.returncode, process.stdout


def table(output: str) -> list[list[str]]:
    return [line.split() for line in output[output.index("\nsuite ") :].strip().splitlines()]


def test_a_suite_that_fails_ends_no_other_and_fails_the_run(tmp_path: Path) -> None:
    code, output = ran(tmp_path, "one three:\n\t@echo it is $@\ntwo:\n\t@exit 3\n", "one", "two", "three")
    assert code == 1
    assert "it is three" in output
    rows = table(output)
    assert [row[:2] for row in rows] == [
        ["suite", "result"],
        ["one", "passed"],
        ["two", "FAILED"],
        ["three", "passed"],
    ]
    assert all(re.fullmatch(r"\d+", row[2]) for row in rows[1:])


def test_all_suites_are_targets_and_those_that_pass_pass(tmp_path: Path) -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    code, output = ran(tmp_path, f"{' '.join(targets)}:\n\t@true\n")
    assert code == 0, output
    suites = {row[-4] for row in table(output)[1:]}
    assert suites >= {
        "system-packages",
        "lock-check",
        *(name for name in targets if re.match(r"test(?!-latest)", name)),
    }
    assert table(output)[1][0] == "system-packages"


@pytest.mark.parametrize("name", ["chromium", "node", "ip"])
def test_what_is_missing_is_said_with_the_target_that_installs_it(name: str, tmp_path: Path) -> None:
    for tool in ("bash", "paste", "sed"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
    process = subprocess.run(
        ["bash", SYSTEM, "need", "test-all", "sed", name],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = f"make test-all needs what is not on this machine: {name}. make system-packages installs it.\n"
    assert (process.returncode, process.stderr) == (1, expected)


def test_one_target_alone_installs_packages_of_the_operating_system() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    scripts = [
        REPOSITORY / name
        for name in files.stdout.splitlines()
        if Path(name).name == "Makefile" or name.endswith((".sh", ".ci/run")) or name.startswith(".ci/")
    ]
    assert [path for path in scripts if "apt-get" in path.read_text()] == [SYSTEM]
    needing = (REPOSITORY / "Makefile").read_text().count("requirements/system.sh install")
    assert needing == 1
