"""The one merge rule, at its edges."""

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.fragment_merge import Identities, merged

IDENTITIES: Identities = {
    "Environment": [("Name", None)],
    "PortMappings": [("ContainerPort", None), ("Protocol", "tcp")],
}
NO_VALUE: Json = {"Ref": "AWS::NoValue"}
REF: Json = {"Ref": "X"}


def variable(name: Json, value: Json) -> Json:
    return {"Name": name, "Value": value}


@pytest.mark.parametrize(
    ("base", "fragment", "expected"),
    [
        # Maps merge, on every level; the base's order stays.
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"c": 3}, "e": 4}, {"a": 1, "b": {"c": 3, "d": 2}, "e": 4}),
        # A function is a value: it replaces a map, and a map replaces it.
        ({"a": {"b": 1}}, {"a": REF}, {"a": REF}),
        ({"a": REF}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": [1]}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
        # NoValue removes what is there, and nothing where nothing is.
        ({"a": 1, "b": 2}, {"a": NO_VALUE, "c": NO_VALUE}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": NO_VALUE}}, {"a": {"c": 2}}),
        # Lists without identities replace.
        ({"Command": ["a", "b"]}, {"Command": ["c"]}, {"Command": ["c"]}),
        ({"Environment": [variable("A", "1")]}, {"Environment": REF}, {"Environment": REF}),
        ({"Environment": REF}, {"Environment": [variable("A", "1")]}, {"Environment": [variable("A", "1")]}),
        # Items with an identity merge in their place; new ones come last.
        (
            {"Environment": [variable("A", "1"), variable("B", "2")]},
            {"Environment": [variable("C", "3"), variable("A", "4")]},
            {"Environment": [variable("A", "4"), variable("B", "2"), variable("C", "3")]},
        ),
        # A number and its text are one identity; a protocol that is not written is tcp.
        (
            {"PortMappings": [{"ContainerPort": 9901, "Protocol": "tcp"}, {"ContainerPort": 9901, "Protocol": "udp"}]},
            {"PortMappings": [{"ContainerPort": "9901", "HostPort": 1}]},
            {
                "PortMappings": [
                    {"ContainerPort": "9901", "Protocol": "tcp", "HostPort": 1},
                    {"ContainerPort": 9901, "Protocol": "udp"},
                ]
            },
        ),
        # An item without a literal identity is added, also where one like it is there.
        (
            {"Environment": [variable(REF, "1")]},
            {"Environment": [variable(REF, "2"), {"Value": "3"}, REF, "text"]},
            {"Environment": [variable(REF, "1"), variable(REF, "2"), {"Value": "3"}, REF, "text"]},
        ),
        (
            {"Environment": [variable("A", "1")]},
            {"Environment": [variable(REF, NO_VALUE)]},
            {"Environment": [variable("A", "1"), {"Name": REF}]},
        ),
        # An item whose other members are all NoValue goes, or never comes.
        (
            {"Environment": [variable("A", "1"), variable("B", "2")]},
            {"Environment": [variable("A", NO_VALUE), variable("C", NO_VALUE)]},
            {"Environment": [variable("B", "2")]},
        ),
        # One of which only some are does not go.
        (
            {"Environment": [{"Name": "A", "Value": "1", "x": 2}]},
            {"Environment": [{"Name": "A", "Value": NO_VALUE, "x": 3}]},
            {"Environment": [{"Name": "A", "x": 3}]},
        ),
        # An identity alone takes nothing away.
        (
            {"Environment": [variable("A", "1")]},
            {"Environment": [{"Name": "A"}]},
            {"Environment": [variable("A", "1")]},
        ),
        # A list under Fn::If merges in each branch, and one that may not be there takes nothing away.
        (
            {"Environment": [variable("A", "1")]},
            {"Environment": {"Fn::If": ["C", [variable("A", "2")], NO_VALUE]}},
            {"Environment": {"Fn::If": ["C", [variable("A", "2")], [variable("A", "1")]]}},
        ),
        (
            {"Environment": {"Fn::If": ["C", [variable("A", "1")], []]}},
            {"Environment": {"Fn::If": ["C", [variable("B", "2")], {"Fn::If": ["D", [], NO_VALUE]}]}},
            {"Environment": {"Fn::If": ["C", [variable("A", "1"), variable("B", "2")], []]}},
        ),
        (
            {"Environment": [variable("A", "1")]},
            {"Environment": {"Fn::If": ["C", NO_VALUE, NO_VALUE]}},
            {"Environment": [variable("A", "1")]},
        ),
        # A map that only looks like a function is a map.
        ({"m": {"a": 1}}, {"m": {"Condition": "x"}}, {"m": {"a": 1, "Condition": "x"}}),
        ({"m": {"Condition": "x"}}, {"m": {"a": 1}}, {"m": {"Condition": "x", "a": 1}}),
        ({"m": {"a": 1}}, {"m": {"Ref": {"b": 2}}}, {"m": {"a": 1, "Ref": {"b": 2}}}),
        # The rule holds inside of maps and of items.
        (
            {"m": {"Environment": [variable("A", "1")]}},
            {"m": {"Environment": [variable("A", "2")]}},
            {"m": {"Environment": [variable("A", "2")]}},
        ),
        (
            {"Environment": [{"Name": "A", "Environment": [variable("B", "1")]}]},
            {"Environment": [{"Name": "A", "Environment": [variable("B", "2")]}]},
            {"Environment": [{"Name": "A", "Environment": [variable("B", "2")]}]},
        ),
        (
            {"Environment": []},
            {"Environment": [{"Name": "A", "Environment": [variable("B", NO_VALUE), variable("C", "1")]}]},
            {"Environment": [{"Name": "A", "Environment": [variable("C", "1")]}]},
        ),
    ],
)
def test_merged(base: dict[str, Json], fragment: dict[str, Json], expected: Json) -> None:
    assert merged(base, fragment, IDENTITIES) == expected
    assert list(merged(base, fragment, IDENTITIES)) == list(expected if isinstance(expected, dict) else ())
