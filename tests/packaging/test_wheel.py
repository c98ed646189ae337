"""The package as it is published: the same source gives the same bytes, whenever and wherever it is built."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from appmesh_inject import __version__
from tests.conftest import REPOSITORY

PARTS = ("src", "pyproject.toml", "README.md", "LICENSE")

ELSEWHERE = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}


def _built(tmp_path: Path, name: str, *, modified: int, **environment: str) -> Path:
    """The wheel of a copy of the source whose files are all as old as `modified` says."""
    folder = tmp_path / name
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (REPOSITORY / part).is_dir() else shutil.copy
        copy(REPOSITORY / part, folder / part)
    for path in folder.rglob("*"):
        os.utime(path, (modified, modified))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    ran = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


@pytest.mark.parametrize("date", ["", "1750000000"], ids=["without a date", "with SOURCE_DATE_EPOCH"])
def test_wheel_is_the_same_each_time(tmp_path: Path, date: str) -> None:
    given = {"SOURCE_DATE_EPOCH": date} if date else {}
    first = _built(tmp_path, "first", modified=1_000_000_000, **given)
    second = _built(tmp_path, "second", modified=1_700_000_000, **given, **ELSEWHERE)
    assert first.name == second.name == f"appmesh_inject-{__version__}-py3-none-any.whl"
    assert first.read_bytes() == second.read_bytes()


def test_wheel_holds_the_package_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(_built(tmp_path, "only", modified=1_000_000_000)) as wheel:
        strange = re.compile(rf"(?!appmesh_inject/|appmesh_inject-{re.escape(__version__)}\.dist-info/).*")
        assert [name for name in wheel.namelist() if strange.fullmatch(name)] == []
        assert not [name for name in wheel.namelist() if "__pycache__" in name]


def test_each_extra_brings_something_and_those_that_pages_name_are_there() -> None:
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert all(extras.values())
    pages = (REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *REPOSITORY.glob("docs/**/*.md"))
    named = {name for page in pages for name in re.findall(r"(?:\.|appmesh-inject)\[([a-z]+)]", page.read_text())}
    assert named <= set(extras)
