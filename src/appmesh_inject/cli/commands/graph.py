"""`appmesh-inject graph`: draws the mesh as it will run."""

from dataclasses import replace
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated

import typer

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.mesh_option import beside, meshes_in, meshes_of, tells_of_mesh
from appmesh_inject.cli.multi_file_options import GivenOptions
from appmesh_inject.cli.progress import tracked
from appmesh_inject.cli.workload_reports import print_skipped
from appmesh_inject.files import writer


class GraphFormat(StrEnum):
    HTML = "html"
    SVG = "svg"
    MERMAID = "mermaid"


SUFFIXES = {".svg": GraphFormat.SVG, ".mmd": GraphFormat.MERMAID, ".mermaid": GraphFormat.MERMAID}

Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Write to this file instead of stdout"),
]
OutputFormat = Annotated[
    GraphFormat | None,
    typer.Option("--output-format", show_default=False, help="By default by the output file's extension, else html"),
]


def graph(
    *,
    given: GivenOptions,
    output_format: OutputFormat = None,
    output_file: Output = None,
) -> None:
    """Draw the mesh as it will run: services, routers with their weights, nodes, gateways, and the tasks that run them.

    The mesh resources of all files are one mesh, with those of --mesh. Errors are shown in the graph, and the exit code
    is then 1.
    """
    with errors_reported():
        # The mesh package is large, and the other commands do not need it.
        from appmesh_inject.graph import input_files, mermaid, mesh_graph, page_output

        # Without --mesh, --mesh-parameter applies to the meshes that the files contain.
        of_mesh = given.mesh_parameter, given.live_weights_arn
        own = given if given.mesh else replace(given, mesh_parameter=[], live_weights_arn=None)
        options, found = own.read()
        finding_output.print_errors(found.errors)
        holders = [each.document for each in found.files if each.is_template and tells_of_mesh(each.document)]
        if not given.mesh and not holders:
            meshes_of((), *of_mesh)  # raises the usage error for parameters without a mesh
        alone = options.meshes
        for each in found.files:
            alone = beside(alone, each.document)
        all_meshes = (*alone, *(meshes_in(holders, *(((), None) if given.mesh else of_mesh)) if holders else ()))
        reading = input_files.Reading(all_meshes, finding_output.where)
        read = [reading.mesh_alone(mesh) for mesh in alone]
        for input_file in tracked(found.files, len(found.files), "Reading the mesh"):
            file_options = options.render_options(input_file.document)
            others = file_options._replace(given_meshes=beside(all_meshes, input_file.document))
            file = reading.rendered_file(input_file, file_options, others)
            finding_output.print_findings(input_file.document, (each.finding for each in file.found))
            read.append(file)
        print_skipped(found)
        if not found.files:
            raise typer.Exit(1)
        drawn = mesh_graph.graph(read)
        writers = {
            GraphFormat.HTML: page_output.page,
            GraphFormat.SVG: page_output.svg,
            GraphFormat.MERMAID: mermaid.mermaid,
        }
        writer.deliver(writers[output_format or _by_name(output_file)](drawn), output_file)
        if found.errors or any(file.is_refused for file in read):
            raise typer.Exit(1)


def _by_name(file: str | None) -> GraphFormat:
    return SUFFIXES.get(PurePath(file or "").suffix.lower(), GraphFormat.HTML)
