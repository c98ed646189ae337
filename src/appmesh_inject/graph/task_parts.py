"""Task definitions and pods as parts: their containers, what they represent, and what their Envoys get."""

from collections.abc import Iterator
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.graph import envoy_configuration
from appmesh_inject.graph.input_files import Run, Source
from appmesh_inject.graph.labels import said, shown
from appmesh_inject.graph.model import Cell, Kind, Line, Meaning, Section
from appmesh_inject.graph.plot import Plot
from appmesh_inject.mesh.model import Model, VirtualGateway, VirtualNode
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.workloads.model import Container

KINDS = {"virtualNode": Kind.NODE, "virtualGateway": Kind.GATEWAY}
VARIABLES = ("APPMESH_VIRTUAL_NODE_NAME", "APPMESH_VIRTUAL_GATEWAY_NAME", "APPMESH_RESOURCE_ARN")


@dataclass(frozen=True, slots=True)
class Who:
    """What a task says it represents. kind, mesh: None where it does not say."""

    name: str
    kind: Kind | None = None
    mesh: str | None = None


def part_of(plot: Plot, source: Source, run: Run) -> str:
    return plot.add((Kind.TASK, source.name, "/".join(map(str, run.workload.path))), run.workload.name or source.name)


def connect(plot: Plot, model: Model, source: Source, run: Run) -> None:
    """The line from what the task represents to the task."""
    who = _who(run, source)
    if who is None:
        return
    found = list(_candidates(model, who))
    if len(found) == 1:
        kind = Kind.NODE if isinstance(found[0], VirtualNode) else Kind.GATEWAY
        owner = plot.add((kind, found[0].mesh.key, found[0].name.key), said(found[0].name))
    else:
        name = who.name if "\0" not in who.name else "known when it is deployed"
        owner = plot.missing(who.kind or Kind.NODE, who.mesh or "", who.name, name)
    plot.connect(owner, part_of(plot, source, run), Meaning.RUNS)


def lines(run: Run) -> tuple[Line, ...]:
    """The containers, as they stand in the box."""
    return tuple(Line(_named(each), _is_added(run, each)) for each in run.after)


def sections(plot: Plot, source: Source, run: Run) -> Iterator[Section]:
    part = part_of(plot, source, run)
    owners: list[tuple[Cell, ...]] = [("Represents", plot.link(it)) for it in plot.sources(part, Meaning.RUNS)]
    happened = run.report and str(run.report.action) + (f": {run.report.reason}" if run.report.reason else "")
    profile = run.report.profile if run.report and run.report.action == "injected" else ""
    facts: list[tuple[Cell, ...]] = [("Logical ID", run.workload.name), ("File", source.name)]
    facts += [("Injection", happened)] if happened else []
    facts += [("Profile", profile)] if profile else []
    yield Section("", (*owners, *facts))
    rows = tuple((_named(it), it.image or shown(it.definition.get("Image", "")), _role(run, it)) for it in run.after)
    yield Section("Containers", rows, ("Name", "Image", "From"))
    configurations = filter(None, (envoy_configuration.bootstrap(_command(each)) for each in run.after))
    for configuration in configurations:
        yield from envoy_configuration.sections(configuration)


def _named(container: Container) -> str:
    return container.name or shown(container.definition.get("Name", container.definition.get("name", "?")))


def _is_added(run: Run, container: Container) -> bool:
    return container.name not in {each.name for each in run.before}


def _role(run: Run, container: Container) -> str:
    origin = "the injection" if _is_added(run, container) else "the file"
    conditions = [f"{'if' if outcome else 'unless'} {name}" for name, outcome in container.scope.assumed.items()]
    return ", ".join([origin, *conditions])


def _command(container: Container) -> Json:
    definition = container.definition
    return definition.get("Command", definition.get("command"))


def _who(run: Run, source: Source) -> Who | None:
    """By its envoy as it will run; where there is none, by its marks."""
    names = MeshNames(run.workload.scope.resources, run.workload.scope)
    for container in run.after:
        configuration = envoy_configuration.bootstrap(_command(container))
        if configuration is not None:
            return _parsed(envoy_configuration.identity(configuration))
        for variable in VARIABLES:
            if variable in container.variables:
                return _parsed(names.key(container.variables[variable], run.workload.scope))
    settings = run.settings
    if not run.workload.levels:
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
    """`mesh/apps/virtualNode/white`, an ARN that ends so, or a bare name."""
    for word, kind in KINDS.items():
        beginning, found, name = text.rpartition(f"/{word}/")
        if found:
            return Who(name, kind, beginning.rpartition("mesh/")[2])
    return Who(text)


def _candidates(model: Model, who: Who) -> Iterator[VirtualNode | VirtualGateway]:
    """Those that the task can mean. A mesh that only CloudFormation knows excludes none."""
    unknown = who.mesh is None or "\0" in who.mesh or "${" in who.mesh
    owners: tuple[VirtualNode | VirtualGateway, ...] = (*model.nodes, *model.gateways)
    for each in owners:
        kind = Kind.NODE if isinstance(each, VirtualNode) else Kind.GATEWAY
        is_name = who.name in (each.name.key, said(each.name))
        if is_name and who.kind in (None, kind) and (unknown or who.mesh in (each.mesh.key, said(each.mesh))):
            yield each
