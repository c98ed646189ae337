"""The Typer program: its commands, and what they share."""

from typing import Annotated

import typer

from appmesh_inject import __version__
from appmesh_inject.cli.commands.adopt import adopt
from appmesh_inject.cli.commands.diff import diff
from appmesh_inject.cli.commands.event import event
from appmesh_inject.cli.commands.graph import graph
from appmesh_inject.cli.commands.invoke import invoke
from appmesh_inject.cli.commands.lint import lint
from appmesh_inject.cli.commands.remove import remove
from appmesh_inject.cli.commands.render import render
from appmesh_inject.cli.options import with_settings
from appmesh_inject.cli.requests import on_files

# Without markup, help and usage errors are plain text: nothing is wrapped or boxed where it is piped, brackets in a
# help text stay, and Rich is not loaded for it. Typer's own exception printing could show values of variables.
program = typer.Typer(
    name="appmesh-inject",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"appmesh-inject {__version__}")
        raise typer.Exit


@program.callback()
def appmesh_inject(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit")
    ] = False,
) -> None:
    """Puts marked ECS task definitions into a service mesh, as the CloudFormation macro AppMeshInject does.

    Results go to stdout, everything else to stderr. Exit codes: 0 done, warnings included; 1 at least one error, or
    a document that cannot be read; 2 wrong usage.
    """


program.command()(with_settings(on_files(render)))
program.command()(with_settings(on_files(lint)))
program.command()(with_settings(on_files(diff)))
program.command()(with_settings(event))
program.command()(with_settings(on_files(graph)))
program.command()(invoke)
program.command()(adopt)
program.command()(remove)
