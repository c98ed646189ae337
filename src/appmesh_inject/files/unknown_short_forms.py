"""Finds functions in a short form that CloudFormation does not have: `!Length` for `Fn::Length`, `!sub` for `!Sub`."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from appmesh_inject.files.errors import Position

LONG_ONLY = ("ForEach", "Length", "ToJsonString")
"""Functions of AWS::LanguageExtensions, which have a long form alone."""

SHORT = (
    *("And", "Base64", "Cidr", "Condition", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap"),
    *("GetAZs", "GetAtt", "If", "ImportValue", "Join", "Not", "Or", "Ref", "RefAll", "Select", "Split", "Sub"),
    *("Transform", "ValueOf", "ValueOfAll"),
)
"""All functions that have a short form, those of rules included."""

_TAG = re.compile(r"!([A-Za-z][A-Za-z0-9]*)")


class ShortForm(NamedTuple):
    """A function in a short form. name: `Length`."""

    name: str
    place: Position


def unsupported(text: str) -> Iterator[ShortForm]:
    """The short forms in a YAML document that CloudFormation refuses, in order. text: of a document that was read."""
    # Most documents are done here: only what looks like another tag is worth the time to read the document again.
    if set(_TAG.findall(text)) <= set(SHORT):
        return
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        tag = getattr(event, "tag", None)
        name = str(tag).removeprefix("!")
        if tag and len(tag) > 1 and tag.startswith("!") and name not in SHORT:
            mark: Any = event.start_mark
            yield ShortForm(name, Position(mark.line + 1, mark.column + 1))
