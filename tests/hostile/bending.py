"""Bending an event: a place in it gets a value of another type, a function around it, another name.

Hypothesis and the fuzzer bend in the same ways; they differ in where their choices come from.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

Option = TypeVar("Option")


class Chance(Protocol):
    """Where choices come from."""

    def choice(self, options: Sequence[Option], /) -> Option: ...

    def below(self, limit: int, /) -> int: ...

    def value(self) -> Any:
        """Any JSON."""


ODD_TEXTS = (
    "",
    " ",
    "\0",
    "\n\r\t\x1b[31m",
    "\x85\u2028\u2029",
    "\ud800",
    "\udfff\ud800",
    "\u202eevil\u2066",
    "\ufeff\u200d",
    "👩‍👩‍👧🏽",
    "é",
    "ẞİı",
    "\U0001d7d7\U0001d7d8\U0001d7d6\U0001d7d8",
    "²",
    "٣",
    "9" * 5000,
    "-1",
    "1e999",
    "0x10",
    "1_000",
    "true",
    "9080,,9081 ,",
    "${",
    "${}",
    "${!x}",
    "${AWS::NoValue}",
    "{{resolve:ssm:/x}}",
    "{{resolve:",
    "arn:aws:appmesh:::mesh/a/virtualNode/b",
    "../" * 40,
    "__class__",
    "{0.__class__}%s",
    "[" * 5000,
    '{"a":' * 5000,
    '{"Name": "envoy"}',
    "null",
    "a" * 3000,
    "AWS::ECS::TaskDefinition",
    "AWS::AppMesh::VirtualNode",
    "AWS::NoValue",
    "envoy",
    "preview",
    "ga",
    "standalone",
)
ODD_KEYS = (
    "Ref",
    "Condition",
    "Fn::If",
    "Fn::Sub",
    "Fn::GetAtt",
    "Fn::Join",
    "Fn::Split",
    "Fn::Transform",
    "Fn::ForEach::Loop",
    "Fn::ForEach",
    "Fn::",
    "AppMesh",
    "AppMeshInject",
    "Mesh",
    "Metadata",
    "Resources",
    "Properties",
    "Type",
    "Tags",
    "ContainerDefinitions",
    "ExportMesh",
    "MeshStack",
    "Envoy",
    "OnExisting",
    *ODD_TEXTS[:10],
)
NUMBERS = (0, -1, 1, 2**31, 10**40, 1.5, -0.0, 1e308, float("inf"), float("nan"), True, False)

Place = tuple[Any, Any]
"""What holds a value, and the key or index of it there."""


def places(value: Any) -> Iterator[Place]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield value, step
        yield from places(member)


def replace(place: Place, chance: Chance) -> None:
    holder, step = place
    holder[step] = chance.value()


def around(place: Place, chance: Chance) -> None:
    """The value inside of a function, well-formed or nearly."""
    holder, step = place
    value = holder[step]
    holder[step] = chance.choice(
        [
            {"Fn::If": ["A", value, {"Ref": "AWS::NoValue"}]},
            {"Fn::If": ["A", value, {"Fn::If": ["A", value, value]}]},
            {"Fn::If": [{"Ref": "A"}, value, value]},
            {"Fn::If": ["A", {"Fn::If": [[], value, value]}, value]},
            {"Fn::If": [value]},
            {"Fn::Sub": ["${X}", {"X": value}]},
            {"Fn::Join": [value, value]},
            {"Ref": value},
            {"Fn::GetAtt": value},
            {"Fn::ForEach::L": ["L", ["a"], {"X${L}": value}]},
            [value],
            [value, value],
            {"Resources": value},
            json.dumps(value),
        ]
    )


def rename(place: Place, chance: Chance) -> None:
    holder, step = place
    if isinstance(holder, dict):
        holder[chance.choice(ODD_KEYS)] = holder.pop(step)


def remove(place: Place, chance: Chance) -> None:
    holder, step = place
    del holder[step]


def refer(place: Place, chance: Chance) -> None:
    """A Ref to a parameter, which has the value."""
    holder, step = place
    holder[step] = {"Ref": "Given"}


BENDS = (replace, around, rename, remove, refer)


def bend(event: Any, chance: Chance) -> None:
    """Bends the event in one place."""
    found = list(places(event))
    if found:
        chance.choice(BENDS)(found[chance.below(len(found))], chance)
