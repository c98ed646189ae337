"""What `aws appmesh describe-*` prints becomes the resources that the schemas know."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from appmesh_inject.exits.app_mesh_descriptions import KINDS, described
from appmesh_inject.exits.properties import properties_of
from tests.cli.command import run
from tests.exits.test_table import paths

SHAPES = {
    "mesh": "MeshData",
    "virtualNode": "VirtualNodeData",
    "virtualGateway": "VirtualGatewayData",
    "virtualRouter": "VirtualRouterData",
    "virtualService": "VirtualServiceData",
    "route": "RouteData",
    "gatewayRoute": "GatewayRouteData",
}
AWS = botocore.session.get_session().get_service_model("appmesh")


def examples(shape: Any) -> Any:
    """A value with every member of a shape; of a union too, since each has to be read."""
    if shape.type_name == "structure":
        return {name: examples(member) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [examples(shape.member)]
    return {"boolean": True, "integer": 1, "long": 1, "timestamp": "2023-03-01T10:00:00+01:00"}.get(
        shape.type_name, "a"
    )


def leaves(kind: str, resource: Any) -> Iterator[str]:
    return (each.path for each in properties_of(kind, resource["Properties"]) if each.path != ".")


@pytest.mark.parametrize("member", KINDS)
def test_every_member_of_the_api_is_a_property_of_the_schema(member: str) -> None:
    data = examples(AWS.shape_for(SHAPES[member]))
    resource: Any
    (resource,) = described(json.dumps({member: data})).values()
    kind = KINDS[member]
    assert resource["Type"] == f"AWS::AppMesh::{kind}"
    schema = {path for path in paths(kind) if not path.startswith("Tags")}
    assert set(leaves(kind, resource)) <= schema
    # What is left has no place in what was described: the owner is the same here.
    assert schema - set(leaves(kind, resource)) <= {"MeshOwner"}


def test_files_may_hold_one_output_or_many() -> None:
    one = {"mesh": {"meshName": "shop", "spec": {}, "metadata": {"meshOwner": "1", "resourceOwner": "1"}}}
    other = {"mesh": {"meshName": "other", "spec": {}}}
    assert set(described(json.dumps(one))) == {"ShopMesh"}
    assert set(described(json.dumps([one, other]))) == {"ShopMesh", "OtherMesh"}
    assert set(described(json.dumps(one) + "\n" + json.dumps(other))) == {"ShopMesh", "OtherMesh"}
    assert set(described(json.dumps([one, one]))) == {"ShopMesh", "ShopMesh2"}
    assert described('{"meshes": []}') == {}


def test_a_folder_of_outputs_is_a_mesh(tmp_path: Path) -> None:
    spec = {"provider": {"virtualNode": {"virtualNodeName": "cart"}}}
    for name, output in {
        "mesh": {"mesh": {"meshName": "shop", "spec": {}}},
        "service": {"virtualService": {"meshName": "shop", "virtualServiceName": "cart.local", "spec": spec}},
        "node": {"virtualNode": {"meshName": "shop", "virtualNodeName": "cart", "spec": {"listeners": []}}},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(output))
    ran = run("exits", str(tmp_path), "--format", "json")
    titles = [section["title"] for section in json.loads(ran.out)["sections"]]
    assert titles == ["cart.local", "virtual nodes", "mesh"]
