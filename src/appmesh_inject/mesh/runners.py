"""Which task definition runs which virtual node or gateway of the template's own mesh.

A name that was copied or misspelt takes a service out of its mesh, and nothing else would say so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling import Compiler
from appmesh_inject.mesh.model import Dns, VirtualGateway, VirtualNode
from appmesh_inject.mesh.service_connect_names import may_stand_for, service_connect_names


@dataclass(slots=True)
class Runners:
    """The tasks that run each node or gateway, by the logical ID of the latter. A task is a name and a place for
    findings."""

    compiler: Compiler
    _tasks: dict[str, dict[str, Path]] = field(default_factory=dict)
    _certain: dict[str, bool] = field(default_factory=dict)

    def __contains__(self, task: str) -> bool:
        return task in self._certain

    @property
    def owners(self) -> tuple[str, ...]:
        """The logical IDs of the nodes and gateways that a task runs."""
        return tuple(self._tasks)

    def add(self, logical_id: str, task: str, place: Path, *, is_certain: bool) -> None:
        """Task `task` runs a node or gateway. is_certain: False if the task exists under a condition."""
        self._tasks.setdefault(logical_id, {})[task] = place
        self._certain[task] = is_certain

    def add_left_alone(self, who: Json, mesh_name: Json, scope: Scope, task: str) -> None:
        """Task `task` names a node or gateway, and was not compiled."""
        for logical_id in self.compiler.named(who, mesh_name, scope):
            self.add(logical_id, task, (), is_certain=False)

    def mismatches(self, template: Json) -> Iterator[Finding]:
        """A warning for each task that runs the same node as another one, and for each node or gateway that no task
        runs. Not for a node that a service with Service Connect may stand for, since such a service needs no mark."""
        model = self.compiler.model
        for node in model.nodes:
            yield from self._twins(self._tasks.get(node.logical_id, {}))
        connected = service_connect_names(template, model.names)
        owners: tuple[VirtualNode | VirtualGateway, ...] = (*model.nodes, *model.gateways)
        for owner in owners:
            if owner.logical_id not in self._tasks and not may_stand_for(connected, owner, model):
                yield _idle(owner)

    def _twins(self, tasks: dict[str, Path]) -> Iterator[Finding]:
        # Of tasks under conditions, perhaps only one exists.
        certain = sorted(task for task in tasks if self._certain[task])
        for task in certain[1:]:
            message = f"runs the same virtual node as task definition {certain[0]}"
            hint = "Correct the name of the node, unless both serve the same requests"
            yield Finding("AM367", task, tasks[task], message, hint)


def _idle(owner: VirtualNode | VirtualGateway) -> Finding:
    what = "gateway" if isinstance(owner, VirtualGateway) else "node"
    hint = f"Mark the task definition that runs it, or remove the {what}"
    if isinstance(owner, VirtualNode) and owner.discovery is not None:
        name = "host name" if isinstance(owner.discovery, Dns) else "Cloud Map name"
        ignore = "Metadata: AppMeshInject: {Ignore: [AM368]}"
        hint = f"Mark the task definition that runs it, or, if something else answers under its {name}, write {ignore}"
    return Finding(
        "AM368", owner.logical_id, owner.path, f"no marked task definition of this template runs this {what}", hint
    )
