"""Names of mesh resources: what they refer to, and what is written in their place."""

import datetime
from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh.name_keys import unknown_import
from appmesh_inject.mesh.names import MeshNames
from tests.mesh.meshes import of


def called(value: Any) -> dict[str, Any]:
    """A virtual node with the name `value`."""
    return of("VirtualNode", VirtualNodeName=value)


def found(value: Any) -> dict[str, Any]:
    """A Cloud Map namespace with the name `value`."""
    return {"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": {"Name": value}}


def attribute(logical_id: str, name: str = "VirtualNodeName") -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, name]}


RESOURCES: dict[str, Any] = {
    "Mesh": of("Mesh"),
    "Node": called({"Fn::Sub": "${AWS::StackName}-n"}),
    "Unnamed": of("VirtualNode"),
    "Route": of("Route", RouteName="r", VirtualRouterName="router"),
    "GatewayRoute": of("GatewayRoute", GatewayRouteName="g", VirtualGatewayName={"Ref": "P"}),
    "Bare": {"Type": "AWS::AppMesh::VirtualNode"},
    "Odd": {"Type": "AWS::AppMesh::VirtualNode", "Properties": "x"},
    "Arn": called(attribute("Mesh", "Arn")),
    "Space": found("Apps.local"),
    "OfNode": found(attribute("Node")),
    "Nameless": {"Type": "AWS::ServiceDiscovery::Service", "Properties": {}},
    "Text": {"Type": "AWS::ServiceDiscovery::Service", "Properties": "Name"},
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"Name": "b", "BucketName": "b"}},
    # names that refer to themselves
    "Self": called(attribute("Self")),
    "SelfRef": called({"Ref": "SelfRef"}),
    "One": called({"Ref": "Two"}),
    "Two": called(attribute("One")),
    "Joined": called({"Fn::Join": ["", ["x", attribute("Joined")]]}),
    "Within": called({"Fn::If": ["C", {"x": attribute("Within")}, "y"]}),
    "Substituted": called({"Fn::Sub": "${Substituted.VirtualNodeName}-x"}),
    "Unused": called({"Fn::Sub": ["x", {"A": attribute("Unused")}]}),
    "Malformed": called({"Fn::Sub": [attribute("Malformed")]}),
    "SpaceSelf": found(attribute("SpaceSelf", "Name")),
    "SpaceOne": found({"Fn::Sub": "${SpaceTwo.Name}"}),
    "SpaceTwo": found({"Fn::Join": ["", [attribute("SpaceOne", "Name")]]}),
    "NodeOfSpace": called(attribute("SpaceOfNode", "Name")),
    "SpaceOfNode": found(attribute("NodeOfSpace")),
}
ROUND = ["Self", "SelfRef", "One", "Two", "Joined", "Within", "Substituted", "Unused", "Malformed"]


def names(**parameters: Any) -> MeshNames:
    return MeshNames(RESOURCES, Scope(parameters=parameters))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"Ref": "Mesh"}, "apps"),
        ({"Ref": "Node"}, {"Fn::Sub": "${AWS::StackName}-n"}),
        ({"Ref": "Unnamed"}, "Unnamed"),
        ({"Ref": "Bare"}, "Bare"),
        ({"Ref": "Odd"}, "Odd"),
        ({"Ref": "Route"}, "r"),
        (attribute("Route", "VirtualRouterName"), "router"),
        (attribute("GatewayRoute", "VirtualGatewayName"), {"Ref": "P"}),
        (attribute("Node", "MeshName"), "apps"),
        ({"Fn::GetAtt": "Mesh.MeshName"}, "apps"),
        (["x", {"a": attribute("Mesh", "MeshName")}], ["x", {"a": "apps"}]),
        ([attribute("Mesh", "MeshName")], ["apps"]),
        ({"a": attribute("Mesh", "MeshName")}, {"a": "apps"}),
        ({"Fn::Join": ["", [attribute("Mesh", "MeshName"), "x"]]}, {"Fn::Join": ["", ["apps", "x"]]}),
        ({"Fn::Sub": "${Node.VirtualNodeName}!"}, {"Fn::Sub": "${AWS::StackName}-n!"}),
        (
            {"Fn::Sub": ["${B}", {"A": attribute("Mesh", "MeshName"), "B": {"Ref": "P"}}]},
            {"Fn::Sub": ["${B}", {"A": "apps", "B": {"Ref": "P"}}]},
        ),
        ({"Fn::Sub": {"odd": attribute("Mesh", "MeshName")}}, {"Fn::Sub": {"odd": "apps"}}),
    ],
)
def test_the_written_form_of_a_name(value: Any, written: Any) -> None:
    told: list[tuple[str, str]] = []
    assert names().written(value, lambda *reference: told.append(reference)) == written
    assert told == []


@pytest.mark.parametrize(
    "value",
    [
        "x",
        ["x", {"a": 1}],
        {"a": ["x"], "b": {"Ref": "P"}},
        {"Ref": "Bucket"},
        {"Ref": ["Mesh"]},
        attribute("Bucket", "Arn"),
        {"Fn::GetAtt": "Mesh"},
        {"Fn::GetAtt": "Mesh."},
        {"Fn::GetAtt": []},
        {"Fn::GetAtt": {"Mesh": 1, "MeshName": 2}},
        {"Fn::Join": ["", ["x", {"Ref": "P"}]]},
        {"Fn::Sub": "${P}"},
        {"Fn::Sub": ["${P}", {"A": [1]}]},
        {"Fn::Sub": {"a": "b"}},
        {"Fn::Sub": ["${A}", {"A": {"Ref": "Bucket"}}]},
    ],
)
def test_values_without_mesh_references_are_returned_unchanged(value: Any) -> None:
    told: list[Any] = []
    assert names().rewritten(value, lambda *reference: told.append(reference)) is value
    assert told == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"Ref": "Mesh"}, [((), "Mesh", "")]),
        (["x", {"a": {"Ref": "Mesh"}}], [((1, "a"), "Mesh", "")]),
        ({"a": {"Fn::Join": ["", ["x", attribute("Node", "Arn")]]}}, [(("a", "Fn::Join", 1, 1), "Node", "Arn")]),
        ({"Fn::GetAtt": "Node.Uid"}, [((), "Node", "Uid")]),
        ({"Fn::GetAtt": "Node.A.B"}, [((), "Node", "A.B")]),
        ({"Fn::GetAtt": ["Node", {"Ref": "P"}]}, [((), "Node", "attribute")]),
        ({"Fn::GetAtt": ["Node", ""]}, [((), "Node", "attribute")]),
        ([{"Fn::Sub": "${Mesh}${Node.Arn}"}], [((0,), "Mesh", ""), ((0,), "Node", "Arn")]),
        ({"Fn::Sub": ["x", {"A": {"b": {"Ref": "Mesh"}}}]}, [(("Fn::Sub", 1, "A", "b"), "Mesh", "")]),
        ({"a": {"Fn::Sub": [{"Ref": "Mesh"}]}}, [(("a", "Fn::Sub", 0), "Mesh", "")]),
        ({"a": {"Ref": "Mesh"}, "b": {"Ref": "Node"}}, [(("a",), "Mesh", ""), (("b",), "Node", "")]),
    ],
)
def test_a_reference_that_is_not_a_name_is_reported_once_with_its_place(value: Any, told: Any) -> None:
    heard: list[Any] = []
    names().rewritten(value, lambda *reference: heard.append(reference))
    assert heard == told


@pytest.mark.parametrize("logical_id", [*ROUND, "Arn"])
def test_a_missing_or_self_referring_name_is_reported(logical_id: str) -> None:
    told: list[str] = []
    for value in ({"Ref": logical_id}, attribute(logical_id)):
        names().written(value, lambda target, _: told.append(target))
    assert told == [logical_id, logical_id]
    assert names().name(logical_id) is None


def test_other_resources_have_no_mesh_name() -> None:
    assert names().name("Bucket") is None
    assert names().name("Missing") is None
    assert names().attribute("Bucket", "BucketName") is None
    assert names().attribute("Bare", "MeshName") is None


@pytest.mark.parametrize(
    "alike",
    [
        ["apps", {"Ref": "Mesh"}, attribute("Mesh", "MeshName"), {"Fn::Sub": "${Mesh}"}, {"Ref": "Known"}],
        [attribute("Node", "MeshName"), {"Fn::GetAtt": "Node.MeshName"}, "apps"],
        ["5-apps", {"Fn::Join": ["-", [5, {"Ref": "Mesh"}]]}, {"Fn::Sub": ["${A}-${Mesh}", {"A": 5}]}],
        ["true", True],
        [{"Ref": "Node"}, {"Fn::Sub": "${AWS::StackName}-n"}, {"Fn::Join": ["", [{"Ref": "AWS::StackName"}, "-n"]]}],
        [attribute("Space", "Name"), {"Fn::Sub": "${Space.Name}"}, "Apps.local"],
        [attribute("OfNode", "Name"), attribute("Node")],
        [{"Fn::GetAtt": "Stack.Outputs.A"}, attribute("Stack", "Outputs.A"), {"Fn::Sub": "${Stack.Outputs.A}"}],
        [{"Ref": "P"}, {"Fn::Sub": "${P}"}],
        [{"Fn::Cidr": [{"a": 1, "b": 2}]}, {"Fn::Cidr": [{"b": 2, "a": 1}]}],
    ],
)
def test_values_that_mean_the_same_have_one_key(alike: list[Any]) -> None:
    assert len({names(Known="apps").key(value) for value in alike}) == 1


def test_a_nul_in_a_name_is_no_expression() -> None:
    assert unknown_import(names().key("\0apps\0")) is None
    assert names().key("\0") != names().key("")


def test_values_that_mean_something_else_have_keys_of_their_own() -> None:
    values: list[Any] = [
        *("apps", "", "null", None, [1], [2], {"a": 1}, {"a": 2}, [datetime.date(2026, 9, 30)]),
        *({"Ref": "P"}, {"Ref": "Bucket"}, {"Ref": ["P"]}),
        *(attribute("Bucket", "Arn"), attribute("Bucket", "Name"), attribute("Bucket", "BucketName")),
        *(attribute("Node", "Arn"), attribute("Mesh", "Uid"), attribute("Nameless", "Name"), attribute("Text", "Name")),
        *(
            attribute("Space", "Id"),
            {"Fn::GetAtt": "Bucket"},
            {"Fn::GetAtt": ["Bucket", ""]},
            {"Fn::GetAtt": ["Bucket"]},
        ),
        *({"Fn::ImportValue": "a"}, {"Fn::ImportValue": "b"}),
        *(
            {"Fn::Join": []},
            {"Fn::Join": ["x"]},
            {"Fn::Join": ["x", "y"]},
            {"Fn::Join": [1, ["x"]]},
            {"Fn::Join": "ab"},
        ),
        *({"Fn::Sub": []}, {"Fn::Sub": ["x"]}, {"Fn::Sub": ["x", "y"]}, {"Fn::Sub": [1, {}]}),
        *({"Ref": one} for one in ROUND),
        *(attribute(one, "Name") for one in ("SpaceSelf", "SpaceOne")),
        *({"Ref": "NodeOfSpace"},),
    ]
    keys = [names().key(value) for value in values]
    assert [value for n, value in enumerate(values) if keys[n] in keys[:n]] == []


def test_a_given_scope_decides_what_is_known() -> None:
    scope = Scope(parameters={"P": "own"}, loops=frozenset(["Mesh"]))
    for value in ({"Ref": "P"}, {"Fn::Sub": "${P}"}, attribute("GatewayRoute", "VirtualGatewayName")):
        assert names(P="outer").key(value, scope) == "own"
    assert names().key(attribute("Elsewhere", "Name"), scope) == names().key(attribute("Elsewhere", "Name"))
    assert names().key({"Ref": "Mesh"}, scope) != "apps"
    assert names().key({"Fn::Sub": "${Mesh}"}, scope) != "apps"


def test_a_name_of_cloud_map_is_read_in_the_scope_too() -> None:
    there = MeshNames({"Space": found({"Ref": "P"})}, Scope())
    assert there.key(attribute("Space", "Name"), Scope(parameters={"P": "own"})) == "own"
