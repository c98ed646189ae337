"""Merges the fragments that override what a profile builds.

Maps merge member by member. Lists merge item by item where items have an identity, in each branch of the Fn::Ifs
around them. Any other value replaces. `{Ref: AWS::NoValue}` removes a member, and in a branch of an Fn::If it leaves
the list as it is. An item whose members are all `AWS::NoValue`, apart from its identity, removes the item.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeAlias

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import NO_VALUE, NOTHING_KNOWN, Absent, Leaf, function, is_no_value, leaves, mapped

Members: TypeAlias = Sequence[tuple[str, str | None]]
"""The members that identify an item of a list, each with its default (None: no default)."""

Identities: TypeAlias = Mapping[str, Members]
"""By the name of a list property: the members that identify its items."""


def merged(base: Mapping[str, Json], fragment: Mapping[str, Json], identities: Identities) -> dict[str, Json]:
    """`base` with `fragment` merged over it: the base's members first, then new ones in the fragment's order."""
    result = dict(base)
    for key, value in fragment.items():
        if is_no_value(value):
            result.pop(key, None)
        else:
            result[key] = _merged_value(result.get(key), value, key, identities)
    return result


def _merged_value(base: Json, value: Json, key: str, identities: Identities) -> Json:
    if isinstance(value, dict) and function(value) is None:
        below = base if isinstance(base, dict) and function(base) is None else {}
        return merged(below, value, identities)
    if key in identities and all(map(_is_list_or_absent, leaves(value, NOTHING_KNOWN))):
        return _merged_branches(base, value, key, identities)
    return value


def _is_list_or_absent(leaf: Leaf) -> bool:
    return isinstance(leaf.written, list) or isinstance(leaf.reading, Absent)


def _merged_branches(base: Json, value: Json, key: str, identities: Identities) -> Json:
    """A list merged over another, for each combination of the branches that the two can be."""

    def over(given: Leaf, present: Leaf) -> Json:
        if isinstance(given.reading, Absent):
            return NO_VALUE if present.written is None else present.written
        below = present.written if isinstance(present.written, list) else []
        return _merged_list(below, given.written if isinstance(given.written, list) else [], key, identities)

    return mapped(value, NOTHING_KNOWN, lambda given: mapped(base, given.scope, partial(over, given)))


def _merged_list(base: list[Json], items: list[Json], key: str, identities: Identities) -> list[Json]:
    result = list(base)
    members = identities[key]
    for item in items:
        identity = identity_of(item, members)
        position = next(
            (n for n, present in enumerate(result) if identity and identity_of(present, members) == identity),
            None,
        )
        if _is_removal(item, members):
            if position is not None:
                del result[position]
        elif position is None:
            result.append(_merged_value(None, item, "", identities))
        else:
            result[position] = _merged_value(result[position], item, "", identities)
    return result


def identity_of(item: Json, members: Members) -> tuple[str, ...] | None:
    """What identifies an item, as text, so that `9901` and `"9901"` are equal; None if it is missing or not literal."""
    if not isinstance(item, dict):
        return None
    values = [item.get(member, default) for member, default in members]
    if any(isinstance(value, dict | list) or value is None for value in values):
        return None
    return tuple(str(value) for value in values)


def _is_removal(item: Json, members: Members) -> bool:
    if not isinstance(item, dict) or identity_of(item, members) is None:
        return False
    others = [value for member, value in item.items() if member not in {name for name, _ in members}]
    return bool(others) and all(map(is_no_value, others))
