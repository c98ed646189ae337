"""Builds what a release consists of into a folder, and publishes nothing: `make release`.

It builds the last commit, not the work tree, and nothing in what comes out depends on the folder, the day or the
machine. So whoever has the commit can build the same files, and compare their checksums.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
NAME = "appmesh-inject"
CHECKSUMS = "SHA256SUMS"
CODE = "function.zip"
"""The function's code in the package for SAM, as Lambda takes it."""

SOURCE_OF_CODE = "CodeUri: src/"
BESIDE_THE_TEMPLATE = ("samconfig.toml", "README.md", "LICENSE")


class Commit(NamedTuple):
    """What is released: the files of a commit, and its time in seconds since 1970."""

    folder: Path
    time: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to; emptied first", metavar="FOLDER")
    target = parser.parse_args().folder.absolute()
    if changed := git("status", "--porcelain"):
        raise SystemExit(f"A release is built from a commit, and these are in none: commit or remove them.\n{changed}")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        commit = checked_out(Path(folder, "source"))
        version = version_of(commit)
        Path(target, f"{NAME}-{version}-notes.md").write_text(notes(commit, version), encoding="utf-8")
        build_packages(commit, target)
        code = build_function(commit, Path(folder, "function"))
        shutil.copy(code / "sbom.cdx.json", target / f"{NAME}-{version}-function.cdx.json")
        build_sam_package(commit, code, target / f"{NAME}-{version}-sam.zip")
    Path(target, CHECKSUMS).write_text("".join(checksums(target)), encoding="utf-8")
    print(f"{NAME} {version}, from commit {git('rev-parse', 'HEAD')}, in {target}:")
    print(Path(target, CHECKSUMS).read_text(encoding="utf-8"), end="")
    return 0


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def checked_out(folder: Path) -> Commit:
    """The last commit's files: what lies around in the work tree is not among them."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return Commit(folder, int(git("log", "-1", "--format=%ct")))


def version_of(commit: Commit) -> str:
    text = Path(commit.folder, "src/appmesh_inject/__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    assert found
    return found[1]


def notes(commit: Commit, version: str) -> str:
    """The changelog's section about the version, under a heading of its own."""
    text = Path(commit.folder, "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise SystemExit(f"CHANGELOG.md says nothing about {version}: write a section '## {version}'.")
    return f"# AppMeshInject {version}\n\n{found[1].strip()}\n"


def build_packages(commit: Commit, target: Path) -> None:
    """Wheel and source package."""
    command: Sequence[str | Path] = [sys.executable, "-m", "hatchling", "build", "-d", target]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(commit.time)}
    subprocess.run(command, cwd=commit.folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def build_function(commit: Commit, folder: Path) -> Path:
    """The function's folder, as `sam build` makes it, but without the bytecode of whichever Python is at hand."""
    folder.mkdir()
    command: Sequence[str | Path] = ["make", "-s", "-C", commit.folder / "src", "build-AppMeshInjectFunction"]
    subprocess.run([*command, f"ARTIFACTS_DIR={folder}", f"PYTHON={sys.executable}", "BYTECODE=none"], check=True)
    return folder


def build_sam_package(commit: Commit, code: Path, target: Path) -> None:
    """What `sam deploy`, `sam package` and `sam publish` take: the template, and the code where it says."""
    packed = code.parent / CODE
    write_zip(packed, ((path.relative_to(code).as_posix(), path) for path in files(code)), commit.time)
    template = Path(commit.folder, "template.yaml").read_text(encoding="utf-8")
    assert template.count(SOURCE_OF_CODE) == 1
    edited = code.parent / "template.yaml"
    edited.write_text(template.replace(SOURCE_OF_CODE, f"CodeUri: {CODE}"), encoding="utf-8")
    beside = [(name, commit.folder / name) for name in BESIDE_THE_TEMPLATE]
    write_zip(target, [(edited.name, edited), (CODE, packed), *beside], commit.time)


def write_zip(target: Path, members: Iterator[tuple[str, Path]] | Sequence[tuple[str, Path]], seconds: int) -> None:
    """A zip that is the same each time: sorted, all files of one time, readable by all."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in sorted(members):
            member = zipfile.ZipInfo(name, time.gmtime(seconds)[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o100644 << 16
            archive.writestr(member, path.read_bytes())


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def checksums(folder: Path) -> Iterator[str]:
    """Lines as `sha256sum --check` reads them."""
    for path in sorted(files(folder)):
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


if __name__ == "__main__":
    sys.exit(main())
