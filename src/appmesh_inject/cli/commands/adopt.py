"""`appmesh-inject adopt`: replaces hand-written sidecars by marks."""

import json
import shlex
from typing import Annotated

import typer

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.destination import InPlace, Output
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.file_editing import EditedFiles, edit_files
from appmesh_inject.cli.mesh_option import MeshFiles, MeshParameters, beside, meshes_of
from appmesh_inject.cli.shared_options import DeploymentParameters, MacroName, Parameters, flag, render_options
from appmesh_inject.cli.workload_reports import print_described, print_note
from appmesh_inject.files import documents
from appmesh_inject.files.errors import UserError
from appmesh_inject.migrate import marks
from appmesh_inject.migrate.adoption import Adoption, adopted
from appmesh_inject.migrate.adoption_decisions import AdoptedTask
from appmesh_inject.migrate.retention import retained
from appmesh_inject.render.input_files import InputFile, TaskDefinitionFile
from appmesh_inject.render.manifest_file import ManifestFile
from appmesh_inject.render.render_result import MACRO, RenderOptions
from appmesh_inject.settings.table import STANDALONE, WITH_MESH

Profile = Annotated[
    str | None,
    typer.Option(
        metavar="standalone|service-connect",
        show_default=False,
        help="Move off App Mesh in the same step; by default the profile is that of the sidecars",
    ),
]

StatsPort = Annotated[
    str | None,
    typer.Option(
        "--stats-port",
        metavar="PORT",
        show_default=False,
        help="With --profile standalone: the setting StatsPort of each mark, for what reads Envoy's admin port",
    ),
]
MeshStack = Annotated[
    list[str],
    typer.Option(
        "--mesh-stack",
        metavar="NAME",
        show_default=False,
        help="With --profile: the setting MeshStack of each mark. Give the stack's template with --mesh, for"
        " the check. May be repeated",
    ),
]
Retain = Annotated[
    bool,
    typer.Option(
        "--retain",
        help="Also write DeletionPolicy: Retain and UpdateReplacePolicy: Retain at every mesh resource, which"
        " CloudFormation could not delete",
    ),
]


def adopt(
    files: EditedFiles,
    *,
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    profile: Profile = None,
    stats_port: StatsPort = None,
    mesh_stack: MeshStack = [],  # noqa: B006
    retain: Retain = False,
    mesh: MeshFiles = [],  # noqa: B006
    mesh_parameter: MeshParameters = [],  # noqa: B006
    output_file: Output = None,
    in_place: InPlace = False,
) -> None:
    """Replace hand-written sidecars by marks on their task definitions.

    Each mark is the shortest that renders the same task definition. This is checked before anything is written: if one
    task definition has no such mark, its file is not changed. The rest of the file stays exactly as it is.

    With --profile standalone the marks are for an Envoy that needs no App Mesh: settings that only App Mesh's image
    understands are dropped, and the check is that the mesh compiles. With --profile service-connect they are for
    Amazon ECS Service Connect, except those of virtual gateways, which become standalone. Warnings name what is
    dropped, and what stays in the template although only App Mesh needed it.
    """
    if profile not in (None, *WITH_MESH):
        raise typer.BadParameter(
            f"{' and '.join(WITH_MESH)} can be chosen; by default the profile is that of the sidecars.",
            param_hint="--profile",
        )
    if stats_port is not None and profile != STANDALONE:
        raise typer.BadParameter("goes with --profile standalone.", param_hint="--stats-port")
    if mesh_stack and profile is None:
        raise typer.BadParameter("goes with --profile standalone or service-connect.", param_hint="--mesh-stack")
    with errors_reported():
        given = meshes_of(mesh, mesh_parameter)

    def edit(input_file: InputFile, prefix: str) -> str | None:
        if prefix and isinstance(input_file, ManifestFile):
            return input_file.document.text
        options = render_options(
            input_file.document, parameter, {}, deployment_parameter, macro=macro_name, is_one=not prefix
        )
        options = options._replace(given_meshes=beside(given, input_file.document))
        adoption = adopted(
            input_file.document,
            _marking(input_file, options),
            options,
            moving_to=profile,
            stats_port=stats_port,
            mesh_stacks=tuple(mesh_stack),
        )
        _print(input_file, adoption, prefix)
        print_described(input_file)
        return _retained(input_file, adoption.text) if retain and adoption.text is not None else adoption.text

    edit_files(files, output_file, in_place, edit)


def _retained(input_file: InputFile, text: str) -> str:
    """The text with the policies that retain the mesh resources."""
    name = input_file.document.name
    written, names = retained(documents.parsed(name, text))
    what = f"retained: {', '.join(names)}" if names else "no mesh resource lacks DeletionPolicy: Retain"
    print_note(f"{name}: {what}")
    return written


def _marking(input_file: InputFile, options: RenderOptions) -> marks.Marking:
    if isinstance(input_file, ManifestFile):
        sentence = "adopt supports CloudFormation templates and ECS task definitions, not pods"
        raise UserError(sentence, input_file.document.name)
    if isinstance(input_file, TaskDefinitionFile):
        return marks.in_tags(options)
    return marks.in_metadata(documents.template(input_file.document), options)


def _print(input_file: InputFile, adoption: Adoption, prefix: str) -> None:
    """Prints the findings, then one line for each task definition. Of several files, those with nothing to adopt are
    left out."""
    document = input_file.document
    finding_output.print_findings(document, adoption.findings)
    if prefix and adoption.text == document.text:
        return
    if not adoption.decisions and adoption.text is not None:
        print_note(f"{document.name}: there is no {input_file.contents}")
    for decision in adoption.decisions:
        name = decision.name or input_file.contents
        if not isinstance(decision, AdoptedTask):
            print_note(f"{prefix}{name}: left alone: {decision.reason}")
        elif adoption.text is None:
            print_note(f"{prefix}{name}: left alone: another problem stops the adoption")
        else:
            settings = ", ".join(setting for setting in decision.mark if setting != "Profile")
            note = f"; {decision.note}" if decision.note else ""
            print_note(f"{prefix}{name}: adopted (profile {decision.profile}): {settings}{note}")
            if isinstance(input_file, TaskDefinitionFile):
                _print_flags(f"{prefix}{name}", decision)
    adopted = [decision for decision in adoption.decisions if isinstance(decision, AdoptedTask)]
    if adoption.text is not None and any(decision.profile not in WITH_MESH for decision in adopted):
        text = "the adopted sidecars wait for App Mesh, which AWS switched off on 2026-09-30"
        print_note(f"{document.name}: {text}: --profile {STANDALONE} moves off it")


def _print_flags(name: str, taken: AdoptedTask) -> None:
    """Prints the flags for settings that tags cannot express."""
    flags = marks.flags_of(taken.mark)
    if flags:
        written = (f"{flag(setting)} {shlex.quote(_text(value))}" for setting, value in flags.items())
        text = f"{name}: tags cannot express {', '.join(flags)}: render the result with {' '.join(written)}"
        print_note(text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
