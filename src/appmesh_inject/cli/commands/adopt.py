"""`appmesh-inject adopt`: marks in the place of hand-written sidecars."""

import json
import shlex
from dataclasses import replace
from typing import Annotated

import typer

from appmesh_inject.cli import report
from appmesh_inject.cli.destination import InPlace, Output, destination
from appmesh_inject.cli.error_output import errors_told
from appmesh_inject.cli.mesh_option import MeshFile, MeshParameters, mesh_of
from appmesh_inject.cli.options import DeploymentParameters, File, MacroName, Parameters, asked, flag
from appmesh_inject.files import documents, writer
from appmesh_inject.files.errors import UserError
from appmesh_inject.findings import one_line
from appmesh_inject.migrate import adopting, marks
from appmesh_inject.migrate.adopting import Adoption
from appmesh_inject.migrate.decisions import Taken
from appmesh_inject.render import inputs
from appmesh_inject.render.inputs import InputFile, ManifestFile, TaskDefinitionFile
from appmesh_inject.render.rendering import MACRO, RenderOptions
from appmesh_inject.settings.table import STANDALONE

Profile = Annotated[
    str | None,
    typer.Option(
        metavar="standalone",
        show_default=False,
        help="Move off App Mesh in the same step; by default the profile is the one that the sidecars have",
    ),
]


def adopt(
    file: File,
    *,
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    profile: Profile = None,
    mesh: MeshFile = None,
    mesh_parameter: MeshParameters = [],  # noqa: B006
    output_file: Output = None,
    in_place: InPlace = False,
) -> None:
    """Take hand-written sidecars out of the template, and mark the task definitions that had them.

    Each mark is the shortest that renders the same task definition: that is checked before anything is written, and
    one task definition for which it does not hold stops it all. The rest of the file stays to the letter.

    With --profile standalone the marks are for an Envoy that needs no App Mesh: what only App Mesh's image understands
    goes, and what is checked is that the mesh compiles.
    """
    if profile not in (None, STANDALONE):
        raise typer.BadParameter(
            "the profile is the one that the sidecars have, or standalone.", param_hint="--profile"
        )
    with errors_told():
        to = destination(file, output_file, in_place)
        input_file = inputs.load(file)
        wanted = asked(input_file.document, parameter, {}, deployment_parameter, macro=macro_name)
        wanted = replace(wanted, mesh=mesh_of(mesh, mesh_parameter))
        adoption = adopting.adopted(
            input_file.document, _marking(input_file, wanted), wanted, moving=profile == STANDALONE
        )
        _say(input_file, adoption)
        report.say_described(input_file)
        if adoption.text is None:
            raise typer.Exit(1)
        writer.deliver(adoption.text, to)


def _marking(input_file: InputFile, wanted: RenderOptions) -> marks.Marking:
    if isinstance(input_file, ManifestFile):
        sentence = (
            "pods have no form that adopt could write: it takes CloudFormation templates and ECS task definitions"
        )
        raise UserError(sentence, input_file.document.name)
    if isinstance(input_file, TaskDefinitionFile):
        return marks.in_tags(wanted)
    return marks.in_metadata(documents.template(input_file.document), wanted)


def _say(input_file: InputFile, adoption: Adoption) -> None:
    """What stands in the way, and then one line for each task definition."""
    document = input_file.document
    report.say_findings(document, adoption.findings)
    if not adoption.decisions and adoption.text is not None:
        typer.echo(f"{one_line(document.name)}: there is no {input_file.contents}", err=True)
    for decision in adoption.decisions:
        name = decision.name or input_file.contents
        if not isinstance(decision, Taken):
            typer.echo(one_line(f"{name}: left alone: {decision.reason}"), err=True)
        elif adoption.text is None:
            typer.echo(one_line(f"{name}: left alone: another problem stops the adoption"), err=True)
        else:
            settings = ", ".join(setting for setting in decision.mark if setting != "Profile")
            note = f"; {decision.note}" if decision.note else ""
            typer.echo(one_line(f"{name}: adopted (profile {decision.profile}): {settings}{note}"), err=True)
            if isinstance(input_file, TaskDefinitionFile):
                _say_flags(name, decision)
    taken = [decision for decision in adoption.decisions if isinstance(decision, Taken)]
    if adoption.text is not None and any(decision.profile != STANDALONE for decision in taken):
        text = "the adopted sidecars wait for App Mesh, which AWS switched off on 2026-09-30"
        typer.echo(one_line(f"{document.name}: {text}: --profile {STANDALONE} moves off it"), err=True)


def _say_flags(name: str, taken: Taken) -> None:
    """The flags that say what no tag can."""
    flags = marks.flags_of(taken.mark)
    if flags:
        written = (f"{flag(setting)} {shlex.quote(_text(value))}" for setting, value in flags.items())
        text = f"{name}: tags cannot say {', '.join(flags)}: render the result with {' '.join(written)}"
        typer.echo(one_line(text), err=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
