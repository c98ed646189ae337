"""Evaluates the conditions of a template whose outcome follows from known parameter values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Literal, Scope, read
from appmesh_inject.cfn.text_joining import scalar


def outcomes(conditions: Json, scope: Scope, resolve: Callable[[Json], Json] = lambda it: it) -> Mapping[str, bool]:
    """The outcome of each condition, by name, without those that only CloudFormation can evaluate. resolve: gives the
    results of functions other than Ref, where they are known."""
    if not isinstance(conditions, dict):
        return {}
    evaluator = _Evaluator(conditions, scope, resolve)
    evaluated = {name: evaluator.outcome({"Condition": name}, frozenset()) for name in conditions}
    return {name: outcome for name, outcome in evaluated.items() if outcome is not None}


@final
@dataclass(frozen=True, slots=True)
class _Evaluator:
    conditions: Mapping[str, Json]
    scope: Scope
    resolve: Callable[[Json], Json]

    def outcome(self, value: Json, visited: frozenset[str]) -> bool | None:
        if not isinstance(value, dict) or len(value) != 1:
            return None
        (name,) = value
        argument: Json = value[name]
        if name == "Condition" and isinstance(argument, str) and argument not in visited:
            return self.outcome(self.conditions.get(argument), visited | {argument})
        if not isinstance(argument, list):
            return None
        if name == "Fn::Equals" and len(argument) == 2:
            return self._equal(*argument)
        if name not in ("Fn::And", "Fn::Or", "Fn::Not"):
            return None
        parts = [self.outcome(part, visited) for part in argument]
        if name == "Fn::Not":
            return None if len(parts) != 1 or parts[0] is None else not parts[0]
        decisive: bool = name == "Fn::Or"
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive

    def _equal(self, left: Json, right: Json) -> bool | None:
        one, other = read(self.resolve(left), self.scope), read(self.resolve(right), self.scope)
        if not isinstance(one, Literal) or not isinstance(other, Literal):
            return None
        return scalar(one.value) == scalar(other.value)
