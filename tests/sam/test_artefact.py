"""The folder that SAM deploys holds all that the function needs and nothing else, and starts without the rest."""

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, cast

import pytest

from appmesh_inject import __version__

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
specs = [module.__spec__ for module in sys.modules.values() if getattr(module, "__spec__", None)]
ours = {spec.name: spec.cached for spec in specs if (spec.origin or "").startswith(sys.argv[1])}
sys.stderr.write(json.dumps({"loaded": loaded, "response": response, "bytecode": ours}))
"""
"""Run with the artefact and an event. The log and the metrics go to stdout, so what was seen goes to stderr."""

UNWANTED = {"yaml", "cfnlint", "boto3", "botocore", "typer", "click", "rich", "pydantic", "appmesh_inject.cli"}


def _make(source: Path, folder: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "-f", "Makefile", "build-AppMeshInjectFunction", f"ARTIFACTS_DIR={folder}", *variables]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)


def _seen(artefact: Path) -> dict[str, Any]:
    """What a Python that knows its standard library and the artefact alone makes of an event."""
    command = [sys.executable, "-I", "-S", "-B", "-c", RUN, str(artefact), str(ROOT / "events" / "metadata.json")]
    ran = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return cast(dict[str, Any], json.loads(ran.stderr))


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Makefile builds, called as `sam build` calls it."""
    folder = tmp_path_factory.mktemp("artefact")
    made = _make(SOURCE, folder)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def seen(artefact: Path) -> dict[str, Any]:
    return _seen(artefact)


def _names(artefact: Path) -> set[str]:
    return {path.relative_to(artefact).as_posix() for path in artefact.rglob("*") if path.is_file()}


def test_artefact_answers_an_event(seen: dict[str, Any]) -> None:
    response = seen["response"]
    assert response["status"] == "success"
    containers = response["fragment"]["Resources"]["ServiceATask"]["Properties"]["ContainerDefinitions"]
    assert [container["Name"] for container in containers] == ["app", "envoy", "proxyinit"]


def test_cold_start_loads_no_more_than_it_needs(seen: dict[str, Any]) -> None:
    assert not UNWANTED & set(seen["loaded"])


ABOVE_THE_MACRO = ("api.py", "cfn_lint", "cli", "diff", "exits", "files", "graph", "migrate", "proxy", "render")


def test_artefact_holds_the_package_without_the_command_line(artefact: Path) -> None:
    package = {path.relative_to(SOURCE).as_posix() for path in (SOURCE / "appmesh_inject").rglob("*.py")}
    unneeded = {name for name in package if name.split("/")[1] in ABOVE_THE_MACRO}
    held = {name for name in _names(artefact) if name.startswith("appmesh_inject/")}
    assert package - unneeded <= held
    assert not any(name.split("/")[1] in ABOVE_THE_MACRO for name in held)


def test_artefact_is_the_same_whatever_python_builds_it(artefact: Path) -> None:
    """Bytecode apart, nothing compiled, nothing with an interpreter's path in it, and nothing that only tools read."""
    unwanted = re.compile(r"(^|/)(tests|bin)/|\.(pyi|so|pyd|dll|dylib)$|(^|/)(py\.typed|RECORD)$")
    assert sorted(name for name in _names(artefact) if unwanted.search(name)) == []


def test_bytecode_is_that_of_lambdas_python_and_is_used_unchecked(artefact: Path) -> None:
    """There is none where that Python is not at hand. SAM's archive gives files other times than the build did."""
    for name in _names(artefact):
        if "__pycache__" in name or name.endswith(".pyc"):
            assert name.endswith(".cpython-314.pyc")
            assert (artefact / name).read_bytes()[4:8] == bytes([1, 0, 0, 0])


def test_bytecode_is_there_for_all_that_a_call_loads(tmp_path: Path) -> None:
    """Of what no call loads, there is none: it would make up half of the artefact."""
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = _make(SOURCE, tmp_path, f"PYTHON={sys.executable}", f"BYTECODE={this}")
    assert made.returncode == 0, made.stderr
    bytecode = _seen(tmp_path)["bytecode"]
    assert "aws_lambda_powertools.logging.logger" in bytecode
    assert [name for name, path in bytecode.items() if not Path(path).exists()] == []
    assert not list(tmp_path.glob("aws_lambda_powertools/event_handler/**/*.pyc"))


def _pins() -> dict[str, tuple[str, list[str]]]:
    """By package, the version and the hashes that requirements.txt insists on."""
    text = (SOURCE / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {pin.split("==")[0]: (pin.split("==")[1], hashes) for pin, *hashes in lines}


def _folders(artefact: Path) -> set[str]:
    return {path.name for path in artefact.iterdir()}


def test_requirements_are_pinned_and_whole(artefact: Path) -> None:
    """pip is told to install no dependencies, so those of the pinned packages must be pinned as well."""
    pins = _pins()
    found = list(distributions(path=[str(artefact)]))
    installed = {distribution.name.replace("_", "-"): distribution.version for distribution in found}
    assert installed == {name: version for name, (version, _) in pins.items()}
    needed = {
        cast(re.Match[str], re.match(r"[\w.-]+", requirement))[0]
        for distribution in found
        for requirement in distribution.requires or ()
        if "extra ==" not in requirement
    }
    assert needed <= pins.keys()


def test_every_pin_has_the_hash_of_one_wheel() -> None:
    for name, (_, hashes) in _pins().items():
        assert len(hashes) == 1, name
        assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", hashes[0]), name
    assert " --require-hashes " in (SOURCE / "Makefile").read_text(encoding="utf-8")


def test_a_wheel_that_is_not_the_pinned_one_stops_the_build(tmp_path: Path) -> None:
    source = shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    requirements = source / "requirements.txt"
    text = requirements.read_text(encoding="utf-8")
    requirements.write_text(re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", text), encoding="utf-8")
    made = _make(source, tmp_path / "artefact")
    assert made.returncode != 0
    assert "DO NOT MATCH THE HASHES" in made.stderr


def test_bill_of_materials_lists_what_is_in_the_artefact(artefact: Path) -> None:
    bill = json.loads((artefact / "sbom.cdx.json").read_text(encoding="utf-8"))
    itself = bill["metadata"]["component"]
    assert (bill["bomFormat"], itself["name"], itself["version"]) == ("CycloneDX", "appmesh-inject", __version__)
    listed = {component["name"]: component for component in bill["components"]}
    assert {
        name: (each["version"], [f"--hash=sha256:{found['content']}" for found in each["hashes"]])
        for name, each in listed.items()
    } == _pins()
    assert all(each["purl"] == f"pkg:pypi/{name}@{each['version']}" for name, each in listed.items())
    assert {name: each["licenses"] for name, each in listed.items()} == {
        "aws-lambda-powertools": [{"license": {"name": "MIT"}}],
        "jmespath": [{"license": {"name": "MIT"}}],
        "typing-extensions": [{"expression": "PSF-2.0"}],
    }


def test_nothing_is_in_the_artefact_that_the_bill_does_not_list(artefact: Path) -> None:
    bill = json.loads((artefact / "sbom.cdx.json").read_text(encoding="utf-8"))
    names = [(each["name"].replace("-", "_"), each["version"]) for each in bill["components"]]
    modules = {"appmesh_inject", "typing_extensions.py"} | {name for name, _ in names} - {"typing_extensions"}
    assert _folders(artefact) == modules | {f"{name}-{version}.dist-info" for name, version in names} | {
        "sbom.cdx.json"
    }


def test_bill_of_materials_hangs_together(artefact: Path) -> None:
    bill = json.loads((artefact / "sbom.cdx.json").read_text(encoding="utf-8"))
    references = [bill["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in bill["components"])]
    assert [each["ref"] for each in bill["dependencies"]] == references
    needed = {reference for each in bill["dependencies"] for reference in each["dependsOn"]}
    assert needed == set(references[1:])


def test_the_same_source_gives_the_same_artefact(artefact: Path, tmp_path: Path) -> None:
    again = tmp_path / "artefact"
    assert _make(SOURCE, again).returncode == 0
    assert _names(again) == _names(artefact)
    assert [name for name in _names(again) if (again / name).read_bytes() != (artefact / name).read_bytes()] == []
