"""Reading meshes of other stacks, with CloudFormation played by a stub."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.stub import Stubber

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.source import MeshSource
from appmesh_inject.mesh.stacks import Stacks
from tests.profiles.test_standalone import MESH

EXPORTING: dict[str, Json] = {
    "Parameters": MESH["Parameters"],
    "Metadata": {"AppMeshInject": {"Mesh": MESH["Resources"]}},
    "Resources": {"Placeholder": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def read(template: Json, parameters: Mapping[str, str] | None = None) -> MeshSource:
    """The mesh of stack `mesh`, whose processed template is this."""
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()]
    return stack_with(given, template)


def stack_with(parameters: list[dict[str, str]] | None, template: Json = EXPORTING) -> MeshSource:
    """The mesh of stack `mesh`, with these parameters in CloudFormation's response; None: without parameters."""
    client: Any = boto3.client("cloudformation", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    stack: dict[str, Any] = {"StackName": "mesh", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
    if parameters is not None:
        stack["Parameters"] = parameters
    with Stubber(client) as stub:
        # botocore decodes JSON, and returns YAML as text.
        body = template if isinstance(template, str) else json.dumps(template)
        stub.add_response("get_template", {"TemplateBody": body}, {"StackName": "mesh", "TemplateStage": "Processed"})
        stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "mesh"})
        source = Stacks(("mesh",), client).mesh("mesh")
    assert source is not None
    return source


def test_parameter_values_are_those_of_the_stack() -> None:
    source = read(EXPORTING, {"Domain": "example.com"})
    assert not source.findings
    assert source.path == ("MeshStack", "Resources")
    web: Any = source.resources["Web"]
    assert web["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"] == "web.example.com"
    mesh: Any = source.resources["Mesh"]
    assert mesh["Properties"]["MeshName"] == "mesh"


def test_the_region_is_that_of_the_stack() -> None:
    node: Any = MESH["Resources"]
    hostname = {"Fn::Sub": "web.${AWS::Region}.local"}
    properties = {**node["Web"]["Properties"], "Spec": {"ServiceDiscovery": {"DNS": {"Hostname": hostname}}}}
    exported = {"Mesh": node["Mesh"], "Web": {**node["Web"], "Properties": properties}}
    source = read({**EXPORTING, "Metadata": {"AppMeshInject": {"Mesh": exported}}}, {"Domain": "x"})
    web: Any = source.resources["Web"]
    assert web["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"] == "web.eu-central-1.local"


@pytest.mark.parametrize(
    ("parameter", "hostname"),
    [
        ({"ParameterValue": "given"}, "web.given"),
        ({"ParameterValue": "/path", "ResolvedValue": "stored"}, "web.stored"),
        ({"ResolvedValue": "stored"}, "web.stored"),
        ({}, "web."),
    ],
)
def test_the_value_of_a_parameter(parameter: dict[str, str], hostname: str) -> None:
    source = stack_with([{"ParameterKey": "Domain", **parameter}])
    web: Any = source.resources["Web"]
    assert web["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"] == hostname


def test_a_stack_without_parameters() -> None:
    mesh: Json = {"Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}}}
    source = stack_with(None, {"Metadata": {"AppMeshInject": {"Mesh": mesh}}, "Resources": {}})
    assert (source.resources, source.findings) == (mesh, ())


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "Resources: {}",
            "its processed template is text, not JSON. Add Transform: AppMeshInject to it, and update the stack.",
        ),
        (
            MESH,
            "it exports no mesh: it has no Metadata.AppMeshInject.Mesh. "
            "Add AppMesh: {Profile: standalone, ExportMesh: true} to its Metadata, and update the stack.",
        ),
        (
            {"Metadata": {"AppMeshInject": "?"}, "Resources": {}},
            "it exports no mesh: it has no Metadata.AppMeshInject.Mesh. "
            "Add AppMesh: {Profile: standalone, ExportMesh: true} to its Metadata, and update the stack.",
        ),
    ],
)
def test_an_unreadable_mesh_is_a_finding(template: Json, text: str) -> None:
    source = read(template)
    assert (source.resources, source.path) == ({}, ("MeshStack",))
    (finding,) = source.findings
    assert (finding.subject, finding.path) == ("", ("MeshStack",))
    assert str(finding) == f"AM330 MeshStack: the mesh of the stack that MeshStack names cannot be read: {text}"


def test_a_masked_parameter_value_is_refused() -> None:
    secret: dict[str, Json] = {**EXPORTING, "Parameters": {"Domain": {"Type": "String", "NoEcho": True}}}
    (finding,) = read(secret, {"Domain": "****"}).findings
    hostname = ("Web", "Properties", "Spec", "ServiceDiscovery", "DNS", "Hostname")
    assert (finding.code, finding.path[:8]) == ("AM326", ("MeshStack", "Resources", *hostname))


def test_a_missing_stack_is_a_finding() -> None:
    client: Any = boto3.client("cloudformation", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("get_template", "ValidationError")
        source = Stacks(("mesh",), client).mesh("mesh")
    assert source is not None
    assert [str(finding) for finding in source.findings] == [
        "AM330 MeshStack: the mesh of the stack that MeshStack names cannot be read: CloudFormation answers "
        "ValidationError. Check its name, and MeshStacks of the macro's stack."
    ]


@pytest.mark.parametrize("response", [{}, {"Error": {}}])
def test_an_error_without_a_code_is_a_finding(response: Any) -> None:
    class WithoutCode(botocore.exceptions.ClientError):  # type: ignore[misc]
        def __init__(self) -> None:
            self.response = response

    class Client:
        exceptions = botocore.exceptions

        def get_template(self, **_: str) -> None:
            raise WithoutCode

    source = Stacks(("mesh",), Client()).mesh("mesh")
    assert source is not None
    assert "CloudFormation answers an error. " in str(source.findings[0])


def test_the_function_reads_the_mesh_from_cloudformation(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Client:
        exceptions = botocore.exceptions

        def get_template(self, StackName: str, TemplateStage: str) -> Any:  # noqa: N803
            asked.append(StackName)
            return {"TemplateBody": f"{TemplateStage} text"}

        def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
            return {"Stacks": [{"StackName": StackName}]}

    monkeypatch.setattr(boto3, "client", lambda service: {"cloudformation": Client()}[service])
    stacks = Stacks(("mesh", "other"))
    assert stacks.mesh("mesh") is stacks.mesh("mesh")
    assert asked == ["mesh"]


def test_a_stack_that_the_deployment_does_not_name_is_not_read() -> None:
    assert Stacks(("other",), client=None).mesh("mesh") is None
