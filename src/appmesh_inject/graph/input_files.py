"""Reads and renders the files of a graph: their mesh, their tasks before and after injection, and the findings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document
from appmesh_inject.files.mesh_file_paths import Elsewhere
from appmesh_inject.findings import Finding
from appmesh_inject.graph.excerpts import excerpt
from appmesh_inject.graph.model import Excerpt
from appmesh_inject.graph.resolved_values import Resolution
from appmesh_inject.injection import Report
from appmesh_inject.mesh.live_weights import live_weights
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.model import Model
from appmesh_inject.mesh.other_template import exports_of_all, resolved
from appmesh_inject.mesh.parsing import parse
from appmesh_inject.mesh.template_mesh import has_mesh, resources_of
from appmesh_inject.mesh.value_resolution import deciding
from appmesh_inject.render.input_files import InputFile, TaskDefinitionFile
from appmesh_inject.render.manifest_file import ManifestFile
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.settings.layers import gather, settle
from appmesh_inject.settings.table import Settings
from appmesh_inject.workloads import ecs_api, kubernetes
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.model import Container, DocumentKind, Workload

BASE: Path = ("Resources",)

Where: TypeAlias = Callable[[Document, Path], str]


@dataclass(frozen=True, slots=True)
class RenderedTask:
    """A task definition or pod, with its containers before and after injection."""

    workload: Workload
    before: tuple[Container, ...]
    after: tuple[Container, ...]
    settings: Settings
    report: Report | None


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """where: its place as text. excerpt: the lines around it."""

    finding: Finding
    where: str
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One file. resolution: of its values. resources: of a template, after injection, by logical ID. is_refused: an
    error prevents injection. Errors in the mesh do so only for `standalone`, since the other profiles do not compile
    it."""

    name: str
    model: Model
    runs: tuple[RenderedTask, ...]
    found: tuple[PlacedFinding, ...]
    resolution: Resolution
    resources: Mapping[str, Json]
    is_refused: bool = False


class Reading:
    """Reads the files of one mesh. meshes: of all files, and of --mesh. where: formats a place."""

    def __init__(self, meshes: Sequence[OtherMesh], where: Where) -> None:
        self.where = where
        self.imports = exports_of_all(meshes)

    def rendered_file(self, input_file: InputFile, options: RenderOptions, others: RenderOptions) -> RenderedFile:
        """Reads and renders a file; with `others`, the options that give it all meshes, if its own resources are not
        its whole mesh. Raises UserError if the file cannot be rendered."""
        document = input_file.document
        kind, content = _document_kind(input_file, options)
        scope = kind.find(content).scope if input_file.is_template else Scope()
        resources = resources_of(content)
        rendered = input_file.rendered(options)
        if not has_mesh(resources) or rendered.has_errors or any(it.code in _INCOMPLETE for it in rendered.findings):
            rendered = input_file.rendered(others)
        known = deciding(scope._replace(imports=self.imports))
        parsed = parse(resources, known, BASE)
        findings = dict.fromkeys((*rendered.findings, *parsed.findings))
        reports = {each.path: each for each in rendered.reports}
        runs = tuple(_runs(kind, content, rendered.document, reports))
        return RenderedFile(
            document.name,
            _with_baselines(parsed.model, kind, content, runs),
            runs,
            tuple(self._placed(document, finding, has_text=not _is_rewritten(input_file)) for finding in findings),
            Resolution(known),
            _resources(rendered.document) if input_file.is_template else NOTHING,
            rendered.has_errors or (not rendered.reports and any(finding.is_error for finding in parsed.findings)),
        )

    def mesh_alone(self, mesh: OtherMesh) -> RenderedFile:
        """A mesh of --mesh. Nothing in that file is injected."""
        step = mesh.path[0]
        assert isinstance(step, Elsewhere)
        assert mesh.template is not None
        found = resolved(mesh.template, self.imports)
        parsed = parse(found.resources, NOTHING_KNOWN, (*mesh.path, "Resources"), mesh.name)
        findings = (*(it._replace(path=(*mesh.path, *it.path)) for it in found.findings), *parsed.findings)
        placed = tuple(self._placed(step.document, it) for it in findings)
        return RenderedFile(step.document.name, parsed.model, (), placed, Resolution(NOTHING_KNOWN), NOTHING)

    def _placed(self, document: Document, finding: Finding, *, has_text: bool = True) -> PlacedFinding:
        around = excerpt(document, finding.path) if has_text else None
        return PlacedFinding(finding, self.where(document, finding.path), around)


def _is_rewritten(input_file: InputFile) -> bool:
    """Whether the document's text is not that of the file, where findings have their places."""
    return isinstance(input_file, TaskDefinitionFile) and input_file.is_described


def _resources(document: Json) -> Mapping[str, Json]:
    found = document.get("Resources") if isinstance(document, dict) else None
    return found if isinstance(found, dict) else NOTHING


_INCOMPLETE = ("AM358",)
"""Warnings that a part of the mesh is elsewhere."""


def _with_baselines(model: Model, kind: DocumentKind, content: Json, runs: Sequence[RenderedTask]) -> Model:
    """The model, whose live weights have their baseline if the template asks for live weights."""
    found = kind.find(content)
    of_template = settle(gather(found.levels, found.scope), "").settings.live_weights
    if not isinstance(content, dict) or not (of_template or any(task.settings.live_weights for task in runs)):
        return model
    return live_weights({**content, "Resources": resources_of(content)}, model, BASE).of(model, BASE)


def _document_kind(input_file: InputFile, options: RenderOptions) -> tuple[DocumentKind, Json]:
    """The kind of the document, and the content to search for workloads."""
    if isinstance(input_file, TaskDefinitionFile):
        return ecs_api.EcsTaskDefinition(options.level), input_file.document.content
    if isinstance(input_file, ManifestFile):
        values: Json = input_file.manifests.values
        return kubernetes.KubernetesManifests(options.level), values
    # Flags rank below the marks, like the transform's parameters.
    return CloudFormation(options.level, options.parameter_values), documents.template(input_file.document)


def _runs(kind: DocumentKind, before: Json, after: Json, reports: Mapping[Path, Report]) -> Iterator[RenderedTask]:
    found = kind.find(before)
    shared = gather(found.levels, found.scope)
    for workload in found.workloads:
        settled = settle(gather(workload.levels, workload.scope, shared), workload.name)
        yield RenderedTask(
            workload,
            _containers(kind, before, workload),
            _containers(kind, after, workload),
            settled.settings,
            reports.get(workload.path),
        )


def _containers(kind: DocumentKind, document: Json, workload: Workload) -> tuple[Container, ...]:
    """All containers of the workload, in any branch."""
    found: dict[Path, Container] = {}
    for branch in kind.task(document, workload, workload.scope).branches:
        for entries in (each.entries for each in branch.lists.values()):
            for container in (it for entry in entries for it, _ in entry.containers if it is not None):
                scope = container.scope.assuming_all(branch.scope.assumed)
                found.setdefault(container.path, container._replace(scope=scope))
    return tuple(found.values())
