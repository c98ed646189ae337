"""`make lock-check` finds what somebody changed by hand, and does not mind what was released. `make test-packaging`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from tests.conftest import REPOSITORY

PYTHON = REPOSITORY / ".venv-lock" / "bin" / "python"
USER, EDITOR = "requirements/user.txt", "tests/editor/package-lock.json"

pytestmark = pytest.mark.skipif(not os.environ.get("PACKAGING"), reason="PACKAGING is not set: make test-packaging")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The locks and what they are made of, to be changed."""
    for name in ("requirements", "tests/editor"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def lock(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the script, in a copy."""
    command: list[str | Path] = [PYTHON, folder / "requirements" / "lock.py", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def version_of(folder: Path, package: str) -> str:
    lines = (folder / USER).read_text().splitlines()
    return next(line.split("==")[1].split()[0] for line in lines if line.startswith(f"{package}=="))


def pins(folder: Path, *, without: str) -> list[str]:
    lines = (folder / USER).read_text().splitlines()
    return [line for line in lines if "==" in line and not line.startswith(f"{without}==")]


def test_locks_as_they_are_fit(copy: Path) -> None:
    assert lock(copy, "--check", USER, EDITOR) == (0, "Every lock fits.\n")


def test_a_version_that_was_changed_by_hand_does_not_fit(copy: Path) -> None:
    change(copy / USER, f"typer=={version_of(copy, 'typer')}", "typer==0.27.0")
    code, output = lock(copy, "--check", USER)
    assert code == 1
    assert f"{USER}: typer==0.27.0 has no hash, or one that is not of this version" in output


def test_a_package_that_nothing_asks_for_does_not_fit(copy: Path) -> None:
    pin = "six==1.17.0 \\\n    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n"
    (copy / USER).write_text((copy / USER).read_text() + pin)
    code, output = lock(copy, "--check", USER)
    assert code == 1
    assert "-six==1.17.0" in output


def test_a_range_that_no_longer_matches_does_not_fit(copy: Path) -> None:
    change(copy / "pyproject.toml", '"rich>=14"', '"rich>=14,<15"')
    code, output = lock(copy, "--check", USER)
    assert code == 1
    assert f"-rich=={version_of(copy, 'rich')}" in output


def test_what_is_older_than_the_newest_fits_until_it_is_renewed(copy: Path) -> None:
    newest, others = version_of(copy, "pygments"), pins(copy, without="pygments")
    change(copy / "pyproject.toml", '"rich>=14"', '"rich>=14", "pygments<2.20"')
    assert lock(copy, "--package", "pygments", USER)[0] == 0
    change(copy / "pyproject.toml", ', "pygments<2.20"', ', "pygments"')
    older = version_of(copy, "pygments")
    assert Version(older) < Version(newest)
    assert lock(copy, "--check", USER) == (0, "Every lock fits.\n")
    assert lock(copy, "--package", "pygments", USER)[0] == 0
    assert Version(version_of(copy, "pygments")) >= Version(newest)
    assert pins(copy, without="pygments") == others


def test_a_version_in_the_lock_of_npm_that_was_changed_by_hand_does_not_fit(copy: Path) -> None:
    file = copy / EDITOR
    old = next(line for line in file.read_text().split('"node_modules/ajv"')[1].splitlines() if '"version"' in line)
    change(file, old, '      "version": "8.17.1",')
    code, output = lock(copy, "--check", EDITOR)
    assert code == 1
    assert "EINTEGRITY" in output
