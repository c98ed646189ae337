"""The values of a template for people: as far as parameters, mappings and conditions say what they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope, function
from appmesh_inject.graph.labels import shown, shown_key
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.value_resolution import Values


@final
@dataclass(frozen=True, slots=True)
class Resolution:
    """Resolves the values of one template. scope: what is known about its names."""

    scope: Scope

    def of(self, value: Json) -> Json:
        """`value` with text for each function: its result, with `${Name}` for what only CloudFormation knows."""
        called = function(value)
        if called is not None:
            scope = self.scope
            found = Values(scope.parameters, scope.mappings, scope.resources, scope.assumed, scope.imports).of(value)
            if function(found) is None:
                return self.of(found)
            return shown_key(MeshNames(scope.resources, scope).key(found))
        if isinstance(value, Mapping):
            return {key: self.of(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        return value

    def text(self, value: Json) -> str:
        """A scalar as text; empty for None."""
        found = self.of(value)
        return "" if found is None else shown(found)
