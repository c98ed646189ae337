"""`appmesh-inject render`: prints or writes the documents with their sidecars."""

from typing import Annotated

import typer

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.destination import destinations
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.multi_file_options import GivenOptions
from appmesh_inject.cli.progress import tracked
from appmesh_inject.cli.workload_reports import print_described, print_workloads
from appmesh_inject.files import writer
from appmesh_inject.files.documents import Format

OutputFormat = Annotated[
    Format | None,
    typer.Option("--output-format", show_default=False, help="The format of the result; by default the input's"),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE|DIR/",
        show_default=False,
        help="Write to this file instead of stdout, or into this folder",
    ),
]


def render(
    *,
    given: GivenOptions,
    output_format: OutputFormat = None,
    output_file: Output = None,
) -> None:
    """Inject the sidecars: templates as CloudFormation would process them, task definitions ready to register, or
    manifests ready to apply. If one of several files is refused, none is written."""
    with errors_reported():
        options, found = given.read()
        targets = destinations(
            [input_file.document for input_file in found.files], output_file, is_search=found.is_search
        )
        results = [
            (input_file, options.rendered(input_file))
            for input_file in tracked(found.files, len(found.files), "Rendering")
        ]
        finding_output.print_errors(found.errors)
        finding_output.print_findings_of_all((each.document, result.findings) for each, result in results)
        print_workloads(results, found)
        if found.errors or any(result.has_errors for _, result in results):
            raise typer.Exit(1)
        for (input_file, result), target in zip(results, targets, strict=True):
            print_described(input_file)
            writer.deliver(input_file.written(result, output_format), target)
