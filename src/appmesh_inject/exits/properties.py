"""The properties of a mesh resource, each with its path as the CloudFormation schema spells it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import function, is_no_value

WHOLE = "."
"""The path that stands for the resource as a whole."""


class GivenProperty(NamedTuple):
    """One property that is given.

    kind: of the resource, such as `Route`. path: its steps without indexes, joined by dots. place: the path in the
    resource's Properties. value: a literal, or an intrinsic whose value is not known. parent: the map around it.
    properties: of the whole resource.
    """

    kind: str
    path: str
    place: Path
    value: Json
    parent: Mapping[str, Json]
    properties: Mapping[str, Json]

    @property
    def text(self) -> str | None:
        """The value as text; None if it is not known."""
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return str(self.value) if isinstance(self.value, str | int | float) else None


def properties_of(kind: str, properties: Mapping[str, Json]) -> Iterator[GivenProperty]:
    """The resource as a whole, then each property that has a value, in the order of the document. An Fn::If gives the
    properties of both branches."""
    yield GivenProperty(kind, WHOLE, (), properties, properties, properties)
    for place, value, parent in _leaves(properties, (), properties):
        path = ".".join(step for step in place if isinstance(step, str) and step != "Fn::If")
        yield GivenProperty(kind, path, place, value, parent, properties)


def _leaves(value: Json, place: Path, parent: Mapping[str, Json]) -> Iterator[tuple[Path, Json, Mapping[str, Json]]]:
    if is_no_value(value):
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*place, index), parent)
    elif isinstance(value, Mapping) and function(value) == "Fn::If":
        branches = value["Fn::If"]
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            if index:
                yield from _leaves(branch, (*place, "Fn::If", index), parent)
    elif isinstance(value, Mapping) and function(value) is None:
        for name, member in value.items():
            yield from _leaves(member, (*place, name), value)
    elif value is not None:
        yield place, value, parent
