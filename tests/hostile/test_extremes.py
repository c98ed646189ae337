"""Events at the limits of CloudFormation and of Lambda: deep, wide, large, and what a fuzzer found."""

from collections.abc import Callable
from typing import Any

import pytest

from appmesh_inject.cfn.document import MOST_LEVELS
from tests.hostile.contract import answered, encoded
from tests.hostile.seeds import event, task

MARK = {"MeshName": "apps", "VirtualNodeName": "web"}
LARGEST_RESPONSE = 6 * 1024 * 1024

Nest = Callable[[Any], Any]

NESTS: dict[str, tuple[Nest, int]] = {
    "lists": (lambda inner: [inner], 1),
    "maps": (lambda inner: {"x": inner}, 1),
    "functions": (lambda inner: {"Fn::If": ["A", inner, {"Ref": "AWS::NoValue"}]}, 2),
    "other-functions": (lambda inner: {"Fn::Join": ["", [inner]]}, 3),
    "substitutions": (lambda inner: {"Fn::Sub": ["${X}", {"X": inner}]}, 3),
    "loops": (lambda inner: {"Fn::ForEach::L": ["L", ["a"], inner]}, 2),
    "conditions-of-their-own": (lambda inner: {"Fn::If": [str(id(inner)), inner, inner]}, 2),
}
"""Ways to nest, and how many maps and lists each puts around the inner value."""


def nested(way: str, levels: int, value: Any) -> Any:
    nest, each = NESTS[way]
    # Both branches of the same value: as one object it takes no memory, but a walk through it would never end.
    times = 8 if way == "conditions-of-their-own" else levels // each
    for _ in range(times):
        value = nest(value)
    return value


PLACES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "fragment": event,
    "resources": lambda deep: event({"Resources": deep}),
    "unmarked resource": lambda deep: event({"Resources": {"Web": task(MARK), "Other": {"Properties": deep}}}),
    "containers": lambda deep: event({"Resources": {"Web": task(MARK, ContainerDefinitions=deep)}}),
    "container": lambda deep: event({"Resources": {"Web": task(MARK, ContainerDefinitions=[deep])}}),
    "memory": lambda deep: event({"Resources": {"Web": task(MARK, Memory=deep)}}),
    "network": lambda deep: event({"Resources": {"Web": task(MARK, NetworkMode=deep)}}),
    "tags": lambda deep: event({"Resources": {"Web": task(MARK, Tags=deep)}}),
    "redirect": lambda deep: event({"Resources": {"Web": task(MARK | {"Profile": "ga"}, ProxyConfiguration=deep)}}),
    "mark": lambda deep: event({"Resources": {"Web": task(deep)}}),
    "enabled": lambda deep: event({"Resources": {"Web": task(MARK | {"Enabled": deep})}}),
    "mesh name": lambda deep: event({"Resources": {"Web": task(MARK | {"MeshName": deep})}}),
    "ports": lambda deep: event({"Resources": {"Web": task(MARK | {"AppPorts": deep})}}),
    "override": lambda deep: event({"Resources": {"Web": task(MARK | {"Envoy": {"LogConfiguration": deep}})}}),
    "mesh": lambda deep: event(standalone(Listeners=deep)),
    "mesh export": lambda deep: event(
        {**standalone(), "Metadata": {"AppMesh": {"ExportMesh": True}, "AppMeshInject": deep}}
    ),
    "params": lambda deep: event({"Resources": {"Web": task(MARK)}}, params={"Envoy": {"LogConfiguration": deep}}),
    "params text": lambda deep: event(
        {"Resources": {"Web": task(MARK)}}, params={"Envoy": "[" * 100_000 if deep else "{}"}
    ),
    "parameter": lambda deep: event(
        {"Resources": {"Web": task(MARK, Memory={"Ref": "P"})}}, templateParameterValues={"P": deep}
    ),
    "request": lambda deep: event({"Resources": {"Web": task(MARK)}}, requestId=deep),
}


def standalone(**spec: Any) -> dict[str, Any]:
    """A mesh of one node, and its task."""
    mesh: dict[str, Any] = {"MeshName": "apps"}
    node = {**mesh, "VirtualNodeName": "web", "Spec": {"Listeners": [], **spec}}
    return {
        "Resources": {
            "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": mesh},
            "Node": {"Type": "AWS::AppMesh::VirtualNode", "Properties": node},
            "Web": task(MARK | {"Profile": "standalone", "AppPorts": []}),
        }
    }


@pytest.mark.parametrize("way", NESTS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("levels", [MOST_LEVELS - 20, 2 * MOST_LEVELS, 2000])
def test_any_depth_gets_a_response(place: str, way: str, levels: int) -> None:
    """What is not deeper than promised is read; what is, is read or refused for that."""
    response = answered(PLACES[place](nested(way, levels, "x")))
    if levels < MOST_LEVELS and place != "params text":
        assert "AM002" not in response.get("errorMessage", "")


def test_what_is_too_deep_is_said() -> None:
    deep = nested("maps", 4000, "x")
    response = answered(PLACES["override"](deep))
    assert response["errorMessage"].startswith(f"AM002 the template is nested deeper than {MOST_LEVELS} levels")


def test_500_tasks() -> None:
    resources = {f"Task{number}": task(MARK) for number in range(500)}
    response = answered(event({"Resources": resources}))
    assert response["status"] == "success"
    assert len(encoded(response)) < LARGEST_RESPONSE


def test_a_template_of_1_mb() -> None:
    text = "x" * 2000
    resources = {f"Task{number}": task(MARK, Family=text) for number in range(250)}
    document = {"Description": "x" * 100_000, "Resources": resources}
    assert answered(event(document))["status"] == "success"
    response = answered(event({**document, "Description": "x" * 400_000}))
    assert response["errorMessage"].startswith("AM329 the processed template has 1,")


def test_a_setting_that_no_task_definition_can_hold_is_refused_for_each() -> None:
    log = {"LogDriver": "awslogs", "Options": {"tag": "x" * 200_000}}
    metadata = {"AppMesh": {"Envoy": {"LogConfiguration": log}}}
    response = answered(event({"Metadata": metadata, "Resources": {f"Task{n}": task(MARK) for n in range(40)}}))
    assert response["errorMessage"].startswith("AM319 Task0 Resources/Task0: the task definition takes about 200,")


def snippet(size: int) -> dict[str, Any]:
    """A resource with a snippet of ours, and text that is no part of the task definition."""
    return event({**task({}), "Metadata": {"About": "x" * size}}, params=MARK)


def test_a_response_that_lambda_cannot_carry_is_refused() -> None:
    response = answered(snippet(LARGEST_RESPONSE))
    assert response["status"] == "failed"
    assert response["errorMessage"].startswith("AM003 the processed fragment has 6,")


def test_a_response_that_lambda_can_carry_is_given() -> None:
    response = answered(snippet(LARGEST_RESPONSE - 10_000))
    assert response["status"] == "success"
    assert 6_000_000 < len(encoded(response)) <= LARGEST_RESPONSE


@pytest.mark.parametrize(
    "values",
    [
        {"P": {"Ref": "P"}},
        {"P": "${Q}", "Q": "${P}"},
        {"P": ["${P}", {"Ref": "P"}]},
        {"P": "{{resolve:ssm:P}}"},
        {"P": None},
    ],
)
def test_parameters_that_name_each_other(values: dict[str, Any]) -> None:
    mark = {"MeshName": {"Ref": "P"}, "VirtualNodeName": {"Fn::Sub": "${P}"}, "AppPorts": {"Ref": "P"}}
    answered(event({"Resources": {"Web": task(mark, Memory={"Ref": "P"})}}, templateParameterValues=values))


@pytest.mark.parametrize(
    "names", [{"Ref": "Node"}, {"Fn::GetAtt": ["Node", "VirtualNodeName"]}, {"Fn::Sub": "x-${Node.VirtualNodeName}"}]
)
def test_mesh_resources_that_name_themselves(names: dict[str, Any]) -> None:
    template = standalone()
    template["Resources"]["Node"]["Properties"]["VirtualNodeName"] = names
    template["Resources"]["Web"]["Metadata"]["AppMesh"]["VirtualNodeName"] = names
    assert answered(event(template))["status"] == "failed"


@pytest.mark.parametrize(
    "number", ["²", "\u0663", "9" * 5000, 10**400, -1, 1.5, float("inf"), True, "1_0", "\U0001d7d7"]
)
def test_numbers_that_only_look_like_some(number: Any) -> None:
    containers = [{"Name": "app", "Memory": number, "User": number, "PortMappings": [{"ContainerPort": number}]}]
    mark = MARK | {"Profile": "ga", "ProxyIngressPort": number, "IgnoredUID": number}
    answered(event({"Resources": {"Web": task(mark, Memory=number, ContainerDefinitions=containers)}}))
    encoded(answered(event({"Resources": {"Web": task(MARK | {"Profile": "ga"}, Memory=number)}})))


def test_a_message_stays_in_its_line() -> None:
    """No name of a template can write a line of its own, turn the text around, or steer a terminal."""
    name = "Web\nAM104 Api: forged\x1b[2J\u202e\ud800"
    response = answered(event({"Resources": {name: task({"MeshName": "apps", "Nod\ue000e": 1})}}))
    lines = response["errorMessage"].splitlines()
    shown = ("AM004 Resources: ", "AM101 Web\\nAM104 Api", "AM105 Web\\nAM104 Api")
    assert [line for line in lines if not line.startswith(shown)] == []


HALVES: dict[str, dict[str, Any]] = {
    "Description": {"Description": "a\ud800b", "Resources": {"Web": task(MARK)}},
    "Resources": {"Resources": {"W\udfffeb": task(MARK)}},
    "Resources/Web/Properties/ContainerDefinitions/0/Name": {
        "Resources": {"Web": task(MARK, ContainerDefinitions=[{"Name": "\ud83d", "PortMappings": []}])}
    },
    "Resources/Web/Properties/ContainerDefinitions/1/Command/0": {
        "Resources": {"Web": task(MARK | {"Envoy": '{"Command": ["\\ud800"]}'})}
    },
}
"""Templates with half a character, by where it is said to stand. In the last one it is in a setting's text of JSON."""


@pytest.mark.parametrize("place", HALVES)
def test_half_a_character_is_refused_where_lambda_cannot_encode_it(place: str) -> None:
    response = answered(event(HALVES[place]))
    assert response["status"] == "failed"
    assert f"AM004 {place}: a text contains half a character" in response["errorMessage"]


def test_half_a_character_does_not_hide_other_mistakes() -> None:
    response = answered(event({"Description": "\udc00", "Resources": {"Web": task({"MeshName": "apps"})}}))
    assert "AM004 Description: " in response["errorMessage"]
    assert "AM105 Web" in response["errorMessage"]


def test_half_a_character_that_is_not_answered_is_no_mistake() -> None:
    given = {"templateParameterValues": {"Text": "\ud800"}}
    assert answered(event({"Resources": {"Web": task(MARK)}}, **given))["status"] == "success"


@pytest.mark.parametrize("value", ["\U0001f600", "\ud7ff\ue000", 0xA0ED, [0xBFED] * 0xA0ED, {"x": "\xed\xa0"}])
def test_whole_characters_are_none(value: Any) -> None:
    assert answered(event({"Description": value, "Resources": {"Web": task(MARK)}}))["status"] == "success"


@pytest.mark.parametrize("text", ["[", "${", "${!", "{1,", "a{" + "9" * 4999 + "}", "\\"])
def test_long_texts_that_patterns_of_ours_meet(text: str) -> None:
    """Half a megabyte of what begins something and does not end it is looked at once, not once for each beginning."""
    long = text * (500_000 // len(text))
    template = standalone(ServiceDiscovery={"DNS": {"Hostname": {"Fn::Sub": long}}})
    match = {"Prefix": "/", "Headers": [{"Name": "x", "Match": {"Regex": long}}]}
    action = {"WeightedTargets": [{"VirtualNode": "web", "Weight": 1}]}
    router = {"MeshName": "apps", "VirtualRouterName": "r"}
    spec = {"HttpRoute": {"Match": match, "Action": action}}
    route = {"Type": "AWS::AppMesh::Route", "Properties": {**router, "RouteName": "r", "Spec": spec}}
    template["Resources"]["Route"] = route
    template["Resources"]["Router"] = {"Type": "AWS::AppMesh::VirtualRouter", "Properties": {**router, "Spec": {}}}
    answered(event(template))


FOUND: dict[str, Any] = {
    "a sidecar that is known by its image alone, and has no name": {
        "Resources": {
            "Web": task(
                MARK | {"Profile": "ga", "XRay": True, "OnExisting": "Keep"},
                ContainerDefinitions=[{"Image": "public.ecr.aws/xray/aws-xray-daemon"}],
            )
        }
    },
    "conditions that are no names, inside of one that is": {
        "Resources": {
            "Web": task(MARK, Memory={"Fn::If": ["A", {"Fn::If": [[], "1", "2"]}, {"Fn::If": [{"Ref": "A"}, 1, 2]}]})
        }
    },
}


@pytest.mark.parametrize("name", FOUND)
def test_found_by_fuzzing(name: str) -> None:
    answered(event(FOUND[name]))


def test_a_request_id_that_is_no_number() -> None:
    assert answered(event({"Resources": {"Web": task(MARK)}}, requestId=float("nan")))["status"] == "success"
