"""What the user sees when the macro refuses: our findings as the change set's reason, and nothing deployed."""

from collections.abc import Mapping

import pytest

from appmesh_inject.files import documents
from appmesh_inject.limits import MACRO_MESSAGE_CHARACTERS
from appmesh_inject.macro import message, transformed
from tests.e2e.checks import names
from tests.e2e.engine import Engine
from tests.e2e.stacks import Stack
from tests.e2e.variables import Shape

TASK = """
  {name}:
    Type: AWS::ECS::TaskDefinition
    Metadata:
      AppMesh: {{ MeshName: apps, {settings} }}
    Properties:
      Family: {family}
      NetworkMode: {mode}
      Memory: "512"
      ContainerDefinitions:
        - {{ Name: app, Image: nginx, PortMappings: [{{ ContainerPort: 80 }}] }}
"""
RIGHT = "VirtualNodeName: gateway"


def template(*settings: str, family: str = "refused", mode: str = "awsvpc") -> str:
    tasks = (
        TASK.format(name=f"Task{number}", settings=each, family=family, mode=mode)
        for number, each in enumerate(settings, start=1)
    )
    return "Transform: AppMeshInject\nResources:" + "".join(tasks)


def reason(text: str) -> str:
    """What LocalEmu puts around our message."""
    return f"Transform 000000000000::AppMeshInject failed with: {text}. Rollback requested by user."


def findings_of(text: str) -> str:
    """The message that the core has for the template."""
    return message(transformed({"fragment": documents.parsed("test", text).content}, {}).findings)


REFUSED: Mapping[str, str] = {
    "one mistake": template("VirtualNode: gateway"),
    "several in several tasks": template("VirtualNode: gateway", "AppPorts: [0]", RIGHT, mode="bridge"),
    "more than fit": template(*["VirtualNode: gateway, LogLevel: loud, AppPorts: [0, 70000]"] * 6, mode="bridge"),
}


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name.lower())
@pytest.mark.parametrize("case", REFUSED)
def test_findings_are_the_reason_of_the_change_set(case: str, shape: Shape, macro: Engine) -> None:
    macro.hand_over(shape)
    stack = Stack(macro, f"refused-{list(REFUSED).index(case)}-{shape.name}".replace("_", "-"))
    change_set = stack.change_set(REFUSED[case])
    text = findings_of(REFUSED[case])
    assert change_set["Status"] == "FAILED"
    assert change_set["StatusReason"] == reason(text)
    assert text.startswith("AM1")
    assert len(text) <= MACRO_MESSAGE_CHARACTERS
    assert text.endswith(" more: run appmesh-inject lint") is (case == "more than fit")
    assert macro.client("ecs").list_task_definitions(familyPrefix="refused")["taskDefinitionArns"] == []


def test_a_snippets_findings_are_the_reason_too(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    change_set = Stack(macro, "refused-snippet").change_set("""
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Fn::Transform: { Name: AppMeshInject, Parameters: { MeshName: apps } }
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions:
        - { Name: app, Image: nginx, PortMappings: [{ ContainerPort: 80 }] }
""")
    assert change_set["Status"] == "FAILED"
    assert "AM105" in change_set["StatusReason"]


def test_a_refused_update_leaves_the_stack_as_it_is(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    stack = Stack(macro, "refused-update")
    stack.deploy(template(RIGHT, family="update"))
    before = stack.task_definitions()
    wrong = template("VirtualNode: gateway", family="update")
    change_set = stack.change_set(wrong)
    assert (change_set["Status"], change_set["StatusReason"]) == ("FAILED", reason(findings_of(wrong)))
    assert stack.task_definitions() == before
    assert names(before["Task1"]) == ["app", "envoy", "proxyinit"]
