"""The real Envoy accepts every configuration that the golden cases compile to."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.injection import Action
from appmesh_inject.mesh.command_forms import commands
from appmesh_inject.mesh.envoy_command import command
from tests.dataplane.network import ENVOY, as_entrypoint
from tests.deployed import defaults, deployed
from tests.golden import cases as golden
from tests.mesh import cases as mesh

VALUES: Mapping[str, str] = {
    "AppPort": "8080",
    "TargetPort": "8081",
    "DoorPort": "8082",
    "Domain": "example.com",
    "Prefix": "/",
    "Patience": "20",
    "Weight": "3",
    "OtherWeight": "4",
    "Stored": "5",
    "Rate": "0.5",
}
"""Parameters of the golden cases where the value matters."""


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the volumes of the task: certificates, and a place for logs."""
    folder = tmp_path_factory.mktemp("files")
    for each in ("certs", "logs"):
        (folder / each).mkdir()
    arguments = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    certificate, key = folder / "certs/cert.pem", folder / "certs/key.pem"
    made = ["openssl", "req", "-x509", *arguments, "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(made, check=True, capture_output=True)
    for name in ("ca.pem", "chain.pem"):
        shutil.copy(certificate, folder / "certs" / name)
    return folder


def accepted(arguments: list[Any], files: Path) -> None:
    run = [re.sub("'/(certs|logs)/", rf"'{files}/\1/", str(argument)) for argument in arguments]
    run = as_entrypoint([*run, "--mode", "validate"])
    path = f"{Path(ENVOY).parent}:{os.environ['PATH']}"
    answer = subprocess.run(run, capture_output=True, text=True, check=False, env={"PATH": path})
    assert answer.returncode == 0, answer.stderr
    assert "deprecated" not in answer.stderr.lower()
    assert "[warning]" not in answer.stderr


@pytest.mark.parametrize("case", mesh.cases(), ids=mesh.name)
def test_envoy_accepts_the_meshes(case: mesh.Case, files: Path) -> None:
    for compiled in case.compiled().compiled.values():
        accepted(deployed(list(command(compiled.bootstrap, "warning").command), VALUES), files)


CARRYING = [
    case
    for case in golden.cases()
    if any(report.action is Action.INJECTED for report in case.outcome.reports) and any(commands(case.outcome.document))
]


@pytest.mark.parametrize("case", CARRYING, ids=lambda case: case.name)
def test_envoy_accepts_what_is_injected(case: golden.Case, files: Path) -> None:
    document: Any = case.outcome.document
    for each in commands(document):
        accepted(deployed(each, {**defaults(document), **VALUES, **case.parameters}), files)


def test_there_are_cases() -> None:
    assert len(CARRYING) >= 4
