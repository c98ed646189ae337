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
EXAMPLES = REPOSITORY / "examples"


def configuration(definition: Mapping[str, Any]) -> str:
    """What the envoy container is started with, as CloudFormation has resolved it."""
    (envoy,) = (each for each in definition["containerDefinitions"] if each["name"] == "envoy")
    return "\n".join([*envoy.get("entryPoint", ()), *envoy["command"]])


def runs_the_mesh(definition: Mapping[str, Any], *hosts: str) -> None:
    started_with = configuration(definition)
    assert [host for host in hosts if host not in started_with] == []
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
    runs_the_mesh(definitions["Caller"], "teller.shop.local", "white.example.com", "black.example.com")
    stack.delete()


def test_the_mesh_of_another_stack_is_read_where_the_deployment_allows_it(macro: Engine) -> None:
    """The examples that belong together, and what stands in the first one's parameter."""
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    mesh = Stack(macro, "shop-mesh")
    mesh.deploy((EXAMPLES / "standalone" / "mesh.yaml").read_text(), {"NamespaceName": "shop.example.com"})
    service = (EXAMPLES / "standalone" / "service.yaml").read_text().replace("AppMeshInject", "WithMeshes")
    deploy = ("deploy", "--stack-name", "with-meshes", "--parameter-overrides", "MacroName=WithMeshes")

    sam(*deploy, engine=macro)
    stack = Stack(macro, "shop-cart")
    refused = stack.change_set(service)
    assert refused["Status"] == "FAILED"
    assert "AM330" in refused["StatusReason"]

    sam(*deploy, "MeshStacks=shop-mesh", engine=macro)
    stack.deploy(service)
    runs_the_mesh(stack.task_definitions()["CartTask"], "prices.shop.example.com")

    snippet = Stack(macro, "shop-snippet")
    snippet.deploy((EXAMPLES / "snippet.yaml").read_text().replace("AppMeshInject", "WithMeshes"))
    definitions = snippet.task_definitions()
    runs_the_mesh(definitions["CartTask"], "prices.shop.example.com")
    assert names(definitions["CleanupTask"]) == ["cleanup"]
    sam("delete", "--stack-name", "with-meshes", "--no-prompts", engine=macro)
