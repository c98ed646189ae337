"""One release for all tests here: what `make release` makes of the work tree, as if it were committed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.running import published


def build(repository: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the script of a repository as `make release` does."""
    command = [sys.executable, str(repository / "release" / "build.py"), str(folder)]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="session")
def release(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    ran = build(repository, folder)
    assert ran.returncode == 0, ran.stderr
    return folder


def one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found
