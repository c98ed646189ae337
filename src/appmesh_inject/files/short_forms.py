"""Finds functions in a short form that CloudFormation does not have: `!Length` for `Fn::Length`."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from appmesh_inject.files.errors import Position

LONG_ONLY = ("ForEach", "Length", "ToJsonString")
"""Functions of AWS::LanguageExtensions, which have a long form alone."""


class ShortForm(NamedTuple):
    """A function in a short form. name: `Length`."""

    name: str
    place: Position


def unsupported(text: str) -> Iterator[ShortForm]:
    """The short forms in a YAML document that CloudFormation refuses, in order. text: of a document that was read."""
    if not any(f"!{name}" in text for name in LONG_ONLY):
        return
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        tag = getattr(event, "tag", None)
        name = str(tag).removeprefix("!")
        if tag and name.split("::")[0] in LONG_ONLY:
            mark: Any = event.start_mark
            yield ShortForm(name, Position(mark.line + 1, mark.column + 1))
