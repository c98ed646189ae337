"""The `standalone` profile beyond the golden cases: meshes of other templates, and what they export."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import inject
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.other_template import OtherTemplate, resolved
from appmesh_inject.mesh.template_mesh import with_exported
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from tests import invariants

MESH: dict[str, Json] = {
    "Parameters": {"Domain": {"Type": "String", "Default": "shop.local"}},
    "Resources": {
        "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": {"Ref": "AWS::StackName"}}},
        "Web": {
            "Type": "AWS::AppMesh::VirtualNode",
            "Properties": {
                "MeshName": {"Fn::GetAtt": ["Mesh", "MeshName"]},
                "VirtualNodeName": "web",
                "Spec": {
                    "Listeners": [{"PortMapping": {"Port": 9080, "Protocol": "http"}}],
                    "ServiceDiscovery": {"DNS": {"Hostname": {"Fn::Sub": "web.${Domain}"}}},
                },
            },
        },
    },
}


def other(template: dict[str, Json], name: str = "m", **parameters: Json) -> OtherMesh:
    """A template of another stack, whose AWS::StackName is `apps`."""
    read = OtherTemplate(template, parameters, "apps", "us-east-1")
    return OtherMesh(name, f"stack {name}", ("MeshStack", name), read)


def of_stacks(*others: OtherMesh) -> Meshes:
    """What the macro reads where these stacks are allowed."""
    by_name = {each.name: each for each in others}
    return Meshes(read_stacks=lambda names: [by_name.get(name) for name in names])


def source() -> OtherMesh:
    return other(MESH, Domain="example.com")


def task(**mark: Json) -> dict[str, Json]:
    properties: Json = {
        "NetworkMode": "awsvpc",
        "Memory": "512",
        "ContainerDefinitions": [{"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 9080}]}],
    }
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": mark}, "Properties": properties}


def target() -> CloudFormation:
    return CloudFormation(Level(("Transform", "Parameters"), {}), {})


def test_a_mesh_of_another_stack_is_compiled_with_its_values_resolved() -> None:
    template: Json = {
        "Resources": {"Web": task(Profile="standalone", VirtualNodeName="web", MeshName="apps", MeshStack="m")}
    }
    meshes = of_stacks(source())
    outcome = invariants.hold(template, lambda document: inject(document, target(), meshes=meshes))
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    document: Any = outcome.document
    envoy = document["Resources"]["Web"]["Properties"]["ContainerDefinitions"][1]
    assert envoy["Command"][0] == "--config-yaml"
    assert isinstance(envoy["Command"][1], str)
    assert '"mesh/apps/virtualNode/web"' in envoy["Command"][1] or "web" in envoy["Command"][1]


def test_a_mesh_from_elsewhere_says_where_its_mistakes_are() -> None:
    node: Any = {"Type": "AWS::AppMesh::VirtualNode", "Properties": {"MeshName": "apps", "VirtualNodeName": "web"}}
    request: dict[str, Json] = {"Profile": "standalone", "MeshName": "apps", "VirtualNodeName": "web"}
    template: Json = {"Resources": {"Web": task(**request)}}
    (missing, *_) = inject(template, target(), meshes=Meshes([other({"Resources": {"Web": node}})])).findings
    assert (missing.code, missing.path[:4]) == ("AM303", ("MeshStack", "m", "Resources", "Web"))
    properties = {**node["Properties"], "Spec": {}, "VirtualNodeName": {"Ref": "Unknown"}}
    unknown: Any = {**node, "Properties": properties}
    (unresolved, *_) = inject(template, target(), meshes=Meshes([other({"Resources": {"Web": unknown}})])).findings
    assert (unresolved.code, unresolved.path[:4]) == ("AM326", ("MeshStack", "m", "Resources", "Web"))


def test_an_ecs_task_definition_takes_its_mesh_from_a_file() -> None:
    request = Level((), {"Profile": "standalone", "MeshName": "apps", "VirtualNodeName": "web"})
    document: Json = {
        "family": "web",
        "networkMode": "awsvpc",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}],
    }
    outcome = inject(document, EcsTaskDefinition(request), meshes=Meshes([source()]))
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    result: Any = outcome.document
    assert [container["name"] for container in result["containerDefinitions"]] == ["app", "envoy"]
    assert isinstance(result["containerDefinitions"][1]["command"][1], str)


def test_an_ecs_task_definition_can_be_a_gateway_of_a_mesh_from_a_file() -> None:
    spec: Json = {"Listeners": [{"PortMapping": {"Port": 8080, "Protocol": "http"}}]}
    door: Json = {"MeshName": "apps", "VirtualGatewayName": "door", "Spec": spec}
    given = other({"Resources": {**_own_mesh(), "Door": {"Type": "AWS::AppMesh::VirtualGateway", "Properties": door}}})
    request = Level((), {"Profile": "standalone", "MeshName": "apps", "VirtualGatewayName": "door"})
    document: Json = {
        "networkMode": "awsvpc",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "web"}],
    }
    outcome = inject(document, EcsTaskDefinition(request), meshes=Meshes([given]))
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    result: Any = outcome.document
    envoy = result["containerDefinitions"][1]
    assert (envoy["name"], envoy["healthCheck"]["command"][:2]) == ("envoy", ["CMD", "bash"])
    assert all(key[0].islower() for key in envoy)
    assert "proxyConfiguration" not in result


@pytest.mark.parametrize("before", [{}, {"Other": 1}, {"AppMeshInject": {"Other": 1}}, {"AppMeshInject": "odd"}])
def test_an_exported_mesh_goes_beside_what_the_metadata_has(before: dict[str, Json]) -> None:
    metadata: dict[str, Json] = {**before, "AppMesh": {"Profile": "standalone", "ExportMesh": True}}
    outcome = inject({"Metadata": metadata, "Resources": _own_mesh()}, target())
    assert not outcome.has_errors
    document: Any = outcome.document
    section = before.get("AppMeshInject")
    kept = section if isinstance(section, dict) else {}
    assert document["Metadata"] == {**metadata, "AppMeshInject": {**kept, "Mesh": _own_mesh()}}
    (handle,) = document["Resources"]
    assert handle.startswith("AppMeshInjectMesh")


def test_an_exported_mesh_without_metadata_before() -> None:
    asked = Level((), {"ExportMesh": True, "Profile": "standalone"})
    document: Any = inject({"Resources": _own_mesh()}, CloudFormation(asked, {})).document
    assert document["Metadata"] == {"AppMeshInject": {"Mesh": _own_mesh()}}


def test_what_a_template_exports_is_among_its_resources_again() -> None:
    mesh: dict[str, Json] = {"Metadata": {"AppMeshInject": {"Mesh": {"Node": {}}}}}
    assert with_exported({**mesh, "Resources": {"Web": {}}})["Resources"] == {"Web": {}, "Node": {}}
    assert with_exported({**mesh, "Resources": "odd"})["Resources"] == {"Node": {}}
    for none in ({}, {"Metadata": "odd"}, {"Metadata": {"AppMeshInject": {"Mesh": "odd"}}, "Resources": {}}):
        assert with_exported(none) is none


def _own_mesh() -> dict[str, Json]:
    found: Any = resolved(OtherTemplate(MESH, {}, "apps", "us-east-1")).resources
    return dict(found)
