"""Builds the graph of several files: parts, edges, and each finding at its part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN
from appmesh_inject.findings import Finding, with_full_stop
from appmesh_inject.graph import task_parts
from appmesh_inject.graph.ecs_parts import EcsParts
from appmesh_inject.graph.graph_builder import GraphBuilder
from appmesh_inject.graph.input_files import RenderedFile
from appmesh_inject.graph.labels import shown_scalar
from appmesh_inject.graph.mesh_parts import MeshParts, key_of, merged, overview
from appmesh_inject.graph.model import BoxLine, Graph, Meaning, Note, Part, PartTable
from appmesh_inject.graph.task_parts import TaskPart
from appmesh_inject.mesh.compiling.resource_links import Links
from appmesh_inject.mesh.model import Model, Resource, VirtualGateway, VirtualNode, VirtualRouter
from appmesh_inject.mesh.names import MeshNames


def graph(sources: Sequence[RenderedFile]) -> Graph:
    """The mesh of all files, with the tasks that run it."""
    model = merged((source.model for source in sources), Model(names=MeshNames({}, NOTHING_KNOWN)))
    homes = {id(resource): source.name for source in sources for resource in _resources(source.model)}
    builder = GraphBuilder()
    mesh = MeshParts(builder, Links(model), homes)
    boxes = list(mesh.added())
    tasks = [task_parts.added(builder, source, run) for source in sources for run in source.runs]
    ecs = EcsParts(builder)
    for task in tasks:
        ecs.connect(task_parts.owner(builder, model, task), task)
    said = {part: (*mesh.sections(part, resource), *_tasks_of(builder, part)) for part, resource in boxes}
    said |= {task.id: tuple(task_parts.sections(builder, task)) for task in tasks}
    said |= {part: tuple(ecs.sections(each)) for part, each in ecs.parts.items()}
    lines = {part: _listeners(resource) for part, resource in boxes}
    lines |= {task.id: task_parts.lines(task) for task in tasks} | {each.id: each.lines for each in ecs.parts.values()}
    files = {part: homes[id(resource)] for part, resource in boxes}
    files |= {task.id: task.file.name for task in tasks} | {each.id: each.file.name for each in ecs.parts.values()}
    raw = {task.id: task_parts.raw(task) for task in tasks} | {each.id: each.raw for each in ecs.parts.values()}
    notes = _notes(sources, _owners(builder, model, homes, tasks, ecs))
    parts = tuple(
        Part(
            part,
            builder.kinds[part],
            name,
            lines.get(part, ()),
            tuple(section.trimmed for section in said.get(part, _of_missing(builder, part)) if section.rows),
            tuple(notes.get(part, ())),
            files.get(part, ""),
            raw.get(part, ()),
        )
        for part, name in builder.names.items()
    )
    sections = (overview(model), PartTable("Files", tuple((source.name,) for source in sources)))
    return Graph(
        _title(sources), parts, builder.edges, tuple(section for section in sections if section.rows), tuple(notes[""])
    )


def _title(sources: Sequence[RenderedFile]) -> str:
    names = [PurePath(source.name).name for source in sources]
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _resources(model: Model) -> Iterable[Resource]:
    return (*model.gateways, *model.services, *model.routers, *model.nodes, *model.routes, *model.gateway_routes)


def _listeners(resource: Resource) -> tuple[BoxLine, ...]:
    if not isinstance(resource, VirtualNode | VirtualGateway | VirtualRouter):
        return ()
    return tuple(BoxLine(f"{each.protocol} {shown_scalar(each.port)}") for each in resource.listeners)


def _tasks_of(builder: GraphBuilder, part: str) -> tuple[PartTable, ...]:
    return (PartTable("Runs as", tuple((builder.link(each),) for each in builder.targets(part, Meaning.RUNS))),)


def _of_missing(builder: GraphBuilder, part: str) -> tuple[PartTable, ...]:
    callers = tuple((builder.link(each),) for each in builder.callers(part))
    return PartTable("Called by", callers), *_tasks_of(builder, part)


def _owners(
    builder: GraphBuilder,
    model: Model,
    homes: Mapping[int, str],
    tasks: Iterable[TaskPart],
    ecs: EcsParts,
) -> Mapping[tuple[str, str], str]:
    """The part of each logical ID, by file and ID. Routes belong to their router or gateway."""
    owners: dict[tuple[str, str], str] = {}
    for resource in _resources(model):
        part = builder.ids.get(key_of(resource))
        if part is not None:
            owners[homes[id(resource)], resource.logical_id] = part
    for each in ecs.parts.values():
        owners[each.file.name, each.logical_id] = each.id
    for task in tasks:
        owners[task.file.name, task.task.workload.name] = task.id
    return {key: part for key, part in owners.items() if key[1]}


def _notes(sources: Iterable[RenderedFile], owners: Mapping[tuple[str, str], str]) -> dict[str, list[Note]]:
    """The findings by part. Those that belong to no part are under the empty id."""
    notes: dict[str, list[Note]] = {"": []}
    for source in sources:
        for placed in source.found:
            finding = placed.finding
            part = next((owners[key] for key in _about(finding, source, owners) if key in owners), "")
            message = f"{with_full_stop(finding.message)} {with_full_stop(finding.hint)}"
            text = f"{finding.subject}: {message}".removeprefix(": ")
            note = Note(finding.code, str(finding.severity), text, placed.where, placed.excerpt)
            if note not in notes.setdefault(part, []):
                notes[part].append(note)
    return notes


def _about(finding: Finding, source: RenderedFile, owners: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """What a finding can be about, most likely first: its subject in this file, resources on its path, its subject in
    another file."""
    yield source.name, finding.subject
    yield from ((source.name, str(step)) for step in finding.path if isinstance(step, str))
    yield from (key for key in owners if finding.subject and key[1] == finding.subject)
