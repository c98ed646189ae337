"""The table has every property of App Mesh's resource types, and says of each where the statement was read."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from appmesh_inject.exits import sources
from appmesh_inject.exits.features import TABLE
from appmesh_inject.exits.mesh_files import KINDS
from appmesh_inject.exits.sources import Source
from appmesh_inject.exits.verdicts import Judgement
from appmesh_inject.findings import BASE
from tests.conftest import REPOSITORY

REGION = "us-east-1"


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, f"AWS::AppMesh::{kind}").schema
    return found


def paths(kind: str) -> Iterator[str]:
    """The paths of all properties that can be given, but for those that only hold others."""
    whole = schema(kind)
    read_only = {path.removeprefix("/properties/") for path in whole.get("readOnlyProperties", ())}

    def below(node: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
        while "$ref" in node:
            node = whole["definitions"][node["$ref"].rpartition("/")[2]]
        if "items" in node:
            yield from below(node["items"], path)
        elif node.get("properties"):
            for name, member in node["properties"].items():
                if path or name not in read_only:
                    yield from below(member, (*path, name))
        else:
            yield ".".join(path)

    return below({"properties": whole["properties"]}, ())


PROPERTIES = [(kind, path) for kind in KINDS for path in paths(kind)]
JUDGEMENTS = [(feature.name, judgement) for feature in TABLE for judgement in feature.judgements.values()]


def test_the_schemas_are_those_of_all_types() -> None:
    types = PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION)
    assert {name for name in types if name.startswith("AWS::AppMesh::")} == {f"AWS::AppMesh::{kind}" for kind in KINDS}
    assert len(PROPERTIES) > 250


@pytest.mark.parametrize(("kind", "path"), PROPERTIES, ids=lambda each: each)
def test_the_table_has_the_property(kind: str, path: str) -> None:
    features = [feature for feature in TABLE if feature.covers(kind, path)]
    assert features
    assert features[-1].where is None, "a value may remain of which no feature speaks"


def test_every_path_of_the_table_is_one_of_the_schemas() -> None:
    for feature in TABLE:
        for each in feature.paths:
            kinds, _, path = each.partition(" ")
            if path != ".":
                assert any(feature.covers(kind, own) for kind, own in PROPERTIES if kind in kinds.split("|")), each


@pytest.mark.parametrize(("name", "judgement"), JUDGEMENTS)
def test_a_judgement_has_a_sentence_and_a_source(name: str, judgement: Judgement) -> None:
    assert judgement.sentence[0].isupper() or judgement.sentence.startswith("15 s") or judgement.sentence[0].isdigit()
    assert not judgement.sentence.endswith(".")
    assert judgement.source in SOURCES


SOURCES = [each for each in vars(sources).values() if isinstance(each, Source)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.title)
def test_a_source_has_an_address_and_a_day(source: Source) -> None:
    assert date.fromisoformat(source.date).year >= 2026
    if not source.address.startswith("https://"):
        assert (REPOSITORY / BASE / source.address.partition("#")[0]).is_file()
