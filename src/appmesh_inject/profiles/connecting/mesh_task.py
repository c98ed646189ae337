"""A marked task definition, its virtual node, and the ECS services that run it: what `finish` starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, value_if_there
from appmesh_inject.cfn.intrinsics import Scope, is_no_value
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling import Compiler
from appmesh_inject.mesh.mesh_sources import MeshSource, MeshSources
from appmesh_inject.mesh.model import Mesh, Model, Resource, VirtualNode
from appmesh_inject.mesh.names import MeshNames, kind_of
from appmesh_inject.profiles.connecting.ecs_services import RunningService
from appmesh_inject.profiles.connecting.endpoints import RunByTasks
from appmesh_inject.profiles.connecting.resource_keys import Key, key_of
from appmesh_inject.profiles.context import Context, enabled_scope
from appmesh_inject.profiles.plan import Decided, Plan
from appmesh_inject.settings.table import STANDALONE


@dataclass(frozen=True, slots=True)
class MeshTask:
    """log: the LogConfiguration of a hand-written envoy that leaves. variables: its environment."""

    context: Context
    source: MeshSources
    compiler: Compiler
    node: VirtualNode
    running: Sequence[RunningService]
    log: Json
    variables: Mapping[str, Json]

    @property
    def name(self) -> str:
        return self.context.workload.name

    @property
    def model(self) -> Model:
        return self.compiler.model

    @property
    def mesh(self) -> Mesh | None:
        return self.compiler.shared.meshes.get(self.node.mesh.key)

    @property
    def scope(self) -> Scope:
        """What is known where `Enabled` is true."""
        return enabled_scope(self.context.settings.enabled, self.context.workload.scope)

    @property
    def names(self) -> MeshNames:
        """The names of this template, which can be another one than that of the mesh."""
        return MeshNames(self.context.workload.scope.resources, self.context.workload.scope)

    @property
    def has_mesh_here(self) -> bool:
        """Whether the Mesh is a resource of this template, so that its namespace is made here."""
        mesh, own = self.mesh, self.context.workload.scope.resources
        here = own.get(mesh.logical_id) if mesh else None
        return mesh is not None and not mesh.source and kind_of(here) == "Mesh"

    @property
    def source_of_mesh(self) -> MeshSource | None:
        """The other template that holds the Mesh."""
        name = self.mesh.source if self.mesh else ""
        return next((source for source in self.source.sources if name and source.name == name), None)

    @property
    def has_owner(self) -> bool:
        """Whether the mesh belongs to another account, as a MeshOwner says."""
        resources = (self.node, *([self.mesh] if self.mesh else ()))
        return any(
            _has_owner(source.resources.get(resource.logical_id))
            for resource in resources
            for source in self.source.sources
            if source.name == resource.source
        )

    def properties(self, template: Json) -> tuple[Mapping[str, Json], Path]:
        """The properties of the task definition in `template`, and their path."""
        path = self.context.workload.properties
        found = value_if_there(template, path)
        return found if isinstance(found, dict) else {}, path


def tasks_of(decided: Sequence[Decided]) -> list[MeshTask]:
    """The tasks of the profile, by name, so that nothing depends on their order in the template."""
    outcomes = [each.outcome for each in decided]
    found = [it.notes for it in outcomes if isinstance(it, Plan) and isinstance(it.notes, MeshTask)]
    return sorted(found, key=lambda task: task.name)


def run_by_tasks(decided: Sequence[Decided], tasks: Sequence[MeshTask], one: MeshTask) -> RunByTasks:
    """What the tasks of the template run in the mesh of task `one`."""
    compiler = one.compiler
    found: set[Key] = set()
    for each in decided:
        settings = each.requested.settings
        if not each.is_enabled or settings.profile != STANDALONE:
            continue
        node = settings.resource_arn or settings.virtual_node_name
        gateway = settings.resource_arn or settings.virtual_gateway_name
        candidates: list[Resource | Finding] = []
        if node is not None:
            candidates.append(compiler.find_node(node, settings.mesh_name))
        if gateway is not None:
            candidates.append(compiler.find_gateway(gateway, settings.mesh_name))
        found |= {key_of(it) for it in candidates if isinstance(it, Resource)}
    own = {key_of(task.node) for task in tasks if task.source is one.source}
    is_whole = len(one.source.sources) == 1 and not one.context.settings.export_mesh
    return RunByTasks(frozenset(found), frozenset(own), is_whole)


def _has_owner(resource: Json) -> bool:
    properties = resource.get("Properties") if isinstance(resource, dict) else None
    return isinstance(properties, dict) and not is_no_value(properties.get("MeshOwner", {"Ref": "AWS::NoValue"}))
