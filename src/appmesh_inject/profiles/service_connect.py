"""Profile `service-connect`: Amazon ECS Service Connect in the place of the mesh, without a sidecar of ours.

`plan` looks at one task definition: the ECS service that runs it, and the sidecars that leave. `finish` looks at all of
them, since names are unique in a namespace, and callers wait for servers.
"""

from collections.abc import Iterator, Sequence

from appmesh_inject.cfn.document import Edit, Json, edited, map_at, replace
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.connecting import finished_template, prerequisites
from appmesh_inject.profiles.connecting.conversion import conversion
from appmesh_inject.profiles.connecting.ecs_services import RunningService, running_services, task_sets
from appmesh_inject.profiles.connecting.mesh_task import MeshTask
from appmesh_inject.profiles.connecting.sidecars_out import sidecars_out
from appmesh_inject.profiles.context import Context, DocumentContext, enabled_scope
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.sidecar.containers import GATEWAY
from appmesh_inject.profiles.sidecar.identity import naming, represented
from appmesh_inject.profiles.sidecar.profile import ALREADY_INJECTED
from appmesh_inject.profiles.unavailable_stacks import unavailable_stacks
from appmesh_inject.settings.table import SERVICE_CONNECT

STAMP = "ServiceConnect"
"""The member of `Metadata.AppMeshInject` of a task definition that names its ECS service."""

NO_SERVICE = "none"


class ServiceConnect:
    """Turns the mesh into the configuration of the ECS services that run the marked task definitions."""

    name = SERVICE_CONNECT
    documents = frozenset({"cloudformation"})
    consumes_mesh = True

    def plan(self, context: Context) -> Plan | Skip:
        """The edits to one task definition that do not depend on others, and its facts for `finish`."""
        if problem := _unseen(context):
            return Plan(findings=(problem,))
        if _is_stamped(context):
            return Skip(ALREADY_INJECTED)
        if represented(context.requested, context.workload.scope) == GATEWAY:
            message = "a virtual gateway has no counterpart in Service Connect"
            hint = "Mark this task Profile: standalone, or take it out and let the load balancer call the services"
            return Plan(findings=(context.finding("AM413", context.setting_path("VirtualGatewayName"), message, hint),))
        if problems := tuple(naming(context)):
            return Plan(findings=problems)
        return _planned(context)

    def finish(self, template: Json, decided: Sequence[Decided], whole: DocumentContext) -> Plan:
        """The port names of the task definitions, the configuration of their ECS services, and the namespace. What
        comes out is checked, also that of an earlier run."""
        resources = template.get("Resources") if isinstance(template, dict) else None
        if not isinstance(template, dict) or not isinstance(resources, dict):
            return Plan()
        plan = conversion(resources, decided, whole.defaults)
        own = [each for each in decided if each.is_enabled and each.requested.settings.profile == SERVICE_CONNECT]
        # A mistake in the document comes first: what comes out is then none of the user's concern.
        if any(each.is_refused for each in decided) or any(finding.is_error for finding in plan.findings):
            return plan
        finished = edited(template, plan.changes)
        assert isinstance(finished, dict)
        tasks = [each.workload.name for each in own]
        mistakes = finished_template.findings(finished, whole.found.scope.parameters, tasks)
        return plan._replace(findings=(*plan.findings, *mistakes))


def _unseen(context: Context) -> Finding | None:
    """The finding that the ECS service of a task cannot be seen from where it is marked."""
    if not context.workload.path:
        message = "Fn::Transform sees only the task definition, and Service Connect is configured at its ECS service"
        hint = "Mark the task definition with Metadata.AppMesh, and call the macro with Transform of the template"
        return context.finding("AM419", (), message, hint)
    if context.workload.scope.loops:
        message = "is in an Fn::ForEach, and each of its tasks would run the same virtual node"
        hint = "List AWS::LanguageExtensions before the macro in Transform, which unrolls the loop first"
        return context.finding("AM419", context.workload.path, message, hint)
    return None


def _is_stamped(context: Context) -> bool:
    metadata = map_at(context.document, context.workload.path).get("Metadata")
    section = metadata.get("AppMeshInject") if isinstance(metadata, dict) else None
    return isinstance(section, dict) and STAMP in section


def _planned(context: Context) -> Plan:
    settings, whole = context.settings, context.workload.scope
    if unavailable := unavailable_stacks(context):
        return Plan(findings=(unavailable,))
    source = context.meshes.of_task(settings, whole, context.document)
    compiler, problems = context.meshes.compiler(source, settings, whole, context.document)
    if any(finding.is_error for finding in problems):
        return Plan(findings=problems)
    node = compiler.find_node(settings.resource_arn or settings.virtual_node_name, settings.mesh_name)
    if isinstance(node, Finding):
        return Plan(findings=(node._replace(subject=context.workload.name, path=_naming_path(context)),))
    scope = enabled_scope(settings.enabled, whole)
    task = context.kind.task(context.document, context.workload, scope)
    out = sidecars_out(context, task)
    running = running_services(whole.resources, context.workload.name, whole)
    notes = MeshTask(context, source, compiler, node, running, out.log, out.variables)
    findings = (*problems, *task.findings, *out.findings, *_checks(notes))
    return Plan([*out.changes, _stamp(context, running)], tuple(dict.fromkeys(findings)), notes)


def _naming_path(context: Context) -> tuple[str | int, ...]:
    given = "ResourceArn" if context.settings.resource_arn is not None else "VirtualNodeName"
    return context.setting_path(given)


def _checks(task: MeshTask) -> Iterator[Finding]:
    """Why the task or its ECS services cannot have Service Connect."""
    context, resources = task.context, task.context.workload.scope.resources
    for problem in prerequisites.of_task(*task.properties(context.document), task.scope):
        yield problem.finding(task.name)
    for service in task.running:
        for problem in prerequisites.of_service(service.properties, service.path, task.scope):
            yield problem.finding(task.name)
    for task_set in task_sets(resources, task.name, [service.logical_id for service in task.running]):
        message = f"{task_set} is an AWS::ECS::TaskSet, which cannot have Service Connect"
        hint = "Let the service run the task definition, with the deployment controller ECS"
        yield context.finding("AM403", ("Resources", task_set), message, hint)


def _stamp(context: Context, running: Sequence[RunningService]) -> Edit:
    """The edit that shows a second run that the task is done."""
    services = list(dict.fromkeys(service.logical_id for service in running))
    value: Json = services[0] if len(services) == 1 else services or NO_SERVICE
    path = (*context.workload.path, "Metadata")
    metadata = map_at(context.document, context.workload.path).get("Metadata")
    if not isinstance(metadata, dict):
        return replace(path, {"AppMeshInject": {STAMP: value}})
    if not isinstance(metadata.get("AppMeshInject"), dict):
        return replace((*path, "AppMeshInject"), {STAMP: value})
    return replace((*path, "AppMeshInject", STAMP), value)


PROFILE = ServiceConnect()
