"""Runs `appmesh-inject` in this process, with templates that several tests use."""

from collections.abc import Mapping
from dataclasses import dataclass

from typer.testing import CliRunner

from appmesh_inject.cli.program import program_of

PROGRAM = program_of()

TEMPLATE = """\
AWSTemplateFormatVersion: 2010-09-09
Transform: AppMeshInject
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Metadata:
      AppMesh:
        MeshName: apps
        VirtualNodeName: web
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions:
        - Name: app
          Image: !Sub ${AWS::AccountId}.example/app
          PortMappings:
            - ContainerPort: 9080
"""

SNIPPET = """\
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Fn::Transform:
        Name: AppMeshInject
        Parameters:
          MeshName: apps
          VirtualNodeName: web
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions:
        - Name: app
          PortMappings:
            - ContainerPort: 9080
"""

SIDECARS = ["app", "envoy", "proxyinit"]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def run(*arguments: str, stdin: str | bytes = "", env: Mapping[str, str] | None = None) -> Ran:
    """The result of one call."""
    result = CliRunner().invoke(PROGRAM, arguments, input=stdin, env=dict(env or {}))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
