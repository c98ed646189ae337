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
    "service-connect",
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
            {"Fn::If": ["A", value, []]},
            {"Condition": value},
            {"Ref": {"a": value}},
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


MARK = {"MeshName": "apps", "VirtualNodeName": "web"}
CALL = {"Name": "AppMeshInject", "Parameters": MARK}
KNOWN = tuple(
    json.dumps(value)
    for value in (
        [""],
        [" ", ""],
        [{"Fn::If": ["A", [], ["x"]]}],
        {"Condition": "A"},
        {"Ref": {"a": "b"}},
        {"Ref": "A", "b": "c"},
        {"Fn::If": "A"},
        {"Ref": "AWS::Region"},
        {"Ref": "AWS::AccountId"},
        {"Fn::Sub": "${AWS::StackName}-${AWS::Partition}"},
        {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/file"}}},
        {"Fn::ForEach::Loop": ["Member", ["Memory", "PortMappings", "AppMesh"], {"${Member}": {"Ref": "Member"}}]},
        {"AppMesh": MARK},
        {"Appmesh": MARK},
        {"Fn::Transform": CALL},
        CALL,
        {**CALL, "Name": "AppMeshInjekt"},
        [CALL, "AWS::LanguageExtensions"],
        "AppMeshInjekt",
        "mesh/apps@111122223333/virtualNode/web",
        {"Fn::If": ["A", "mesh/apps/virtualNode/web", "mesh/apps/virtualNode/api"]},
        "arn:aws:ssm:us-east-1:111122223333:parameter/web",
        "/web/ports",
        "IPv6_ONLY",
        "IPv6_PREFERRED",
        "IPv4_ONLY",
        "9901",
        9901,
        15000,
        "traffic-port",
        {"Prefix": {"Value": "/v2"}},
        {"Path": {"Exact": "/healthz"}},
        {"Prefix": {"DefaultPrefix": "DISABLED"}, "Hostname": {"DefaultTargetHostname": "DISABLED"}},
        {"Hostname": {"Exact": "a.example.com"}},
        {"HTTP": {"MaxConnections": 0}},
    )
)
"""Values of the kinds that users' templates have got wrong results for, as JSON."""
MEMBERS = (
    *("AppMesh", "Appmesh", "AppMesh:MeshName", "Transform", "Fn::Transform", "Fn::ForEach::Loop", "Condition"),
    *("StatsPort", "HealthCheckPort", "IpPreference", "Rewrite", "Match", "ConnectionPool", "PortMappings", "Enabled"),
    *("Environment", "AppPorts", "MeshOwner", "Tags", "FirelensConfiguration", "DependsOn", "User"),
)
"""Members that such values belong to."""


def known_kind(place: Place, chance: Chance) -> None:
    """A value that is meant for some place, perhaps for another one."""
    holder, step = place
    holder[step] = json.loads(chance.choice(KNOWN))


def add(place: Place, chance: Chance) -> None:
    """One member more, which belongs here or elsewhere."""
    holder, step = place
    for target in (holder[step], holder):
        if isinstance(target, dict):
            target[chance.choice(MEMBERS)] = json.loads(chance.choice(KNOWN))
            return


def misspell(place: Place, chance: Chance) -> None:
    """A key as somebody types it in a hurry."""
    holder, step = place
    if isinstance(holder, dict) and isinstance(step, str) and step:
        cut = chance.below(len(step))
        holder[chance.choice([step.lower(), step.capitalize(), step[:cut] + step[cut + 1 :], f"{step}s"])] = holder.pop(
            step
        )


BENDS = (replace, around, rename, remove, refer, known_kind, add, misspell)


def bend(event: Any, chance: Chance) -> None:
    """Bends the event in one place."""
    found = list(places(event))
    if found:
        chance.choice(BENDS)(found[chance.below(len(found))], chance)
