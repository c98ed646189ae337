"""Resolves the values of a mesh from another template, since the names in them mean nothing in this one.

Values that only CloudFormation knows stay as they are, and `_unresolved` reports those that matter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import NamedTuple, final

from appmesh_inject.cfn import conditions, sub
from appmesh_inject.cfn.document import Json, Path, value_at, value_if_there
from appmesh_inject.cfn.intrinsics import (
    PSEUDO,
    Scope,
    function,
    is_no_value,
    missing_parameters,
    parameters_that_decide,
)
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.names import APP_MESH, kind_of

_DISCOVERY = "AWS::ServiceDiscovery::"


@final
class Resolved(NamedTuple):
    """resources: only those of the mesh and of Cloud Map, with their values resolved."""

    resources: Mapping[str, Json]
    findings: tuple[Finding, ...]


def resolved(template: Mapping[str, Json], parameters: Mapping[str, Json], stack_name: str, region: str) -> Resolved:
    """The mesh resources of another stack's template. parameters: the values that the stack has; defaults apply to
    others. stack_name, region: empty if unknown."""
    declared = template.get("Parameters")
    declarations = declared if isinstance(declared, dict) else {}
    defaults = {
        name: declaration["Default"]
        for name, declaration in declarations.items()
        if isinstance(declaration, dict) and "Default" in declaration
    }
    known = parameters_that_decide({**defaults, **parameters}, declarations)
    pseudo: dict[str, Json] = {
        name: value for name, value in (("AWS::StackName", stack_name), ("AWS::Region", region)) if value
    }
    pseudo |= {name: value for name, value in parameters.items() if name.startswith("AWS::")}
    resources = template.get("Resources")
    found = resources if isinstance(resources, dict) else {}
    scope = Scope(parameters={**known, **pseudo})
    before = _Values(scope.parameters, template.get("Mappings"), found, {})
    values = replace(before, outcomes=conditions.outcomes(template.get("Conditions"), scope, before.of))
    kept = {
        logical_id: values.of(resource)
        for logical_id, resource in found.items()
        if logical_id.startswith("Fn::ForEach") or (_matters(resource) and values.exists(resource))
    }
    return Resolved(kept, ordered(_unresolved(kept, found, missing_parameters(known, declarations))))


def deciding(scope: Scope) -> Scope:
    """The scope, with the outcomes of the template's conditions that follow from its parameters."""
    values = _Values(scope.parameters, scope.mappings, scope.resources, {})
    return scope.assuming_all(conditions.outcomes(scope.conditions, scope, values.of))


def _matters(resource: Json) -> bool:
    kind = resource.get("Type") if isinstance(resource, dict) else None
    return isinstance(kind, str) and kind.startswith((APP_MESH, _DISCOVERY))


@final
@dataclass(frozen=True, slots=True)
class _Values:
    known: Mapping[str, Json]
    mappings: Json
    resources: Mapping[str, Json]
    outcomes: Mapping[str, bool]

    def exists(self, resource: Json) -> bool:
        """False if the resource's condition is known to be false. `parse` reports a condition whose outcome is
        unknown."""
        condition = resource.get("Condition") if isinstance(resource, dict) else None
        return not isinstance(condition, str) or self.outcomes.get(condition, True)

    def of(self, value: Json) -> Json:
        """`value` with each function replaced by its result, where the result is known."""
        if isinstance(value, list):
            return [item for item in map(self.of, value) if not is_no_value(item)]
        if not isinstance(value, dict):
            return value
        called = function(value)
        if called is None:
            members = {key: self.of(item) for key, item in value.items() if not self._is_settled(key, item)}
            return {key: item for key, item in members.items() if not is_no_value(item)}
        return self._call(dict(value), called)

    def _is_settled(self, key: str, item: Json) -> bool:
        """Whether this is a Condition that is known to be true, which can be dropped."""
        return key == "Condition" and isinstance(item, str) and self.outcomes.get(item) is True

    def _call(self, value: dict[str, Json], called: str) -> Json:
        argument = value[called]
        done: Json = None
        if called == "Ref" and isinstance(argument, str):
            done = self.known.get(argument)
        elif called == "Fn::If":
            return self._branch(value, argument)
        elif called == "Fn::Sub":
            done = self._sub(argument)
        elif called == "Fn::Join":
            done = self._join(self.of(argument))
        elif called == "Fn::FindInMap":
            done = self._find_in_map(self.of(argument))
        elif called == "Fn::GetAtt":
            done = self._discovery_name(argument)
        elif called == "Fn::Select":
            done = self._select(self.of(argument))
        elif called == "Fn::Split":
            done = self._split(self.of(argument))
        return value if done is None else done

    def _branch(self, value: Json, arguments: Json) -> Json:
        if not (isinstance(arguments, list) and len(arguments) == 3 and isinstance(arguments[0], str)):
            return value
        outcome = self.outcomes.get(arguments[0])
        return value if outcome is None else self.of(arguments[1 if outcome else 2])

    def _sub(self, arguments: Json) -> Json:
        """The text, or an Fn::Join with the variables that are known: names of mesh resources are resolved later."""
        pieces = sub.pieces(arguments)
        if pieces is None:
            return None
        parts = [self.of(piece.value) if isinstance(piece, Variable) else piece for piece in pieces]
        joined = self._join(["", parts])
        return {"Fn::Join": ["", parts]} if joined is None else joined

    def _join(self, arguments: Json) -> Json:
        if not (isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[0], str)):
            return None
        items = arguments[1]
        if not isinstance(items, list) or not all(isinstance(item, str | int | float) for item in items):
            return None
        return arguments[0].join(map(str, items))

    def _find_in_map(self, arguments: Json) -> Json:
        if not (isinstance(arguments, list) and len(arguments) == 3):
            return None
        here = self.mappings
        for step in arguments:
            here = here.get(str(step)) if isinstance(here, dict) else None
        return here

    def _discovery_name(self, argument: Json) -> Json:
        """The name of a Cloud Map service or namespace, from its properties."""
        parts = argument.split(".") if isinstance(argument, str) else argument
        if not (isinstance(parts, list) and len(parts) == 2 and parts[1] == "Name" and isinstance(parts[0], str)):
            return None
        resource = self.resources.get(parts[0])
        properties = resource.get("Properties") if isinstance(resource, dict) and _matters(resource) else None
        return self.of(properties["Name"]) if isinstance(properties, dict) and "Name" in properties else None

    def _select(self, arguments: Json) -> Json:
        if not (isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[1], list | str)):
            return None
        # The value of a list parameter is one text with commas.
        index, items = str(arguments[0]), arguments[1]
        items = items.split(",") if isinstance(items, str) else items
        return items[int(index)] if index.isascii() and index.isdigit() and int(index) < len(items) else None

    def _split(self, arguments: Json) -> Json:
        if not (isinstance(arguments, list) and len(arguments) == 2):
            return None
        delimiter, text = arguments
        return text.split(delimiter) if isinstance(delimiter, str) and delimiter and isinstance(text, str) else None


_NEVER_IN_ENVOY = ("Tags", "MeshOwner")
"""Properties that are no part of Envoy's configuration, so their values need not be known."""


def _unresolved(
    resources: Mapping[str, Json], written: Mapping[str, Json], missing: frozenset[str]
) -> Iterator[Finding]:
    """Reports values in mesh resources that only CloudFormation can resolve. References between mesh resources are
    fine. written: the resources before their values were resolved. missing: parameters that have no value."""
    for logical_id, resource in resources.items():
        if kind_of(resource) is None or not isinstance(resource, dict):
            continue
        properties = resource.get("Properties")
        if isinstance(properties, dict) and function(properties) is None:
            properties = {name: it for name, it in properties.items() if name not in _NEVER_IN_ENVOY}
        for path in _functions(properties, ("Properties",), resources):
            left = value_at(resource, path)
            # The path ends at a value that is written in the template: an Fn::Sub has become an Fn::Join where a part
            # of it is known.
            plain = tuple(takewhile(lambda step: not str(step).startswith("Fn::"), path))
            before = function(value_if_there(written.get(logical_id), plain))
            place = path if before == "Fn::Join" else plain
            called = function(left) if place is path else before or function(left)
            name = left.get("Ref") if isinstance(left, dict) else None
            if isinstance(name, str) and (name in missing or name in PSEUDO):
                message = f"'{called}' takes {name}, whose value is not given"
                hint = f"Give it: --mesh-parameter {name}=..."
            else:
                message = f"'{called}' is known only to the stack of the mesh"
                hint = "Write the value itself in the mesh's template, or make it a parameter with a plain value"
            yield Finding("AM326", logical_id, ("Resources", logical_id, *place), message, hint)


def _functions(value: Json, path: Path, resources: Mapping[str, Json]) -> Iterator[Path]:
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _functions(item, (*path, n), resources)
    elif isinstance(value, dict):
        called = function(value)
        if called is None:
            for key, item in value.items():
                yield from _functions(item, (*path, key), resources)
        elif called == "Fn::Join" and _joins(value):
            yield from _functions(value["Fn::Join"], (*path, called), resources)
        elif not _names_mesh(value[called], called, resources):
            yield path


def _joins(value: Mapping[str, Json]) -> bool:
    argument = value["Fn::Join"]
    return isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)


def _names_mesh(argument: Json, called: str, resources: Mapping[str, Json]) -> bool:
    if called not in ("Ref", "Fn::GetAtt"):
        return False
    target = argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0]
    return isinstance(target, str) and kind_of(resources.get(target)) is not None
