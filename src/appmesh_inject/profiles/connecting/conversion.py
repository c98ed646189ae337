"""Converts all tasks of a template together: the second half of profile `service-connect`."""

from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Edit, Json, edited, replace
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import MeshNames, kind_of
from appmesh_inject.mesh.stray_routes import stray_routes
from appmesh_inject.mesh.value_resolution import deciding
from appmesh_inject.profiles.connecting import calls, lost_features, namespaces, prerequisites, tls
from appmesh_inject.profiles.connecting.configuration import Configured, configured
from appmesh_inject.profiles.connecting.deployment_order import deployment_order
from appmesh_inject.profiles.connecting.ecs_services import together
from appmesh_inject.profiles.connecting.endpoints import Endpoints, RunByTasks, endpoints
from appmesh_inject.profiles.connecting.mesh_task import MeshTask, run_by_tasks, tasks_of
from appmesh_inject.profiles.connecting.resource_keys import key_of
from appmesh_inject.profiles.connecting.service_edits import service_edits
from appmesh_inject.profiles.connecting.service_in_other_template import without_service
from appmesh_inject.profiles.connecting.summary import summary
from appmesh_inject.profiles.connecting.unique_names import clashes
from appmesh_inject.profiles.plan import Decided, Plan
from appmesh_inject.settings.layers import Gathered
from appmesh_inject.settings.table import SERVICE_CONNECT, STANDALONE


def conversion(resources: Mapping[str, Json], decided: Sequence[Decided], defaults: Gathered) -> Plan:
    """The edits and findings for all tasks of a template. resources: of the template, with the sidecars out."""
    return _Conversion(resources, decided, defaults).plan()


class _Conversion:
    def __init__(self, resources: Mapping[str, Json], decided: Sequence[Decided], defaults: Gathered) -> None:
        self.resources = resources
        self.decided = decided
        self.defaults = defaults
        self.tasks = tasks_of(decided)
        # The sidecars of a refused task are still there. They are taken out here, to find no more than its mistakes.
        self.refused = {each.workload.name for each in decided if each.is_refused}
        own = [each.outcome for each in decided if each.is_refused and isinstance(each.outcome, Plan)]
        edits = [edit for outcome in own if isinstance(outcome.notes, MeshTask) for edit in outcome.changes]
        self.template = edited({"Resources": resources}, edits)
        self.namespaces = namespaces.logical_ids(self._meshes(), resources)
        self.endpoints: dict[int, Endpoints] = {}
        self.run_by_tasks: dict[int, RunByTasks] = {}
        self.findings: list[Finding] = []

    def plan(self) -> Plan:
        for task in self.tasks:
            self._look_at_mesh(task)
        done = [self._configured(task) for task in self.tasks]
        for each in done:
            self.findings += each.findings
            self.findings += self._of_task(each, done)
        self.findings += clashes(done)
        self.findings += calls.dummies(done)
        written = service_edits(done)
        order = deployment_order(self.resources, calls.edges(done, self.endpoints))
        self.findings += (*written.findings, *order.findings)
        ports = [edit for each in done if each.task.name not in self.refused for edit in each.changes]
        changes = [*ports, *written.changes, *order.changes, *self._added(done)]
        return Plan(changes, tuple(self.findings), summaries={each.task.name: summary(each) for each in done})

    def _look_at_mesh(self, task: MeshTask) -> None:
        """Finds the endpoints of a task's mesh, once for all its tasks."""
        key = id(task.compiler)
        if key in self.endpoints:
            return
        running = run_by_tasks(self.decided, self.tasks, task)
        retries = task.context.settings.default_retry_policy == "on"
        links = task.compiler.shared.links
        found = endpoints(task.model, links, running, retries_by_default=retries)
        self.endpoints[key], self.run_by_tasks[key] = found, running
        self.findings += found.findings
        self.findings += stray_routes(task.model)
        self.findings += calls.unserved(found, running)
        self.findings += calls.without_callers(task, found, running)
        converted = [each for each in task.model.nodes if key_of(each) in running.connected]
        for mesh_key in sorted({node.mesh.key for node in converted}):
            of_mesh = [node for node in converted if node.mesh.key == mesh_key]
            self.findings += lost_features.of_mesh(task.compiler.shared.meshes.get(mesh_key), of_mesh)

    def _configured(self, task: MeshTask) -> Configured:
        found, running = self.endpoints[id(task.compiler)], self.run_by_tasks[id(task.compiler)]
        own = found.of_node(task.node)
        given = namespaces.namespace(
            task.context,
            task.node,
            task.mesh,
            self._own(task),
            has_owner=task.has_owner,
            elsewhere=task.source_of_mesh,
        )
        callers_of_node = {caller for each in own for caller in found.callers.get(key_of(each.service), ())}
        has_standalone_caller = not running.standalone.isdisjoint(callers_of_node)
        return configured(task, own, given, self.template, has_standalone_caller=has_standalone_caller)

    def _own(self, task: MeshTask) -> Mapping[str, str]:
        return self.namespaces if task.has_mesh_here else {}

    def _of_task(self, done: Configured, others: Sequence[Configured]) -> Iterator[Finding]:
        task, context = done.task, done.task.context
        found, running = self.endpoints[id(task.compiler)], self.run_by_tasks[id(task.compiler)]
        yield from calls.out_of_reach(task, found, running)
        yield from tls.of_backends(task.node, _encrypted_services(others))
        yield from lost_features.of_envoy(context, task.variables, is_used=any(map(_has_envoy, self.decided)))
        if done.value is None and key_of(task.node) in found.concerned:
            return
        if done.value is None:
            message = f"virtual node {task.node.logical_id} takes no part: no name leads to it, and it calls none"
            yield context.finding("AM463", context.workload.path, message, "Its sidecars go, and nothing replaces them")
            return
        properties, path = task.properties(self.template)
        if prerequisites.is_smallest(properties, task.scope):
            message = (
                "the task has the smallest size of Fargate, and the proxy wants 256 CPU units and 64 MiB for itself"
            )
            hint = "Watch it under load, or set a larger Cpu and Memory"
            yield context.finding("AM465", (*path, "Cpu"), message, hint)
        if not task.running:
            yield without_service(done)
        same = [other.task for other in others if other.task.node == task.node and other.task.mesh == task.mesh]
        services = sorted((service for other in same for service in other.running), key=lambda it: it.logical_id)
        if not done.entries or len({service.logical_id for service in services}) < 2:
            return
        pair = together(services, context.workload.scope.conditions, deciding(context.workload.scope))
        if pair:
            one, other = (service.logical_id for service in pair)
            message = f"{one} and {other} run one virtual node, and both would have its names"
            hint = "Give one of them a virtual node of its own, or run both as one service"
            yield Finding("AM402", other, ("Resources", other), message, hint)

    def _meshes(self) -> list[str]:
        """Logical IDs of the Meshes that this template makes a namespace for."""
        needed = {
            task.mesh.logical_id
            for task in self.tasks
            if task.mesh is not None and task.has_mesh_here and task.context.settings.namespace is None
        }
        given = self.defaults.values
        if self._exports and given.get("Profile") == SERVICE_CONNECT and "Namespace" not in given:
            needed = {name for name, resource in self.resources.items() if kind_of(resource) == "Mesh"}
        return sorted(needed)

    @property
    def _exports(self) -> bool:
        return bool(self.defaults.values.get("ExportMesh"))

    def _added(self, done: Sequence[Configured]) -> Iterator[Edit]:
        """The namespaces."""
        names = MeshNames(self.resources, Scope())
        for mesh, logical_id in self.namespaces.items():
            users = [each for each in done if each.namespace.made_for == mesh and each.value is not None]
            if users or self._exports:
                condition = None if self._exports else _common_condition(users)
                yield replace(("Resources", logical_id), namespaces.resource(names.name(mesh), condition))


def _common_condition(users: Sequence[Configured]) -> str | None:
    """The condition of all settings `Enabled`, if they are one and the same `!If [CONDITION, true, false]`."""
    enabled = [each.task.context.settings.enabled for each in users]
    first = enabled[0]
    arguments = first.get("Fn::If") if isinstance(first, dict) else None
    if any(each != first for each in enabled) or not isinstance(arguments, list) or arguments[1:] != [True, False]:
        return None
    return str(arguments[0])


def _has_envoy(decided: Decided) -> bool:
    """Whether a task has an Envoy of its own, or would have it with another profile."""
    settings = decided.requested.settings
    return decided.is_enabled and (settings.profile == STANDALONE or settings.virtual_gateway_name is not None)


def _encrypted_services(others: Sequence[Configured]) -> frozenset[str]:
    """The keys of the virtual services all of whose entries have Tls."""
    found = [(each, entry.endpoint) for each in others for entry in each.entries]
    plain = {endpoint.service.name.key for each, endpoint in found if endpoint.listener.port.key not in each.encrypted}
    return frozenset(endpoint.service.name.key for _, endpoint in found) - plain
