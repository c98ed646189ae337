"""What is built installs into an empty environment, on every Python that we promise and find. `make test-packaging`."""

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import TEMPLATE
from tests.conftest import REPOSITORY

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCK = REPOSITORY / "requirements" / "user.txt"

pytestmark = pytest.mark.skipif(not os.environ.get("PACKAGING"), reason="PACKAGING is not set: make test-packaging")


def interpreter(version: str) -> str | None:
    """The Python of this version: one of pyenv's, whose shims on the path may be for others, or on the path."""
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(found[-1]) if found else shutil.which(f"python{version}")


def test_the_wheel_has_what_it_needs_and_nothing_else(release: Path) -> None:
    names = zipfile.ZipFile(next(release.glob("*.whl"))).namelist()
    for name in ("py.typed", "settings.schema.json", "template.schema.json", "cfn_lint/rules.py", "cli/findings.md"):
        assert f"appmesh_inject/{name}" in names
    assert any(name.endswith("share/man/man1/appmesh-inject.1") for name in names)
    assert not [name for name in names if not re.match(r"appmesh_inject/|appmesh_inject-[^/]*(dist-info|data)/", name)]


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_it_installs_and_works_in_an_empty_environment(release: Path, version: str, kind: str, tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    if kind != "*.whl" and version != PYTHONS[0]:
        pytest.skip("the source package makes the same wheel everywhere")
    subprocess.run([python, "-m", "venv", str(tmp_path / "venv")], check=True)
    own = tmp_path / "venv" / "bin"
    install: list[str | Path] = [own / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "--no-deps", "--requirement", LOCK], check=True, cwd=tmp_path)
    package = next(release.glob(kind))
    subprocess.run([*install, "--no-deps", "--no-build-isolation", package], check=True, cwd=tmp_path)
    ran = subprocess.run([own / "python", "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    (tmp_path / "web.yaml").write_text(TEMPLATE)
    ran = subprocess.run(
        [own / "appmesh-inject", "render", "web.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "Name: envoy" in ran.stdout) == (0, True), ran.stderr
    ran = subprocess.run(
        [own / "appmesh-inject", "lint", "web.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    code = "from appmesh_inject import inject; print(inject({'Resources': {}}).ok)"
    ran = subprocess.run([own / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout == "True\n", ran.stderr
    assert (tmp_path / "venv/share/man/man1/appmesh-inject.1").exists()
