"""The `standalone` profile beyond the golden cases: meshes of other templates, and the size of what comes out."""

from typing import Any

from appmesh_inject.injection import inject
from appmesh_inject.mesh.resolution import resolved
from appmesh_inject.settings import Level
from appmesh_inject.standalone import Meshes, MeshSource
from appmesh_inject.targets.cloudformation import CloudFormation
from appmesh_inject.targets.ecs import EcsTaskDefinition
from appmesh_inject.tree import Json
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


def source() -> MeshSource:
    found = resolved(MESH, {"Domain": "example.com"}, "apps", "us-east-1")
    return MeshSource(found.resources, ("--mesh",), found.findings)


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
    meshes = Meshes(of_stack={"m": source()}.get)
    outcome = invariants.hold(template, lambda document: inject(document, target(), meshes=meshes))
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    document: Any = outcome.document
    envoy = document["Resources"]["Web"]["Properties"]["ContainerDefinitions"][1]
    assert envoy["Command"][0] == "--config-yaml"
    assert isinstance(envoy["Command"][1], str)
    assert '"mesh/apps/virtualNode/web"' in envoy["Command"][1] or "web" in envoy["Command"][1]


def test_an_ecs_task_definition_takes_its_mesh_from_a_file() -> None:
    request = Level((), {"Profile": "standalone", "MeshName": "apps", "VirtualNodeName": "web"})
    document: Json = {
        "family": "web",
        "networkMode": "awsvpc",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}],
    }
    outcome = inject(document, EcsTaskDefinition(request), meshes=Meshes(given=source()))
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    result: Any = outcome.document
    assert [container["name"] for container in result["containerDefinitions"]] == ["app", "envoy"]
    assert isinstance(result["containerDefinitions"][1]["command"][1], str)


def test_a_processed_template_that_is_too_large_is_refused() -> None:
    resources: dict[str, Json] = {
        f"Web{number}": task(Profile="standalone", VirtualNodeName="web") for number in range(250)
    }
    metadata: Json = {"AppMesh": {"MeshName": "apps"}}
    document: Json = {"Metadata": metadata, "Resources": {**resources, **_own_mesh()}}
    outcome = inject(document, target())
    assert [finding.code for finding in outcome.findings if finding.is_error] == ["AM329"]
    assert outcome.document is document


def _own_mesh() -> dict[str, Json]:
    found: Any = resolved(MESH, {}, "apps", "us-east-1").resources
    return dict(found)
