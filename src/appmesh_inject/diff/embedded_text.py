"""Parses what is embedded in strings, JSON and Envoy's configuration: a diff of one line of 20 kB is unreadable."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.files.yaml_writer import SHORT_FORMS
from appmesh_inject.mesh.command_forms import configuration_part, form_of
from appmesh_inject.mesh.command_reading import configuration

HIDDEN = "(Envoy's configuration)"
"""Stands for a configuration whose changes are told otherwise."""

_NAME = re.compile(r"\$\{([\w:.]+)\}")

SHORTEST = 80
"""Shorter strings fit into one line and stay strings."""


def with_text_parsed(value: Json, *, hides_configurations: bool = False) -> Json:
    """The value, with every configuration of Envoy in a command, and every long string that contains a JSON object,
    replaced by what it contains. hides_configurations: a configuration is replaced by a few words instead."""

    def parsed(item: Json) -> Json:
        return with_text_parsed(item, hides_configurations=hides_configurations)

    if isinstance(value, str):
        return _document(value)
    if isinstance(value, Mapping):
        text = _joined(value)
        found = _document(text) if text is not None else text
        if found is not None and not isinstance(found, str):
            return found
        return {key: parsed(member) for key, member in value.items()}
    if isinstance(value, list) and form_of(value) and (config := _configuration(value)) is not None:
        part = configuration_part(value)
        return [*value[: part.start], HIDDEN if hides_configurations else config, *map(parsed, value[part.stop :])]
    if isinstance(value, Sequence):
        return [parsed(item) for item in value]
    return value


def configurations(value: Json) -> dict[str, Mapping[str, Json]]:
    """The configurations of Envoy below `value`, by the names of their containers. Scalars in them are text."""
    return dict(_numbered(_configurations(value)))


def _configurations(value: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    if isinstance(value, Mapping):
        name = value.get("Name", value.get("name"))
        for key, member in value.items():
            is_command = key in ("Command", "command", "args")
            config = configuration(member, _placeholder) if is_command else None
            if config is not None:
                yield name if isinstance(name, str) else "envoy", config
            else:
                yield from _configurations(member)
    elif isinstance(value, list):
        for item in value:
            yield from _configurations(item)


def _numbered(found: Iterator[tuple[str, Mapping[str, Json]]]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The containers with numbers where several have one name, in branches."""
    seen: Counter[str] = Counter()
    for name, config in found:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})", config


def _configuration(command: Json) -> Json:
    """The configuration in a command, where a text that CloudFormation fills in whole is the function itself."""
    values: dict[str, Json] = {}

    def marked(value: Json) -> str:
        text = _placeholder(value)
        values[text] = value
        return text

    found = configuration(command, marked)
    return None if found is None else _with_functions(found, values)


def _with_functions(value: Json, values: Mapping[str, Json]) -> Json:
    if isinstance(value, Mapping):
        return {key: _with_functions(member, values) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_functions(item, values) for item in value]
    if not isinstance(value, str) or not value.startswith("${"):
        return value
    name = _NAME.fullmatch(value)
    return values.get(value, value) if name is None else _reference(name[1])


def _reference(name: str) -> Json:
    resource, dot, attribute = name.partition(".")
    return {"Fn::GetAtt": [resource, attribute]} if dot else {"Ref": name}


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
    Functions are written as in YAML: `${Name}`, `${Table.Arn}`, `${!ImportValue name}`."""
    written = _in_one_line(value)
    for form in ("!Ref ", "!GetAtt "):
        written = written.removeprefix(form)
    return "${" + written.replace('"', "'").replace("\\", "/") + "}"


def _in_one_line(value: Json) -> str:
    """A value as YAML in one line: `!If [IsProd, !Ref Name, b]`."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Fn::GetAtt" and isinstance(argument, list):
                return f"!GetAtt {'.'.join(map(str, argument))}"
            if function in SHORT_FORMS:
                return f"{SHORT_FORMS[function]} {_in_one_line(argument)}"
        return "{" + ", ".join(f"{key}: {_in_one_line(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_one_line, value)) + "]"
    if isinstance(value, str) and value and not re.search(r"[\s,\[\]{}:#'\"&*!|>%@`]", value.replace("::", "")):
        return value
    return json.dumps(value)
