"""The services that a change redeploys: those whose task definition gets a new revision, or that change in a property
that ECS deploys anew for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.mesh.live_function import FUNCTION
from appmesh_inject.mesh.parsing.property import parameters
from appmesh_inject.resource_types import ECS_SERVICE, TASK_DEFINITION

DEPLOYED_ANEW = (
    "TaskDefinition",
    "ServiceConnectConfiguration",
    "ServiceRegistries",
    "LoadBalancers",
    "NetworkConfiguration",
    "PlatformVersion",
    "VolumeConfigurations",
    "VpcLatticeConfigurations",
)
"""The properties of a service whose change starts a deployment. Source: ECS API reference, UpdateService."""


@dataclass(frozen=True, slots=True)
class Redeployment:
    """A service, and what causes its redeployment: changed task definitions, and changed properties of its own."""

    service: str
    task_definitions: tuple[str, ...]
    properties: tuple[str, ...] = ()


def redeployed(before: Json, after: Json, changed: Collection[str] = ()) -> tuple[Redeployment, ...]:
    """The services that CloudFormation would redeploy on an update from `before` to `after`, both rendered
    templates. changed: the names of the parameters that get another value."""
    old = dict(_resources(before, TASK_DEFINITION))
    tasks = dict(_resources(after, TASK_DEFINITION))
    conditions = _conditions(after)
    revised = {
        name
        for name, task in tasks.items()
        if name in old
        and (_revision(task) != _revision(old[name]) or _uses(_revision(task), conditions).intersection(changed))
    }
    known = dict(_resources(before, ECS_SERVICE))
    found: list[Redeployment] = []
    for name, service in _resources(after, ECS_SERVICE):
        if name not in known:
            continue
        earlier, later = _properties(known[name]), _properties(service)
        because = tuple(each for each in tasks_run(service) if each in revised)
        own = tuple(
            key
            for key in DEPLOYED_ANEW
            if earlier.get(key) != later.get(key) or _uses(later.get(key), conditions).intersection(changed)
        )
        if because or own:
            found.append(Redeployment(name, because, own))
    return tuple(found)


def tasks_run(service: Json) -> tuple[str, ...]:
    """The logical IDs that the TaskDefinition of an ECS service refers to."""
    return tuple(dict.fromkeys(_referred(_properties(service).get("TaskDefinition"))))


def _properties(resource: Json) -> Mapping[str, Json]:
    properties = resource.get("Properties") if isinstance(resource, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def live_parameters(after: Json, changed: Collection[str]) -> tuple[str, ...]:
    """Those of the parameters that get another value that only running Envoys follow: no task definition uses them."""
    conditions = _conditions(after)
    resources = after.get("Resources") if isinstance(after, Mapping) else None
    followed = _uses(resources.get(FUNCTION), conditions) if isinstance(resources, Mapping) else frozenset()
    tasks = [_uses(_revision(task), conditions) for _, task in _resources(after, TASK_DEFINITION)]
    return tuple(name for name in sorted(changed) if name in followed and not any(name in used for used in tasks))


def _conditions(template: Json) -> Mapping[str, Json]:
    conditions = template.get("Conditions") if isinstance(template, Mapping) else None
    return conditions if isinstance(conditions, dict) else {}


def _uses(value: Json, conditions: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(parameters(value, conditions))


def _revision(task: Mapping[str, Json]) -> Json:
    """The properties whose change creates a new revision: all except tags."""
    properties = task.get("Properties")
    if not isinstance(properties, Mapping):
        return properties
    return {name: value for name, value in properties.items() if name != "Tags"}


def _resources(template: Json, kind: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    if isinstance(resources, Mapping):
        yield from _of_kind(resources, kind)


def _of_kind(resources: Mapping[str, Json], kind: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for name, resource in resources.items():
        is_loop = name.startswith(LOOP) and isinstance(resource, list) and len(resource) == 3
        if is_loop and isinstance(resource[2], Mapping):  # type: ignore[index]
            yield from _of_kind(resource[2], kind)  # type: ignore[index]
        elif isinstance(resource, Mapping) and resource.get("Type") == kind:
            yield name, resource


def _referred(value: Json) -> Iterator[str]:
    """The logical IDs that a value refers to, through any function."""
    if isinstance(value, Mapping):
        for key, argument in value.items():
            if key == "Ref" and isinstance(argument, str):
                yield argument
            elif key == "Fn::GetAtt":
                yield str(argument[0]) if isinstance(argument, list) and argument else str(argument).split(".")[0]
            elif key == "Fn::Sub":
                for piece in sub.pieces(argument) or ():
                    yield from _referred(piece.value) if isinstance(piece, Variable) else ()
            yield from _referred(argument)
    elif isinstance(value, list):
        for item in value:
            yield from _referred(item)
