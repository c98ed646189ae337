"""Whether outcomes of conditions can hold together, whatever the values of the parameters are."""

import json
from collections.abc import Iterable, Mapping
from itertools import product

from appmesh_inject.cfn.document import Json

MOST_COMPARISONS = 10
"""Comparisons whose outcomes are tried in all combinations: more are taken to be compatible."""


def compatible(conditions: Mapping[str, Json], outcomes: Iterable[tuple[str, bool]]) -> bool:
    """Whether the outcomes, by condition, can all hold at the same time. True if that is not known.

    Conditions are followed down to their comparisons. Two comparisons of one value with different texts exclude each
    other; apart from that, each can be true or false.
    """
    wanted = list(outcomes)
    comparisons: dict[str, Json] = {}
    for name, _ in wanted:
        _collect({"Condition": name}, conditions, comparisons, frozenset())
    if len(comparisons) > MOST_COMPARISONS:
        return True
    for chosen in product((True, False), repeat=len(comparisons)):
        values = dict(zip(comparisons, chosen, strict=True))
        if _contradicts([comparisons[key] for key, holds in values.items() if holds]):
            continue
        if all(_outcome({"Condition": name}, conditions, values, frozenset()) is outcome for name, outcome in wanted):
            return True
    return False


def _key(expression: Json) -> str:
    return json.dumps(expression, sort_keys=True, default=str)


def _parts(expression: Json, conditions: Mapping[str, Json], visited: frozenset[str]) -> tuple[str, list[Json]] | None:
    """The function that an expression calls on other conditions, and these; None for a comparison."""
    if not isinstance(expression, dict) or len(expression) != 1:
        return None
    (called,) = expression
    argument: Json = expression[called]
    if called == "Condition" and isinstance(argument, str) and argument in conditions and argument not in visited:
        return called, [conditions[argument]]
    if called in ("Fn::And", "Fn::Or", "Fn::Not") and isinstance(argument, list):
        return called, argument
    return None


def _visited(expression: Json, visited: frozenset[str]) -> frozenset[str]:
    name = expression.get("Condition") if isinstance(expression, dict) else None
    return visited | {name} if isinstance(name, str) else visited


def _collect(
    expression: Json, conditions: Mapping[str, Json], comparisons: dict[str, Json], visited: frozenset[str]
) -> None:
    parts = _parts(expression, conditions, visited)
    if parts is None:
        comparisons[_key(expression)] = expression
        return
    for part in parts[1]:
        _collect(part, conditions, comparisons, _visited(expression, visited))


def _outcome(
    expression: Json, conditions: Mapping[str, Json], values: Mapping[str, bool], visited: frozenset[str]
) -> bool:
    parts = _parts(expression, conditions, visited)
    if parts is None:
        return values[_key(expression)]
    called, inner = parts
    found = [_outcome(part, conditions, values, _visited(expression, visited)) for part in inner]
    if called == "Fn::Not":
        return not found[0] if found else True
    return any(found) if called == "Fn::Or" else all(found)


def _contradicts(true: list[Json]) -> bool:
    """Whether comparisons that are all true compare one value with different texts."""
    compared: dict[str, str] = {}
    for expression in true:
        sides = expression.get("Fn::Equals") if isinstance(expression, dict) else None
        if not isinstance(sides, list) or len(sides) != 2:
            continue
        texts = [side for side in sides if isinstance(side, str | int | float)]
        others = [side for side in sides if not isinstance(side, str | int | float)]
        if len(texts) == 1 and compared.setdefault(_key(others[0]), str(texts[0])) != str(texts[0]):
            return True
        if len(texts) == 2 and str(texts[0]) != str(texts[1]):
            return True
    return False
