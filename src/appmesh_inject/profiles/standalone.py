"""Envoys that carry a compiled configuration: the one to inject, and those that are there already."""

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.interpolation import scalar
from appmesh_inject.mesh.source import Configuration, MeshSource
from appmesh_inject.profiles.context import Situation
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.model import Container


def configured(situation: Situation, envoy: Container, admin_port: Json) -> Configuration:
    """What the task's envoy runs, by the mesh that its settings name and the variables that it has."""
    settings, scope = situation.settings, situation.workload.scope
    source = situation.meshes.source(settings, scope)
    if source is None:
        message = "the mesh of the stack that MeshStack names is not at hand"
        hint = "Deploy the macro with MeshStacks, or render with --mesh FILE"
        return Configuration(None, findings=(situation.finding("AM330", situation.place("MeshStack"), message, hint),))
    return situation.meshes.configuration(
        source,
        settings,
        kind=situation.kind,
        scope=scope,
        environment={name: scalar(value) for name, value in envoy.variables.items()},
        admin_port=scalar(admin_port),
        place=situation.place("Envoy"),
        subject=situation.workload.name,
    )


def is_compiled(situation: Situation) -> bool:
    """Whether the task was injected before, and the mesh has left the document since."""
    settings = situation.settings
    if settings.profile != STANDALONE or settings.mesh_stack is not None or situation.meshes.given is not None:
        return False
    if not MeshSource(situation.workload.scope.resources).is_empty:
        return False
    entries = (entry for branch in situation.task.branches for entry in branch.lists["app"].entries)
    containers = (container for entry in entries for container, _ in entry.containers if container)
    return any(situation.runtime(container).is_compiled for container in containers)
