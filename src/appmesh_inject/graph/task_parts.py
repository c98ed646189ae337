"""Task definitions and pods as parts of the graph: their containers, node or gateway, and Envoy configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.graph import configuration_tables
from appmesh_inject.graph.configuration_tables import Config
from appmesh_inject.graph.graph_builder import GraphBuilder
from appmesh_inject.graph.input_files import RenderedFile, RenderedTask
from appmesh_inject.graph.labels import shown_key, shown_scalar
from appmesh_inject.graph.model import BoxLine, Cell, Meaning, PartKind, PartTable, Raw
from appmesh_inject.mesh.command_reading import configuration
from appmesh_inject.mesh.model import Model, VirtualGateway, VirtualNode
from appmesh_inject.mesh.name_keys import mesh_and_name
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.workloads.model import Container

KINDS = {"virtualNode": PartKind.NODE, "virtualGateway": PartKind.GATEWAY}
VARIABLES = ("APPMESH_VIRTUAL_NODE_NAME", "APPMESH_VIRTUAL_GATEWAY_NAME", "APPMESH_RESOURCE_ARN")


@dataclass(frozen=True, slots=True)
class Who:
    """The node or gateway that a task represents. kind, mesh: None if the task does not name them."""

    name: str
    kind: PartKind | None = None
    mesh: str | None = None


@dataclass(frozen=True, slots=True)
class TaskPart:
    """A task of a file, as a part. configurations: what its Envoys run, one for each branch of its containers."""

    id: str
    file: RenderedFile
    task: RenderedTask
    configurations: tuple[Config, ...]


def added(builder: GraphBuilder, file: RenderedFile, task: RenderedTask) -> TaskPart:
    name = task.workload.name or file.name
    part = builder.add((PartKind.TASK, file.name, "/".join(map(str, task.workload.path))), name)
    return TaskPart(part, file, task, tuple(_configurations(file, task)))


def owner(builder: GraphBuilder, model: Model, part: TaskPart) -> str | None:
    """The id of the node or gateway that the task represents."""
    who = _who(part)
    if who is None:
        return None
    found = list(_candidates(model, who))
    if len(found) == 1:
        kind = PartKind.NODE if isinstance(found[0], VirtualNode) else PartKind.GATEWAY
        return builder.add((kind, found[0].mesh.key, found[0].name.key), shown_scalar(found[0].name))
    return builder.missing(who.kind or PartKind.NODE, who.mesh or "", who.name, shown_key(who.name))


def lines(part: TaskPart) -> tuple[BoxLine, ...]:
    """The containers, one line for each."""
    return tuple(BoxLine(_named(part, each), _is_added(part.task, each)) for each in part.task.after)


def sections(builder: GraphBuilder, part: TaskPart) -> Iterator[PartTable]:
    file, task = part.file, part.task
    runs: list[tuple[Cell, ...]] = [
        ("Run by" if builder.kinds[by] is PartKind.ECS_SERVICE else "Represents", builder.link(by))
        for by in builder.sources(part.id, Meaning.RUNS)
    ]
    happened = task.report and str(task.report.action) + (f": {task.report.reason}" if task.report.reason else "")
    profile = task.report.profile if task.report and task.report.action == "injected" else ""
    facts: list[tuple[Cell, ...]] = [("Logical ID", task.workload.name), ("File", file.name)]
    facts += [("Injection", happened)] if happened else []
    facts += [("Profile", profile)] if profile else []
    yield PartTable("", (*runs, *facts))
    rows = tuple((_named(part, it), _image(part, it), _role(task, it)) for it in task.after)
    yield PartTable("Containers", rows, ("Name", "Image", "From"))
    for each in part.configurations:
        yield from configuration_tables.sections(each)


def raw(part: TaskPart) -> tuple[Raw, ...]:
    return tuple(Raw("Envoy's configuration", dict(each)) for each in part.configurations)


def _configurations(file: RenderedFile, task: RenderedTask) -> Iterator[Config]:
    """What the compiler made or, for an Envoy that was injected before, what its command says in any of its forms."""
    made = task.report.configurations if task.report else ()
    found = [file.resolution.of(each) for each in made]
    if not found:
        found = [configuration(_command(each), file.resolution.text) for each in task.after]
    for n, each in enumerate(found):
        if isinstance(each, dict) and each not in found[:n]:
            yield each


def _named(part: TaskPart, container: Container) -> str:
    return container.name or part.file.resolution.text(_member(container, "Name")) or "?"


def _image(part: TaskPart, container: Container) -> str:
    return container.image or part.file.resolution.text(_member(container, "Image"))


def _member(container: Container, name: str) -> Json:
    definition = container.definition
    return definition.get(name, definition.get(name.lower()))


def _is_added(task: RenderedTask, container: Container) -> bool:
    return container.name not in {each.name for each in task.before}


def _role(task: RenderedTask, container: Container) -> str:
    origin = "the injection" if _is_added(task, container) else "the file"
    conditions = [f"{'if' if outcome else 'unless'} {name}" for name, outcome in container.scope.assumed.items()]
    return ", ".join([origin, *conditions])


def _command(container: Container) -> Json:
    return _member(container, "Command")


def _who(part: TaskPart) -> Who | None:
    """What the task represents: from the envoy container or, without one, from its marks."""
    task = part.task
    names = MeshNames(task.workload.scope.resources, task.workload.scope)
    if part.configurations:
        return _parsed(configuration_tables.identity(part.configurations[0]))
    for container in task.after:
        for variable in VARIABLES:
            if variable in container.variables:
                return _parsed(names.key(container.variables[variable], task.workload.scope))
    settings = task.settings
    if not task.workload.is_marked:
        return None
    mesh = None if settings.mesh_name is None else names.key(settings.mesh_name)
    if settings.resource_arn is not None:
        return _parsed(names.key(settings.resource_arn))
    if settings.virtual_gateway_name is not None:
        return Who(names.key(settings.virtual_gateway_name), PartKind.GATEWAY, mesh)
    if settings.virtual_node_name is not None:
        return Who(names.key(settings.virtual_node_name), PartKind.NODE, mesh)
    return None


def _parsed(key: str) -> Who:
    """Parses the key of `mesh/apps/virtualNode/white`, of an ARN that ends like this, or of a bare name."""
    for word, kind in KINDS.items():
        if named := mesh_and_name(key, word):
            mesh, name = named
            return Who(name, kind, mesh)
    return Who(key)


def _candidates(model: Model, who: Who) -> Iterator[VirtualNode | VirtualGateway]:
    """The nodes and gateways that the task can mean. Any mesh matches if only CloudFormation knows the task's mesh."""
    unknown = who.mesh is None or "\0" in who.mesh or "${" in who.mesh
    owners: tuple[VirtualNode | VirtualGateway, ...] = (*model.nodes, *model.gateways)
    for each in owners:
        kind = PartKind.NODE if isinstance(each, VirtualNode) else PartKind.GATEWAY
        is_name = who.name in (each.name.key, shown_scalar(each.name))
        if is_name and who.kind in (None, kind) and (unknown or who.mesh in (each.mesh.key, shown_scalar(each.mesh))):
            yield each
