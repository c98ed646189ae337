"""`--strict`: warnings count as errors do."""

import pytest

from appmesh_inject.cli.program import COMMANDS
from tests.cli.command import run

WARNED = """\
Transform: AppMeshInject
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {Profile: ga, MeshName: shop, VirtualNodeName: web}}
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{Name: app, Image: web, PortMappings: [{ContainerPort: 8080}]}]
"""
PLAIN = "Resources: {Queue: {Type: AWS::SQS::Queue}}\n"


@pytest.mark.parametrize("command", ["render", "lint"])
def test_a_warning_fails_the_command_and_changes_nothing_else(command: str) -> None:
    lenient, strict = run(command, "-", stdin=WARNED), run(command, "-", "--strict", stdin=WARNED)
    assert (lenient.code, strict.code) == (0, 1)
    assert (lenient.out, lenient.err) == (strict.out, strict.err)


def test_the_exit_code_of_diff_is_that_of_errors() -> None:
    assert run("diff", "-", stdin=WARNED).code == 1
    assert run("diff", "-", "--strict", stdin=WARNED).code == 2


@pytest.mark.parametrize("command", ["render", "lint", "adopt", "remove", "event"])
def test_without_a_warning_strict_changes_nothing(command: str) -> None:
    assert run(command, "-", "--strict", stdin=PLAIN).code == run(command, "-", stdin=PLAIN).code == 0


def test_a_warning_of_the_source_alone_does_not_count() -> None:
    source = "Resources: {Mesh: {Type: AWS::AppMesh::Mesh, Properties: {}}}\n"
    assert run("lint", "-", "--strict", stdin=source).code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_the_flag(command: str) -> None:
    assert "--strict" in run(command, "--help").out
