"""The folder that SAM deploys holds all that the function needs and nothing else, and starts without the rest."""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, cast

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"

RUN = """
import json, sys
from types import SimpleNamespace
sys.path.insert(0, sys.argv[1])
import appmesh_inject.macro
loaded = sorted(sys.modules)
context = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:f", aws_request_id="r"
)
with open(sys.argv[2], encoding="utf-8") as file:
    response = appmesh_inject.macro.handler(json.load(file), context)
sys.stderr.write(json.dumps({"loaded": loaded, "response": response}))
"""
"""Run with the artefact and an event. The log and the metrics go to stdout, so what was seen goes to stderr."""

UNWANTED = {"yaml", "cfnlint", "boto3", "botocore", "typer", "click", "rich", "pydantic", "appmesh_inject.cli"}


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Makefile builds, called as `sam build` calls it."""
    folder = tmp_path_factory.mktemp("artefact")
    command = ["make", "-f", "Makefile", "build-AppMeshInjectFunction", f"ARTIFACTS_DIR={folder}"]
    made = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def seen(artefact: Path) -> dict[str, Any]:
    """What a Python that knows its standard library and the artefact alone makes of an event."""
    command = [sys.executable, "-I", "-S", "-B", "-c", RUN, str(artefact), str(ROOT / "events" / "metadata.json")]
    ran = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return cast(dict[str, Any], json.loads(ran.stderr))


def _names(artefact: Path) -> set[str]:
    return {path.relative_to(artefact).as_posix() for path in artefact.rglob("*") if path.is_file()}


def test_artefact_answers_an_event(seen: dict[str, Any]) -> None:
    response = seen["response"]
    assert response["status"] == "success"
    containers = response["fragment"]["Resources"]["ServiceATask"]["Properties"]["ContainerDefinitions"]
    assert [container["Name"] for container in containers] == ["app", "envoy", "proxyinit"]


def test_cold_start_loads_no_more_than_it_needs(seen: dict[str, Any]) -> None:
    assert not UNWANTED & set(seen["loaded"])


def test_artefact_holds_the_package_without_the_command_line(artefact: Path) -> None:
    package = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "appmesh_inject").rglob("*.py")
        if "cli" not in path.relative_to(SOURCE).parts
    }
    held = {name for name in _names(artefact) if name.startswith("appmesh_inject/")}
    assert package <= held
    assert not any(name.startswith("appmesh_inject/cli/") for name in held)


def test_artefact_is_the_same_whatever_python_builds_it(artefact: Path) -> None:
    """Nothing compiled, nothing with an interpreter's path in it, and nothing that only tools read."""
    unwanted = re.compile(r"(^|/)(__pycache__|tests|bin)/|\.(pyc|pyi|so|pyd|dll|dylib)$|(^|/)(py\.typed|RECORD)$")
    assert sorted(name for name in _names(artefact) if unwanted.search(name)) == []


def test_requirements_are_pinned_and_whole(artefact: Path) -> None:
    """pip is told to install no dependencies, so those of the pinned packages must be pinned as well."""
    lines = (SOURCE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    found = list(distributions(path=[str(artefact)]))
    assert {distribution.name.replace("_", "-"): distribution.version for distribution in found} == pins
    needed = {
        cast(re.Match[str], re.match(r"[\w.-]+", requirement))[0]
        for distribution in found
        for requirement in distribution.requires or ()
        if "extra ==" not in requirement
    }
    assert needed <= pins.keys()
