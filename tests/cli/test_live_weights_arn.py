"""Live weights of a mesh in another template: --mesh with --live-weights-arn, and a stack that exports its mesh."""

import json
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.stub import Stubber

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.mesh.live_function import FUNCTION
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.stack_meshes import Stacks
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.deployed import deployed

EXAMPLES = REPOSITORY / "tests/reference/examples"
MESH, TASK = EXAMPLES / "AM348.mesh.yaml", EXAMPLES / "AM348.yaml"
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:shop-mesh-AppMeshInjectLiveWeights-x"
VALUES = ("--mesh-parameter", "Stable=0", "--mesh-parameter", "Canary=100")
FILE = ("render", str(TASK), "--output-format", "json", "--mesh", str(MESH), *VALUES)


def weights(template: Any) -> list[str]:
    """The weights in the configuration of the task's envoy, which all have a runtime key."""
    command = template["Resources"]["WebTask"]["Properties"]["ContainerDefinitions"][1]["Command"]
    configuration = yaml.safe_load(deployed(command, {})[1])
    listeners = configuration["static_resources"]["listeners"]
    (route,) = (
        route["route"]["weighted_clusters"]
        for listener in listeners
        for chain in listener["filter_chains"]
        for host in chain["filters"][0]["typed_config"].get("route_config", {}).get("virtual_hosts", ())
        for route in host["routes"]
        if "weighted_clusters" in route["route"]
    )
    assert ("runtime_key_prefix" in route) is ("layered_runtime" in configuration)
    return [each["weight"] for each in route["clusters"]]


def permissions(template: Any) -> list[Any]:
    return [it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::Lambda::Permission"]


def check_followed(template: Any) -> None:
    """The baseline is in the task definition, and the role may ask the function of the other stack."""
    assert weights(template) == ["90", "10"]
    assert ARN in deployed(template["Resources"]["WebTask"]["Properties"]["ContainerDefinitions"][1]["Command"], {})[1]
    assert permissions(template) == [
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": ARN,
            "Principal": "arn:aws:iam::111122223333:role/web",
        }
    ]
    assert FUNCTION not in template["Resources"]
    assert FUNCTION not in template.get("Outputs", {})


def test_a_mesh_in_a_file_needs_the_arn_of_its_function() -> None:
    refused = run(*FILE)
    assert refused.code == 1
    assert "the mesh of --mesh has live weights" in refused.err
    assert "--live-weights-arn" in refused.err
    check_followed(json.loads(run(*FILE, "--live-weights-arn", ARN).out))


def test_without_live_weights_the_values_are_written(tmp_path: Path) -> None:
    task = tmp_path / "task.yaml"
    task.write_text(TASK.read_text().replace("LiveWeights: true", "LiveWeights: false"))
    ran = run("render", str(task), "--output-format", "json", "--mesh", str(MESH), *VALUES)
    assert weights(json.loads(ran.out)) == ["0", "100"]
    assert permissions(json.loads(ran.out)) == []


def test_the_arn_belongs_to_a_mesh_in_a_file() -> None:
    ran = run("render", str(TASK), "--live-weights-arn", ARN)
    assert (ran.code, "this needs --mesh" in ran.err) == (2, True)


def injected(outputs: list[dict[str, str]]) -> Outcome:
    """The task, whose mesh stack has these outputs."""
    exported = json.loads(run("render", str(MESH), "--output-format", "json").out)
    client: Any = boto3.client("cloudformation", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    parameters = {"Stable": "0", "Canary": "100"}
    stack: dict[str, Any] = {"StackName": "shop-mesh", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
    stack["Parameters"] = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    stack["Outputs"] = outputs
    task: Json = json.loads(run("render", str(TASK), "--output-format", "json", "--enabled", "false").out)
    with Stubber(client) as stub:
        stub.add_response("describe_stacks", {"Stacks": [stack]})
        stub.add_response("get_template", {"TemplateBody": json.dumps(exported)})
        stub.add_response("describe_stacks", {"Stacks": [stack]})
        meshes = Meshes(read_stacks=Stacks(("shop-mesh",), client).meshes)
        return inject(task, CloudFormation(Level(("Transform",), {}), {}), meshes=meshes)


def test_another_stack_tells_its_function_in_an_output() -> None:
    outcome = injected([{"OutputKey": FUNCTION, "OutputValue": ARN}])
    assert not outcome.has_errors, outcome.findings
    check_followed(outcome.document)


def test_another_stack_without_a_function_is_refused() -> None:
    (error,) = (finding for finding in injected([]).findings if finding.is_error)
    assert error.code == "AM348"
    assert "Set LiveWeights: true beside its ExportMesh" in error.hint


def test_live_weights_of_two_templates_are_refused(tmp_path: Path) -> None:
    """The task's own template has a route with live weights, too."""
    own = MESH.read_text().replace("ExportMesh: true, ", "").replace("cart", "stock").replace(": web", ": other")
    own = own.replace("VirtualNodeName: v", "VirtualNodeName: s").replace("VirtualNode: v", "VirtualNode: s")
    both = tmp_path / "both.yaml"
    both.write_text(own + TASK.read_text().partition("Resources:\n")[2])
    ran = run("render", str(both), "--mesh", str(MESH), *VALUES, "--live-weights-arn", ARN)
    assert ran.code == 1
    assert "AM347" in ran.err
    assert f"live weights come from this template and from {MESH}" in ran.err
