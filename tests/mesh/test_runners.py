"""Tasks and the virtual nodes that they run: what is said where they do not match, and where nothing is said."""

from collections.abc import Mapping
from typing import Any

import pytest

from appmesh_inject.injection import inject
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.other_template import OtherTemplate
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests.mesh.meshes import dns, listener, of

TASK: Mapping[str, Any] = {
    "NetworkMode": "awsvpc",
    "Memory": "512",
    "ContainerDefinitions": [{"Name": "app", "Image": "app", "PortMappings": [{"ContainerPort": 8080}]}],
}
MESH = {
    "Mesh": of("Mesh", MeshName="apps"),
    "Web": of("VirtualNode", VirtualNodeName="web", Spec={}),
    "Api": of("VirtualNode", VirtualNodeName="api", Spec={}),
}


def task(node: str, **more: Any) -> Mapping[str, Any]:
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": {"VirtualNodeName": node}},
        "Properties": TASK,
        **more,
    }


def codes(settings: Mapping[str, Any], resources: Mapping[str, Any], meshes: Meshes | None = None) -> list[str]:
    """The codes about tasks and nodes, with the logical IDs that they are about."""
    mark = {"Profile": "standalone", "MeshName": "apps", **settings}
    template = {"Metadata": {"AppMesh": mark}, "Resources": dict(resources)}
    found = inject(template, CloudFormation(Level((), {}), {}), meshes=meshes).findings
    assert not any(finding.is_error for finding in found)
    return [f"{finding.code} {finding.subject}" for finding in found if finding.code in ("AM367", "AM368")]


def test_a_copied_name_is_said_of_both_the_task_and_the_node() -> None:
    assert codes({}, {**MESH, "WebTask": task("web"), "ApiTask": task("web")}) == ["AM368 Api", "AM367 WebTask"]
    assert codes({}, {**MESH, "WebTask": task("web"), "ApiTask": task("api")}) == []


def connected(**configuration: Any) -> Mapping[str, Any]:
    return {"Type": "AWS::ECS::Service", "Properties": {"ServiceConnectConfiguration": configuration}}


ALIAS = {"PortName": "http", "ClientAliases": [{"Port": 80, "DnsName": "api.shop.local"}]}
ROUTED = {
    "Api": of(
        "VirtualNode", VirtualNodeName="api-v1", Spec={"Listeners": [listener()], "ServiceDiscovery": dns("x.y")}
    ),
    "Router": of("VirtualRouter", VirtualRouterName="api", Spec={"Listeners": [listener()]}),
    "Route": of(
        "Route",
        VirtualRouterName="api",
        RouteName="all",
        Spec={
            "HttpRoute": {
                "Match": {"Prefix": "/"},
                "Action": {"WeightedTargets": [{"VirtualNode": "api-v1", "Weight": 1}]},
            }
        },
    ),
    "Service": of(
        "VirtualService",
        VirtualServiceName="api.shop.local",
        Spec={"Provider": {"VirtualRouter": {"VirtualRouterName": "api"}}},
    ),
}


@pytest.mark.parametrize(
    ("service", "is_said"),
    [
        (connected(Enabled=True, Services=[{"PortName": "http", "DiscoveryName": "API-V1"}]), False),
        (connected(Enabled=True, Services=[{"PortName": "api-v1"}]), False),
        (connected(Enabled=True, Services=[ALIAS]), False),
        (connected(Enabled=True, Services=[{"PortName": "http", "DiscoveryName": {"Ref": "Name"}}]), False),
        (connected(Enabled=True, Services={"Fn::If": ["Large", [ALIAS], []]}), False),
        (connected(Enabled=True, Services=[{"PortName": "http", "DiscoveryName": "cart"}]), True),
        (connected(Enabled=True), True),
        (connected(Enabled=False, Services=[ALIAS]), True),
    ],
)
def test_nothing_is_said_of_nodes_that_services_with_service_connect_stand_for(service: Any, is_said: bool) -> None:
    resources = {**MESH, **ROUTED, "WebTask": task("web"), "EcsService": service}
    assert codes({}, resources) == (["AM368 Api"] if is_said else [])


def test_nothing_is_said_of_an_exported_mesh() -> None:
    assert codes({"ExportMesh": True}, {**MESH, "WebTask": task("web"), "ApiTask": task("web")}) == []


def test_nothing_is_said_of_the_mesh_of_another_template() -> None:
    meshes = Meshes([OtherMesh("mesh.yaml", "mesh.yaml", ("mesh.yaml",), OtherTemplate({"Resources": MESH}))])
    assert codes({}, {"WebTask": task("web")}, meshes) == []


def test_tasks_under_conditions_run_their_node_and_are_no_twins() -> None:
    is_prod = {"Condition": "IsProd"}
    tasks = {"Blue": task("web", **is_prod), "Green": task("web"), "ApiTask": task("api", **is_prod)}
    assert codes({}, {**MESH, **tasks}) == []
