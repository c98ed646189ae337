"""Where the live weights of a task come from: from its own template, or from another one."""

from collections.abc import Mapping
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Scope, parameters_that_decide
from appmesh_inject.mesh.live_weights import LiveWeights, live_weights
from appmesh_inject.mesh.model import Model
from appmesh_inject.mesh.parsing import parse
from appmesh_inject.mesh.value_resolution import deciding


@final
class LiveSource(NamedTuple):
    """The one template whose live weights a task follows. path: of its resources, for findings. function: the ARN of
    its function; None if it is not known. parameters: the values that another stack has; None for the template that is
    processed."""

    template: Mapping[str, Json]
    path: Path
    function: Json
    parameters: Mapping[str, Json] | None = None

    def live_weights(self, model: Model) -> LiveWeights:
        """The live weights of the template. model: its mesh, with the values resolved if it is another template."""
        if self.parameters is None:
            return live_weights(self.template, model, self.path)
        declared = self.template.get("Parameters")
        resources = self.template.get("Resources")
        assert isinstance(resources, Mapping)
        known = parameters_that_decide(self.parameters, declared if isinstance(declared, dict) else {})
        conditions = self.template.get("Conditions")
        scope = Scope(known, resources=resources, conditions=conditions if isinstance(conditions, dict) else {})
        # The values in `model` are resolved, so the references are read anew.
        as_written = parse(resources, deciding(scope), self.path).model
        return live_weights(self.template, as_written, self.path)
