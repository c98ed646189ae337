"""Stacks that use the macro, while they and the macro change: updates, new macros, and a macro that goes."""

import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.checks import names, sidecar_node
from tests.e2e.engine import REPOSITORY, Engine
from tests.e2e.sam import sam
from tests.e2e.stacks import Stack, task_definition
from tests.e2e.test_refusals import RIGHT, template
from tests.e2e.variables import Shape

ROLE = {"TaskRoleArn": "arn:aws:iam::000000000000:role/task"}


@pytest.fixture(autouse=True)
def _as_aws_does(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)


def test_an_update_decides_anew(macro: Engine) -> None:
    """A parameter's value decides by Enabled whether there are sidecars at all."""
    text = (REPOSITORY / "examples" / "conditions.yaml").read_text()
    stack = Stack(macro, "update")
    seen = {}
    for stage in ("dev", "test", "prod"):
        stack.deploy(text, {**ROLE, "Stage": stage})
        seen[stage] = stack.task_definitions()["GatewayTask"]
    assert {stage: names(definition) for stage, definition in seen.items()} == {
        "dev": ["gateway"],
        "test": ["gateway", "envoy"],
        "prod": ["gateway", "statsd", "envoy"],
    }
    assert sidecar_node(seen["prod"]) == "mesh/apps/virtualNode/gateway-prod"
    assert "AppMeshInject" in stack.original()


def test_an_update_of_the_template_reaches_the_task(macro: Engine) -> None:
    stack = Stack(macro, "edited")
    stack.deploy(template("VirtualNodeName: first", family="edited"))
    first = stack.task_definitions()["Task1"]
    stack.deploy(template("VirtualNodeName: second", family="edited"))
    second = stack.task_definitions()["Task1"]
    assert [sidecar_node(each) for each in (first, second)] == [
        "mesh/apps/virtualNode/first",
        "mesh/apps/virtualNode/second",
    ]
    assert (first["revision"], second["revision"]) == (1, 2)


def test_a_deleted_stack_leaves_no_task_definition(macro: Engine) -> None:
    stack = Stack(macro, "deleted")
    stack.deploy(template(RIGHT, family="deleted"))
    arn = stack.task_definitions()["Task1"]["taskDefinitionArn"]
    stack.delete()
    assert task_definition(macro, arn)["status"] == "INACTIVE"


def test_a_macro_is_deployed_anew_and_deleted(macro: Engine, tmp_path: Path) -> None:
    """Under another name, beside the one that all other tests use."""
    deploy = ("deploy", "--stack-name", "second", "--parameter-overrides", "MacroName=Second")
    text = template(RIGHT, family="redeployed").replace("AppMeshInject", "Second")
    stack = Stack(macro, "redeployed")

    sam(*deploy, engine=macro)
    stack.deploy(text)
    assert envoy_image(stack).endswith("/aws-appmesh-envoy:v1.8.0.2-beta")

    # Beside another template, SAM does not find our configuration by itself.
    new = ("--template-file", str(of_new_code(tmp_path)), "--config-file", str(REPOSITORY / "samconfig.toml"))
    sam(*deploy, *new, engine=macro)
    stack.deploy(text)
    assert envoy_image(stack) == "registry.example.com/of-new-code:2"

    sam(*deploy, "PreviewEnvoyImage=registry.example.com/envoy:3", *new, engine=macro)
    stack.deploy(text)
    assert envoy_image(stack) == "registry.example.com/envoy:3"

    sam("delete", "--stack-name", "second", "--no-prompts", engine=macro)
    change_set = Stack(macro, "without-macro").change_set(text)
    assert (change_set["Status"], change_set["StatusReason"]) == ("FAILED", "Transformation Second is not supported.")
    # What is deployed goes on without the macro, and can be deleted.
    assert envoy_image(stack) == "registry.example.com/envoy:3"
    stack.delete()


def envoy_image(stack: Stack) -> str:
    (envoy,) = (each for each in stack.task_definitions()["Task1"]["containerDefinitions"] if each["name"] == "envoy")
    return str(envoy["image"])


def of_new_code(folder: Path) -> Path:
    """What was built, with another image of envoy in the code: a later version of the macro."""
    build = shutil.copytree(REPOSITORY / ".aws-sam" / "build", folder / ".aws-sam" / "build")
    for name in ("LICENSE", "README.md"):
        # The template names them beside the folder that it is built in.
        shutil.copy(REPOSITORY / name, folder)
    image = re.compile(r"[^\"]*/aws-appmesh-envoy:v1\.8\.0\.2-beta")
    changed = 0
    for module in build.rglob("appmesh_inject/**/*.py"):
        code, count = image.subn("registry.example.com/of-new-code:2", module.read_text())
        module.write_text(code)
        changed += count
    assert changed
    return Path(build) / "template.yaml"
