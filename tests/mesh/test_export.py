"""The exported mesh, and the resource whose logical ID changes with it."""

import copy
import json
from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests import invariants

NODE: dict[str, Any] = {
    "Type": "AWS::AppMesh::VirtualNode",
    "Properties": {
        "MeshName": {"Ref": "MeshName"},
        "VirtualNodeName": "web",
        "Spec": {
            "Listeners": [{"PortMapping": {"Port": {"Fn::FindInMap": ["Ports", "web", "Port"]}, "Protocol": "http"}}],
            "ServiceDiscovery": {"DNS": {"Hostname": {"Fn::If": ["Prod", {"Fn::Sub": "${Domain}"}, "test"]}}},
        },
    },
}
TEMPLATE: dict[str, Any] = {
    "Metadata": {"AppMesh": {"Profile": "standalone", "ExportMesh": True}},
    "Parameters": {
        "MeshName": {"Type": "String"},
        "Domain": {"Type": "String"},
        "Stage": {"Type": "String"},
        "Other": {"Type": "String"},
        "Secret": {"Type": "String", "NoEcho": True},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>"},
    },
    "Mappings": {"Ports": {"web": {"Port": 8080}}},
    "Conditions": {
        "Prod": {"Fn::Or": [{"Condition": "Live"}, {"Condition": "Live"}]},
        "Live": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "Unused": {"Fn::Equals": [{"Ref": "Other"}, "x"]},
    },
    "Resources": {
        "Node": NODE,
        "Hidden": {**NODE, "Properties": {**NODE["Properties"], "VirtualNodeName": {"Ref": "Secret"}}},
        "Parked": {**NODE, "Properties": {**NODE["Properties"], "VirtualNodeName": {"Ref": "Stored"}}},
        "Topic": {"Type": "AWS::SNS::Topic"},
    },
}
VALUES: dict[str, Json] = {
    "MeshName": "shop",
    "Domain": "shop.local",
    "Stage": "prod",
    "Other": "x",
    "Secret": "s",
    "Stored": "/shop/node",
}


def injected(template: Any, values: dict[str, Json]) -> Outcome:
    return inject(template, CloudFormation(Level(("Transform", "Parameters"), {}), values))


def handle(template: dict[str, Any] = TEMPLATE, **values: Json) -> str:
    """The logical ID of what stands for the exported mesh."""
    outcome = invariants.hold(template, lambda document: injected(document, {**VALUES, **values}))
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    document: Any = outcome.document
    (name,) = set(document["Resources"]) - {"Topic"}
    assert document["Resources"][name] == {
        "Type": "AWS::CloudFormation::WaitConditionHandle",
        "Metadata": {"AppMeshInject": {"AddedFor": "ExportMesh"}},
    }
    assert json.dumps(document).count(name) == 1, "something refers to it"
    return str(name)


def changed(*path: str, to: Json) -> dict[str, Any]:
    template = copy.deepcopy(TEMPLATE)
    *parents, last = path
    here = template
    for step in parents:
        here = here[step]
    here[last] = to
    return template


def test_the_id_is_a_logical_id() -> None:
    assert handle().isalnum()
    assert len(handle()) < 64


@pytest.mark.parametrize(
    "template",
    [
        changed("Resources", "Node", "Properties", "VirtualNodeName", to="web2"),
        changed("Mappings", "Ports", "web", "Port", to=8081),
        changed("Conditions", "Live", to={"Fn::Equals": [{"Ref": "Stage"}, "live"]}),
    ],
)
def test_a_changed_mesh_changes_the_id(template: dict[str, Any]) -> None:
    assert handle(template) != handle()


@pytest.mark.parametrize("name", ["MeshName", "Domain", "Stage", "Stored"])
def test_a_changed_value_changes_the_id(name: str) -> None:
    """Also one that the mesh uses through a condition of a condition, and the name of an entry in Parameter Store."""
    assert handle(TEMPLATE, **{name: "changed"}) != handle()


@pytest.mark.parametrize("name", ["Other", "Secret"])
def test_other_values_and_secrets_do_not_change_the_id(name: str) -> None:
    assert handle(TEMPLATE, **{name: "changed"}) == handle()


@pytest.mark.parametrize(
    "template",
    [
        changed("Resources", "Topic", to={"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}),
        changed("Conditions", "Unused", to={"Fn::Equals": [{"Ref": "Other"}, "y"]}),
        changed("Metadata", "More", to={}),
    ],
)
def test_what_is_not_the_mesh_does_not_change_the_id(template: dict[str, Any]) -> None:
    assert handle(template) == handle()


def test_a_pseudo_parameter_whose_value_the_event_carries_changes_the_id() -> None:
    template = changed("Resources", "Node", "Properties", "VirtualNodeName", to={"Ref": "AWS::StackName"})
    assert handle(template, **{"AWS::StackName": "a"}) != handle(template, **{"AWS::StackName": "b"})


def test_a_template_that_exports_nothing_gets_nothing() -> None:
    template = changed("Metadata", "AppMesh", to={"Profile": "standalone"})
    outcome = injected(template, VALUES)
    assert outcome.document is template
    exporting: dict[str, Any] = {**TEMPLATE, "Resources": {"Topic": TEMPLATE["Resources"]["Topic"]}}
    assert injected(exporting, VALUES).document is exporting


def test_an_earlier_one_of_ours_goes() -> None:
    """A processed template to which a mesh resource was added."""
    document: Any = copy.deepcopy(injected(TEMPLATE, VALUES).document)
    document["Resources"]["Added"] = {**NODE, "Properties": {**NODE["Properties"], "VirtualNodeName": "added"}}
    again: Any = injected(document, VALUES).document
    (name,) = set(again["Resources"]) - {"Topic"}
    assert name != handle()
    assert set(again["Metadata"]["AppMeshInject"]["Mesh"]) == {"Node", "Hidden", "Parked", "Added"}


def test_a_resource_of_the_users_with_that_id_is_a_finding() -> None:
    template = changed("Resources", handle(), to={"Type": "AWS::SNS::Topic"})
    (finding,) = injected(template, VALUES).findings
    assert (finding.code, finding.path) == ("AM341", ("Resources", handle()))
    ignoring: Json = {"Type": "AWS::SNS::Topic", "Metadata": {"AppMeshInject": {"Ignore": ["AM355"]}}}
    (finding,) = injected(changed("Resources", handle(), to=ignoring), VALUES).findings
    assert finding.code == "AM341"
    theirs = changed("Resources", "AppMeshInjectMesh0", to={"Type": "AWS::SNS::Topic"})
    document: Any = injected(theirs, VALUES).document
    assert {"AppMeshInjectMesh0", handle()} <= set(document["Resources"])
