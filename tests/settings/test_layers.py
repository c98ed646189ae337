"""The table of settings, and the schema that editors use: they say the same."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import appmesh_inject
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.profiles.connecting.schema import CONFIGURATION, Shape
from appmesh_inject.settings.layers import Level, gather
from appmesh_inject.settings.table import TABLE

SCHEMA = json.loads((Path(appmesh_inject.__file__).parent / "settings.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.sampled_from(
        [
            "apps",
            "mesh/apps",
            "arn:aws:x",
            "",
            "9080",
            "9080,9081",
            "0",
            "info",
            "Keep",
            "preview",
            "true",
            "10.0.0.0/8",
        ]
    )
    | st.sampled_from([0, 80, 1337, 65536, 2**33, True, False, 1.5, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Image", "Ref", "Fn::Sub"]), inner),
    max_leaves=4,
)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_table_and_schema_have_the_same_settings() -> None:
    assert list(SCHEMA["properties"]) == list(TABLE)
    assert all(SCHEMA["properties"][name]["description"] for name in TABLE)


def names(schema: Any) -> Any:
    """The members that an editor offers, by name."""
    properties = schema.get("items", schema).get("properties", {})
    return {name: names(member) for name, member in properties.items()}


def members(shape: Shape) -> Any:
    return {name: members(member.shape or {}) for name, member in shape.items()}


def test_editors_offer_the_members_of_a_configuration_of_service_connect() -> None:
    assert names(SCHEMA["$defs"]["serviceConnect"]["anyOf"][0]) == members(CONFIGURATION)


@given(st.sampled_from(list(TABLE)), VALUES)
def test_what_the_product_takes_the_schema_takes(name: str, value: Json) -> None:
    taken = not gather([Level((), {name: value})], NOTHING_KNOWN).findings
    if taken and value != {"Ref": "AWS::NoValue"}:
        VALIDATOR.validate({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MeshName", ""),
        ("MeshName", "mesh/apps"),
        ("MeshName", ["apps"]),
        ("VirtualNode", "web"),
        ("AppPorts", [0]),
        ("AppPorts", ["http"]),
        ("IgnoredUID", "root"),
        ("LogLevel", "loud"),
        ("Enabled", "perhaps"),
        ("OnExisting", "keep"),
        ("Envoy", ["Image"]),
    ],
)
def test_what_the_schema_refuses_the_product_refuses(name: str, value: Json) -> None:
    assert not VALIDATOR.is_valid({name: value})
    assert gather([Level((), {name: value})], NOTHING_KNOWN).findings


def test_a_resource_given_higher_displaces_the_node_below_and_the_other_way_round() -> None:
    node = Level(("node",), {"VirtualNodeName": "web", "MeshName": "apps"})
    arn = Level(("arn",), {"ResourceArn": "x"})
    assert dict(gather([node, arn], NOTHING_KNOWN).values) == {"MeshName": "apps", "ResourceArn": "x"}
    assert dict(gather([arn, node], NOTHING_KNOWN).values) == {"MeshName": "apps", "VirtualNodeName": "web"}


def test_what_is_not_given_can_be_unset() -> None:
    gathered = gather([Level(("high",), {"Region": {"Ref": "AWS::NoValue"}})], NOTHING_KNOWN)
    assert (dict(gathered.values), dict(gathered.places), gathered.findings) == ({}, {}, ())


def test_a_loops_identifier_is_no_resource_of_that_name() -> None:
    resources: dict[str, Json] = {"Node": {"Type": "AWS::AppMesh::VirtualNode"}}
    level = Level(("mark",), {"VirtualNodeName": {"Ref": "Node"}})
    (finding,) = gather([level], Scope(resources=resources)).findings
    assert (finding.code, finding.hint) == ("AM114", "Write !GetAtt Node.VirtualNodeName")
    assert not gather([level], Scope(resources=resources, loops=frozenset({"Node"}))).findings


def test_a_name_given_higher_displaces_the_one_below() -> None:
    low = Level(("low",), {"VirtualNodeName": "web", "MeshName": "apps"})
    high = Level(("high",), {"VirtualNodeName": {"Ref": "AWS::NoValue"}})
    gathered = gather([low, high], NOTHING_KNOWN)
    assert dict(gathered.values) == {"MeshName": "apps"}
