"""Every template of `examples/`, deployed with its Transform by change set, in both shapes of the fragment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.files import documents
from tests.cli.command import run
from tests.e2e.checks import differences, names, sidecar_node
from tests.e2e.engine import CLUSTER, REPOSITORY, Engine
from tests.e2e.stacks import Stack
from tests.e2e.variables import Shape

EXAMPLES = sorted(
    path
    for path in (REPOSITORY / "examples").rglob("*")
    if path.suffix in (".json", ".yaml", ".yml") and "AWS::ECS::TaskDefinition" in path.read_text()
    # They need a macro that may read another stack: test_standalone.py and test_many_stacks.py.
    if path.name not in ("service.yaml", "snippet.yaml") and path.parent.name != "many-stacks"
)

GATEWAY = {"GatewayTask": "mesh/apps/virtualNode/gateway"}
NODES: Mapping[str, Mapping[str, str | None]] = {
    "minimal.yaml": GATEWAY,
    "minimal.json": GATEWAY,
    "tags.yaml": GATEWAY,
    "defaults.yaml": {**GATEWAY, "ColortellerTask": "mesh/apps/virtualNode/colorteller"},
    "overrides.yaml": GATEWAY,
    "conditions.yaml": {"GatewayTask": "mesh/apps/virtualNode/gateway-prod"},
    "parameters.yaml": {"GatewayTask": "mesh/apps/virtualNode/gateway-test"},
    "foreach.yaml": {
        f"Colorteller{color}Task": "mesh/apps/virtualNode/colorteller" for color in ("White", "Black", "Blue", "Red")
    },
    "sam.yaml": GATEWAY,
    "ga.yaml": {"GatewayTask": "arn:aws:appmesh:us-east-1:000000000000:mesh/colorapp/virtualNode/gateway"},
    "virtual-gateway.yaml": {
        "EdgeTask": "mesh/apps/virtualGateway/edge",
        "GatewayTask": "mesh/apps/virtualNode/gateway",
    },
    "service-connect.yaml": {"CartTask": None, "WebTask": None},
    "colorapp/template.yaml": {
        **{
            f"Colorteller{color}Task": f"mesh/colorapp/virtualNode/colorteller-{color.lower()}"
            for color in ("White", "Black", "Blue", "Red")
        },
        "GatewayTask": "mesh/colorapp/virtualNode/gateway",
        "TcpechoTask": "mesh/colorapp/virtualNode/tcpecho",
    },
}
"""What each task's envoy stands for after the deployment, where CloudFormation has resolved it; None: no envoy."""

IMAGES = """
Resources:
  Nothing:
    Type: AWS::CloudFormation::WaitConditionHandle
Outputs:
  EnvoyImage:
    Value: registry.example.com/envoy:1
    Export:
      Name: images-EnvoyImage
"""


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY / "examples").as_posix()


@pytest.fixture(scope="module")
def values(macro: Engine) -> Mapping[str, str]:
    """Values for the parameters of the examples that have no default, and the stack that one of them imports from."""
    Stack(macro, "images").deploy(IMAGES)
    ec2 = macro.client("ec2")
    subnets = ec2.describe_subnets()["Subnets"]
    return {
        "TaskRoleArn": "arn:aws:iam::000000000000:role/task",
        "ExecutionRoleArn": "arn:aws:iam::000000000000:role/execution",
        "EnvoyImage": "registry.example.com/envoy:1",
        "Stage": "prod",
        "Vpc": subnets[0]["VpcId"],
        "PublicSubnets": f"{subnets[0]['SubnetId']},{subnets[1]['SubnetId']}",
        "PrivateSubnets": subnets[0]["SubnetId"],
        "Subnets": subnets[0]["SubnetId"],
        "Cluster": CLUSTER,
        "ClusterName": CLUSTER,
        "AllowedCidr": "203.0.113.0/24",
    }


def given(template: Mapping[str, Any], values: Mapping[str, str], path: Path) -> dict[str, str]:
    declared = template.get("Parameters", {})
    chosen = {key for key, member in declared.items() if "Default" not in member}
    if path.name == "conditions.yaml":
        chosen.add("Stage")
    return {key: values[key] for key in chosen}


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name.lower())
@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_example_is_deployed(path: Path, shape: Shape, macro: Engine, values: Mapping[str, str]) -> None:
    document = documents.load(str(path))
    template: Any = document.content
    parameters = given(template, values, path)
    macro.hand_over(shape)
    stack = Stack(macro, f"{path.parent.name}-{path.stem}-{path.suffix[1:]}-{shape.name}".replace("_", "-"))
    stack.deploy(document.text, parameters)

    processed = stack.processed()
    assert "Transform" not in json.dumps(list(processed))
    assert "Fn::Transform" not in json.dumps(processed)
    assert "AppMeshInject" in stack.original()
    # Other transforms do their work too, and LocalEmu resolves what a snippet is asked for.
    if template.get("Transform") in ("AppMeshInject", [{"Name": "AppMeshInject"}]):
        assert processed == rendered(path, parameters)

    if "AWS::Serverless-2016-10-31" in json.dumps(template.get("Transform")):
        assert "AWS::Lambda::Function" in [each["Type"] for each in processed["Resources"].values()]

    described = stack.task_definitions()
    written = {key: each for key, each in processed["Resources"].items() if key in described}
    assert written
    for task, definition in described.items():
        assert differences(written[task]["Properties"], definition) == []
    nodes = {task: sidecar_node(definition) for task, definition in described.items()}
    if name(path) not in NODES:
        assert any(nodes.values()) or any("envoy" in names(definition) for definition in described.values())
    else:
        assert nodes == NODES[name(path)]
        for task, node in nodes.items():
            assert ("envoy" in names(described[task])) is (node is not None)
    stack.delete()
    assert stack.status() in ("gone", "DELETE_COMPLETE")


def rendered(path: Path, parameters: Mapping[str, str]) -> Any:
    """What `appmesh-inject render` makes of it: the very template that CloudFormation then has."""
    options = [option for key, value in parameters.items() for option in ("--parameter", f"{key}={value}")]
    ran = run("render", str(path), "--output-format", "json", *options)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)
