"""Task definitions and pods as parts of the graph: their containers, node or gateway, and Envoy configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.graph import configuration_reading
from appmesh_inject.graph.graph_builder import GraphBuilder
from appmesh_inject.graph.input_files import RenderedFile, RenderedTask
from appmesh_inject.graph.labels import shown, shown_scalar
from appmesh_inject.graph.model import Cell, Kind, Line, Meaning, Section
from appmesh_inject.mesh.model import Model, VirtualGateway, VirtualNode
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.workloads.model import Container

KINDS = {"virtualNode": Kind.NODE, "virtualGateway": Kind.GATEWAY}
VARIABLES = ("APPMESH_VIRTUAL_NODE_NAME", "APPMESH_VIRTUAL_GATEWAY_NAME", "APPMESH_RESOURCE_ARN")


@dataclass(frozen=True, slots=True)
class Who:
    """The node or gateway that a task represents. kind, mesh: None if the task does not name them."""

    name: str
    kind: Kind | None = None
    mesh: str | None = None


def part_of(builder: GraphBuilder, file: RenderedFile, task: RenderedTask) -> str:
    return builder.add((Kind.TASK, file.name, "/".join(map(str, task.workload.path))), task.workload.name or file.name)


def connect(builder: GraphBuilder, model: Model, file: RenderedFile, task: RenderedTask) -> None:
    """Adds the edge from the node or gateway to the task that runs it."""
    who = _who(task, file)
    if who is None:
        return
    found = list(_candidates(model, who))
    if len(found) == 1:
        kind = Kind.NODE if isinstance(found[0], VirtualNode) else Kind.GATEWAY
        owner = builder.add((kind, found[0].mesh.key, found[0].name.key), shown_scalar(found[0].name))
    else:
        name = who.name if "\0" not in who.name else "known when it is deployed"
        owner = builder.missing(who.kind or Kind.NODE, who.mesh or "", who.name, name)
    builder.connect(owner, part_of(builder, file, task), Meaning.RUNS)


def lines(task: RenderedTask) -> tuple[Line, ...]:
    """The containers, one line for each."""
    return tuple(Line(_named(each), _is_added(task, each)) for each in task.after)


def sections(builder: GraphBuilder, file: RenderedFile, task: RenderedTask) -> Iterator[Section]:
    part = part_of(builder, file, task)
    owners: list[tuple[Cell, ...]] = [("Represents", builder.link(it)) for it in builder.sources(part, Meaning.RUNS)]
    happened = task.report and str(task.report.action) + (f": {task.report.reason}" if task.report.reason else "")
    profile = task.report.profile if task.report and task.report.action == "injected" else ""
    facts: list[tuple[Cell, ...]] = [("Logical ID", task.workload.name), ("File", file.name)]
    facts += [("Injection", happened)] if happened else []
    facts += [("Profile", profile)] if profile else []
    yield Section("", (*owners, *facts))
    rows = tuple((_named(it), it.image or shown(it.definition.get("Image", "")), _role(task, it)) for it in task.after)
    yield Section("Containers", rows, ("Name", "Image", "From"))
    configurations = filter(None, (configuration_reading.bootstrap(_command(each)) for each in task.after))
    for configuration in configurations:
        yield from configuration_reading.sections(configuration)


def _named(container: Container) -> str:
    return container.name or shown(container.definition.get("Name", container.definition.get("name", "?")))


def _is_added(task: RenderedTask, container: Container) -> bool:
    return container.name not in {each.name for each in task.before}


def _role(task: RenderedTask, container: Container) -> str:
    origin = "the injection" if _is_added(task, container) else "the file"
    conditions = [f"{'if' if outcome else 'unless'} {name}" for name, outcome in container.scope.assumed.items()]
    return ", ".join([origin, *conditions])


def _command(container: Container) -> Json:
    definition = container.definition
    return definition.get("Command", definition.get("command"))


def _who(task: RenderedTask, file: RenderedFile) -> Who | None:
    """What the task represents: from the envoy container or, without one, from its marks."""
    names = MeshNames(task.workload.scope.resources, task.workload.scope)
    for container in task.after:
        configuration = configuration_reading.bootstrap(_command(container))
        if configuration is not None:
            return _parsed(configuration_reading.identity(configuration))
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
        return Who(names.key(settings.virtual_gateway_name), Kind.GATEWAY, mesh)
    if settings.virtual_node_name is not None:
        return Who(names.key(settings.virtual_node_name), Kind.NODE, mesh)
    return None


def _parsed(text: str) -> Who:
    """Parses `mesh/apps/virtualNode/white`, an ARN that ends like this, or a bare name."""
    for word, kind in KINDS.items():
        beginning, found, name = text.rpartition(f"/{word}/")
        if found:
            return Who(name, kind, beginning.rpartition("mesh/")[2])
    return Who(text)


def _candidates(model: Model, who: Who) -> Iterator[VirtualNode | VirtualGateway]:
    """The nodes and gateways that the task can mean. Any mesh matches if only CloudFormation knows the task's mesh."""
    unknown = who.mesh is None or "\0" in who.mesh or "${" in who.mesh
    owners: tuple[VirtualNode | VirtualGateway, ...] = (*model.nodes, *model.gateways)
    for each in owners:
        kind = Kind.NODE if isinstance(each, VirtualNode) else Kind.GATEWAY
        is_name = who.name in (each.name.key, shown_scalar(each.name))
        if is_name and who.kind in (None, kind) and (unknown or who.mesh in (each.mesh.key, shown_scalar(each.mesh))):
            yield each
