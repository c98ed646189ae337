"""`appmesh-inject exits`: says which way out of App Mesh fits a mesh."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.cli import finding_output
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.file_selection import Selected, selected
from appmesh_inject.cli.multi_file_options import CommandOptions, GivenOptions
from appmesh_inject.cli.progress import tracked
from appmesh_inject.files import documents, writer
from appmesh_inject.files.errors import UserError
from appmesh_inject.findings import one_line

if TYPE_CHECKING:
    from appmesh_inject.exits.mesh_files import MeshFile, WholeMesh
    from appmesh_inject.exits.render_trial import Trial
    from appmesh_inject.exits.report import ExitsReport
    from appmesh_inject.exits.verdicts import Exit
    from appmesh_inject.render.input_files import InputFile

REGION, STACK_NAME = "AWS::Region", "AWS::StackName"


class ExitsFormat(StrEnum):
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


TrafficFile = Annotated[
    str | None,
    typer.Option(
        "--traffic",
        metavar="FILE",
        show_default=False,
        help="How many tasks run and what the services carry, YAML or JSON: adds the sum a month of each exit",
    ),
]
TrafficTemplate = Annotated[
    bool, typer.Option("--traffic-template", help="Print a file for --traffic with the names of this mesh, and no more")
]
Format = Annotated[ExitsFormat, typer.Option("--format", help="The format of the report")]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Write to this file instead of stdout"),
]


def exits(
    *,
    given: GivenOptions,
    traffic: TrafficFile = None,
    traffic_template: TrafficTemplate = False,
    exits_format: Format = ExitsFormat.TEXT,
    output_file: Output = None,
) -> None:
    """Say which way out of App Mesh fits: a standalone Envoy, ECS Service Connect, an internal load balancer, or VPC
    Lattice. What each keeps and loses of every route, node and gateway, and why.

    Changes nothing. Takes templates, and what aws appmesh describe-* printed. The exit code is 1 without a mesh, or if
    it has a mistake.
    """
    with errors_reported():
        # The mesh package is large, and the other commands do not need it.
        from appmesh_inject.exits import traffic as traffic_file

        read = _read(given)
        declared = read.mesh.declared
        if not declared:
            names = ", ".join((*(each.document.name for each in read.found.files), *(it.name for it in read.described)))
            raise UserError("there is no mesh: no AWS::AppMesh resource, and nothing that was described", names)
        if traffic_template:
            writer.deliver(traffic_file.template(declared), output_file)
            return
        has_mistakes = _mistakes(read)
        carried = traffic_file.traffic(documents.load(traffic), declared) if traffic else None
        from appmesh_inject.exits import report
        from appmesh_inject.exits.tracing import traced

        asked = report.Asked(
            read.names,
            declared,
            traced(each.document.content for each in read.found.files),
            _trials(read),
            carried,
            str(read.options.parameters.get(REGION, "")),
        )
        writer.deliver(_writers()[exits_format](report.report(asked)), output_file)
        if has_mistakes or read.found.errors:
            raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Read:
    """The files that were read. described: those of `aws appmesh describe-*`."""

    options: CommandOptions
    found: Selected
    described: Sequence["MeshFile"]
    mesh: "WholeMesh"

    @property
    def names(self) -> tuple[str, ...]:
        named = dict.fromkeys(each.document.name for each in self.found.files)
        return tuple(dict.fromkeys((*named, *(each.name for each in self.described))))


def _read(given: GivenOptions) -> _Read:
    from appmesh_inject.cli.app_mesh_descriptions import described_files
    from appmesh_inject.exits.mesh_files import MeshFile, whole
    from appmesh_inject.mesh.mesh_sources import OtherMesh
    from appmesh_inject.mesh.other_template import OtherTemplate, exports_of_all, resolved
    from appmesh_inject.mesh.template_mesh import with_exported

    options = given.command_options()
    described, left = described_files(given.files or [], options.configuration)
    found = selected(left, options.configuration, skip_others=True) if left or not described else Selected(())
    options.check(found.files)
    finding_output.print_errors(found.errors)
    others = list(options.meshes)
    for each in found.files:
        if _has_mesh(each) and each.document.name not in [other.name for other in others]:
            values = options.render_options(each.document).parameter_values
            # Names made of the stack's name have to be told apart, even where it is not given.
            stack = str(options.parameters.get(STACK_NAME) or PurePath(each.document.name).stem)
            template = OtherTemplate(with_exported(documents.template(each.document)), values, stack)
            others.append(OtherMesh(each.document.name, each.document.name, (), template))
    imports = exports_of_all(others)
    meshes = [MeshFile(it.name, resolved(it.template, imports).resources) for it in others if it.template is not None]
    return _Read(options, found, described, whole([*described, *meshes]))


def _has_mesh(input_file: "InputFile") -> bool:
    from appmesh_inject.mesh.template_mesh import has_mesh, resources_of

    return input_file.is_template and has_mesh(resources_of(input_file.document.content))


def _trials(read: _Read) -> "Mapping[Exit, Trial]":
    """What `render` says of each exit that is a profile."""
    from appmesh_inject.exits.render_trial import TriedFile, is_available, trial
    from appmesh_inject.exits.verdicts import EXITS

    files = [
        TriedFile(each, read.options.render_options(each.document))
        for each in tracked(read.found.files, len(read.found.files), "Reading the mesh")
    ]
    return {exit_: trial(exit_.value, files, read.mesh) for exit_ in EXITS if is_available(exit_)}


def _mistakes(read: _Read) -> bool:
    """Prints what is wrong with the mesh itself. Whether something is."""
    from appmesh_inject.mesh.parsing import parse
    from appmesh_inject.mesh.template_mesh import resources_of
    from appmesh_inject.mesh.value_resolution import deciding

    has_errors = False
    for other in read.options.meshes if read.found.files else ():
        resources = other.template.resources if other.template is not None else {}
        found = parse(resources, Scope(), (*other.path, "Resources")).findings
        errors = [finding for finding in (*other.findings, *found) if finding.is_error]
        finding_output.print_findings(read.found.files[0].document, errors)
        has_errors |= bool(errors)
    for each in read.found.files:
        if _has_mesh(each):
            scope = _scope(each, read.options)
            found = parse(resources_of(each.document.content), deciding(scope)).findings
            errors = [finding for finding in found if finding.is_error]
            finding_output.print_findings(each.document, errors)
            has_errors |= bool(errors)
    for file in read.described:
        errors = [finding for finding in parse(file.resources, Scope()).findings if finding.is_error]
        for finding in errors:
            typer.echo(one_line(f"{file.name}: {finding}"), err=True)
        has_errors |= bool(errors)
    return has_errors


def _scope(input_file: "InputFile", options: CommandOptions) -> Scope:
    from appmesh_inject.workloads.cloudformation import CloudFormation

    rendering = options.render_options(input_file.document)
    return CloudFormation(rendering.level, rendering.parameter_values).find(input_file.document.content).scope


def _writers() -> "Mapping[ExitsFormat, Callable[[ExitsReport], str]]":
    from appmesh_inject.exits.as_html import as_html
    from appmesh_inject.exits.as_json import as_json
    from appmesh_inject.exits.as_markdown import as_markdown
    from appmesh_inject.exits.as_text import as_text

    def text(report: "ExitsReport") -> str:
        return "".join(f"{one_line(line)}\n" for line in as_text(report))

    return {
        ExitsFormat.TEXT: text,
        ExitsFormat.MARKDOWN: as_markdown,
        ExitsFormat.JSON: as_json,
        ExitsFormat.HTML: as_html,
    }
