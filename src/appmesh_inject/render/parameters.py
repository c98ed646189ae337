"""The values of a template's parameters, as CloudFormation puts them into a macro's event."""

import json
from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import PSEUDO


def declarations(template: Json) -> Mapping[str, Json]:
    """The Parameters that a template declares; empty for other documents."""
    declared = template.get("Parameters") if isinstance(template, Mapping) else None
    return declared if isinstance(declared, Mapping) else {}


def parameter_values(declared: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, Json]:
    """The given value of each declared parameter, or its Default; without parameters that have neither.

    A value is a text, or a list of texts for a list type. The value of an SSM-typed parameter is the name of the entry
    in Parameter Store, as in the event. Pseudo parameters have a value only if one is given.
    """
    values: dict[str, Json] = {name: given[name] for name in PSEUDO if name in given}
    for name, declaration in declared.items():
        members = declaration if isinstance(declaration, Mapping) else {}
        if name in given:
            values[name] = _event_value(given[name], members.get("Type"))
        elif "Default" in members:
            values[name] = _event_value(members["Default"], members.get("Type"))
    return values


def _event_value(value: Json, kind: Json) -> Json:
    if isinstance(value, list):
        return [_text(item) for item in value]
    text = _text(value)
    if isinstance(kind, str) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
        return [part.strip() for part in text.split(",")] if text.strip() else []
    return text


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
