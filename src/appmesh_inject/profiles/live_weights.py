"""What tasks with live weights need besides their configuration: a role that may ask, and the function that answers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from appmesh_inject.cfn.document import Edit, Json, Path, replace, value_if_there
from appmesh_inject.findings import Finding
from appmesh_inject.limits import INVOKING_ROLES
from appmesh_inject.mesh.export import is_ours
from appmesh_inject.mesh.live_function import ADDED, FUNCTION, ROLE, LiveWeightsUse, output, resources
from appmesh_inject.mesh.template_mesh import has_mesh
from appmesh_inject.profiles.context import Context, DocumentContext
from appmesh_inject.profiles.plan import Plan
from appmesh_inject.profiles.task_role import NoRole, UnknownRole, principal
from appmesh_inject.settings.layers import settle
from appmesh_inject.workloads.detect import is_template

SETTING = "LiveWeights"


class LiveTask(NamedTuple):
    """A task that follows live weights. principal: the ARN of its role. condition: under which alone it exists."""

    use: LiveWeightsUse
    principal: Json
    condition: str | None


def outside_of_a_template(context: Context) -> Iterator[Finding]:
    """A finding where there is no template that the function could be added to."""
    if context.settings.live_weights and not (context.kind.name == "cloudformation" and is_template(context.document)):
        message = "LiveWeights adds a function to the stack, and here is no template that it could be added to"
        hint = "Set it in a whole template, whose Transform names the macro, or take it out"
        yield context.finding("AM343", context.setting_path(SETTING), message, hint)


def kept_envoy(context: Context) -> Iterator[Finding]:
    """A finding about an envoy that stays as it is, so that it does not follow live weights."""
    if context.settings.live_weights:
        message = "OnExisting keeps the envoy of this task, which follows live weights only if it was written to do so"
        hint = "Set OnExisting: Replace, or LiveWeights: false"
        yield context.finding("AM372", context.setting_path("OnExisting"), message, hint)


def live_task(context: Context, use: LiveWeightsUse) -> LiveTask | Finding:
    """What a task needs to follow live weights, or why it cannot."""
    path: Path = (*context.workload.properties, "TaskRoleArn")
    found = principal(value_if_there(context.document, path), context.workload.scope, _parameters(context.document))
    if isinstance(found, NoRole):
        message = "has no TaskRoleArn, and its envoy asks for live weights with the task's role"
        hint = "Give it a TaskRoleArn, also in all branches of an Fn::If, or set LiveWeights: false there"
        return context.finding("AM344", context.setting_path(SETTING), message, hint)
    if isinstance(found, UnknownRole):
        message = f"the ARN of the task's role, which has to be let in, is not known: {found.reason}"
        return context.finding("AM345", path, message, found.hint)
    return LiveTask(use, found, _condition(context))


def _parameters(document: Json) -> Mapping[str, Json]:
    declared = document.get("Parameters") if isinstance(document, dict) else None
    return declared if isinstance(declared, dict) else {}


def _condition(context: Context) -> str | None:
    """The one condition under which the task follows live weights: its own, or that of Enabled."""
    resource = value_if_there(context.document, context.workload.path)
    own = resource.get("Condition") if isinstance(resource, dict) else None
    if isinstance(own, str):
        return own
    enabled = context.settings.enabled
    branches = enabled.get("Fn::If") if isinstance(enabled, dict) else None
    if isinstance(branches, list) and branches[1:] == [True, False] and isinstance(branches[0], str):
        return branches[0]
    return None


def told_to_other_stacks(whole: DocumentContext) -> tuple[LiveWeightsUse | None, tuple[Finding, ...]]:
    """The live weights of a template that exports its mesh, for tasks of other stacks, and the findings about them.
    None if it has none."""
    given = whole.defaults.values
    if not (given.get("ExportMesh") and given.get(SETTING) and has_mesh(whole.found.scope.resources)):
        return None, ()
    return whole.meshes.exported_live_weights(settle(whole.defaults, "").settings, whole.found.scope, whole.document)


def added(template: Json, tasks: Sequence[LiveTask], exported: LiveWeightsUse | None, role: str | None) -> Plan:
    """The edits that add a permission for each role, and the function where it belongs to this stack. exported: what it
    has to know for tasks of other stacks. role: that the function runs as; None: one of its own."""
    assert isinstance(template, dict)
    conditions = {task.condition for task in tasks}
    shared = conditions.pop() if len(conditions) == 1 and exported is None else None
    parts: dict[str, Json] = {}
    owned = next((task.use for task in tasks if task.use.routes), exported)
    if owned is not None:
        parts |= {name: _under(shared, resource) for name, resource in resources(owned.routes, role).items()}
    by_role: dict[str, list[LiveTask]] = {}
    for task in sorted(tasks, key=_text):
        by_role.setdefault(_text(task), []).append(task)
    for key, of_role in by_role.items():
        condition = shared or _condition_of_role(template, of_role)
        parts[f"{FUNCTION}{sha256(key.encode()).hexdigest()[:8].upper()}"] = _under(condition, _permission(of_role[0]))
    changes = [replace(("Resources", name), resource) for name, resource in parts.items()]
    if owned is not None:
        changes.append(_output(template, shared))
    return Plan(changes, (*_clashes(template, parts), *_too_many(by_role), *_needs_capability(parts)))


def _clashes(template: Mapping[str, Json], parts: Mapping[str, object]) -> Iterator[Finding]:
    """Findings about resources of the user's that have the name of one that is added."""
    resources = template.get("Resources")
    for name in parts:
        known = resources.get(name) if isinstance(resources, dict) else None
        if known is not None and not is_ours(known):
            message = f"has the logical ID that the macro gives to what it adds for LiveWeights: {name}"
            yield Finding("AM341", name, ("Resources", name), message, "Rename it")


def _text(task: LiveTask) -> str:
    return json.dumps(task.principal, sort_keys=True)


def _under(condition: str | None, resource: Json) -> Json:
    assert isinstance(resource, dict)
    return resource if condition is None else {**resource, "Condition": condition}


def _permission(task: LiveTask) -> Json:
    return {
        "Type": "AWS::Lambda::Permission",
        "Metadata": ADDED,
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": task.use.function,
            "Principal": task.principal,
        },
    }


def _condition_of_role(template: Mapping[str, Json], tasks: Sequence[LiveTask]) -> str | None:
    """The condition under which a role exists, or else that of all its tasks."""
    called = tasks[0].principal.get("Fn::GetAtt") if isinstance(tasks[0].principal, dict) else None
    if isinstance(called, list):
        own = value_if_there(template, ("Resources", called[0], "Condition"))
        if isinstance(own, str):
            return own
    conditions = {task.condition for task in tasks}
    return conditions.pop() if len(conditions) == 1 else None


def _output(template: Mapping[str, Json], condition: str | None) -> Edit:
    value = _under(condition, output())
    return replace(("Outputs", FUNCTION), value) if "Outputs" in template else replace(("Outputs",), {FUNCTION: value})


def _too_many(roles: Mapping[str, object]) -> Iterator[Finding]:
    if len(roles) > INVOKING_ROLES:
        message = f"{len(roles)} task roles would have to be let in, and a function's policy has room for about"
        hint = "Let tasks share a role, or set LiveWeights: false at some of them"
        yield Finding("AM346", "", ("Resources",), f"{message} {INVOKING_ROLES}", hint)


def _needs_capability(parts: Mapping[str, object]) -> Iterator[Finding]:
    """A warning where a role is added to the template."""
    if ROLE in parts:
        message = (
            "LiveWeights adds a role for its function where the macro's deployment has none in the stack's account"
        )
        hint = "Deploy with CAPABILITY_IAM, or give the macro the deployment parameter LiveWeightsRole"
        yield Finding("AM373", "", ("Resources",), message, hint)
