"""What `render` says of what `adopt` with a profile would write: tried in memory, so that both say the same.

Nodes and gateways that no task of the files runs are tried in a task that is made up for them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from appmesh_inject.cfn.deployed_size import deployed_size
from appmesh_inject.cfn.document import NOTHING, Json, Path, value_if_there
from appmesh_inject.exits.made_up_tasks import NAMES, task_for_each
from appmesh_inject.exits.mesh_files import Home, WholeMesh
from appmesh_inject.exits.profile_marks import with_profile
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.mesh_file_paths import Elsewhere
from appmesh_inject.findings import CODES, Finding
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.migrate import marks
from appmesh_inject.migrate.adoption import Adoption, adopted
from appmesh_inject.migrate.adoption_decisions import AdoptedTask
from appmesh_inject.profiles import registry
from appmesh_inject.render import input_files
from appmesh_inject.render.input_files import InputFile, TaskDefinitionFile
from appmesh_inject.render.manifest_file import ManifestFile
from appmesh_inject.render.render_result import Rendered, RenderOptions
from appmesh_inject.settings.layers import gather, settle
from appmesh_inject.settings.table import STANDALONE, Settings
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.model import DocumentKind

BY_HAND = ""
"""Stands for the profile of a task whose sidecars are written by hand."""


class Said(NamedTuple):
    """A finding of `render` or `adopt`. resource: the key of the mesh resource that it is about, or of the one that the
    task runs which it is about; None if there is none. path: in the mesh resource; else empty. is_of_mesh: it is about
    the mesh resource itself."""

    finding: Finding
    file: str
    resource: str | None
    path: Path = ()
    is_of_mesh: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome for one profile. sizes: the bytes of each task definition that came out, by its name. today: the
    profile of each task as it is now, by its name; empty where its sidecars are written by hand."""

    said: tuple[Said, ...]
    sizes: Mapping[str, int]
    today: Mapping[str, str]

    @property
    def errors(self) -> tuple[Said, ...]:
        return tuple(each for each in self.said if each.finding.is_error)


class TriedFile(NamedTuple):
    """A file with its options."""

    input_file: InputFile
    options: RenderOptions


def is_available(profile: str) -> bool:
    """Whether there is such a profile."""
    return profile in registry.MODULES


def trial(profile: str, files: Iterable[TriedFile], mesh: WholeMesh) -> Trial:
    """Tries the profile with every file. Raises UserError if a file cannot be rendered."""
    said: list[Said] = []
    sizes: dict[str, int] = {}
    today: dict[str, str] = {}
    run: set[str] = set()
    places = _Places.of(mesh)
    for each in files:
        name = each.input_file.document.name
        options = each.options
        if not options.given_meshes:
            options = options._replace(given_meshes=mesh.beside(name))
        if isinstance(each.input_file, ManifestFile):
            continue
        moved = _moved(profile, each.input_file, options)
        today |= moved.today
        runs = dict(_runs(moved, mesh))
        run |= set(runs.values())
        said += (places.said(finding, name, runs) for finding in moved.findings)
        sizes |= moved.sizes
    left = [each for each in mesh.declared if each.kind in NAMES and each.key not in run]
    if left:
        made_up = _rendered(profile, task_for_each(profile, left), RenderOptions(given_meshes=mesh.beside("")))
        runs = {each.key: each.key for each in left}
        said += (places.said(finding, "", runs) for finding in made_up.findings)
        sizes |= {name: size for name, size in made_up.sizes.items() if name not in sizes}
    return Trial(tuple(dict.fromkeys(said)), sizes, today)


class _Moved(NamedTuple):
    """A file as it would be with the profile, and what was said about it."""

    content: Json
    kind: DocumentKind
    findings: tuple[Finding, ...]
    sizes: Mapping[str, int]
    today: Mapping[str, str] = NOTHING


def _moved(profile: str, input_file: InputFile, options: RenderOptions) -> _Moved:
    document = input_file.document
    adoption = _adopted(profile, input_file, options)
    today = {each.name: BY_HAND for each in adoption.decisions if isinstance(each, AdoptedTask)}
    today |= {name: settings.profile for name, settings in _settings(_kind(input_file, options), document.content)}
    # Where nothing would be written, the tasks that are marked already still show what they show by themselves.
    text = document.text if adoption.text is None else adoption.text
    content = document.content if text == document.text else documents.parsed(document.name, text).content
    options = options._replace(settings={**options.settings, **_flags(input_file, adoption)})
    moved = _rendered(profile, with_profile(profile, content, options.macro), options, input_file)
    refused = adoption.findings if adoption.text is None else ()
    return moved._replace(findings=tuple(dict.fromkeys((*refused, *moved.findings))), today=today)


def _adopted(profile: str, input_file: InputFile, options: RenderOptions) -> Adoption:
    """What `adopt` would write. The marks of `service-connect` are made of those for the sidecars as they are, since
    `adopt` refuses a file for one task that cannot move, and each task is asked about here."""
    marking = _marking(input_file, options)
    try:
        return adopted(input_file.document, marking, options, moving_to=STANDALONE if profile == STANDALONE else None)
    except UserError as error:
        # A YAML anchor, say. It stops `adopt`, and says nothing about the mesh.
        code = error.code or "AM606"
        return Adoption(None, (), (Finding(code, "", (), error.sentence, CODES[code].cure),))


def _marking(input_file: InputFile, options: RenderOptions) -> marks.Marking:
    if isinstance(input_file, TaskDefinitionFile):
        return marks.in_tags(options)
    return marks.in_metadata(documents.template(input_file.document), options)


def _flags(input_file: InputFile, adoption: Adoption) -> Mapping[str, Json]:
    """The settings of the new mark that tags cannot express."""
    if not isinstance(input_file, TaskDefinitionFile):
        return {}
    taken = (each for each in adoption.decisions if isinstance(each, AdoptedTask))
    return {name: value for each in taken for name, value in marks.flags_of(each.mark).items()}


def _rendered(profile: str, content: Json, options: RenderOptions, like: InputFile | None = None) -> _Moved:
    """Renders the content, which stands in the place of that of a file."""
    input_file = _with_content(like, content) if like else input_files.of(_made_up(content))
    deployment = options.deployment._replace(settings={**options.deployment.settings, "Profile": profile})
    flags = {**{name: name for name in options.settings}, **options.flags}
    options = options._replace(flags=flags, deployment=deployment)
    result = input_file.rendered(options)
    kind = _kind(input_file, options)
    return _Moved(content, kind, result.findings, dict(_sizes(result, kind)))


def _made_up(content: Json) -> Document:
    return Document("", "", Format.JSON, content, lambda _: Position(1, 1))


def _kind(input_file: InputFile, options: RenderOptions) -> DocumentKind:
    if isinstance(input_file, TaskDefinitionFile):
        return EcsTaskDefinition(options.level)
    return CloudFormation(options.level, options.parameter_values)


def _with_content(input_file: InputFile, content: Json) -> InputFile:
    document = input_file.document._replace(content=content)
    return (
        input_files.TaskDefinitionFile(document)
        if isinstance(input_file, TaskDefinitionFile)
        else input_files.of(document)
    )


def _sizes(result: Rendered, kind: DocumentKind) -> Iterator[tuple[str, int]]:
    for report in result.reports:
        properties = value_if_there(result.document, (*report.path, "Properties"))
        if not isinstance(properties, Mapping):
            properties = value_if_there(result.document, report.path)
        if report.action == "injected" and isinstance(properties, Mapping):
            members = {name: value for name, value in properties.items() if name not in ("Tags", "tags")}
            yield report.name or kind.name, deployed_size(members)


def _settings(kind: DocumentKind, content: Json) -> Iterator[tuple[str, Settings]]:
    """The settings of each marked task, by its name."""
    found = kind.find(content)
    shared = gather(found.levels, found.scope)
    for workload in found.workloads:
        if workload.is_marked:
            yield workload.name, settle(gather(workload.levels, workload.scope, shared), workload.name).settings


def _runs(moved: _Moved, mesh: WholeMesh) -> Iterator[tuple[str, str]]:
    """The marked tasks, each with the key of the node or gateway that it runs."""
    by_name = {(each.kind, each.name.key): each.key for each in mesh.declared if each.kind in NAMES}
    scope = moved.kind.find(moved.content).scope
    names = MeshNames(scope.resources, scope)
    for task, settings in _settings(moved.kind, moved.content):
        for kind, value in (
            ("VirtualNode", settings.virtual_node_name),
            ("VirtualGateway", settings.virtual_gateway_name),
            ("VirtualNode", settings.resource_arn),
            ("VirtualGateway", settings.resource_arn),
        ):
            key = None if value is None else names.key(value).rpartition("/")[2]
            if key is not None and (kind, key) in by_name:
                yield task, by_name[kind, key]


@dataclass(frozen=True, slots=True)
class _Places:
    """Tells which mesh resource a finding is about. keys: by where it stands."""

    mesh: WholeMesh
    keys: Mapping[Home, str]

    @classmethod
    def of(cls, mesh: WholeMesh) -> "_Places":
        return cls(mesh, {mesh.homes[each.key]: each.key for each in mesh.declared})

    def said(self, finding: Finding, file: str, runs: Mapping[str, str]) -> Said:
        """The finding at its mesh resource. The mesh of several files is a document of its own, by keys. runs: the key
        of what each task of the file runs."""
        path = finding.path
        is_elsewhere = bool(path) and isinstance(path[0], Elsewhere)
        steps = path[1:] if is_elsewhere else path
        name = str(steps[1]) if len(steps) > 1 and steps[0] == "Resources" else ""
        home = self.mesh.homes.get(name) if is_elsewhere else Home(file, name)
        if home is None or home not in self.keys:
            return Said(finding, file, runs.get(finding.subject))
        return Said(finding, home.file, self.keys[home], tuple(steps[2:]), is_of_mesh=True)
