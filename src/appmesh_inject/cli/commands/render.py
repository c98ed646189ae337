"""`appmesh-inject render`: the template as CloudFormation would process it."""

from collections.abc import Mapping
from typing import Annotated

import typer

from appmesh_inject.cli import documents, output, report
from appmesh_inject.cli.cloudformation import MACRO, rendered
from appmesh_inject.cli.documents import Format
from appmesh_inject.cli.errors import told
from appmesh_inject.cli.options import DeploymentParameters, File, MacroName, Parameters, asked
from appmesh_inject.tree import Json

OutputFormat = Annotated[
    Format | None,
    typer.Option("--output-format", show_default=False, help="The format of the result; by default the input's"),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Write to this file instead of stdout"),
]


def render(
    file: File,
    *,
    settings: Mapping[str, Json],
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    output_format: OutputFormat = None,
    output_file: Output = None,
) -> None:
    """Show the template as CloudFormation would process it with the macro."""
    with told():
        document = documents.load(file)
        template = documents.template(document)
        result = rendered(
            template, asked(document, template, parameter, settings, deployment_parameter, macro=macro_name)
        )
        report.say_findings(document, result.findings)
        report.say_reports(document, result.reports, result.findings)
        report.say_unused(result.unused_flags)
        if result.has_errors:
            raise typer.Exit(1)
        output.deliver(output.written(result.document, output_format or document.format), output_file)
