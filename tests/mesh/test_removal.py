"""Removing the mesh resources from the template: dependencies, references and outputs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appmesh_inject.cfn import document
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.removal import mesh_removal
from tests.mesh.meshes import mesh, of

TASK: dict[str, Any] = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "app"}}


def left(template: dict[str, Any]) -> tuple[Any, list[tuple[str, str]]]:
    """The template afterwards, and the findings."""
    found = mesh_removal(template, MeshNames(template["Resources"], Scope()))
    told = [(it.code, "/".join(map(str, it.path))) for it in found.findings]
    return document.edited(template, found.changes), told


def around(**more: Any) -> dict[str, Any]:
    """A template with the small mesh, a node whose name is an intrinsic, and a task definition."""
    named = of("VirtualNode", VirtualNodeName={"Fn::Sub": "${AWS::StackName}-n"}, Spec={})
    return {"Resources": {**mesh(), "Named": named, "Task": TASK}, **more}


def test_a_template_without_a_mesh_does_not_change() -> None:
    found = mesh_removal({"Resources": {"Task": TASK}}, MeshNames({"Task": TASK}, Scope()))
    assert (found.changes, found.findings) == ((), ())


def test_all_mesh_resources_are_removed_and_nothing_else() -> None:
    template = around(Parameters={"P": {}}, Conditions={"C": {}})
    after, told = left(template)
    assert after == {"Resources": {"Task": TASK}, "Parameters": {"P": {}}, "Conditions": {"C": {}}}
    assert after["Resources"]["Task"] is TASK
    assert told == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Caller", None),
        ("Other", "Other"),
        (["Caller", "Mesh"], None),
        (["Caller", "Other", "Mesh"], ["Other"]),
    ],
)
def test_dependencies_on_removed_resources_are_removed(before: Any, after: Any) -> None:
    template = around()
    template["Resources"]["Task"] = {**TASK, "DependsOn": before}
    resource = left(template)[0]["Resources"]["Task"]
    assert resource == (TASK if after is None else {**TASK, "DependsOn": after})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Fn::GetAtt": ["Caller", "VirtualNodeName"]}, "caller"),
        ({"Fn::GetAtt": "Caller.MeshName"}, "apps"),
        ({"Fn::GetAtt": ["Route", "VirtualRouterName"]}, "router"),
        ({"Fn::GetAtt": ["Named", "VirtualNodeName"]}, {"Fn::Sub": "${AWS::StackName}-n"}),
        ({"Fn::Sub": "a-${Caller.VirtualNodeName}-z"}, "a-caller-z"),
        ({"Fn::Sub": "a-${Named.VirtualNodeName}-${P}"}, {"Fn::Sub": "a-${AWS::StackName}-n-${P}"}),
        (
            {"Fn::Sub": ["${A}-${B}-${!C}", {"A": {"Fn::GetAtt": ["Caller", "VirtualNodeName"]}, "B": {"Ref": "P"}}]},
            {"Fn::Sub": "caller-${P}-${!C}"},
        ),
        (
            {"Fn::Join": ["/", ["mesh", {"Fn::GetAtt": ["Mesh", "MeshName"]}]]},
            {"Fn::Join": ["/", ["mesh", "apps"]]},
        ),
        ({"Fn::If": ["C", {"Fn::GetAtt": ["Caller", "VirtualNodeName"]}, "x"]}, {"Fn::If": ["C", "caller", "x"]}),
        ({"Fn::Sub": "${AWS::Region}-${Task}"}, {"Fn::Sub": "${AWS::Region}-${Task}"}),
        ({"Fn::GetAtt": ["Task", "Arn"]}, {"Fn::GetAtt": ["Task", "Arn"]}),
    ],
)
def test_references_are_replaced_by_names(before: Any, after: Any) -> None:
    template = around()
    template["Resources"]["Task"] = {**TASK, "Metadata": {"x": [before]}}
    rewritten, told = left(template)
    assert rewritten["Resources"]["Task"]["Metadata"]["x"] == [after]
    assert told == []


@pytest.mark.parametrize(
    "reference",
    [
        {"Ref": "Mesh"},
        {"Ref": "Caller"},
        {"Fn::GetAtt": ["Caller", "Arn"]},
        {"Fn::GetAtt": ["Caller", {"Ref": "P"}]},
        {"Fn::GetAtt": "Caller.Uid"},
        {"Fn::Sub": "${Caller.Arn}/*"},
        {"Fn::Sub": ["${A}", {"A": {"Ref": "Caller"}}]},
        {"Fn::Join": ["", [{"Ref": "Mesh"}, "/*"]]},
    ],
)
def test_a_reference_that_cannot_be_rewritten_is_refused(reference: Any) -> None:
    template = around()
    template["Resources"]["Task"] = {**TASK, "Properties": {"x": reference}}
    told = left(template)[1]
    assert [code for code, _ in told] == ["AM325"]
    assert told[0][1].startswith("Resources/Task/Properties/x")


def test_dependencies_on_other_resources_are_kept() -> None:
    template = around()
    template["Resources"]["Task"] = {**TASK, "DependsOn": ["Other"]}
    assert left(template)[0]["Resources"]["Task"] is template["Resources"]["Task"]


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::GetAtt": []},
        {"Fn::GetAtt": [{"Ref": "P"}, "Arn"]},
        {"Fn::GetAtt": [["Caller"], "Arn"]},
        {"Fn::GetAtt": {"Caller": "Arn"}},
        {"Ref": None},
        {"Ref": ["Caller"]},
        {"Fn::Sub": None},
        {"Fn::Sub": []},
    ],
)
def test_values_without_references_are_kept(value: Any) -> None:
    template = around()
    template["Resources"]["Task"] = {**TASK, "Metadata": {"x": [value]}}
    rewritten, told = left(template)
    assert (rewritten["Resources"]["Task"]["Metadata"]["x"], told) == ([value], [])


def test_the_text_of_the_finding() -> None:
    mark = {"Key": "AppMesh:ResourceArn", "Value": {"Ref": ["Caller"]}, "Comment": {"Ref": "Caller"}}
    template = around(
        Metadata={"a": [{"Ref": "Mesh"}]},
        Outputs={
            "Described": {"Value": "x", "Description": {"Fn::GetAtt": ["Caller", "Uid"]}},
            "Text": "text",
            "Odd": [{"Ref": "Mesh"}],
            "Uid": {"Value": [{"Fn::GetAtt": ["Caller", "Uid"]}, {"Ref": "Mesh"}], "Export": {"Name": "uid"}},
        },
    )
    template["Resources"] |= {
        "Odd": [{"Ref": "Mesh"}],
        "Nowhere": {"Type": "AWS::AppMesh::VirtualNode", "Properties": {"VirtualNodeName": "nowhere"}},
        "Nameless": of("VirtualNode", VirtualNodeName={"Ref": "Nameless"}),
        "Task": {
            "Metadata": {"AppMesh": {"ResourceArn": {"Ref": "Nowhere"}}},
            "Properties": {"Tags": [{"Key": "Other", "Value": {"Ref": "Caller"}}, mark]},
        },
        "Other": {"Metadata": {"AppMesh": {"ResourceArn": {"Ref": "Nameless"}}}},
        "Third": {"Metadata": {"AppMesh": {"ResourceArn": {"Ref": "Mesh"}}}},
        "Fourth": {"Metadata": {"AppMesh": {"ResourceArn": {"Ref": "Task"}}}},
    }
    found = mesh_removal(template, MeshNames(template["Resources"], Scope()))
    gone = "which is removed from the template with the mesh. Take the reference out."
    assert [str(finding) for finding in found.findings] == [
        f"AM325 Metadata/a/0: refers to the ARN of Mesh, {gone}",
        f"AM325 Described Outputs/Described/Description: refers to the Uid of Caller, {gone}",
        f"AM325 Odd Outputs/Odd/0: refers to the ARN of Mesh, {gone}",
        f"AM325 Odd Resources/Odd/0: refers to the ARN of Mesh, {gone}",
        f"AM325 Other Resources/Other/Metadata/AppMesh/ResourceArn: refers to the ARN of Nameless, {gone}",
        f"AM325 Task Resources/Task/Metadata/AppMesh/ResourceArn: refers to the ARN of Nowhere, {gone}",
        f"AM325 Task Resources/Task/Properties/Tags/0/Value: refers to the ARN of Caller, {gone}",
        f"AM325 Task Resources/Task/Properties/Tags/1/Comment: refers to the ARN of Caller, {gone}",
        f"AM325 Third Resources/Third/Metadata/AppMesh/ResourceArn: refers to the ARN of Mesh, {gone}",
        "AM360 Uid Outputs/Uid: is removed with Caller, but exported: CloudFormation refuses that while "
        "a stack imports it. Take the imports out first.",
    ]


def test_outputs_are_rewritten_or_removed() -> None:
    template = around(
        Outputs={
            "Name": {"Value": {"Fn::GetAtt": ["Caller", "VirtualNodeName"]}, "Description": "stays"},
            "Arn": {"Value": {"Ref": "Caller"}},
            "Uid": {"Value": {"Fn::GetAtt": ["Mesh", "Uid"]}, "Export": {"Name": "uid"}},
            "Exported": {"Value": "x", "Export": {"Name": {"Fn::Sub": "${Caller.VirtualNodeName}-x"}}},
            "Task": {"Value": {"Ref": "Task"}},
        }
    )
    after, told = left(template)
    assert after["Outputs"] == {
        "Name": {"Value": "caller", "Description": "stays"},
        "Exported": {"Value": "x", "Export": {"Name": "caller-x"}},
        "Task": {"Value": {"Ref": "Task"}},
    }
    assert told == [("AM360", "Outputs/Uid")]


def test_marks_still_identify_the_task() -> None:
    template = around(Metadata={"AppMesh": {"MeshName": {"Fn::GetAtt": ["Mesh", "MeshName"]}}})
    template["Resources"]["Task"] = {
        **TASK,
        "Metadata": {"AppMesh": {"ResourceArn": {"Ref": "Named"}, "MeshName": {"Fn::GetAtt": ["Mesh", "MeshName"]}}},
        "Properties": {"Tags": [{"Key": "AppMesh:ResourceArn", "Value": {"Ref": "Door"}}]},
    }
    after, told = left(template)
    assert told == []
    assert after["Metadata"] == {"AppMesh": {"MeshName": "apps"}}
    task = after["Resources"]["Task"]
    assert task["Metadata"]["AppMesh"] == {
        "ResourceArn": {"Fn::Sub": "mesh/apps/virtualNode/${AWS::StackName}-n"},
        "MeshName": "apps",
    }
    assert task["Properties"]["Tags"] == [{"Key": "AppMesh:ResourceArn", "Value": "mesh/apps/virtualGateway/door"}]


def test_the_owner_of_a_shared_mesh_leaves_marks() -> None:
    template = around()
    owned = "mesh/${Mesh.MeshName}@${Mesh.MeshOwner}/virtualNode/"
    marks = {
        "One": {"Fn::Sub": f"{owned}${{Named.VirtualNodeName}}"},
        "Two": {"Fn::Sub": f"{owned}caller"},
        "Lost": {"Fn::Sub": f"{owned}${{Named.Uid}}"},
    }
    template["Resources"] |= {
        name: {**TASK, "Metadata": {"AppMesh": {"ResourceArn": mark}}} for name, mark in marks.items()
    }
    after, told = left(template)
    named = {name: after["Resources"][name]["Metadata"]["AppMesh"]["ResourceArn"] for name in ("One", "Two")}
    assert named == {
        "One": {"Fn::Sub": "mesh/apps/virtualNode/${AWS::StackName}-n"},
        "Two": "mesh/apps/virtualNode/caller",
    }
    assert set(told) == {("AM325", "Resources/Lost/Metadata/AppMesh/ResourceArn")}


_references = st.one_of(
    st.builds(lambda name: {"Ref": name}, st.sampled_from(["Caller", "Mesh", "Task", "P"])),
    st.builds(
        lambda name, attribute: {"Fn::GetAtt": [name, attribute]},
        st.sampled_from(["Caller", "Named", "Task"]),
        st.sampled_from(["VirtualNodeName", "Arn"]),
    ),
    st.builds(lambda text: {"Fn::Sub": text}, st.sampled_from(["${Caller}", "${Named.VirtualNodeName}", "${P}", "x"])),
)
_documents = st.recursive(
    st.one_of(_references, st.none(), st.booleans(), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


@given(metadata=_documents, value=_documents, outputs=_documents)
def test_every_dangling_reference_is_a_finding(metadata: Any, value: Any, outputs: Any) -> None:
    template = around(Metadata=metadata, Outputs={"O": {"Value": outputs}})
    template["Resources"]["Task"] = {**TASK, "Properties": value}
    before = json.dumps(template)
    after, told = left(template)
    assert json.dumps(template) == before
    text = json.dumps(after)
    dangling = [name for name in ("Caller", "Mesh", "Named") if f'"{name}"' in text or f"${{{name}" in text]
    assert bool(dangling) == bool([code for code, _ in told if code == "AM325"])
