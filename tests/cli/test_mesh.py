"""A mesh in another file: --mesh and --mesh-parameter."""

import json
from pathlib import Path

import pytest

from tests.cli.command import run

MESH = """\
Parameters:
  Domain: {Type: String, Default: shop.local}
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: !Ref AWS::StackName}}
  Web:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: web
      Spec:
        Listeners: [{PortMapping: {Port: 9080, Protocol: http}}]
        Backends: [{VirtualService: {VirtualServiceName: !Sub "teller.${Domain}"}}]
        ServiceDiscovery: {DNS: {Hostname: !Sub "web.${Domain}"}}
  Teller:
    Type: AWS::AppMesh::VirtualService
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualServiceName: !Sub "teller.${Domain}"
      Spec: {Provider: {VirtualNode: {VirtualNodeName: !GetAtt Web.VirtualNodeName}}}
"""

TASK = {
    "family": "web",
    "networkMode": "awsvpc",
    "memory": "512",
    "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}],
}
FLAGS = ("--profile", "standalone", "--mesh-name", "apps", "--virtual-node-name", "web")


@pytest.fixture
def mesh(tmp_path: Path) -> str:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH)
    return str(file)


def test_the_mesh_of_another_file_is_compiled(mesh: str) -> None:
    values = ("--mesh-parameter", "AWS::StackName=apps", "--mesh-parameter", "Domain=example.com")
    ran = run("render", "-", *FLAGS, "--mesh", mesh, *values, stdin=json.dumps(TASK))
    assert ran.code == 0, ran.err
    envoy = json.loads(ran.out)["containerDefinitions"][1]
    assert envoy["command"][0] == "--config-yaml"
    assert "teller.example.com" in envoy["command"][1]
    assert "AM902" not in ran.err


def test_the_file_stands_for_the_stack_that_the_task_names(mesh: str) -> None:
    given = ("--mesh-stack", "apps-mesh", "--mesh-parameter", "AWS::StackName=apps")
    ran = run("render", "-", *FLAGS, "--mesh", mesh, *given, stdin=json.dumps(TASK))
    assert ran.code == 0, ran.err
    assert "teller.shop.local" in ran.out


def test_a_value_that_only_the_user_knows_is_asked_for(mesh: str) -> None:
    ran = run("render", "-", *FLAGS, "--mesh", mesh, stdin=json.dumps(TASK))
    assert (ran.code, ran.out) == (1, "")
    assert "AM326" in ran.err
    assert f"--mesh {mesh}" in ran.err


def test_without_a_mesh_the_node_is_missing() -> None:
    ran = run("render", "-", *FLAGS, stdin=json.dumps(TASK))
    assert (ran.code, ran.out) == (1, "")
    assert "AM308" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--mesh", "nowhere.yaml"), 1, "nowhere.yaml: error: there is no such file"),
        (("--mesh-parameter", "Domain=x"), 2, "there is no --mesh"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    ran = run("render", "-", *arguments, stdin=json.dumps(TASK))
    assert ran.code == code
    assert sentence in ran.err


def test_an_unknown_parameter_of_the_mesh(mesh: str) -> None:
    ran = run("render", "-", "--mesh", mesh, "--mesh-parameter", "Domian=x", stdin=json.dumps(TASK))
    assert ran.code == 2
    assert "did you mean 'Domain'" in ran.err
