"""Which weights follow their parameter without a deployment, for the setting LiveWeights.

Such a weight is a `Ref` to a parameter. The task definitions carry the parameter's Default, its baseline, and a Lambda
function of the stack gives the parameter's value to the running Envoys. So a changed value replaces no task.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias, final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.cfn.text_joining import joined, scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import TCP, Model, Route, WeightedTarget
from appmesh_inject.mesh.names import kind_of
from appmesh_inject.mesh.parsing.property import parameters
from appmesh_inject.mesh.parsing.routes import weight
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.resource_types import TASK_DEFINITION

Baselines: TypeAlias = Mapping[Path, str]
"""The baseline of each live weight, by the weight's path below Resources."""

_ROUTES = ("HttpRoute", "Http2Route", "GrpcRoute")


@final
class LiveWeights(NamedTuple):
    """The live weights of one template. findings: one warning, which lists the weights that are not live."""

    baselines: Baselines
    findings: tuple[Finding, ...] = ()

    def of(self, model: Model, base: Path) -> Model:
        """The model whose live weights have their baseline. base: the path of the model's resources."""
        return replace(
            model,
            routes=tuple(
                self._of_route(route, len(base)) if route.path[: len(base)] == base else route for route in model.routes
            ),
        )

    def _of_route(self, route: Route, depth: int) -> Route:
        targets = tuple(
            replace(target, baseline=Scalar(known, known, known, target.weight.path))
            if (known := self.baselines.get(target.weight.path[depth:])) is not None
            else target
            for target in route.targets
        )
        return replace(route, targets=targets) if targets != route.targets else route


def runtime_key(route: Route) -> Json:
    """The prefix of a route's weights among Envoy's runtime keys."""
    return joined([runtime_name(route.mesh), "/virtualRouter/", route.router.written, "/route/", route.name.written])


def runtime_name(mesh: Scalar) -> Json:
    """The name of the runtime layer with all live weights of a mesh."""
    return joined(["mesh/", mesh.written])


def live_weights(template: Mapping[str, Json], model: Model, base: Path) -> LiveWeights:
    """Finds the live weights of a template, whose mesh is `model` with its resources at `base`."""
    found = _Search(template, _declarations(template))
    baselines: dict[Path, str] = {}
    others: list[str] = []
    for route in model.routes:
        if len(route.targets) < 2 or route.path[: len(base)] != base:
            continue
        for target in route.targets:
            answer = found.baseline(route, target)
            if isinstance(answer, _Obstacle):
                others.append(f"{route.logical_id} to {_shown(target.node)}: {answer.reason}")
            else:
                baselines[target.weight.path[len(base) :]] = answer
    if not others:
        return LiveWeights(baselines)
    message = f"{_count(len(others))} only with a deployment of the callers: {'; '.join(others)}"
    hint = "For a live weight write a Ref to a String or Number parameter with a Default, used by http and grpc alone"
    return LiveWeights(baselines, (Finding("AM371", "", base, message, hint),))


def _count(number: int) -> str:
    return "one weight changes" if number == 1 else f"{number} weights change"


def _shown(name: Scalar) -> str:
    return name.known if name.known is not None else "?"


def _declarations(template: Mapping[str, Json]) -> Mapping[str, Json]:
    declared = template.get("Parameters")
    return declared if isinstance(declared, dict) else {}


@final
class _Obstacle(NamedTuple):
    """Why a weight is not live."""

    reason: str


@final
@dataclass(frozen=True, slots=True)
class _Search:
    template: Mapping[str, Json]
    declarations: Mapping[str, Json]

    def baseline(self, route: Route, target: WeightedTarget) -> str | _Obstacle:
        """The baseline of a weight, or why it has none."""
        if route.protocol == TCP:
            return _Obstacle("Envoy reads the weights of tcp routes only when it starts")
        written = target.weight.written
        called = function(written)
        if called is None:
            return _Obstacle("it is written out")
        assert isinstance(written, dict)
        name = written[called]
        if called != "Ref" or not isinstance(name, str):
            return _Obstacle(f"it is made by {called}")
        others = [each for each in route.targets if each is not target]
        if any(
            each.node == target.node and (each.port == target.port or not (each.port and target.port))
            for each in others
        ):
            return _Obstacle("the route names its node twice")
        if any(map(self._is_secret, others)):
            return _Obstacle("it stands beside a weight with NoEcho, which no function's code may hold")
        return self._default(name)

    def _is_secret(self, target: WeightedTarget) -> bool:
        names = parameters(target.weight.written)
        return any(_has_no_echo(self.declarations.get(name)) for name in names)

    def _default(self, name: str) -> str | _Obstacle:
        declaration = self.declarations.get(name)
        if not isinstance(declaration, dict):
            return _Obstacle(f"{name} is no parameter of the template")
        kind = declaration.get("Type")
        if str(kind).startswith("AWS::SSM::"):
            return _Obstacle(f"parameter {name} is in Parameter Store")
        if kind not in ("String", "Number"):
            return _Obstacle(f"parameter {name} is neither a String nor a Number")
        if _has_no_echo(declaration):
            return _Obstacle(f"parameter {name} has NoEcho")
        if "Default" not in declaration:
            return _Obstacle(f"parameter {name} has no Default")
        default = scalar(declaration["Default"])
        if not isinstance(default, str) or weight(default) is not None:
            return _Obstacle(f"the Default of parameter {name} is no whole number from 0 to 100")
        place = next(self._other_uses(name), None)
        return default if place is None else _Obstacle(f"parameter {name} is also used by {place}")

    def _other_uses(self, name: str) -> Iterator[str]:
        """Where a parameter decides about more than weights of http and grpc: there a changed value replaces tasks."""
        for condition, value in _members(self.template.get("Conditions")):
            if name in parameters(value):
                yield f"condition {condition}"
        for logical_id, resource in _members(self.template.get("Resources")):
            if isinstance(resource, dict) and resource.get("Type") != TASK_DEFINITION and kind_of(resource) is None:
                continue
            if any(not _is_weight(place) for place in _uses(resource, name, ())):
                yield logical_id
        metadata = self.template.get("Metadata")
        if isinstance(metadata, dict) and name in parameters(metadata.get("AppMesh")):
            yield "Metadata.AppMesh"


def _has_no_echo(declaration: Json) -> bool:
    return isinstance(declaration, dict) and str(declaration.get("NoEcho", False)).lower() == "true"


def _members(section: Json) -> Sequence[tuple[str, Json]]:
    return sorted(section.items()) if isinstance(section, dict) else ()


def _is_weight(place: Path) -> bool:
    """Whether a path in a Route leads to a weight of an HTTP or gRPC route. A branch of an Fn::If changes nothing about
    what a property means."""
    steps = [step for n, step in enumerate(place) if "Fn::If" not in (step, *place[max(n - 1, 0) : n])]
    match steps:
        case ["Properties", "Spec", route, "Action", "WeightedTargets", int(), "Weight"]:
            return route in _ROUTES
    return False


def _uses(value: Json, name: str, path: Path) -> Iterator[Path]:
    """The paths of the functions that use a parameter."""
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _uses(item, name, (*path, n))
    elif isinstance(value, dict):
        if value == {"Ref": name}:
            yield path
        elif "Fn::Sub" in value and name in parameters({"Fn::Sub": value["Fn::Sub"]}):
            yield (*path, "Fn::Sub")
        else:
            for key, item in value.items():
                yield from _uses(item, name, (*path, key))
