"""Renews the locks, or checks them: `make lock`, `make lock PACKAGE=pyyaml`, `make lock-check`.

What a lock must satisfy stands in pyproject.toml, and in package.json for what npm installs. A lock has names, versions
and hashes; where they come from is for whoever installs to say.
"""

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FOLDER = Path("requirements")
UV = Path(sys.executable).parent / "uv"
NPM = ("npm", "--omit-lockfile-registry-resolved", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
NPM_FOLDERS = ("web", "tests/editor", "tests/packaging/python314", "examples/cdk-typescript", "bench/peers")


class Lock(NamedTuple):
    """A file of versions that are installed together."""

    name: str
    inputs: Sequence[str]
    below: str | None = None
    """The lock whose versions this one keeps to."""
    python: str = "3.11"
    """The oldest Python that it serves."""

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.txt"


PROJECT = ("pyproject.toml", "-")
"""The project's own requirements, with the build backend: nothing is built in isolation, with what is newest."""

LOCKS = (
    Lock("lock", ("--group=lock",)),
    Lock("user", PROJECT),
    Lock("test", (*PROJECT, "--extra=dev"), below="user"),
    Lock("fuzz", (*PROJECT, "--extra=dev", "--extra=fuzz"), below="test"),
    Lock("mutation", (*PROJECT, "--extra=dev", "--extra=mutation"), below="test"),
    Lock("bench", (*PROJECT, "--extra=bench", "--group=peers"), below="user"),
    Lock("sam", ("--group=sam",)),
    Lock("runtime", ("--group=runtime",)),
    Lock("setuptools", ("--group=setuptools",)),
    Lock("localemu", ("--project=requirements/localemu", "requirements/localemu/pyproject.toml"), python="3.12"),
    Lock("cdk", ("examples/cdk/requirements.txt",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="say what does not fit, and change nothing")
    parser.add_argument("--package", help="renew this package alone")
    parser.add_argument("files", nargs="*", help="the locks that are meant, if not all", metavar="FILE")
    options = parser.parse_args()
    os.chdir(ROOT)
    locks = [lock for lock in LOCKS if not options.files or str(lock.file) in options.files]
    folders = [folder for folder in NPM_FOLDERS if not options.files or f"{folder}/package-lock.json" in options.files]
    return check(locks, folders) if options.check else renew(locks, folders, options.package)


def check(locks: Sequence[Lock], npm_folders: Sequence[str]) -> int:
    wrong = [line for lock in locks for line in misfits(lock)]
    wrong += [line for folder in npm_folders for line in npm_misfits(folder)]
    if wrong:
        wrong.append("Somebody changed a lock by hand, or what it is made of: make lock PACKAGE=NAME, or make lock.")
    print("\n".join(wrong) or "Every lock fits.")
    return 1 if wrong else 0


def renew(locks: Sequence[Lock], npm_folders: Sequence[str], package: str | None) -> int:
    """Renews the locks, or one package in those that have it."""
    folders = [folder for folder in npm_folders if package is None or f"node_modules/{package}" in npm_lock(folder)]
    if package and not folders and not any(has(lock, package) for lock in locks):
        print(f"No lock has {package}.")
        return 1
    for lock in locks:
        compile_(lock, lock.file, [f"--upgrade-package={package}"] if package else ["--upgrade"])
    for folder in folders:
        renew_npm(folder, package)
    return 0


def compile_(lock: Lock, file: Path, options: Sequence[str] = ()) -> None:
    """Writes the lock to a file. Versions that the file has already are kept where they fit."""
    command: list[str | Path] = [UV, "pip", "compile", "--quiet", "--universal", "--generate-hashes", *options]
    command += ["--python-version", lock.python, "--python", sys.executable, "--custom-compile-command", "make lock"]
    command += ["--constraint", f"{FOLDER / lock.below}.txt"] if lock.below else []
    backend = tomllib.loads(Path("pyproject.toml").read_text())["build-system"]["requires"]
    ran = subprocess.run(
        [*command, *lock.inputs, "-o", file],
        input="\n".join(backend),
        env=with_pips_index(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"{lock.file} cannot be made of what is asked for:\n{ran.stderr}")


def with_pips_index() -> Mapping[str, str]:
    """The environment for uv, which does not read pip's configuration: what pip installs from, it looks at."""
    if "UV_DEFAULT_INDEX" in os.environ:
        return os.environ
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    index = os.environ.get("PIP_INDEX_URL") or ran.stdout.strip()
    return {**os.environ, "UV_DEFAULT_INDEX": index} if index else os.environ


def misfits(lock: Lock) -> list[str]:
    """What differs between the lock and what is made of it anew. A release that is newer makes no difference: versions
    that fit are kept. Nor does a file that was added to a release: the lock may know fewer than there are."""
    given = lock.file.read_text() if lock.file.exists() else ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / lock.file.name
        # Without the hashes, which uv would take over without a look at the registry.
        file.write_text(versions(given))
        try:
            compile_(lock, file)
        except SystemExit as reason:
            return [str(reason)]
        made = file.read_text()
    wrong = list(
        difflib.unified_diff(
            versions(given).splitlines(), versions(made).splitlines(), str(lock.file), "what fits", n=0, lineterm=""
        )
    )
    known = hashes(made)
    for pin, those in hashes(given).items():
        if not those or not those <= known.get(pin, those):
            wrong.append(f"{lock.file}: {pin} has no hash, or one that is not of this version")
    return wrong


def versions(text: str) -> str:
    """A lock without its hashes."""
    return re.sub(r" \\\n +--hash=\S+", "", text)


def hashes(text: str) -> Mapping[str, set[str]]:
    """The hashes of each pin."""
    pins = re.split(r"\n(?=[a-z0-9])", text, flags=re.IGNORECASE)
    return {pin.split()[0]: set(re.findall(r"--hash=(\S+)", pin)) for pin in pins if not pin.startswith("#")}


def has(lock: Lock, package: str) -> bool:
    name = re.sub(r"[-_.]+", "-", package).lower()
    return bool(re.search(rf"^{re.escape(name)}==", lock.file.read_text(), re.MULTILINE))


def npm_lock(folder: str | Path) -> dict[str, object]:
    """The packages of npm's lock, by the folder where they go."""
    packages: dict[str, object] = json.loads(Path(folder, "package-lock.json").read_text())["packages"]
    return packages


def renew_npm(folder: str, package: str | None) -> None:
    if package is None:
        Path(folder, "package-lock.json").unlink()
    asked = ("update", "--package-lock-only", package) if package else ("install", "--package-lock-only")
    if said := npm(folder, *asked):
        raise SystemExit(f"{folder}/package-lock.json cannot be made: {said}")


def npm_misfits(folder: str) -> list[str]:
    """What npm would change in its lock to make it fit, or what it says when it installs what is locked: it looks at
    hashes only then."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(Path(folder, name), copy)
        if said := npm(copy, "install", "--package-lock-only"):
            return [f"{folder}/package-lock.json: {said}"]
        given, made = (
            json.dumps(npm_lock(each), indent=1, sort_keys=True).splitlines() for each in (folder, Path(copy))
        )
        changes = list(difflib.unified_diff(given, made, f"{folder}/package-lock.json", "what fits", n=1, lineterm=""))
        said = "" if changes else npm(copy, "ci")
        return [*changes, f"{folder}/package-lock.json: {said}"] if said else changes


def npm(folder: str, *arguments: str) -> str:
    """Runs npm; what it says if it cannot do it."""
    ran = subprocess.run([*NPM, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return ran.stderr if ran.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
