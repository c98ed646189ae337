"""Where the live weights of a task come from: from its own template, or from another one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Scope, parameters_that_decide
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.live_function import FUNCTION_ARN, LiveRoute
from appmesh_inject.mesh.live_weights import LiveWeights, live_weights, runtime_key
from appmesh_inject.mesh.mesh_sources import MeshSource
from appmesh_inject.mesh.model import Model
from appmesh_inject.mesh.parsing import parse
from appmesh_inject.mesh.value_resolution import deciding

if TYPE_CHECKING:
    from appmesh_inject.mesh.compiling import Compiler


@final
class LiveSource(NamedTuple):
    """A template of a mesh, which may have live weights. path: of its resources, for findings. function: the ARN of its
    function; None if it is not known. place: the template in words. parameters: the values that another stack has; None
    for the template that is processed."""

    template: Mapping[str, Json]
    path: Path
    function: Json
    place: str
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


@final
class Followed(NamedTuple):
    """The live weights that the tasks of a mesh follow. model: with their baselines. function: the ARN of the function
    to ask; None if it is not known, or if there are none."""

    model: Model
    function: Json = None
    findings: tuple[Finding, ...] = ()


def followed(model: Model, sources: Sequence[LiveSource]) -> Followed:
    """The live weights of a mesh that is made of all `sources`, which may lie in one of them only."""
    each = [(source, source.live_weights(model)) for source in sources]
    findings = [finding for _, live in each for finding in live.findings]
    found = [(source, live) for source, live in each if live.baselines]
    if not found:
        return Followed(model, findings=tuple(findings))
    (first, weights), *others = found
    for other, _ in others:
        message = f"live weights come from {first.place} and from {other.place}, and Envoy asks one function"
        hint = "Keep the routes with live weights in one of the two, or set LiveWeights: false"
        findings.append(Finding("AM347", "", other.path, message, hint))
    return Followed(weights.of(model, first.path), first.function, tuple(findings))


def of_source(source: MeshSource, document: Json) -> LiveSource:
    """A template of the mesh of `document`, which is processed."""
    if source.live is not None:
        return source.live
    template = document if isinstance(document, Mapping) else {}
    return LiveSource(template, source.path, FUNCTION_ARN, source.place)


def is_own(function: Json) -> bool:
    """Whether the function belongs to the template that is processed."""
    return function == FUNCTION_ARN


def unknown_function(subject: str, place: Path, *, is_stack: bool) -> Finding:
    """The finding about live weights of another template without a known function."""
    if is_stack:
        message = "the stack that MeshStack names has live weights, and no function that tells them"
        hint = "Set LiveWeights: true beside its ExportMesh and update it, or set LiveWeights: false here"
    else:
        message = "the mesh of --mesh has live weights, and it is not known which function tells them"
        hint = "Give its ARN: --live-weights-arn, the stack's output AppMeshInjectLiveWeights"
    return Finding("AM348", subject, place, message, hint)


def told_to_others(compiler: "Compiler") -> tuple[tuple[LiveRoute, ...], tuple[Finding, ...]]:
    """The live weights of a template that exports its mesh, and what keeps its function from telling all of them."""
    if not is_own(compiler.options.live_function):
        return (), ()
    live = [route for route in compiler.model.routes if any(target.baseline for target in route.targets)]
    routes = compiler.live_routes()
    names = {route.logical_id for route in live}
    problems = [it for it in compiler.shared.links.findings() if it.code == "AM314" or it.subject in names]
    told = [route.key for route in routes]
    for route in live:
        if runtime_key(route) not in told and not any(it.subject == route.logical_id for it in problems):
            message = "has live weights that the function cannot tell: no virtual service of the mesh leads to it"
            hint = "Name the stack that has the virtual service in MeshStack beside ExportMesh"
            problems.append(Finding("AM349", route.logical_id, route.path, message, hint))
    return routes, tuple(problems)
