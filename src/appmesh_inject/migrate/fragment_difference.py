"""The inverse of the merge rule: finds the fragment that turns what a profile builds into what the user wrote.

`merged(base, difference(base, wanted, identities), identities)` equals `wanted`, except for the order of lists whose
items have an identity. This fails if two items have the same identity, or an item without identity must be removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, same
from appmesh_inject.cfn.fragment_merge import Identities, Members, identity_of
from appmesh_inject.cfn.intrinsics import NO_VALUE, function, is_no_value


def difference(base: Mapping[str, Json], wanted: Mapping[str, Json], identities: Identities) -> dict[str, Json]:
    """The shortest fragment, in the order of `wanted`, removals last. `wanted` must not contain AWS::NoValue."""
    fragment: dict[str, Json] = {}
    for key, value in wanted.items():
        if key not in base:
            fragment[key] = value
        elif not same(base[key], value):
            changed = _changed(base[key], value, key, identities)
            if changed is not None:
                fragment[key] = changed.value
    return fragment | {key: NO_VALUE for key in base if key not in wanted}


def without_nothing(value: Json) -> Json:
    """The value without members and items that are AWS::NoValue, which CloudFormation removes. Keeps the branches of an
    Fn::If."""
    if isinstance(value, dict) and function(value) == "Fn::If" and isinstance(value["Fn::If"], list):
        return {"Fn::If": [without_nothing(argument) for argument in value["Fn::If"]]}
    if isinstance(value, Mapping) and function(dict(value)) is None:
        return {key: without_nothing(member) for key, member in value.items() if not is_no_value(member)}
    if isinstance(value, list):
        return [without_nothing(item) for item in value if not is_no_value(item)]
    return value


def _both_maps(one: Json, other: Json) -> bool:
    return all(isinstance(each, dict) and function(each) is None for each in (one, other))


@dataclass(frozen=True, slots=True)
class _Changed:
    """A fragment's value for a member that differs. A class, so that None can mean `unchanged`."""

    value: Json


def _changed(base: Json, wanted: Json, key: str, identities: Identities) -> _Changed | None:
    """None if the values differ only in the order of lists."""
    if _both_maps(base, wanted):
        assert isinstance(base, Mapping) and isinstance(wanted, Mapping)
        fragment = difference(base, wanted, identities)
        return _Changed(_no_function(fragment, wanted)) if fragment else None
    if key in identities and isinstance(base, list) and isinstance(wanted, list):
        items = _changed_items(base, wanted, identities[key], identities)
        return _Changed(items) if items else None
    return _Changed(wanted)


def _no_function(fragment: dict[str, Json], wanted: Mapping[str, Json]) -> dict[str, Json]:
    """Adds a member to a fragment that would look like an intrinsic function, and so would replace instead of merge."""
    if function(fragment) is None:
        return fragment
    more = next(key for key in wanted if key not in fragment)
    return fragment | {more: wanted[more]}


def _changed_items(base: list[Json], wanted: list[Json], members: Members, identities: Identities) -> list[Json]:
    rest = list(base)
    changed: list[Json] = []
    for item in wanted:
        identity = identity_of(item, members)
        there = next((each for each in rest if identity_of(each, members) == identity), None) if identity else None
        equal = next((each for each in rest if same(each, item)), None)
        if equal is not None:
            rest.remove(equal)
        elif there is None:
            changed.append(item)
        else:
            rest.remove(there)
            changed += _changed_item(there, item, members, identities)
    return [*changed, *(_removal(item, members) for item in rest)]


def _changed_item(base: Json, wanted: Json, members: Members, identities: Identities) -> list[Json]:
    """Changes an item: merges it if the merge rule allows, otherwise removes the old item and adds the new one."""
    assert isinstance(base, Mapping) and isinstance(wanted, Mapping)
    names = [name for name, _ in members]
    if all((name in base) == (name in wanted) for name in names):
        changes = difference(base, wanted, identities)
        merging = {name: wanted[name] for name in names if name in wanted} | changes
        beside = [key for key in merging if key not in names]
        if not all(is_no_value(merging[key]) for key in beside) or not beside:
            return [merging]
        if stay := next((key for key in wanted if key not in names), None):
            return [merging | {stay: wanted[stay]}]
    return [_removal(base, members), wanted]


def _removal(item: Json, members: Members) -> Json:
    """An item that removes the one with the same identity: all its other members are AWS::NoValue."""
    if not isinstance(item, Mapping):
        return NO_VALUE
    names = {name for name, _ in members}
    others = [key for key in item if key not in names] or ["Value"]
    return {key: value for key, value in item.items() if key in names} | dict.fromkeys(others, NO_VALUE)
