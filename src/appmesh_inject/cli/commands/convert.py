"""`appmesh-inject convert`: writes Service Connect into a template for good."""

from typing import Annotated

import typer

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.destination import InPlace, Output
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.file_editing import edit_files
from appmesh_inject.cli.mesh_option import MeshFiles, MeshParameters, beside, meshes_of
from appmesh_inject.cli.shared_options import DeploymentParameters, MacroName, Parameters, render_options
from appmesh_inject.cli.workload_reports import print_note
from appmesh_inject.files.errors import UserError
from appmesh_inject.migrate.conversion import Conversion, converted
from appmesh_inject.migrate.preparation import Preparation, prepared
from appmesh_inject.render.input_files import InputFile
from appmesh_inject.render.render_result import MACRO

Templates = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="CloudFormation templates, YAML or JSON; folders, which are searched; globs; - for stdin. Several need"
        " --in-place or -o DIR/",
    ),
]
Prepare = Annotated[
    bool,
    typer.Option(
        "--prepare",
        help="Only write ServiceConnectConfiguration: {Enabled: false} into the ECS services of the mesh, the state"
        " that a later deployment can roll back to",
    ),
]


def convert(
    files: Templates,
    *,
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    prepare: Prepare = False,
    mesh: MeshFiles = [],  # noqa: B006
    mesh_parameter: MeshParameters = [],  # noqa: B006
    output_file: Output = None,
    in_place: InPlace = False,
) -> None:
    """Write what profile service-connect gives into the template for good.

    The template then needs neither macro nor marks, except for tasks of profile standalone beside. The rest of the file
    stays exactly as it is. Before anything is written, the result is checked: it is what render gives, without marks.
    """
    with errors_reported():
        given = meshes_of(mesh, mesh_parameter)

    def edit(input_file: InputFile, prefix: str) -> str | None:
        document = input_file.document
        if not input_file.is_template:
            if prefix:
                return document.text
            what = f"convert supports CloudFormation templates, and this is a {input_file.contents}"
            raise UserError(what, document.name)
        options = render_options(document, parameter, {}, deployment_parameter, macro=macro_name, is_one=not prefix)
        options = options._replace(given_meshes=beside(given, document))
        if prepare:
            preparation = prepared(document, options)
            _print_preparation(input_file, preparation, prefix)
            return preparation.text
        conversion = converted(document, options)
        _print(input_file, conversion, prefix)
        return conversion.text

    edit_files(files, output_file, in_place, edit)


def _print(input_file: InputFile, conversion: Conversion, prefix: str) -> None:
    """Prints the findings, then a line for each task. Of several files, those with nothing to do are left out."""
    document = input_file.document
    finding_output.print_findings(document, conversion.findings)
    if prefix and conversion.text == document.text:
        return
    if not conversion.reports:
        is_done = conversion.text not in (None, document.text)
        what = "converted: its mesh is for other stacks" if is_done else f"there is no {input_file.contents}"
        print_note(f"{document.name}: {what}")
    for report in conversion.reports:
        name = f"{prefix}{report.name or input_file.contents}"
        if conversion.text is None and conversion.is_converted(report):
            print_note(f"{name}: left alone: another problem stops the conversion")
        elif conversion.is_converted(report):
            print_note(f"{name}: converted: {report.reason}")
        else:
            print_note(f"{name}: left alone: {report.reason or f'profile {report.profile}'}")
    if conversion.text is not None and conversion.keeps_macro:
        tasks = ", ".join(conversion.keeps_macro)
        print_note(f"{document.name}: the mesh and the call of the macro stay for {tasks}")


def _print_preparation(input_file: InputFile, preparation: Preparation, prefix: str) -> None:
    document = input_file.document
    finding_output.print_findings(document, preparation.findings)
    if prefix and preparation.text == document.text:
        return
    if not preparation.services and not preparation.left and preparation.text is not None:
        print_note(f"{document.name}: no task of a mesh is here")
    for service in preparation.services:
        print_note(f"{prefix}{service}: prepared")
    for name, reason in preparation.left:
        print_note(f"{prefix}{name}: left alone: {reason}")
