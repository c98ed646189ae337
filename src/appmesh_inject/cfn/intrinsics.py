"""Reads CloudFormation's functions: Fn::If, AWS::NoValue, and Ref to a parameter.

A value reads as a literal (written out, or the value of a parameter in the event), as the branches of an `Fn::If`, as
absent, or as opaque, and code that decides by a value must handle each. Readings serve decisions only: the document
keeps the value that the user wrote.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import NOTHING, Json, Path, Step

PSEUDO = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix")
"""Pseudo parameters that a template uses without declaring them. Only the user knows their values here."""

TOLD_BY_THE_EVENT: Mapping[str, str] = {"AWS::AccountId": "accountId", "AWS::Region": "region"}
"""The pseudo parameters whose values the macro's event carries, and the event's members that do."""

NO_VALUE: Mapping[str, Json] = {"Ref": "AWS::NoValue"}


class Scope(NamedTuple):
    """What is known about the names that a value may refer to.

    parameters: values of the template's parameters, without SSM-typed and NoEcho ones.
    loops: identifiers of the enclosing `Fn::ForEach` loops; a `Ref` to one does not refer to a parameter.
    assumed: outcomes of conditions, as the enclosing `Fn::If` branches imply them.
    lists: names of the parameters that hold a list.
    resources: the template's resources by logical ID, as written; empty for a snippet. conditions, mappings: likewise.
    missing: names of the declared parameters that have no value, because none was given and they have no default.
    is_typed: whether the types of parameters are known; the event of a snippet does not carry them.
    stored: the names of entries in Parameter Store, by the parameter that takes its value from one.
    imports: the values that other stacks export, by the name of the export, where they are known.
    """

    parameters: Mapping[str, Json] = NOTHING
    loops: frozenset[str] = frozenset()
    assumed: Mapping[str, bool] = NOTHING
    lists: frozenset[str] = frozenset()
    resources: Mapping[str, Json] = NOTHING
    conditions: Mapping[str, Json] = NOTHING
    mappings: Json = None
    missing: frozenset[str] = frozenset()
    is_typed: bool = True
    stored: Mapping[str, Json] = NOTHING
    imports: Mapping[str, str] = NOTHING

    def assuming(self, condition: str, outcome: bool) -> "Scope":
        return self._replace(assumed={**self.assumed, condition: outcome})

    def assuming_all(self, outcomes: Mapping[str, bool]) -> "Scope":
        return self._replace(assumed={**self.assumed, **outcomes}) if outcomes else self

    def within(self, loop: str) -> "Scope":
        return self._replace(loops=self.loops | {loop})


NOTHING_KNOWN = Scope()


class Literal(NamedTuple):
    """A known value. parameter: the name of the parameter that it is the value of; None if it is written out."""

    value: Json
    parameter: str | None = None


class Branches(NamedTuple):
    """Both values of an `Fn::If`, whose condition is not known before deployment."""

    condition: str
    then: Json
    otherwise: Json


class Opaque:
    """A value that only CloudFormation knows. OPAQUE is the instance."""

    __slots__ = ()


class Absent:
    """No value: `{Ref: AWS::NoValue}`. ABSENT is the instance."""

    __slots__ = ()


Reading: TypeAlias = Literal | Branches | Opaque | Absent

OPAQUE = Opaque()
ABSENT = Absent()


def function(value: Json) -> str | None:
    """The name of the function that `value` calls (`Ref`, `Fn::Sub`), or None if it is not a call.

    `{Condition: name}` is a call only in Conditions, where `conditions` reads it. Elsewhere it is a map, such as
    labels. A `Ref` to anything but a name is a map as well.
    """
    if isinstance(value, dict) and len(value) == 1:
        (name,) = value
        if isinstance(name, str) and (name.startswith("Fn::") or (name == "Ref" and isinstance(value[name], str))):
            return name
    return None


def is_no_value(value: Json) -> bool:
    return isinstance(value, dict) and len(value) == 1 and value.get("Ref") == "AWS::NoValue"


def read(value: Json, scope: Scope) -> Reading:
    """Reads `value` as a literal, the branches of an Fn::If, absent, or opaque.

    An `Fn::If` whose condition is assumed in `scope` reads as the branch that applies. A string with a dynamic
    reference (`{{resolve:...}}`) is opaque.
    """
    if not isinstance(value, dict):
        return _read_plain(value)
    name = function(value)
    if name is None:
        return Literal(value)
    if name == "Ref":
        return _read_ref(value["Ref"], scope)
    if name == "Fn::If":
        return _read_if(value["Fn::If"], scope)
    return OPAQUE


def _read_plain(value: Json) -> Literal | Opaque:
    return OPAQUE if isinstance(value, str) and "{{resolve:" in value else Literal(value)


def _read_ref(target: Json, scope: Scope) -> Reading:
    if target == "AWS::NoValue":
        return ABSENT
    if isinstance(target, str) and target not in scope.loops and target in scope.parameters:
        return Literal(scope.parameters[target], parameter=target)
    return OPAQUE


def _read_if(arguments: Json, scope: Scope) -> Reading:
    if not (isinstance(arguments, list) and len(arguments) == 3 and isinstance(arguments[0], str)):
        return OPAQUE
    condition, then, otherwise = arguments
    if condition in scope.assumed:
        return read(then if scope.assumed[condition] else otherwise, scope)
    return Branches(condition, then, otherwise)


class Leaf(NamedTuple):
    """A value at the end of a chain of Fn::If branches, as written and as read.

    path: the path given to `leaves`, continued through the Fn::Ifs. scope: assumes the branches of the chain.
    """

    written: Json
    reading: Literal | Opaque | Absent
    path: Path
    scope: Scope


def leaves(value: Json, scope: Scope, path: Path = ()) -> Sequence[Leaf]:
    """Every value that `value` can take: one for each Fn::If branch that is possible in `scope`."""
    if not isinstance(value, dict):
        return (Leaf(value, _read_plain(value), path, scope),)
    if function(value) is None:
        return (Leaf(value, Literal(value), path, scope),)
    while (taken := _taken(value, scope)) is not None:
        value, step = taken
        path = (*path, "Fn::If", step)
    reading = read(value, scope)
    if isinstance(reading, Branches):
        then = leaves(reading.then, scope.assuming(reading.condition, True), (*path, "Fn::If", 1))
        otherwise = leaves(reading.otherwise, scope.assuming(reading.condition, False), (*path, "Fn::If", 2))
        return (*then, *otherwise)
    return (Leaf(value, reading, path, scope),)


def _taken(value: Json, scope: Scope) -> tuple[Json, int] | None:
    """The branch that an Fn::If takes under the assumed conditions, and its index; None if both are possible."""
    if not scope.assumed or function(value) != "Fn::If":
        return None
    assert isinstance(value, dict)
    arguments = value["Fn::If"]
    if not (isinstance(arguments, list) and len(arguments) == 3 and isinstance(arguments[0], str)):
        return None
    if arguments[0] not in scope.assumed:
        return None
    step = 1 if scope.assumed[arguments[0]] else 2
    return arguments[step], step


def conditions_along(value: Json, path: Path) -> Mapping[str, bool]:
    """The outcomes, by condition, of the Fn::If branches that `path` takes through `value`."""
    conditions: dict[str, bool] = {}
    before: Step = ""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int):
            if before == "Fn::If":
                conditions[str(value[0])] = step == 1
            value = value[step]
        before = step
    return conditions


def mapped(value: Json, scope: Scope, change: Callable[[Leaf], Json]) -> Json:
    """`value` with each leaf replaced by the result of `change`. An Fn::If whose branches become equal is replaced by
    that value; the others stay."""
    while (taken := _taken(value, scope)) is not None:
        value, _ = taken
    reading = read(value, scope)
    if isinstance(reading, Branches):
        then = mapped(reading.then, scope.assuming(reading.condition, True), change)
        otherwise = mapped(reading.otherwise, scope.assuming(reading.condition, False), change)
        return then if then == otherwise else if_(reading.condition, then, otherwise)
    return change(Leaf(value, reading, (), scope))


def if_(condition: str, then: Json, otherwise: Json) -> Json:
    return {"Fn::If": [condition, then, otherwise]}


def may_be_absent(value: Json, scope: Scope) -> bool:
    """Whether `value` can be AWS::NoValue."""
    if function(value) != "Fn::If":
        return is_no_value(value)
    return any(isinstance(leaf.reading, Absent) for leaf in leaves(value, scope))


def known(value: Json, scope: Scope) -> Json:
    """The literal that `value` reads as, or None if it does not read as one."""
    if not isinstance(value, dict):
        return None if isinstance(value, str) and "{{resolve:" in value else value
    reading = read(value, scope)
    return reading.value if isinstance(reading, Literal) else None


def parameters_that_decide(values: Mapping[str, Json], declarations: Mapping[str, Json]) -> Mapping[str, Json]:
    """The parameter values that decisions may use.

    Leaves out NoEcho parameters, which are secrets, and SSM-typed ones, whose value is only the name of an entry in
    Parameter Store. A Ref to one of them is opaque.
    """
    return {name: value for name, value in values.items() if not _is_opaque(declarations.get(name))}


def stored_parameters(values: Mapping[str, Json], declarations: Mapping[str, Json]) -> Mapping[str, Json]:
    """The names of entries in Parameter Store, which the event has in place of their values. Without NoEcho
    parameters."""
    return {
        name: value
        for name, value in values.items()
        if _is_stored(declarations.get(name)) and not _is_secret(declarations.get(name))
    }


def missing_parameters(values: Mapping[str, Json], declarations: Mapping[str, Json]) -> frozenset[str]:
    """Names of the declared parameters without a value that would decide if they had one."""
    return frozenset(
        name for name, declaration in declarations.items() if name not in values and not _is_opaque(declaration)
    )


def list_parameters(values: Mapping[str, Json], declarations: Mapping[str, Json]) -> frozenset[str]:
    """Names of the parameters that hold a list, by their declared type or their value in the event."""
    declared = (name for name, declaration in declarations.items() if _is_list(declaration))
    return frozenset((*declared, *(name for name, value in values.items() if isinstance(value, list))))


def _is_list(declaration: Json) -> bool:
    kind = declaration.get("Type") if isinstance(declaration, dict) else None
    return isinstance(kind, str) and ("List<" in kind or "CommaDelimitedList" in kind)


def _is_opaque(declaration: Json) -> bool:
    return _is_stored(declaration) or _is_secret(declaration)


def _is_stored(declaration: Json) -> bool:
    kind = declaration.get("Type") if isinstance(declaration, dict) else None
    return isinstance(kind, str) and kind.startswith("AWS::SSM::Parameter::")


def _is_secret(declaration: Json) -> bool:
    return isinstance(declaration, dict) and str(declaration.get("NoEcho", False)).lower() == "true"
