"""The standalone profile: the mesh of a template, and of another stack, in the command of a stock Envoy."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.checks import names
from tests.e2e.engine import REPOSITORY, Engine
from tests.e2e.sam import sam
from tests.e2e.stacks import Stack
from tests.e2e.variables import Shape

GOLDEN = REPOSITORY / "tests" / "golden" / "cloudformation"
COLOUR = (GOLDEN / "standalone-colour" / "input.yaml").read_text()
EXPORTED = (GOLDEN / "standalone-exported" / "input.yaml").read_text()

USER = """
Transform: WithMeshes
Metadata:
  AppMesh: { Profile: standalone, MeshStack: mesh-of-others }
Resources:
  Caller:
    Type: AWS::ECS::TaskDefinition
    Metadata: { AppMesh: { MeshName: apps, VirtualNodeName: caller } }
    Properties:
      Family: caller-elsewhere
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: "512"
      Memory: "1024"
      ContainerDefinitions:
        - { Name: app, Image: web, PortMappings: [{ ContainerPort: 8080 }] }
"""


def configuration(definition: Mapping[str, Any]) -> str:
    """What the envoy container is started with, as CloudFormation has resolved it."""
    (envoy,) = (each for each in definition["containerDefinitions"] if each["name"] == "envoy")
    return "\n".join([*envoy.get("entryPoint", ()), *envoy["command"]])


def runs_the_mesh(definition: Mapping[str, Any], domain: str) -> None:
    started_with = configuration(definition)
    for host in ("teller.shop.local", f"white.{domain}", f"black.{domain}"):
        assert host in started_with
    assert "${" not in started_with
    assert definition["proxyConfiguration"]["containerName"] == "envoy"


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name.lower())
def test_the_mesh_of_the_template_becomes_configuration(shape: Shape, macro: Engine) -> None:
    macro.hand_over(shape)
    stack = Stack(macro, f"standalone-{shape.name}".replace("_", "-"))
    stack.deploy(COLOUR, {"Domain": "example.com"})
    types = {resource["Type"] for resource in stack.processed()["Resources"].values()}
    assert not any(each.startswith("AWS::AppMesh::") for each in types)
    definitions = stack.task_definitions()
    assert set(definitions) == {"Caller", "White", "Black"}
    assert all("envoy" in names(definition) for definition in definitions.values())
    runs_the_mesh(definitions["Caller"], "example.com")
    stack.delete()


def test_the_mesh_of_another_stack_is_read_where_the_deployment_allows_it(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    mesh = Stack(macro, "mesh-of-others")
    mesh.deploy("Transform: AppMeshInject\n" + EXPORTED, {"Domain": "others.example.com"})
    deploy = ("deploy", "--stack-name", "with-meshes", "--parameter-overrides", "MacroName=WithMeshes")

    sam(*deploy, engine=macro)
    stack = Stack(macro, "uses-others")
    refused = stack.change_set(USER)
    assert refused["Status"] == "FAILED"
    assert "AM330" in refused["StatusReason"]

    sam(*deploy, "MeshStacks=mesh-of-others", engine=macro)
    stack.deploy(USER)
    runs_the_mesh(stack.task_definitions()["Caller"], "others.example.com")
    sam("delete", "--stack-name", "with-meshes", "--no-prompts", engine=macro)
