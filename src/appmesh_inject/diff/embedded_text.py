"""Parses what is embedded in strings, JSON and Envoy's configuration: a diff of one line of 20 kB is unreadable."""

import json
from collections.abc import Mapping, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.command_forms import configuration_part, form_of
from appmesh_inject.mesh.command_reading import configuration

SHORTEST = 80
"""Shorter strings fit into one line and stay strings."""


def with_text_parsed(value: Json) -> Json:
    """The value, with every configuration of Envoy in a command, and every long string that contains a JSON object,
    replaced by what it contains."""
    if isinstance(value, str):
        return _document(value)
    if isinstance(value, Mapping):
        text = _joined(value)
        parsed = _document(text) if text is not None else text
        if parsed is not None and not isinstance(parsed, str):
            return parsed
        return {key: with_text_parsed(member) for key, member in value.items()}
    if isinstance(value, list) and form_of(value) and (found := configuration(value, _placeholder)) is not None:
        part = configuration_part(value)
        return [*value[: part.start], found, *map(with_text_parsed, value[part.stop :])]
    if isinstance(value, Sequence):
        return [with_text_parsed(item) for item in value]
    return value


def _document(text: str) -> Json:
    if len(text) < SHORTEST or not text.startswith("{"):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict) else text


def _joined(value: Mapping[str, Json]) -> str | None:
    """The text of an Fn::Join or Fn::Sub, with `${...}` for the values that CloudFormation fills in."""
    join, sub = value.get("Fn::Join"), value.get("Fn::Sub")
    if len(value) != 1:
        return None
    if isinstance(sub, str):
        return sub
    if isinstance(join, list) and len(join) == 2 and join[0] == "" and isinstance(join[1], list):
        return "".join(item if isinstance(item, str) else _placeholder(item) for item in join[1])
    return None


def _placeholder(value: Json) -> str:
    """The value as text that can stand inside of a JSON string, where quotes and backslashes would end or change it.
    Functions are written as in YAML: `${Name}`, `${Table.Arn}`, `${!ImportValue 'name'}`."""
    written = json.dumps(value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref" and isinstance(argument, str):
            written = argument
        elif function == "Fn::GetAtt" and isinstance(argument, list):
            written = ".".join(map(str, argument))
        else:
            written = f"!{function.removeprefix('Fn::')} {json.dumps(argument)}"
    return "${" + written.replace('"', "'").replace("\\", "/") + "}"
