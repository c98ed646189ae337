"""The edge towards other stacks: what CloudFormation answers, and what becomes of it."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from appmesh_inject.stacks import Stacks
from appmesh_inject.standalone import MeshSource
from appmesh_inject.tree import Json
from tests.test_standalone import MESH

EXPORTING: dict[str, Json] = {
    "Parameters": MESH["Parameters"],
    "Metadata": {"AppMeshInject": {"Mesh": MESH["Resources"]}},
    "Resources": {"Placeholder": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def read(template: Json, parameters: Mapping[str, str] | None = None) -> MeshSource:
    """The mesh of stack `mesh`, where CloudFormation has this processed template of it."""
    client: Any = boto3.client("cloudformation", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()]
    stack = {"StackName": "mesh", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE", "Parameters": given}
    with Stubber(client) as stub:
        # botocore decodes JSON, and leaves YAML as the text that it is.
        body = template if isinstance(template, str) else json.dumps(template)
        stub.add_response("get_template", {"TemplateBody": body}, {"StackName": "mesh", "TemplateStage": "Processed"})
        stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "mesh"})
        source = Stacks(("mesh",), client).mesh("mesh")
    assert source is not None
    return source


def test_the_values_are_those_of_the_stack() -> None:
    source = read(EXPORTING, {"Domain": "example.com"})
    assert not source.findings
    web: Any = source.resources["Web"]
    assert web["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"] == "web.example.com"
    mesh: Any = source.resources["Mesh"]
    assert mesh["Properties"]["MeshName"] == "mesh"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("Resources: {}", "text, not JSON"),
        (MESH, "exports no mesh"),
        ({"Metadata": {"AppMeshInject": "?"}, "Resources": {}}, "exports no mesh"),
    ],
)
def test_what_cannot_be_read_is_a_finding(template: Json, why: str) -> None:
    (finding,) = read(template).findings
    assert finding.code == "AM330"
    assert why in finding.message


def test_a_masked_value_cannot_be_resolved() -> None:
    secret: dict[str, Json] = {**EXPORTING, "Parameters": {"Domain": {"Type": "String", "NoEcho": True}}}
    assert {finding.code for finding in read(secret, {"Domain": "****"}).findings} == {"AM326"}


def test_a_stack_that_is_not_there_is_a_finding() -> None:
    client: Any = boto3.client("cloudformation", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("get_template", "ValidationError")
        source = Stacks(("mesh",), client).mesh("mesh")
    assert source is not None
    assert [finding.code for finding in source.findings] == ["AM330"]
    assert "ValidationError" in source.findings[0].message


def test_a_stack_that_the_deployment_does_not_name_is_not_read() -> None:
    assert Stacks(("other",), client=None).mesh("mesh") is None
