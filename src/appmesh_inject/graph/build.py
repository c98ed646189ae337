"""Files become a graph: parts, lines, and each finding at the part that it is about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN
from appmesh_inject.findings import Finding, with_full_stop
from appmesh_inject.graph import task_parts
from appmesh_inject.graph.input_files import Run, Source
from appmesh_inject.graph.mesh_parts import MeshParts, key_of, merged, overview
from appmesh_inject.graph.model import Cell, Graph, Line, Meaning, Note, Part, Section
from appmesh_inject.graph.plot import Plot
from appmesh_inject.mesh.compiling.links import Links
from appmesh_inject.mesh.model import Model, Resource, VirtualGateway, VirtualNode, VirtualRouter
from appmesh_inject.mesh.names import MeshNames


def graph(sources: Sequence[Source]) -> Graph:
    """The mesh of all the files, with the tasks that run in it."""
    model = merged((source.model for source in sources), Model(names=MeshNames({}, NOTHING_KNOWN)))
    homes = {id(resource): source.name for source in sources for resource in _resources(source.model)}
    plot = Plot()
    mesh = MeshParts(plot, Links(model), homes)
    boxes = list(mesh.plotted())
    runs = [(task_parts.part_of(plot, source, run), source, run) for source in sources for run in source.runs]
    for _, source, run in runs:
        task_parts.connect(plot, model, source, run)
    said = {part: (*mesh.sections(part, resource), *_tasks_of(plot, part)) for part, resource in boxes}
    said |= {part: tuple(task_parts.sections(plot, source, run)) for part, source, run in runs}
    lines = {part: _listeners(resource) for part, resource in boxes}
    lines |= {part: task_parts.lines(run) for part, _, run in runs}
    notes = _notes(sources, _owners(plot, model, homes, runs))
    parts = tuple(
        Part(
            part,
            plot.kinds[part],
            name,
            lines.get(part, ()),
            tuple(section.trimmed for section in said.get(part, _of_missing(plot, part)) if section.rows),
            tuple(notes.get(part, ())),
        )
        for part, name in plot.names.items()
    )
    files: tuple[tuple[Cell, ...], ...] = tuple((source.name,) for source in sources)
    sections = (overview(model), Section("Files", files))
    return Graph(
        _title(sources), parts, plot.edges, tuple(section for section in sections if section.rows), tuple(notes[""])
    )


def _title(sources: Sequence[Source]) -> str:
    names = [PurePath(source.name).name for source in sources]
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _resources(model: Model) -> Iterable[Resource]:
    return (*model.gateways, *model.services, *model.routers, *model.nodes, *model.routes, *model.gateway_routes)


def _listeners(resource: Resource) -> tuple[Line, ...]:
    if not isinstance(resource, VirtualNode | VirtualGateway | VirtualRouter):
        return ()
    return tuple(Line(f"{each.protocol} {each.port.known or each.port.key}") for each in resource.listeners)


def _tasks_of(plot: Plot, part: str) -> tuple[Section, ...]:
    return (Section("Runs as", tuple((plot.link(each),) for each in plot.targets(part, Meaning.RUNS))),)


def _of_missing(plot: Plot, part: str) -> tuple[Section, ...]:
    callers = tuple((plot.link(each),) for each in plot.callers(part))
    return Section("Called by", callers), *_tasks_of(plot, part)


def _owners(
    plot: Plot, model: Model, homes: Mapping[int, str], runs: Iterable[tuple[str, Source, Run]]
) -> Mapping[tuple[str, str], str]:
    """The part that a logical ID of a file belongs to; a route's is its router."""
    owners: dict[tuple[str, str], str] = {}
    for resource in _resources(model):
        part = plot.ids.get(key_of(resource))
        if part is not None:
            owners[homes[id(resource)], resource.logical_id] = part
    for part, source, run in runs:
        owners[source.name, run.workload.name] = part
    return owners


def _notes(sources: Iterable[Source], owners: Mapping[tuple[str, str], str]) -> dict[str, list[Note]]:
    """The findings by part; under the empty id those that are about no part."""
    notes: dict[str, list[Note]] = {"": []}
    for source in sources:
        for finding, where in source.found:
            part = next((owners[key] for key in _about(finding, source, owners) if key in owners), "")
            message = f"{with_full_stop(finding.message)} {with_full_stop(finding.hint)}"
            note = Note(finding.code, str(finding.severity), f"{finding.subject}: {message}".removeprefix(": "), where)
            if note not in notes.setdefault(part, []):
                notes[part].append(note)
    return notes


def _about(finding: Finding, source: Source, owners: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """What a finding can be about, best first: its subject here, the resource on its path, its subject elsewhere."""
    yield source.name, finding.subject
    yield from ((source.name, str(step)) for step in finding.path if isinstance(step, str))
    yield from (key for key in owners if finding.subject and key[1] == finding.subject)
