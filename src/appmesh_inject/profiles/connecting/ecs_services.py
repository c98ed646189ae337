"""The ECS services of a template, and which of them runs a task definition."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.exclusive_conditions import compatible
from appmesh_inject.cfn.intrinsics import Scope, function, leaves
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.resource_types import ECS_SERVICE, TASK_SET

_SCHEDULES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")


class RunningService(NamedTuple):
    """An ECS service that runs a task definition.

    path: of the service's properties. outcomes: of the conditions in whose branch it does. condition: of the service.
    """

    logical_id: str
    properties: Mapping[str, Json]
    path: Path
    outcomes: Mapping[str, bool]
    condition: str | None = None

    @property
    def all_outcomes(self) -> Mapping[str, bool]:
        return {**self.outcomes, self.condition: True} if self.condition else self.outcomes


def running_services(resources: Mapping[str, Json], task: str, scope: Scope) -> tuple[RunningService, ...]:
    """The services that run the task definition `task`, in any branch of their TaskDefinition."""
    found: list[RunningService] = []
    for logical_id, properties in _of_type(resources, ECS_SERVICE):
        resource = resources[logical_id]
        condition = resource.get("Condition") if isinstance(resource, dict) else None
        for leaf in leaves(properties.get("TaskDefinition"), scope):
            if named_task(leaf.written) == task:
                path = ("Resources", logical_id, "Properties")
                known = condition if isinstance(condition, str) else None
                found.append(RunningService(logical_id, properties, path, leaf.scope.assumed, known))
    return tuple(found)


def named_task(value: Json) -> str | None:
    """The logical ID of the task definition that `!Ref Task`, `!GetAtt Task.TaskDefinitionArn` or `!Sub ${Task}` is."""
    called = function(value)
    if called is None or not isinstance(value, dict):
        return None
    argument = value[called]
    if called == "Ref":
        return str(argument)
    if called == "Fn::GetAtt":
        target = argument if isinstance(argument, list) else str(argument).split(".")
        return str(target[0]) if target and target[-1] == "TaskDefinitionArn" else None
    pieces = sub.pieces(argument) if called == "Fn::Sub" else None
    if pieces and len(pieces) == 1 and isinstance(pieces[0], Variable):
        return named_task(pieces[0].value)
    return None


def together(
    found: Sequence[RunningService], conditions: Mapping[str, Json], scope: Scope
) -> tuple[RunningService, RunningService] | None:
    """Two different services that can exist at the same time; None if there are none."""
    for n, one in enumerate(found):
        for other in found[:n]:
            outcomes = (*one.all_outcomes.items(), *other.all_outcomes.items(), *scope.assumed.items())
            if one.logical_id != other.logical_id and compatible(conditions, outcomes):
                return other, one
    return None


def task_sets(resources: Mapping[str, Json], task: str, services: Sequence[str]) -> Iterator[str]:
    """The logical IDs of the AWS::ECS::TaskSets of a task definition or its services."""
    for logical_id, properties in _of_type(resources, TASK_SET):
        if named_task(properties.get("TaskDefinition")) == task or _refers(properties.get("Service"), services):
            yield logical_id


def schedules(resources: Mapping[str, Json], task: str) -> Iterator[str]:
    """The logical IDs of the schedules that start tasks of a task definition."""
    for logical_id, resource in sorted(resources.items()):
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if isinstance(resource, dict) and kind in _SCHEDULES and _runs(resource.get("Properties"), task):
            yield logical_id


def _runs(value: Json, task: str) -> bool:
    if isinstance(value, dict):
        return any(
            (key == "TaskDefinitionArn" and named_task(item) == task) or _runs(item, task)
            for key, item in value.items()
        )
    return isinstance(value, list) and any(_runs(item, task) for item in value)


def _refers(value: Json, services: Sequence[str]) -> bool:
    if not isinstance(value, dict):
        return False
    target = value.get("Ref") or value.get("Fn::GetAtt")
    return (target[0] if isinstance(target, list) and target else str(target).partition(".")[0]) in services


def _of_type(resources: Mapping[str, Json], kind: str) -> list[tuple[str, Mapping[str, Json]]]:
    """The logical IDs and properties of the resources of a type, in order."""
    found: list[tuple[str, Mapping[str, Json]]] = []
    for logical_id, resource in resources.items():
        if isinstance(resource, dict) and resource.get("Type") == kind:
            properties = resource.get("Properties")
            found.append((logical_id, properties if isinstance(properties, dict) else {}))
    return sorted(found, key=lambda it: it[0])
