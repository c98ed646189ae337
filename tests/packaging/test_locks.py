"""What the targets install: all of it locked, in the ranges that are promised, and from nowhere in particular."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import REPOSITORY

LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
NPM_FOLDERS = ("web", "tests/editor", "tests/packaging/python314", "examples/cdk-typescript", "bench/peers")
NPM_LOCKS = [REPOSITORY / folder / "package-lock.json" for folder in NPM_FOLDERS]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
USERS = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
ASKED = {
    "user": USERS,
    "test": [*USERS, *EXTRAS["dev"], *EXTRAS["docs"], *EXTRAS["graph"]],
    "fuzz": [*USERS, *EXTRAS["dev"], *EXTRAS["fuzz"]],
    "mutation": [*USERS, *EXTRAS["dev"], *EXTRAS["mutation"]],
    "bench": [*USERS, *EXTRAS["bench"], *PROJECT["dependency-groups"]["peers"]],
    **{name: PROJECT["dependency-groups"][name] for name in ("sam", "runtime", "setuptools", "lock")},
}


def pinned(name: str) -> dict[str, set[str]]:
    """The versions of each package in a lock: more than one where Pythons need different ones."""
    versions: dict[str, set[str]] = {}
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text()
    for package, version in re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE):
        versions.setdefault(package, set()).add(version)
    return versions


@pytest.mark.parametrize("name", ASKED)
def test_a_lock_has_what_is_asked_for_in_the_range_that_is_promised(name: str) -> None:
    versions = pinned(name)
    for requirement in map(Requirement, ASKED[name]):
        if requirement.name == PROJECT["project"]["name"]:
            continue
        found = versions.get(canonicalize_name(requirement.name), set())
        assert found, f"{requirement} is not in it"
        assert all(requirement.specifier.contains(version) for version in found), (requirement, found)


@pytest.mark.parametrize("name", ["test", "bench"])
def test_what_a_user_installs_is_the_same_for_the_demo_the_tests_and_the_benchmark(name: str) -> None:
    versions = pinned(name)
    assert {package: versions.get(package) for package in pinned("user")} == pinned("user")


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: str(file.name))
def test_a_lock_has_hashes_and_no_address(file: Path) -> None:
    text = file.read_text()
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9-]+==.*(?:\n +--hash=.*)*", text, re.MULTILINE)
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    options = [line for line in text.splitlines() if line.startswith("-")]
    assert options == []


@pytest.mark.parametrize("file", NPM_LOCKS, ids=lambda file: str(file.parent.name))
def test_a_lock_of_npm_has_hashes_and_no_address(file: Path) -> None:
    packages = json.loads(file.read_text())["packages"]
    installed = {name: each for name, each in packages.items() if name and not each.get("inBundle")}
    assert installed
    assert [name for name, each in installed.items() if not each.get("integrity")] == []
    assert [name for name, each in installed.items() if "resolved" in each] == []
