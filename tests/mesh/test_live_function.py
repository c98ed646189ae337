"""The code of the function that tells live weights, run as Lambda would run it."""

import json
from collections.abc import Sequence
from typing import Any

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.live_function import LiveRoute, code
from tests.deployed import deployed

KEY = "mesh/shop/virtualRouter/cart/route/all"


def answered(
    routes: Sequence[LiveRoute], parameters: dict[str, Any], version: str = "", name: str = "mesh/shop"
) -> Any:
    names: dict[str, Any] = {}
    exec(deployed(code(routes), parameters), names)
    asked = {"version_info": version, "resource_names": [name]}
    return names["handler"]({"body": json.dumps(asked)}, None)


def route(*others: Json, key: Json = KEY, mesh: Json = "mesh/shop") -> LiveRoute:
    return LiveRoute(mesh, key, [("v1", {"Ref": "V1"}), ("v2", {"Ref": "V2"})], others)


def layer(answer: Any) -> Any:
    (resource,) = json.loads(answer["body"])["resources"]
    return resource["layer"]


def test_it_tells_the_values_of_the_parameters() -> None:
    answer = answered([route()], {"V1": "30", "V2": 70})
    assert answer["statusCode"] == 200
    (resource,) = json.loads(answer["body"])["resources"]
    assert resource == {
        "@type": "type.googleapis.com/envoy.service.runtime.v3.Runtime",
        "name": "mesh/shop",
        "layer": {f"{KEY}.v1": 30, f"{KEY}.v2": 70},
    }


def test_it_answers_304_until_a_value_changes() -> None:
    version = json.loads(answered([route()], {"V1": 1, "V2": 1})["body"])["version_info"]
    assert answered([route()], {"V1": 1, "V2": 1}, version) == {"statusCode": 304, "headers": {}, "body": ""}
    assert answered([route()], {"V1": 1, "V2": 2}, version)["statusCode"] == 200


def test_it_leaves_out_only_the_routes_that_could_not_be_split() -> None:
    for wrong in ("0", "101", "-1", "x", "", "1.5", "\uff11"):
        other = LiveRoute("mesh/shop", "other", [("v1", {"Ref": "Other"})], [])
        answer = answered([route(), other], {"V1": wrong, "V2": "0", "Other": "5"})
        assert layer(answer) == {"other.v1": 5}, wrong


def test_weights_that_are_not_live_count_and_are_not_told() -> None:
    assert layer(answered([route("10")], {"V1": "0", "V2": "0"})) == {f"{KEY}.v1": 0, f"{KEY}.v2": 0}
    assert layer(answered([route("0")], {"V1": "0", "V2": "0"})) == {}
    assert layer(answered([route({"Ref": "Stored"})], {"V1": "0", "V2": "0", "Stored": "3"})) != {}


def test_each_mesh_has_its_own_answer() -> None:
    routes = [route(), route(mesh="mesh/other", key="other")]
    assert layer(answered(routes, {"V1": 1, "V2": 2}, name="mesh/other")) == {"other.v1": 1, "other.v2": 2}
    assert answered(routes, {"V1": 1, "V2": 2}, name="mesh/third")["statusCode"] == 404


def test_names_may_be_functions_and_have_any_character() -> None:
    assert layer(answered([route(key="it's \"${V1}\" \\ '''")], {"V1": 1, "V2": 2})) == {
        "it's \"${V1}\" \\ '''.v1": 1,
        "it's \"${V1}\" \\ '''.v2": 2,
    }
    by_name: Json = {"Fn::Join": ["", ["mesh/", {"Ref": "AWS::StackName"}]]}
    assert layer(answered([route(mesh=by_name)], {"V1": 1, "V2": 2}, name="mesh/stack")) != {}
