"""How each kind of value is read: what it becomes, or what its error text says and where it points."""

import json
from typing import Any

import pytest

from appmesh_inject.cfn.document import MOST_LEVELS, Json
from appmesh_inject.cfn.intrinsics import Literal, Scope
from appmesh_inject.profiles.connecting import configuration
from appmesh_inject.settings import list_types, types
from appmesh_inject.settings.list_types import ListValue, NameList
from appmesh_inject.settings.types import InvalidValue
from appmesh_inject.workloads.pods import PodContainerReader
from appmesh_inject.workloads.task_definition import CLOUDFORMATION, ECS_API

SCOPE = Scope(
    parameters={
        "Name": "apps",
        "Secret": "mesh/secret",
        "Ports": "80,81",
        "Wrong": "80,x",
        "Listed": ["80", "81"],
        "Number": 9080,
        "Empty": "",
        "Loud": "loud",
        "Contain": "app sidecar",
        "Spaced": "80 81",
    },
    loops=frozenset({"Each"}),
    lists=frozenset({"Listed", "Unknown"}),
)
NO_VALUE: Json = {"Ref": "AWS::NoValue"}
UNKNOWN: Json = {"Fn::ImportValue": "x"}
UNDECIDED = "decides what is injected, and its value is not known when the macro runs"
KNOWN_PARAMETER = "a Ref to a parameter that is neither NoEcho nor read from Parameter Store"


def said(outcome: object) -> list[str]:
    """Each problem as a line: code, place, text, and what to do."""
    assert isinstance(outcome, InvalidValue), outcome
    return [f"{p.code} {'/'.join(map(str, p.path))}: {p.message}. {p.hint}" for p in outcome.all]


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("apps", "apps"),
        (9080, "9080"),
        (1.5, "1.5"),
        ({"Ref": "Name"}, {"Ref": "Name"}),
        (UNKNOWN, UNKNOWN),
        ({"Fn::If": ["A", "a", UNKNOWN]}, {"Fn::If": ["A", "a", UNKNOWN]}),
    ],
)
def test_text(value: Json, expected: Json) -> None:
    assert types.text(types.name_alone)(value, SCOPE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ["AM102 : must be a name without '/', and '' is not. Write a name without '/'"]),
        ("a/b", ["AM102 : must be a name without '/', and 'a/b' is not. Write a name without '/'"]),
        ("arn:x", ["AM102 : must be a name without '/', and 'arn:x' is not. Write a name without '/'"]),
        (True, ["AM102 : must be a name without '/', and 'true' is not. Write a name without '/'"]),
        (
            {"Ref": "Secret"},
            [
                "AM102 : must be a name without '/', and the value of parameter 'Secret' is not. "
                "Write a name without '/'"
            ],
        ),
        (
            {"Fn::If": ["A", NO_VALUE, {"Fn::If": ["B", "x", ["y"]]}]},
            [
                "AM102 Fn::If/1: is AWS::NoValue in one branch. Give a value in both branches",
                "AM102 Fn::If/2/Fn::If/2: must be a name without '/', and '[\"y\"]' is not. Write a name without '/'",
            ],
        ),
    ],
)
def test_text_that_is_none(value: Json, expected: list[str]) -> None:
    assert said(types.text(types.name_alone)(value, SCOPE)) == expected


def test_a_map_is_no_text_where_any_text_will_do() -> None:
    said_of_any = ["AM102 : must be text, and '{\"a\": 1}' is not. Write text"]
    assert said(types.text(types.any_text)({"a": 1}, SCOPE)) == said_of_any
    assert said(types.text(lambda _: None)({"a": 1}, SCOPE)) == said_of_any
    assert said(types.text(types.any_text)("", SCOPE)) == ["AM102 : must be text, and '' is not. Write text"]
    assert types.text(types.any_text)("arn:aws:x", SCOPE) == "arn:aws:x"


def test_a_word_of_several() -> None:
    reader = types.text(types.word_of("info", "debug", "off"))
    assert reader("debug", SCOPE) == "debug"
    assert said(reader("loud", SCOPE)) == [
        "AM102 : must be info, debug or off, and 'loud' is not. Write info, debug or off"
    ]


@pytest.mark.parametrize("value", ["7", "4294967294", "0000000012", "12"])
def test_whole_numbers(value: str) -> None:
    assert types.whole_number(7, 4294967294, "a user ID")(value) is None


@pytest.mark.parametrize("value", ["6", "4294967295", "00000000012", "+12", "1.5", "-1", "", "x", "²", "١٢"])
def test_what_is_no_whole_number(value: str) -> None:
    assert types.whole_number(7, 4294967294, "a user ID")(value) == "a user ID from 7 to 4294967294"


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("10.0.0.1", True),
        ("10.0.0.0/8", True),
        ("10.0.0.1/8", True),
        ("::1", True),
        ("10.0.0.0/33", False),
        ("host", False),
    ],
)
def test_addresses(value: str, is_one: bool) -> None:
    assert types.address(value) == (None if is_one else "an IP address or a CIDR block")


def test_a_choice() -> None:
    reader = types.choice("Fail", "Keep", "Replace")
    assert reader("Keep", SCOPE) == "Keep"
    assert reader({"Fn::If": ["A", "Keep", "Fail"]}, Scope(assumed={"A": True})) == "Keep"
    assert types.choice("apps", "x")({"Ref": "Name"}, SCOPE) == "apps"
    assert said(reader("keep", SCOPE)) == [
        "AM102 : must be Fail, Keep or Replace, and 'keep' is not. Did you mean 'Keep'?"
    ]
    assert said(reader("zzz", SCOPE)) == [
        "AM102 : must be Fail, Keep or Replace, and 'zzz' is not. Write Fail, Keep or Replace"
    ]
    assert said(reader(UNKNOWN, SCOPE)) == [f"AM103 : {UNDECIDED}. Write the value itself, or {KNOWN_PARAMETER}"]


def test_what_a_parameter_may_have_meant_is_never_guessed() -> None:
    reader = types.choice("loud", "quiet")
    scope = Scope(parameters={"P": "Loud"})
    assert said(reader({"Ref": "P"}, scope)) == [
        "AM102 : must be loud or quiet, and the value of parameter 'P' is not. Write loud or quiet"
    ]


def test_a_flag() -> None:
    scope = Scope(parameters={"On": "True", "Off": "false"})
    assert [types.flag(value, scope) for value in (True, "true", {"Ref": "On"})] == [True, True, True]
    assert [types.flag(value, scope) for value in (False, "FALSE", {"Ref": "Off"})] == [False, False, False]
    assert said(types.flag(1, scope)) == ["AM102 : must be true or false, and '1' is not. Write true or false"]
    assert said(types.flag([True], scope)) == [
        "AM102 : must be true or false, and '[true]' is not. Write true or false"
    ]
    assert said(types.flag(UNKNOWN, scope))[0].startswith(f"AM103 : {UNDECIDED}. ")


def test_a_switch() -> None:
    assert types.switch({"Fn::If": ["A", {"Fn::If": ["B", "true", False]}, "false"]}, SCOPE) == {
        "Fn::If": ["A", {"Fn::If": ["B", True, False]}, False]
    }
    assert said(types.switch({"Fn::If": ["A", True, {"Fn::If": ["B", "x", True]}]}, SCOPE)) == [
        "AM102 Fn::If/2/Fn::If/1: must be true or false, and 'x' is not. Write true or false"
    ]
    assert said(types.switch({"Fn::If": ["A", True, UNKNOWN]}, SCOPE)) == [
        f"AM103 Fn::If/2: {UNDECIDED}. Write true, false, {KNOWN_PARAMETER}, or an Fn::If with true and false"
    ]


def joined_by_commas(*items: Json) -> Json:
    return {"Fn::Join": [",", list(items)]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], ListValue((), "", 0)),
        ("", ListValue((), "", 0)),
        ([80, "81", 80], ListValue(("80", "81"), "80,81", 2)),
        ("80, 81 82", ListValue(("80", "81", "82"), "80,81,82", 3)),
        (80, ListValue(("80",), "80", 1)),
        ([80, {"Ref": "Port"}], ListValue(("80", {"Ref": "Port"}), {"Fn::Sub": "80,${Port}"}, 2)),
        ([80, {"Ref": "Each"}, 81], ListValue(("80", {"Ref": "Each"}, "81"), {"Fn::Sub": "80,${Each},81"}, 3)),
        (UNKNOWN, ListValue((UNKNOWN,), UNKNOWN, 1)),
        ({"Ref": "Ports"}, ListValue(({"Ref": "Ports"},), {"Ref": "Ports"}, 2)),
        ({"Ref": "Empty"}, ListValue((), "", 0)),
        (
            {"Ref": "Listed"},
            ListValue(({"Fn::Join": [",", {"Ref": "Listed"}]},), {"Fn::Join": [",", {"Ref": "Listed"}]}, 2),
        ),
        (
            {"Ref": "Unknown"},
            ListValue(({"Fn::Join": [",", {"Ref": "Unknown"}]},), {"Fn::Join": [",", {"Ref": "Unknown"}]}, 1),
        ),
        (
            {"Fn::Split": ["|", "80|81"]},
            ListValue(
                ({"Fn::Join": [",", {"Fn::Split": ["|", "80|81"]}]},),
                {"Fn::Join": [",", {"Fn::Split": ["|", "80|81"]}]},
                1,
            ),
        ),
        (
            [80, {"Fn::If": ["A", 81, NO_VALUE]}],
            ListValue(
                ("80", {"Fn::If": ["A", 81, NO_VALUE]}), joined_by_commas("80", {"Fn::If": ["A", 81, NO_VALUE]}), 2
            ),
        ),
        (
            {"Fn::If": ["A", [80, 81, 82], "81"]},
            ListValue(({"Fn::If": ["A", "80,81,82", "81"]},), {"Fn::If": ["A", "80,81,82", "81"]}, 3),
        ),
        (
            {"Fn::If": ["A", [80], {"Fn::If": ["B", "81 82", {"Ref": "Ports"}]}]},
            ListValue(
                ({"Fn::If": ["A", "80", {"Fn::If": ["B", "81,82", {"Ref": "Ports"}]}]},),
                {"Fn::If": ["A", "80", {"Fn::If": ["B", "81,82", {"Ref": "Ports"}]}]},
                2,
            ),
        ),
        ({"Fn::If": ["A", [], ""]}, ListValue((), "", 0)),
    ],
)
def test_entries(value: Json, expected: ListValue) -> None:
    assert list_types.entries(types.port)(value, SCOPE) == expected


def test_what_a_loop_replaces_in_an_entry_stays_its_placeholder() -> None:
    entries = list_types.entries(types.any_text)(["${Each}", "${Other}", {"Ref": "X"}], SCOPE)
    assert isinstance(entries, ListValue)
    assert entries.text == {"Fn::Sub": "${Each},${!Other},${X}"}


PORT = "a port from 1 to 65535"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            [80, 0, UNKNOWN, "x"],
            [
                f"AM107 1: has an invalid entry: '0' is not {PORT}. Correct the entry",
                f"AM107 3: has an invalid entry: 'x' is not {PORT}. Correct the entry",
            ],
        ),
        ("80,x", [f"AM107 : has an invalid entry: 'x' is not {PORT}. Correct the entry"]),
        (0, [f"AM107 : has an invalid entry: '0' is not {PORT}. Correct the entry"]),
        ([[80]], [f"AM107 0: has an invalid entry: '[80]' is not {PORT}. Correct the entry"]),
        (
            {"Ref": "Wrong"},
            [f"AM107 : has an invalid entry: the value of parameter 'Wrong' is not {PORT}. Correct the entry"],
        ),
        (
            {"Ref": "Spaced"},
            [
                "AM107 : has other separators than single commas: the value of parameter 'Spaced', which is written as"
                " it is. Separate the entries by commas without spaces, or write them here"
            ],
        ),
        (
            [{"Ref": "Loud"}],
            [f"AM107 0: has an invalid entry: the value of parameter 'Loud' is not {PORT}. Correct the entry"],
        ),
        (
            [80, {"Fn::If": ["A", UNKNOWN, 0]}],
            [f"AM107 1/Fn::If/2: has an invalid entry: '0' is not {PORT}. Correct the entry"],
        ),
        ({"a": 1}, ["AM102 : must be a list, and '{\"a\": 1}' is not. Write a list: [9080, 9081]"]),
        (
            {"Fn::If": ["A", [80], ["x", 81, 0]]},
            [
                f"AM107 Fn::If/2/0: has an invalid entry: 'x' is not {PORT}. Correct the entry",
                f"AM107 Fn::If/2/2: has an invalid entry: '0' is not {PORT}. Correct the entry",
            ],
        ),
        (
            {"Fn::If": ["A", [80], []]},
            [
                "AM103 : is empty in only one branch, and whether it is empty must be known when the macro runs."
                " Write entries in both branches, or in neither"
            ],
        ),
    ],
)
def test_entries_that_are_none(value: Json, expected: list[str]) -> None:
    assert said(list_types.entries(types.port)(value, SCOPE)) == expected


def test_a_list_parameter_as_an_entry_is_read_entry_by_entry() -> None:
    scope = Scope(parameters={"P": ["80", "x"]}, lists=frozenset({"P"}))
    assert said(list_types.entries(types.port)([{"Ref": "P"}], scope)) == [
        f"AM107 0: has an invalid entry: the value of parameter 'P' is not {PORT}. Correct the entry"
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("shop-base", ("shop-base",)),
        ("shop-base shop-cart", ("shop-base", "shop-cart")),
        (["b", "a", "b"], ("b", "a")),
        ({"Ref": "Name"}, ("apps",)),
        (["b", {"Ref": "Name"}], ("b", "apps")),
        ([], ()),
        ([""], ()),
    ],
)
def test_names_of_stacks(value: Json, expected: tuple[str, ...]) -> None:
    found = list_types.stacks(value, SCOPE)
    assert isinstance(found, NameList)
    assert found.names == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "AM102 : must be the name of a stack or a list of names, and '' is not. Write [shop-base, shop-cart]"),
        (7, "AM102 : must be the name of a stack or a list of names, and '7' is not. Write [shop-base, shop-cart]"),
        (["a", "b*"], "AM102 1: must have names of stacks, and 'b*' is not one."),
        (["a", {"Ref": "X"}], f"AM103 1: {UNDECIDED}"),
        (["a", {"Ref": "Ports"}], "AM102 1: must have names of stacks, and the value of parameter 'Ports' is not one."),
        ("1a", "AM102 : must have names of stacks, and '1a' is not one."),
        ({"Ref": "Number"}, "AM102 : must be the name of a stack or a list of names, and the value of parameter"),
        (UNKNOWN, f"AM103 : {UNDECIDED}"),
    ],
)
def test_what_is_no_name_of_a_stack(value: Json, text: str) -> None:
    (only,) = said(list_types.stacks(value, SCOPE))
    assert only.startswith(text)


def test_names() -> None:
    assert list_types.names(["app", "web"], SCOPE) == NameList(("app", "web"))
    assert list_types.names("app, web", SCOPE) == NameList(("app", "web"))
    assert list_types.names([], SCOPE) == NameList(())
    found = list_types.names({"Ref": "Contain"}, SCOPE)
    assert found == NameList(("app", "sidecar"), {"app": "Contain", "sidecar": "Contain"})
    assert found.shown("app") == "the value of parameter 'Contain'"
    mixed = list_types.names([{"Ref": "Loud"}, "app"], SCOPE)
    assert isinstance(mixed, NameList)
    assert [mixed.shown(name) for name in mixed.names] == ["the value of parameter 'Loud'", "'app'"]
    assert NameList(("app",)).shown("app") == "'app'"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, "'7'"),
        ([7], "'[7]'"),
        (["app", ""], '\'["app", ""]\''),
        ({"Ref": "Number"}, "the value of parameter 'Number'"),
    ],
)
def test_what_is_no_list_of_names(value: Json, shown: str) -> None:
    assert said(list_types.names(value, SCOPE)) == [
        f"AM102 : must be a list of container names, and {shown} is not. Write [app]"
    ]


def test_a_fragment() -> None:
    assert types.fragment({"Image": {"Ref": "X"}}, SCOPE) == {"Image": {"Ref": "X"}}
    assert types.fragment('{"Image": "x"}', SCOPE) == {"Image": "x"}
    assert types.fragment(nested(MOST_LEVELS), SCOPE) == json.loads(nested(MOST_LEVELS))


TOO_DEEP = f"AM002 : is JSON text nested deeper than {MOST_LEVELS} levels. Reduce the nesting"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{", "AM102 : is not valid JSON: Expecting property name enclosed in double quotes. "),
        ('{"a": ' + "9" * 5000 + "}", "AM102 : is not valid JSON: it has a number that JSON cannot express. "),
        ('{"a": 1e400}', "AM102 : is not valid JSON: it has a number that JSON cannot express. "),
        ("[1]", "AM102 : must be a map of properties. "),
        (["Image"], "AM102 : must be a map of properties. "),
        ('{"Ref": "X"}', f"AM103 : {UNDECIDED}. Write the map itself; its members may be intrinsics"),
        (nested(MOST_LEVELS + 1), TOO_DEEP),
        (nested(100_000), TOO_DEEP),
    ],
)
def test_a_fragment_that_is_none(value: Json, expected: str) -> None:
    hint = "Write a map, or its JSON text" if expected.endswith(". ") else ""
    assert said(types.fragment(value, SCOPE)) == [expected + hint]


def test_a_value_in_an_error_text() -> None:
    assert types.quoted("x" * 40) == "'" + "x" * 40 + "'"
    assert types.quoted("x" * 41) == "'" + "x" * 37 + "...'"
    assert types.quoted("abcdef", 5) == "'ab...'"
    assert types.quoted({"b": [None], "a": True}) == '\'{"a": true, "b": [null]}\''
    dated: Any = {"Version": complex(1, 2)}
    assert types.quoted(dated) == '\'{"Version": "(1+2j)"}\''
    assert types.shown_literal(Literal("x")) == "'x'"
    assert types.shown_literal(Literal("x", "P")) == "the value of parameter 'P'"


def test_the_word_that_was_meant() -> None:
    assert types.closest("virtualnode", ["MeshName", "VirtualNodeName"]) == "VirtualNodeName"
    assert types.closest("meshnam", ["MeshName", "MeshNames", "MeshNam"]) == "MeshNam"
    assert types.closest("zzz", ["MeshName"]) is None
    # Three letters of five are alike: enough; three of six are not.
    assert types.closest("abcxx", ["abcyy"]) == "abcyy"
    assert types.closest("abcxxx", ["abcyyy"]) is None


def test_every_list_that_merges_is_checked() -> None:
    readers = (CLOUDFORMATION.containers, ECS_API.containers, PodContainerReader())
    merged = {name for reader in readers for name in reader.identities}
    assert merged | set(configuration.IDENTITIES) == types.MERGED_LISTS


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ({"environment": {"A": "b"}, "properties": "x"}, ["AM102", "AM102"]),
        ({"env": None}, ["AM102"]),
        ({"DependsOn": {"Fn::If": ["C", [], {"Ref": "List"}]}}, ["AM103"]),
        ('{"Ulimits": {"Fn::FindInMap": ["A", "B", "C"]}}', ["AM103"]),
    ],
)
def test_a_list_that_cannot_merge_is_refused(value: Json, codes: list[str]) -> None:
    outcome = types.fragment(value, Scope())
    assert isinstance(outcome, types.InvalidValue)
    assert [problem.code for problem in outcome.all] == codes


@pytest.mark.parametrize(
    "value",
    [
        {"DockerLabels": {"Environment": "prod", "properties": {"Ref": "P"}}},
        {"Environment": {"Ref": "AWS::NoValue"}},
        {"Environment": {"Fn::If": ["C", [], {"Ref": "AWS::NoValue"}]}},
    ],
)
def test_such_a_name_elsewhere_is_any_key(value: Json) -> None:
    assert types.fragment(value, Scope()) == value
