"""The role of a task that follows live weights: whom the function's permission lets in, or why that is not known."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation

OWN: Json = {"Fn::Sub": ["${Own}", {"Own": "web"}]}
NAMED = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/"
PARAMETERS: dict[str, Json] = {
    "Stable": "90",
    "Canary": "10",
    "Role": "web",
    "Arn": "arn:aws:iam::111122223333:role/web",
    "Prefix": "arn:aws:iam::111122223333:role/",
    "Empty": "",
}
AS_TEXT = "Write the ARN as a text that begins with arn:, such as !Sub arn:${AWS::Partition}:iam::..."


def of_mesh(kind: str, name: str, **spec: Json) -> Json:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {"MeshName": "shop", f"{kind}Name": name, "Spec": spec}}


def node(name: str, **spec: Json) -> Json:
    listeners: Json = [{"PortMapping": {"Port": 8080, "Protocol": "http"}}]
    return of_mesh("VirtualNode", name, Listeners=listeners, ServiceDiscovery={"DNS": {"Hostname": name}}, **spec)


def task(role: Json) -> Json:
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": {"VirtualNodeName": "web"}},
        "Properties": {
            "NetworkMode": "awsvpc",
            "Memory": "512",
            "TaskRoleArn": role,
            "ContainerDefinitions": [{"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 8080}]}],
        },
    }


def injected(tasks: Json) -> Outcome:
    targets: Json = [
        {"VirtualNode": "v1", "Weight": {"Ref": "Stable"}},
        {"VirtualNode": "v2", "Weight": {"Ref": "Canary"}},
    ]
    route: Json = {"Match": {"Prefix": "/"}, "Action": {"WeightedTargets": targets}}
    template: Any = {
        "Parameters": {name: {"Type": "String", "Default": value} for name, value in PARAMETERS.items()},
        "Metadata": {"AppMesh": {"Profile": "standalone", "MeshName": "shop", "LiveWeights": True}},
        "Resources": {
            "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "shop"}},
            "Web": node("web", Backends=[{"VirtualService": {"VirtualServiceName": "cart"}}]),
            "V1": node("v1"),
            "V2": node("v2"),
            "Cart": of_mesh("VirtualService", "cart", Provider={"VirtualRouter": {"VirtualRouterName": "cart"}}),
            "Router": of_mesh("VirtualRouter", "cart", Listeners=[{"PortMapping": {"Port": 8080, "Protocol": "http"}}]),
            "Route": {
                "Type": "AWS::AppMesh::Route",
                "Properties": {"MeshName": "shop", "VirtualRouterName": "cart", "Spec": {"HttpRoute": route}},
            },
            "WebRole": {"Type": "AWS::IAM::Role", "Properties": {}},
            "WebBucket": {"Type": "AWS::S3::Bucket"},
            **tasks,  # type: ignore[dict-item]
        },
    }
    return inject(template, CloudFormation(Level((), {}), PARAMETERS))


def let_in(outcome: Outcome) -> Json:
    assert [finding for finding in outcome.findings if finding.is_error] == []
    document: Any = outcome.document
    (principal,) = (
        resource["Properties"]["Principal"]
        for resource in document["Resources"].values()
        if isinstance(resource, dict) and resource["Type"] == "AWS::Lambda::Permission"
    )
    return principal  # type: ignore[no-any-return]


OF_THE_TEMPLATE: Json = {"Fn::GetAtt": ["WebRole", "Arn"]}


@pytest.mark.parametrize(
    ("written", "principal"),
    [
        # The role of the template, however it is written.
        ({"Ref": "WebRole"}, OF_THE_TEMPLATE),
        ({"Fn::GetAtt": "WebRole.Arn"}, OF_THE_TEMPLATE),
        ({"Fn::Sub": "${WebRole}"}, OF_THE_TEMPLATE),
        ({"Fn::Sub": "${WebRole.Arn}"}, OF_THE_TEMPLATE),
        ({"Fn::Sub": ["${Own}", {"Own": {"Ref": "WebRole"}}]}, OF_THE_TEMPLATE),
        # A name, of which enough is known.
        ("web", {"Fn::Sub": f"{NAMED}web"}),
        ({"Fn::Sub": "web"}, {"Fn::Sub": f"{NAMED}web"}),
        ({"Fn::Sub": "web-${WebBucket}"}, {"Fn::Sub": f"{NAMED}web-${{WebBucket}}"}),
        ({"Fn::Sub": "${AWS::Region}-web"}, {"Fn::Sub": f"{NAMED}${{AWS::Region}}-web"}),
        ({"Fn::Sub": "${AWS::AccountId}-web"}, {"Fn::Sub": f"{NAMED}${{AWS::AccountId}}-web"}),
        (
            OWN,
            {
                "Fn::Join": [
                    "",
                    ["arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "AWS::AccountId"}, ":role/", OWN],
                ]
            },
        ),
        # An ARN stays as it is written, also where only its beginning is known.
        ({"Ref": "Arn"}, {"Ref": "Arn"}),
        ({"Fn::Sub": "${Prefix}web"}, {"Fn::Sub": "${Prefix}web"}),
        ({"Fn::Join": ["", [{"Ref": "Prefix"}, {"Ref": "WebBucket"}]]},) * 2,
        ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "iam:", "111122223333", "role/web"]]},) * 2,
    ],
)
def test_the_role_is_let_in(written: Json, principal: Json) -> None:
    assert let_in(injected({"Task": task(written)})) == principal


@pytest.mark.parametrize(
    ("written", "reason", "hint"),
    [
        ("{{resolve:ssm:/roles/web}}", "what it gives may be a name", AS_TEXT),
        ({"Name": "web"}, "what it gives may be a name", AS_TEXT),
        # The export of another stack has the same name as the role.
        ({"Fn::ImportValue": "WebRole"}, "what Fn::ImportValue gives may be a name", AS_TEXT),
        ({"Fn::Sub": "${WebBucket}-web"}, "what Fn::Sub gives may be a name", AS_TEXT),
        ({"Fn::Sub": "ar${WebBucket}"}, "what Fn::Sub gives may be a name", AS_TEXT),
        ({"Fn::Sub": "${WebBucket}"}, "what Fn::Sub gives may be a name", AS_TEXT),
        ({"Fn::Join": ["", [{"Ref": "WebBucket"}, "-web"]]}, "what Fn::Join gives may be a name", AS_TEXT),
        ({"Fn::Join": ["", {"Ref": "WebBucket"}]}, "what Fn::Join gives may be a name", AS_TEXT),
        ({"Fn::Select": [1, ["a", {"Ref": "WebBucket"}]]}, "what Fn::Select gives may be a name", AS_TEXT),
    ],
)
def test_a_role_that_is_not_known_is_a_finding(written: Json, reason: str, hint: str) -> None:
    (finding,) = (each for each in injected({"Task": task(written)}).findings if each.is_error)
    assert finding.code == "AM345"
    assert finding.path == ("Resources", "Task", "Properties", "TaskRoleArn")
    assert finding.message == f"the ARN of the task's role, which has to be let in, is not known: {reason}"
    assert finding.hint == hint


@pytest.mark.parametrize("written", ["", {"Ref": "Empty"}, {"Ref": "AWS::NoValue"}])
def test_no_role_is_a_finding(written: Json) -> None:
    assert [each.code for each in injected({"Task": task(written)}).findings if each.is_error] == ["AM344"]


def in_a_loop(role: Json) -> Json:
    return {"Fn::ForEach::Tasks": ["Name", ["a", "b"], {"Task${Name}": task(role)}]}


def test_a_loop_may_give_all_its_tasks_one_role() -> None:
    assert let_in(injected(in_a_loop({"Ref": "WebRole"}))) == OF_THE_TEMPLATE


@pytest.mark.parametrize("written", [{"Ref": "Name"}, {"Fn::Sub": "${Name}"}])
def test_a_role_of_each_turn_is_a_finding(written: Json) -> None:
    (finding,) = (each for each in injected(in_a_loop(written)).findings if each.is_error)
    assert finding.message.endswith("it depends on the loop with Name")
    assert finding.hint == "Write one role for all turns of the loop"
