"""The inverse of the merge rule, for any JSON."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json, same
from appmesh_inject.cfn.fragment_merge import merged
from appmesh_inject.migrate.fragment_difference import difference, without_nothing

IDENTITIES = {
    "Environment": (("Name", None),),
    "PortMappings": (("ContainerPort", None), ("Protocol", "tcp")),
}

scalars = st.one_of(st.booleans(), st.integers(0, 2), st.sampled_from(["", "1", "a", 1.0, None]))


def environments(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["x", "y", "1", 1])
    item = st.fixed_dictionaries({"Name": names}, optional={"Value": values, "More": values})
    return st.lists(item, max_size=3, unique_by=lambda each: str(each["Name"]))


def port_mappings(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    optional = {"Protocol": st.sampled_from(["tcp", "udp"]), "HostPort": values}
    item = st.fixed_dictionaries({"ContainerPort": st.sampled_from([1, "1", 2])}, optional=optional)
    return st.lists(item, max_size=3, unique_by=lambda each: (str(each["ContainerPort"]), each.get("Protocol", "tcp")))


values: st.SearchStrategy[Any] = st.deferred(
    lambda: st.one_of(
        scalars,
        st.lists(values, max_size=2),
        st.dictionaries(st.sampled_from(["A", "B", "Ref", "Fn::Sub", "Name"]), values, max_size=2),
        st.fixed_dictionaries({"A": values}, optional={"Environment": environments(values)}),
        st.fixed_dictionaries({"Ref": values}, optional={"PortMappings": port_mappings(values)}),
    )
)
definitions = st.fixed_dictionaries(
    {},
    optional={
        "A": values,
        "Ref": values,
        "Environment": st.one_of(environments(values), scalars),
        "PortMappings": st.one_of(port_mappings(values), scalars),
    },
)


def in_order(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: in_order(member, name) for name, member in value.items()}
    if isinstance(value, list):
        items = [in_order(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if key in IDENTITIES else items
    return value


@given(definitions, definitions)
def test_merged_over_the_base_it_gives_what_was_wanted(base: dict[str, Json], wanted: dict[str, Json]) -> None:
    fragment = difference(base, wanted, IDENTITIES)
    assert same(in_order(merged(base, fragment, IDENTITIES)), in_order(wanted))


@given(definitions)
def test_without_a_difference_nothing_is_shown(base: dict[str, Json]) -> None:
    reordered = {
        key: value[::-1] if isinstance(value, list) and key in IDENTITIES else value for key, value in base.items()
    }
    assert difference(base, reordered, IDENTITIES) == {}


def test_the_output_is_short() -> None:
    base: dict[str, Json] = {
        "User": "1337",
        "Environment": [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}],
        "HealthCheck": {"Interval": 5, "StartPeriod": 10},
        "Ulimits": [{"Name": "nofile"}],
    }
    wanted: dict[str, Json] = {
        "User": 1337,
        "HealthCheck": {"Interval": 5},
        "Environment": [{"Name": "C", "Value": "3"}, {"Name": "B", "Value": 2}],
    }
    nothing = {"Ref": "AWS::NoValue"}
    assert difference(base, wanted, {"Environment": (("Name", None),)}) == {
        "User": 1337,
        "HealthCheck": {"StartPeriod": nothing},
        "Environment": [{"Name": "C", "Value": "3"}, {"Name": "B", "Value": 2}, {"Name": "A", "Value": nothing}],
        "Ulimits": nothing,
    }


def test_an_item_reduced_to_its_identity_is_removed_and_added() -> None:
    base: dict[str, Json] = {"Environment": [{"Name": "A", "Value": "1"}]}
    wanted: dict[str, Json] = {"Environment": [{"Name": "A"}]}
    fragment = difference(base, wanted, {"Environment": (("Name", None),)})
    assert merged(base, fragment, {"Environment": (("Name", None),)}) == wanted


def test_no_value_is_ignored() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    assert without_nothing({"A": nothing, "B": [1, nothing, {"C": nothing}]}) == {"B": [1, {}]}
    assert without_nothing({"Fn::If": ["C", nothing, 1]}) == {"Fn::If": ["C", nothing, 1]}
