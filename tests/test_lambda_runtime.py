"""What is missing is said, one thing at a time; that it works, tests/e2e/ shows."""

from pathlib import Path

import pytest

from tests import lambda_runtime as runtime

TEMPLATE = """
Parameters:
  Profile: { Type: String, Default: preview }
  MemorySize: { Type: Number, Default: 512 }
Resources:
  AppMeshInjectFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: AppMeshInjectFunction
      Handler: appmesh_inject.macro.handler
      Timeout: 30
      MemorySize: !Ref MemorySize
      Environment:
        Variables: { Profile: !Ref Profile, POWERTOOLS_LOG_LEVEL: INFO }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, on a machine with nothing on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def build(project: Path, template: str = TEMPLATE) -> None:
    path = project / ".aws-sam" / "build" / "template.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(template)


def test_the_function_is_read_out_of_what_was_built(project: Path) -> None:
    build(project)
    function = runtime.built(project, {"Profile": "ga"})
    assert function.code == project / ".aws-sam" / "build" / "AppMeshInjectFunction"
    assert function.variables == {"Profile": "ga", "POWERTOOLS_LOG_LEVEL": "INFO"}
    assert (function.handler, function.timeout, function.memory) == ("appmesh_inject.macro.handler", 30, 512)
    assert runtime.built(project).variables["Profile"] == "preview"


def test_without_a_build_it_asks_for_one(project: Path) -> None:
    with pytest.raises(runtime.CannotStart, match=r"there is no \.aws-sam/build/template\.yaml: run `sam build`"):
        runtime.invoke(project, b"{}")


@pytest.mark.parametrize("template", ["Resources: {}", "[]", "Resources: {AppMeshInjectFunction: {Type: Other}}"])
def test_a_build_of_something_else_is_told(template: str, project: Path) -> None:
    build(project, template)
    with pytest.raises(runtime.CannotStart, match="has no function AppMeshInjectFunction that can be started"):
        runtime.invoke(project, b"{}")


def test_without_aws_sam_cli_it_asks_for_it(project: Path) -> None:
    build(project)
    with pytest.raises(runtime.CannotStart, match=r"aws-sam-cli is installed neither in \.venv-sam nor on the PATH"):
        runtime.invoke(project, b"{}")


def test_without_awslambdaric_it_asks_for_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "find_spec", lambda _: None)
    with pytest.raises(runtime.CannotStart, match="awslambdaric, the client of Lambda's Python runtime"):
        runtime.interpreter(project)


def test_an_emulator_that_does_not_start_is_told_with_its_words(project: Path) -> None:
    emulator = project / "emulator"
    emulator.write_text("#!/bin/sh\necho no ports today\nexit 1\n")
    emulator.chmod(0o755)
    with (
        pytest.raises(runtime.CannotStart, match="no ports today"),
        runtime.Runtime(runtime.Function("module.handler", project), emulator, Path("python3")),
    ):
        pass
