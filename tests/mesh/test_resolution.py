"""A mesh out of another stack's template."""

import json
from typing import Any

import pytest

from appmesh_inject.intrinsics import Scope
from appmesh_inject.mesh import compiling, parsing
from appmesh_inject.mesh.resolution import resolved
from tests.mesh.meshes import mesh, of

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Env": {"Type": "String", "Default": "dev"},
        "Port": {"Type": "Number", "Default": 80},
        "Hosts": {"Type": "CommaDelimitedList", "Default": "a.local,b.local"},
        "Secret": {"Type": "String", "NoEcho": True},
        "Path": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
    },
    "Mappings": {"Hosts": {"prod": {"Name": "prod.local"}}},
    "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}, "Not": {"Fn::Not": [{"Condition": "Prod"}]}},
    "Resources": {},
}


def template(**changes: Any) -> dict[str, Any]:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Unknown"}}}
    return {**TEMPLATE, "Resources": {**mesh(**changes), "Bucket": bucket}}


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ({"Fn::Sub": "${Env}.${AWS::StackName}.${AWS::Region}"}, "prod.base.eu-west-1"),
        ({"Fn::Join": [".", [{"Ref": "Env"}, "x"]]}, "prod.x"),
        ({"Fn::FindInMap": ["Hosts", {"Ref": "Env"}, "Name"]}, "prod.local"),
        ({"Fn::If": ["Prod", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Not", "yes", {"Fn::Sub": "${Env}"}]}, "prod"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::Select": ["0", {"Ref": "Hosts"}]}, "a.local"),
        ({"Fn::Sub": ["${A}!", {"A": {"Ref": "Port"}}]}, "80!"),
    ],
)
def test_values_are_written_out(value: Any, host: str) -> None:
    found = resolved(
        template(Target__Spec__ServiceDiscovery__DNS__Hostname=value), {"Env": "prod"}, "base", "eu-west-1"
    )
    assert found.findings == ()
    target: Any = found.resources["Target"]
    assert target["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"] == host


@pytest.mark.parametrize(
    "value",
    [{"Ref": "Secret"}, {"Ref": "Path"}, {"Fn::ImportValue": "x"}, {"Ref": "AWS::AccountId"}, {"Fn::Sub": "${Bucket}"}],
)
def test_what_the_other_stack_alone_knows_is_refused(value: Any) -> None:
    found = resolved(template(Target__Spec__ServiceDiscovery__DNS__Hostname=value), {"Secret": "s"}, "base", "r")
    assert [finding.code for finding in found.findings] == ["AM326"]
    assert found.findings[0].path[:7] == (
        "Resources",
        "Target",
        "Properties",
        "Spec",
        "ServiceDiscovery",
        "DNS",
        "Hostname",
    )


def test_what_a_condition_takes_away_is_gone() -> None:
    extra = {**of("VirtualNode", Spec={}), "Condition": "Not"}
    kept = {**of("VirtualNode", Spec={}), "Condition": "Prod"}
    found = resolved(template(Extra=extra, Kept=kept), {"Env": "prod"}, "base", "r")
    assert "Extra" not in found.resources
    kept_there: Any = found.resources["Kept"]
    assert "Condition" not in kept_there


def test_references_among_mesh_resources_are_followed() -> None:
    changes: dict[str, Any] = {
        "Mesh__MeshName": {"Fn::Sub": "${Env}-apps"},
        "Target__VirtualNodeName": {"Fn::Sub": "${AWS::StackName}-target"},
        "Route__Spec__HttpRoute__Action__WeightedTargets__0__VirtualNode": {
            "Fn::Join": ["", [{"Fn::GetAtt": ["Target", "VirtualNodeName"]}]]
        },
    }
    changed = template(**changes)
    for logical_id in mesh():
        if logical_id != "Mesh":
            changed["Resources"][logical_id]["Properties"]["MeshName"] = {"Fn::GetAtt": ["Mesh", "MeshName"]}
    found = resolved(changed, {"Env": "prod"}, "base", "r")
    assert found.findings == ()
    parsed = parsing.parse(found.resources, Scope())
    compiled = compiling.compile_node(parsed.model, "caller", mesh_name="prod-apps")
    assert (parsed.findings, compiled.findings) == ((), ())
    text = json.dumps(compiled.bootstrap)
    assert "cds_egress_prod-apps_base-target_http_80" in text
    assert "Fn::" not in text
    assert "Ref" not in text.replace("Refused", "")
