"""Resolves the values of a template as far as they follow from its parameters, conditions and mappings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from appmesh_inject.cfn import conditions, sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope, function, is_no_value
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.mesh.names import IMPORT
from appmesh_inject.resource_types import APP_MESH, CLOUD_MAP


def deciding(scope: Scope) -> Scope:
    """The scope, with the outcomes of the template's conditions that follow from its parameters."""
    values = Values(scope.parameters, scope.mappings, scope.resources, {}, scope.imports)
    return scope.assuming_all(conditions.outcomes(scope.conditions, scope, values.of))


def matters(resource: Json) -> bool:
    """Whether this is a resource of the mesh or of Cloud Map."""
    kind = resource.get("Type") if isinstance(resource, dict) else None
    return isinstance(kind, str) and kind.startswith((APP_MESH, CLOUD_MAP))


@final
@dataclass(frozen=True, slots=True)
class Values:
    """The values of one template. known: of parameters; outcomes: of conditions; imports: values that other stacks
    export."""

    known: Mapping[str, Json]
    mappings: Json
    resources: Mapping[str, Json]
    outcomes: Mapping[str, bool]
    imports: Mapping[str, str]

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
        elif called == IMPORT:
            name = self.of(argument)
            done = self.imports.get(name) if isinstance(name, str) else None
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
        properties = resource.get("Properties") if isinstance(resource, dict) and matters(resource) else None
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
