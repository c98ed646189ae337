"""Writes the configurations of tasks into the ECS services that run them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Edit, Json, replace
from appmesh_inject.cfn.intrinsics import Absent, Leaf, function, if_, leaves, mapped
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.connecting.configuration import Configured
from appmesh_inject.profiles.connecting.ecs_services import RunningService, named_task
from appmesh_inject.profiles.connecting.validation import is_enabled

MEMBER = "ServiceConnectConfiguration"
OFF: Mapping[str, Json] = {"Enabled": False}


class ServiceEdits(NamedTuple):
    changes: Sequence[Edit]
    findings: Sequence[Finding]


def service_edits(tasks: Sequence[Configured]) -> ServiceEdits:
    """The edits of all ECS services that run one of the tasks."""
    services: dict[str, RunningService] = {}
    for each in tasks:
        services |= {it.logical_id: it for it in each.task.running if each.value is not None}
    by_name = {each.task.name: each for each in tasks if each.value is not None}
    found = [outcome for _, service in sorted(services.items()) for outcome in _of_service(service, by_name)]
    return ServiceEdits(
        [outcome for outcome in found if isinstance(outcome, Edit)],
        [outcome for outcome in found if isinstance(outcome, Finding)],
    )


def where_enabled(value: Mapping[str, Json], enabled: Json) -> Json:
    """The configuration under the condition in `Enabled`: switched off where that is false."""
    if isinstance(enabled, dict):
        condition, then, otherwise = enabled["Fn::If"]
        return if_(condition, where_enabled(value, then), where_enabled(value, otherwise))
    return value if enabled is True else OFF


def _of_service(service: RunningService, tasks: Mapping[str, Configured]) -> Iterator[Edit | Finding]:
    expression = service.properties.get("TaskDefinition")
    scope = next(iter(tasks.values())).task.context.workload.scope
    run = [named_task(leaf.written) for leaf in leaves(expression, scope)]
    context = next(tasks[name] for name in run if name is not None and name in tasks).task.context

    def of_branch(leaf: Leaf) -> Json:
        found = tasks.get(named_task(leaf.written) or "")
        if found is None or found.value is None:
            return OFF
        enabled = mapped(found.task.context.settings.enabled, leaf.scope, lambda it: it.written)
        return where_enabled(found.value, enabled)

    # A service with a condition exists only where it holds.
    exists = scope.assuming(service.condition, True) if service.condition else scope
    value = mapped(expression, exists, of_branch)
    path = (*service.path, MEMBER)
    present = service.properties.get(MEMBER)
    if present == value:
        return
    if present is not None and _is_there(leaves(present, scope)):
        if context.settings.on_existing == "Fail":
            message = (
                f"{service.logical_id} already has a ServiceConnectConfiguration, and it differs from the one to write"
            )
            yield context.finding("AM418", path, message, "Remove it, or set OnExisting to Keep or Replace")
        if context.settings.on_existing != "Replace":
            return
    yield replace(path, value)


def _is_there(found: Sequence[Leaf]) -> bool:
    """Whether a configuration switches Service Connect on. `Enabled: false` is as good as none."""
    return any(not isinstance(leaf.reading, Absent) and (is_enabled(leaf) or not _is_map(leaf)) for leaf in found)


def _is_map(leaf: Leaf) -> bool:
    return isinstance(leaf.written, dict) and function(leaf.written) is None
