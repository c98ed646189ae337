"""The schema of whole templates, for editors: made of the settings' own, and as tolerant as an editor must be."""

import copy
import json
from typing import Any

import jsonschema
import pytest

from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "src" / "appmesh_inject"
FILE = FOLDER / "template.schema.json"

SHORT_FORM: list[Any] = [
    {"type": "string", "pattern": r"^[A-Z][A-Za-z0-9.]*$|::|\$\{"},
    {"type": "array", "minItems": 2},
]
"""What the YAML language server makes of `!Ref Port` and `!If [...]`: the bare argument. Values of ours that are words
begin with a small letter, so most mistakes in them are still seen."""


def made() -> dict[str, Any]:
    settings = json.loads((FOLDER / "settings.schema.json").read_text())
    kinds = copy.deepcopy(settings.pop("$defs"))
    kinds["intrinsic"] = {"anyOf": [kinds["intrinsic"], *SHORT_FORM]}
    settings.pop("$schema")
    kinds["settings"] = settings
    kinds["metadata"] = {"type": "object", "properties": {"AppMesh": {"$ref": "#/$defs/settings"}}}
    resource = {"type": "object", "properties": {"Metadata": {"$ref": "#/$defs/metadata"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A CloudFormation template with settings of AppMeshInject",
        "description": "Metadata.AppMesh of a template and of its resources; CloudFormation's own schema says the rest",
        "type": "object",
        "properties": {
            "Metadata": {"$ref": "#/$defs/metadata"},
            "Resources": {"type": "object", "additionalProperties": {"anyOf": [resource, {"type": "array"}]}},
        },
        "$defs": kinds,
    }


def test_it_is_made_of_the_settings_schema(update_golden: bool) -> None:
    text = json.dumps(made(), indent=2) + "\n"
    if update_golden:
        FILE.write_text(text)
    assert FILE.read_text() == text


@pytest.mark.parametrize(
    ("mark", "is_valid"),
    [
        ({"MeshName": "apps", "AppPorts": [80, {"Ref": "Port"}]}, True),
        ({"AppPorts": [80, "Port"], "Enabled": ["A", True, False]}, True),
        ({"LogLevel": "loud"}, False),
        ({"MeshNam": "apps"}, False),
    ],
)
def test_it_reaches_the_mark_of_a_resource_and_of_the_template(mark: Any, is_valid: bool) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(FILE.read_text()))
    assert validator.is_valid({"Resources": {"Web": {"Metadata": {"AppMesh": mark}}}}) is is_valid
    assert validator.is_valid({"Metadata": {"AppMesh": mark}}) is is_valid
