"""Resolving a mesh from another stack's template."""

import json
from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh import compiling, parsing
from appmesh_inject.mesh.other_template import OtherTemplate, Resolved, resolved
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


CLOUD_MAP: dict[str, Any] = {
    "Space": {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": {"Fn::Sub": "${Env}.apps"}}},
    "Nameless": {"Type": "AWS::ServiceDiscovery::Service", "Properties": {"Type": "HTTP"}},
    "Nothing": {"Type": "AWS::ServiceDiscovery::Service"},
}


def resolve(template: Any, parameters: dict[str, Any], stack_name: str, region: str) -> Resolved:
    return resolved(OtherTemplate(template, parameters, stack_name, region))


def template(**changes: Any) -> dict[str, Any]:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Unknown"}, "Name": "b"}}
    return {**TEMPLATE, "Resources": {**mesh(**changes), **CLOUD_MAP, "Bucket": bucket, "Text": "text"}}


def with_host(value: Any) -> dict[str, Any]:
    """The template, with `value` as the host name of its target."""
    return template(Target__Spec__ServiceDiscovery__DNS__Hostname=value)


def hostname(found: Resolved) -> Any:
    target: Any = found.resources["Target"]
    return target["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"]


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
        ({"Fn::GetAtt": ["Space", "Name"]}, "prod.apps"),
        ({"Fn::GetAtt": "Space.Name"}, "prod.apps"),
        ({"Fn::Sub": "a.${Space.Name}"}, "a.prod.apps"),
        ({"Fn::Join": [".", [{"Ref": "Port"}, 7, "x"]]}, "80.7.x"),
    ],
)
def test_values_are_written_out(value: Any, host: str) -> None:
    found = resolve(with_host(value), {"Env": "prod"}, "base", "eu-west-1")
    assert found.findings == ()
    assert hostname(found) == host


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Missing"},
        {"Fn::If": ["Unknown", "a", "b"]},
        {"Fn::If": []},
        {"Fn::If": ["Prod"]},
        {"Fn::If": "abc"},
        {"Fn::If": [["Prod"], "a", "b"]},
        {"Fn::Sub": []},
        {"Fn::Join": []},
        {"Fn::Join": ["x"]},
        {"Fn::Join": [",", "abc"]},
        {"Fn::FindInMap": []},
        {"Fn::FindInMap": ["Hosts", "prod"]},
        {"Fn::FindInMap": ["Hosts", "prod", "Name", "more"]},
        {"Fn::FindInMap": ["Missing", "prod", "Name"]},
        {"Fn::GetAtt": "Space"},
        {"Fn::GetAtt": "Space.Id"},
        {"Fn::GetAtt": "Space.Name.Name"},
        {"Fn::GetAtt": []},
        {"Fn::GetAtt": ["Space"]},
        {"Fn::GetAtt": ["Space", "Id"]},
        {"Fn::GetAtt": [["Space"], "Name"]},
        {"Fn::GetAtt": ["Nothing", "Name"]},
        {"Fn::GetAtt": ["Nameless", "Name"]},
        {"Fn::GetAtt": ["Text", "Name"]},
        {"Fn::GetAtt": ["Bucket", "Name"]},
        {"Fn::GetAtt": ["Missing", "Name"]},
        {"Fn::Select": []},
        {"Fn::Select": ["0"]},
        {"Fn::Select": ["0", ["a"], "b"]},
        {"Fn::Select": ["0", 7]},
        {"Fn::Select": ["1", ["a"]]},
        {"Fn::Select": ["x", ["a"]]},
        {"Fn::Select": ["-1", ["a"]]},
        {"Fn::Select": ["²", ["a", "b", "c"]]},
        {"Fn::Split": []},
        {"Fn::Split": "ab"},
        {"Fn::Split": ["", "ab"]},
        {"Fn::Split": [0, "ab"]},
        {"Fn::Split": [",", 7]},
    ],
)
def test_an_unresolvable_value_is_refused_unchanged(value: Any) -> None:
    found = resolve(with_host(value), {"Env": "prod"}, "base", "eu-west-1")
    assert hostname(found) == value
    assert [str(finding) for finding in found.findings] == [
        "AM326 Target Resources/Target/Properties/Spec/ServiceDiscovery/DNS/Hostname: "
        f"'{next(iter(value))}' is known only to the stack of the mesh. "
        "Write the value itself in the mesh's template, or make it a parameter with a plain value."
    ]


def test_the_known_parts_of_a_text_are_resolved() -> None:
    found = resolve(with_host({"Fn::Sub": "${Env}-${Caller.MeshName}"}), {"Env": "prod"}, "base", "r")
    assert hostname(found) == {"Fn::Join": ["", ["prod", "-", {"Fn::GetAtt": ["Caller", "MeshName"]}]]}
    assert found.findings == ()


@pytest.mark.parametrize(
    "value", [{"Ref": "Caller"}, {"Fn::GetAtt": "Caller.MeshName"}, {"Fn::Join": [1, ["a", {"Ref": "Caller"}]]}]
)
def test_values_of_the_same_template_are_kept(value: Any) -> None:
    found = resolve(with_host(value), {}, "base", "r")
    assert (hostname(found), found.findings) == (value, ())


@pytest.mark.parametrize(
    ("items", "place"),
    [([{"Ref": "Caller"}, {"Ref": "Unknown"}], (1, 1)), ([{"a": {"Ref": "Unknown"}}], (1, 0, "a"))],
)
def test_a_refusal_in_a_scalar_has_its_place(items: Any, place: Any) -> None:
    (finding,) = resolve(with_host({"Fn::Join": ["", items]}), {}, "base", "r").findings
    assert finding.path[6:] == ("Hostname", "Fn::Join", *place)


def test_no_value_is_removed() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    changes: dict[str, Any] = {
        "Caller__Spec__Backends": [nothing, {"Fn::If": ["Prod", nothing, "x"]}, {"VirtualService": {"a": nothing}}],
        "Caller__Spec__Logging": nothing,
    }
    caller: Any = resolve(template(**changes), {"Env": "prod"}, "base", "r").resources["Caller"]
    assert caller["Properties"]["Spec"]["Backends"] == [{"VirtualService": {}}]
    assert "Logging" not in caller["Properties"]["Spec"]


def test_the_mesh_and_cloud_map_alone_are_kept() -> None:
    loop = ["N", ["a"], {"${N}": of("VirtualNode")}]
    changed = template()
    changed["Resources"] |= {"Fn::ForEach::Nodes": loop, "Text": "text", "Odd": {"Type": ["AWS::AppMesh::Mesh"]}}
    assert set(resolve(changed, {}, "base", "r").resources) == {*mesh(), *CLOUD_MAP, "Fn::ForEach::Nodes"}


def test_unresolved_values_of_cloud_map_are_ignored() -> None:
    changed = template()
    changed["Resources"] = {"First": {**CLOUD_MAP["Space"], "Properties": {"Vpc": {"Ref": "Vpc"}}}, **mesh()}
    changed["Resources"]["Target"]["Properties"]["MeshName"] = {"Ref": "Unknown"}
    assert [finding.subject for finding in resolve(changed, {}, "base", "r").findings] == ["Target"]


@pytest.mark.parametrize("section", ["Parameters", "Mappings", "Conditions"])
def test_an_invalid_section_is_ignored(section: str) -> None:
    found = resolve({**template(), section: "text"}, {}, "base", "r")
    assert found.resources.keys() == {*mesh(), *CLOUD_MAP}


def test_invalid_resources_do_not_crash() -> None:
    assert resolve({"Resources": "text"}, {}, "base", "r").resources == {}


@pytest.mark.parametrize(
    "value",
    [{"Ref": "Secret"}, {"Ref": "Path"}, {"Fn::ImportValue": "x"}, {"Ref": "AWS::AccountId"}, {"Fn::Sub": "${Bucket}"}],
)
def test_values_only_the_other_stack_knows_are_refused(value: Any) -> None:
    found = resolve(template(Target__Spec__ServiceDiscovery__DNS__Hostname=value), {"Secret": "s"}, "base", "r")
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


def test_resources_with_a_false_condition_are_dropped() -> None:
    extra = {**of("VirtualNode", Spec={}), "Condition": "Not"}
    kept = {**of("VirtualNode", Spec={}), "Condition": "Prod"}
    unknown = {**of("VirtualNode", Spec={}), "Condition": "Unknown"}
    found = resolve(template(Extra=extra, Kept=kept, Unknown=unknown), {"Env": "prod"}, "base", "r")
    assert "Extra" not in found.resources
    assert found.resources["Kept"] == of("VirtualNode", Spec={})
    assert found.resources["Unknown"] == unknown


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
    found = resolve(changed, {"Env": "prod"}, "base", "r")
    assert found.findings == ()
    parsed = parsing.parse(found.resources, Scope())
    compiled = compiling.compile_node(parsed.model, "caller", mesh_name="prod-apps")
    assert (parsed.findings, compiled.findings) == ((), ())
    text = json.dumps(compiled.bootstrap)
    assert "cds_egress_prod-apps_base-target_http_80" in text
    assert "Fn::" not in text
    assert "Ref" not in text.replace("Refused", "")


def test_a_parameter_without_a_value_is_named() -> None:
    found = resolve(with_host({"Fn::Sub": "web.${AWS::StackName}.local"}), {"Env": "prod"}, "", "")
    assert [str(finding) for finding in found.findings] == [
        "AM326 Target Resources/Target/Properties/Spec/ServiceDiscovery/DNS/Hostname: 'Fn::Sub' takes AWS::StackName, "
        "whose value is not given. Give it: --mesh-parameter AWS::StackName=..."
    ]
    bare = {**with_host({"Ref": "Bare"}), "Parameters": {"Bare": {"Type": "String"}}}
    assert [finding.hint for finding in resolve(bare, {}, "", "").findings] == ["Give it: --mesh-parameter Bare=..."]


def test_values_that_never_reach_envoy_need_not_be_known() -> None:
    tags = [{"Key": "account", "Value": {"Ref": "AWS::AccountId"}}, {"Key": "role", "Value": {"Fn::ImportValue": "x"}}]
    found = resolve(template(Target__Tags=tags, Target__MeshOwner={"Ref": "AWS::AccountId"}), {}, "", "")
    assert found.findings == ()
    assert parsing.parse(found.resources, Scope()).findings == ()


@pytest.mark.parametrize(
    ("condition", "is_there"),
    [
        ({"Fn::Equals": [{"Fn::Sub": "${Env}-x"}, "dev-x"]}, True),
        ({"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Hosts"}]}, ""]}, False),
        ({"Fn::Equals": [{"Fn::FindInMap": ["Hosts", "prod", "Name"]}, "prod.local"]}, True),
    ],
)
def test_a_condition_on_other_functions_of_parameters_is_decided(condition: Any, is_there: bool) -> None:
    source = template()
    source["Resources"]["Target"]["Condition"] = "C"
    source["Conditions"] = {"C": condition}
    found = resolve(source, {"Hosts": ["a", "b"]}, "", "")
    assert ("Target" in found.resources) is is_there
