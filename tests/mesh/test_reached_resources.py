"""The macro parses what its tasks reach: with the same result, and without being stopped by mistakes in the rest."""

import copy
from typing import Any

import pytest

from appmesh_inject import macro
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.mesh import compiling
from appmesh_inject.mesh.mesh_sources import MeshSource, MeshSources
from appmesh_inject.mesh.template_joining import parsed
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests.golden.test_doors import Context
from tests.mesh.cases import Case, cases
from tests.mesh.meshes import dns, listener, mesh, of

TASK: dict[str, Any] = {
    "Type": "AWS::ECS::TaskDefinition",
    "Metadata": {"AppMesh": {"Profile": "standalone", "MeshName": "apps", "VirtualNodeName": "caller"}},
    "Properties": {
        "Family": "caller",
        "NetworkMode": "awsvpc",
        "Memory": "512",
        "ContainerDefinitions": [{"Name": "app", "Image": "app:1", "PortMappings": [{"ContainerPort": 8080}]}],
    },
}
UNREACHED: dict[str, Any] = {
    "Lonely": of("VirtualNode", Spec={"Listeners": [listener("wrong")], "ServiceDiscovery": dns("lonely.local")}),
    "LonelyRoute": of("Route", VirtualRouterName="lonely", RouteName="lonely", Spec={"HttpRoute": {"Mtch": 1}}),
}


def template(**more: Any) -> dict[str, Any]:
    return {"Resources": {**copy.deepcopy(mesh()), "Task": copy.deepcopy(TASK), **copy.deepcopy(more)}}


def whole(document: Any) -> Outcome:
    return inject(document, CloudFormation(Level((), {}), {}))


def answered(document: Any) -> Any:
    context: Any = Context()
    return macro.handler({"requestId": "r", "fragment": document, "params": {}}, context)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.folder.name)
def test_what_is_reached_compiles_as_in_the_whole_mesh(case: Case) -> None:
    asked = case.template["Case"]
    scope = Scope(parameters=asked.get("Parameters", {}))
    options = compiling.Options(scope=scope, **asked.get("Options", {}))
    sources = MeshSources((MeshSource(case.template["Resources"]),))
    for kind, who in [("node", who) for who in asked.get("Nodes", ())] + [
        ("gateway", who) for who in asked.get("Gateways", ())
    ]:
        model = parsed(sources, scope, [(who, scope)]).model
        expected = case.compiled().compiled[f"{kind} {who}"]
        assert getattr(compiling.Compiler(model, options), kind)(who) == expected


def test_mistakes_that_no_task_reaches_are_for_lint() -> None:
    document = template(**UNREACHED)
    assert {finding.subject for finding in whole(document).findings if finding.is_error} == {"Lonely", "LonelyRoute"}
    response = answered(document)
    assert response["status"] == "success"
    assert response["fragment"] == answered(template())["fragment"]


@pytest.mark.parametrize("place", ["Caller", "Target", "Router", "Route", "Service"])
def test_a_mistake_that_a_task_reaches_brings_up_the_others(place: str) -> None:
    document = template(**UNREACHED)
    document["Resources"][place]["Properties"]["Wrong"] = 1
    response = answered(document)
    assert response["status"] == "failed"
    assert all(f" {name} " in response["errorMessage"] for name in (place, "Lonely", "LonelyRoute"))
    assert response["errorMessage"] == macro.message(whole(document).findings)


def test_duplicates_are_found_everywhere() -> None:
    response = answered(
        template(One=of("VirtualNode", VirtualNodeName="x"), Two=of("VirtualNode", VirtualNodeName="x"))
    )
    assert "AM307" in response["errorMessage"]


def test_a_missing_node_is_compared_with_all_names() -> None:
    lonely = of("VirtualNode", VirtualNodeName="lonely", Spec={"Listeners": [listener()]})
    document = template(Lonely=lonely)
    document["Resources"]["Task"]["Metadata"]["AppMesh"]["VirtualNodeName"] = "lonly"
    assert "Did you mean 'lonely'" in answered(document)["errorMessage"]


def test_live_weights_and_exports_take_the_whole_mesh() -> None:
    for setting in ({"LiveWeights": True}, {"ExportMesh": True}):
        document = template()
        document["Metadata"] = {"AppMesh": setting}
        assert answered(document)["fragment"] == whole(document).document


@pytest.mark.parametrize("properties", [5, True, "HealthCheckPort", ["HealthCheckPort"], None])
def test_a_target_group_that_is_none_stops_nothing(properties: Any) -> None:
    group = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}
    response = answered(template(Group=group))
    assert response["status"] == "success"
    assert response["fragment"]["Resources"]["Group"] == group
