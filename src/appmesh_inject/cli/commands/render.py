"""`appmesh-inject render`: the document with the sidecars in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import typer

from appmesh_inject.cli import forms, output, report
from appmesh_inject.cli.documents import Format
from appmesh_inject.cli.errors import told
from appmesh_inject.cli.meshes import MeshFile, MeshParameters, mesh_of
from appmesh_inject.cli.options import DeploymentParameters, File, MacroName, Parameters, asked
from appmesh_inject.cli.rendering import MACRO
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
    mesh: MeshFile = None,
    mesh_parameter: MeshParameters = [],  # noqa: B006
    output_format: OutputFormat = None,
    output_file: Output = None,
) -> None:
    """Inject the sidecars: the template as CloudFormation would process it, a task definition ready to register, or
    manifests ready to apply."""
    with told():
        form = forms.load(file)
        wanted = asked(form.document, parameter, settings, deployment_parameter, macro=macro_name)
        result = form.rendered(replace(wanted, mesh=mesh_of(mesh, mesh_parameter)))
        report.say_findings(form.document, result.findings)
        report.say_reports(form, result.reports, result.findings)
        report.say_unused(result.unused_flags)
        if result.has_errors:
            raise typer.Exit(1)
        output.deliver(form.written(result, output_format), output_file)
