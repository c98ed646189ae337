"""Which node or gateway a task means."""

from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh import compiling, parsing
from tests.mesh.meshes import mesh, of


@pytest.mark.parametrize("who", ["nobody", {"Ref": "Unknown"}, {"Fn::GetAtt": ["Nobody", "VirtualNodeName"]}, 7, None])
def test_a_missing_node_is_a_finding(who: Any) -> None:
    model = parsing.parse(mesh(), Scope()).model
    for found, what, there in (
        (compiling.compile_node(model, who), "virtual node", "There are 'caller', 'target'."),
        (compiling.compile_gateway(model, who), "virtual gateway", "There is 'door'."),
    ):
        named = f"the task names {what} 'nobody', which" if who == "nobody" else f"the {what} that the task names"
        assert (found.bootstrap, found.findings[0].subject) == ({}, "")
        assert [str(finding) for finding in found.findings] == [
            f"AM308 {named} is not in this template. {there} "
            "Define it in this template, or name the stack that has it in MeshStack (on the command line: --mesh FILE)."
        ]


BLUE_OR_GREEN: Any = {"Fn::If": ["Blue", "mesh/apps/virtualNode/caller", "mesh/apps/virtualNode/target"]}


@pytest.mark.parametrize("who", [BLUE_OR_GREEN, {"Fn::If": ["Blue", "caller", "target"]}])
def test_a_node_that_depends_on_an_unknown_condition_is_a_finding(who: Any) -> None:
    found = compiling.compile_node(parsing.parse(mesh(), Scope()).model, who)
    assert [str(finding) for finding in found.findings] == [
        "AM308 the virtual node that the task names is not in this template. Its name depends on a condition that is "
        "not known when the macro runs: write one name, or decide the condition by parameters alone."
    ]


def test_a_mesh_whose_name_only_cloudformation_knows_is_any_mesh() -> None:
    who: Any = {"Fn::Join": ["", ["arn:aws:appmesh:", {"Fn::ImportValue": "a/mesh/b"}, "/virtualNode/caller"]]}
    assert compiling.compile_node(parsing.parse(mesh(), Scope()).model, who).logical_id == "Caller"


@pytest.mark.parametrize(
    "who",
    [
        "caller",
        "Caller",
        {"Ref": "Caller"},
        {"Fn::GetAtt": ["Caller", "VirtualNodeName"]},
        {"Fn::Sub": "${Caller.VirtualNodeName}"},
        "mesh/apps/virtualNode/caller",
        "arn:aws:appmesh:eu-west-1:123456789012:mesh/apps/virtualNode/caller",
        {"Fn::Sub": "arn:aws:appmesh:${AWS::Region}:${AWS::AccountId}:mesh/${Mesh.MeshName}/virtualNode/caller"},
        {"Ref": "Who"},
        {"Fn::GetAtt": ["Caller", "Arn"]},
        {"Fn::GetAtt": "Caller.Arn"},
        {"Fn::Sub": "${Caller}"},
        {"Fn::Sub": "${Caller.Arn}"},
        {"Fn::Join": ["", [{"Fn::GetAtt": ["Caller", "Arn"]}]]},
        "mesh/apps@111122223333/virtualNode/caller",
        "arn:aws:appmesh:eu-west-1:123456789012:mesh/apps@111122223333/virtualNode/caller",
        {"Fn::Sub": "mesh/${Mesh.MeshName}@${AWS::AccountId}/virtualNode/${Caller.VirtualNodeName}"},
        {"Fn::Join": ["/", ["mesh", {"Fn::Join": ["@", ["apps", {"Ref": "Owner"}]]}, "virtualNode", "caller"]]},
    ],
)
def test_the_node_that_a_task_means(who: Any) -> None:
    scope = Scope(parameters={"Who": "caller"})
    options = compiling.Options(scope=scope)
    compiled = compiling.compile_node(parsing.parse(mesh(), scope).model, who, options, mesh_name="apps")
    assert compiled.findings == ()
    assert compiled.ports == ("8080",)


SHARED = ["mesh/apps@111122223333/virtualGateway/door", {"Fn::GetAtt": "Door.Arn"}, {"Fn::Sub": "${Door.Arn}"}]


@pytest.mark.parametrize(
    "who", ["door", "Door", {"Ref": "Door"}, {"Ref": "Who"}, "mesh/apps/virtualGateway/door", *SHARED]
)
def test_the_gateway_that_a_task_means(who: Any) -> None:
    options = compiling.Options(scope=Scope(parameters={"Who": "door", "Where": "apps"}))
    model = parsing.parse(mesh(), Scope()).model
    for found in (
        compiling.compile_gateway(model, who, options, mesh_name={"Ref": "Where"}),
        compiling.Compiler(model, compiling.Options()).gateway(who, {"Ref": "Where"}, options),
    ):
        assert (found.findings, found.ports) == ((), ("8088",))


def test_a_task_names_its_node_by_parameters_of_its_own() -> None:
    options = compiling.Options(scope=Scope(parameters={"Who": "caller", "Where": "apps"}))
    compiler = compiling.Compiler(parsing.parse(mesh(), Scope()).model, compiling.Options())
    assert compiler.node({"Ref": "Who"}, {"Ref": "Where"}, options).findings == ()


def test_a_node_of_another_mesh_is_not_found() -> None:
    model = parsing.parse(mesh(), Scope()).model
    assert [f.code for f in compiling.compile_node(model, "caller", mesh_name="other").findings] == ["AM308"]
    assert [f.code for f in compiling.compile_gateway(model, "door", mesh_name="other").findings] == ["AM308"]


def test_a_name_in_two_meshes_needs_the_meshs_name() -> None:
    twin = of("VirtualNode", VirtualNodeName="caller", Spec={})
    twin["Properties"]["MeshName"] = "other"
    model = parsing.parse(mesh(Twin=twin, Other=of("Mesh", MeshName="other")), Scope()).model
    (finding,) = compiling.compile_node(model, "caller").findings
    assert str(finding) == "AM308 two meshes have a virtual node of this name. Set MeshName."
    assert finding.subject == ""
    assert compiling.compile_node(model, "caller", mesh_name="other").bootstrap["node"] == {
        "id": "mesh/other/virtualNode/caller",
        "cluster": "mesh/other/virtualNode/caller",
    }


def test_the_owner_of_a_shared_mesh_does_not_make_it_another_one() -> None:
    model = parsing.parse(mesh(), Scope()).model
    assert compiling.compile_node(model, "caller", mesh_name="apps@111122223333").findings == ()
    found = compiling.compile_node(model, "mesh/other@111122223333/virtualNode/caller").findings
    assert [finding.code for finding in found] == ["AM308"]
