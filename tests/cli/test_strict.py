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


def test_a_node_that_something_else_serves_can_say_so() -> None:
    ignore = "Metadata: {AppMeshInject: {Ignore: [AM368]}}, "
    node = "{Type: AWS::AppMesh::VirtualNode, %sProperties: {MeshName: apps, VirtualNodeName: db, Spec: {}}}"
    mesh = """\
Transform: AppMeshInject
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: apps}}
  Web: {Type: AWS::AppMesh::VirtualNode, Properties: {MeshName: apps, VirtualNodeName: web, Spec: {}}}
  Database: """
    task = """
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {Profile: standalone, MeshName: apps, VirtualNodeName: web, AppPorts: []}}
    Properties: {NetworkMode: awsvpc, Memory: "512", ContainerDefinitions: [{Name: app, Image: web}]}
"""
    said = run("render", "-", "--strict", stdin=mesh + node % "" + task)
    assert (said.code, "warning AM368 Database: no marked task" in said.err) == (1, True)
    assert run("render", "-", "--strict", stdin=mesh + node % ignore + task).code == 0
