"""What `make release` makes: the same files wherever it is built, and whole. `make test-packaging`."""

import json
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from appmesh_inject import __version__
from tests.conftest import REPOSITORY
from tests.packaging.conftest import build, one

pytestmark = pytest.mark.skipif(not os.environ.get("PACKAGING"), reason="PACKAGING is not set: make test-packaging")

NAME = f"appmesh-inject-{__version__}"


def clone(repository: Path, folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", repository, folder], check=True)
    return folder


def commit(repository: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "commit", "--quiet", "--all", "--message", "change"], cwd=repository, check=True)


def test_a_release_has_its_parts_and_their_checksums(release: Path) -> None:
    package = f"appmesh_inject-{__version__}"
    assert {path.name for path in release.iterdir()} == {
        f"{package}-py3-none-any.whl",
        f"{package}.tar.gz",
        f"{NAME}-sam.zip",
        f"{NAME}-function.cdx.json",
        f"{NAME}-notes.md",
        "SHA256SUMS",
    }
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    checked = subprocess.run(command, cwd=release, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout.count(b": OK\n")) == (0, 5)


def test_a_second_build_in_another_folder_has_the_same_checksums(
    repository: Path, release: Path, tmp_path: Path
) -> None:
    again = clone(repository, tmp_path / "elsewhere" / "of-another-name")
    mask = os.umask(0o077)
    try:
        ran = build(again, tmp_path / "dist", TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7")
    finally:
        os.umask(mask)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "dist" / "SHA256SUMS").read_text() == (release / "SHA256SUMS").read_text()


def test_what_is_in_no_commit_is_not_released(repository: Path, tmp_path: Path) -> None:
    again = clone(repository, tmp_path / "changed")
    (again / "src" / "appmesh_inject" / "of_mine.py").write_text("")
    ran = build(again, tmp_path / "dist")
    assert ran.returncode == 1
    assert ran.stderr.startswith("A release is built from a commit, and these are in none: commit or remove them.\n")
    assert "of_mine.py" in ran.stderr
    assert not (tmp_path / "dist").exists()


def test_a_version_that_the_changelog_does_not_know_is_not_released(repository: Path, tmp_path: Path) -> None:
    again = clone(repository, tmp_path / "next")
    file = again / "src" / "appmesh_inject" / "__init__.py"
    file.write_text(file.read_text().replace(__version__, "9.8.7"))
    commit(again)
    ran = build(again, tmp_path / "dist")
    assert ran.returncode == 1
    assert ran.stderr == "CHANGELOG.md says nothing about 9.8.7: write a section '## 9.8.7'.\n"


def test_the_notes_are_the_changelogs_section(release: Path) -> None:
    notes = one(release, "*-notes.md").read_text()
    heading, _, body = notes.partition("\n\n")
    assert heading == f"# AppMeshInject {__version__}"
    assert body.strip() in (REPOSITORY / "CHANGELOG.md").read_text()
    assert "### Added" in body
    assert "\n## " not in notes


def test_the_source_package_holds_the_repository(repository: Path, release: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=repository, check=True, capture_output=True, text=True)
    with tarfile.open(one(release, "*.tar.gz")) as package:
        held = {name.partition("/")[2] for name in package.getnames()}
    assert held == set(listed.stdout.splitlines()) | {"PKG-INFO"}


def test_the_bill_of_materials_is_the_one_in_the_functions_package(release: Path, tmp_path: Path) -> None:
    code = unpacked(release, tmp_path) / "function.zip"
    bill = zipfile.ZipFile(code).read("sbom.cdx.json")
    assert one(release, "*.cdx.json").read_bytes() == bill
    assert json.loads(bill)["metadata"]["component"]["version"] == __version__


def unpacked(release: Path, folder: Path) -> Path:
    zipfile.ZipFile(one(release, "*-sam.zip")).extractall(folder)
    return folder


def test_the_packages_template_differs_in_the_place_of_the_code_alone(release: Path, tmp_path: Path) -> None:
    packaged = (unpacked(release, tmp_path) / "template.yaml").read_text().splitlines()
    source = (REPOSITORY / "template.yaml").read_text().splitlines()
    differing = [(old.strip(), new.strip()) for old, new in zip(source, packaged, strict=True) if old != new]
    assert differing == [("CodeUri: src/", "CodeUri: function.zip")]
