"""The Typer program with its commands."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Annotated, TypeAlias

import typer

from appmesh_inject import __version__
from appmesh_inject.cli.common_flags import with_command_flags
from appmesh_inject.cli.help import Command
from appmesh_inject.cli.multi_file_options import on_files
from appmesh_inject.cli.shared_options import with_settings

Wrap: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]

REFUSED = 2
"""The exit code of `diff` for errors, since 1 means a difference."""

COMMANDS: Mapping[str, tuple[Wrap, ...]] = {
    "render": (on_files, with_settings),
    "lint": (on_files, with_settings),
    "diff": (on_files, with_settings),
    "event": (with_settings,),
    "graph": (on_files, with_settings),
    "exits": (on_files, with_settings),
    "proxy": (),
    "invoke": (),
    "adopt": (),
    "convert": (),
    "remove": (),
    "explain": (),
}
"""The commands, each with the decorators that add shared options. The module of a command has its name."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"appmesh-inject {__version__}")
        raise typer.Exit


def appmesh_inject(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit")
    ] = False,
) -> None:
    """Puts marked ECS task definitions into a service mesh, as the CloudFormation macro AppMeshInject does.

    Results go to stdout, everything else to stderr. Exit codes: 0 success, possibly with warnings; 1 at least one
    error (with --strict, also a warning), or a document that cannot be read; 2 wrong usage.
    """


def program_of(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program with these commands. Loading one command takes half the time of loading all."""
    # Without markup, help and usage errors are plain text: they are neither wrapped nor boxed, brackets in help texts
    # stay, and Rich is not loaded. Typer's exceptions could print the values of variables.
    program = typer.Typer(
        name="appmesh-inject",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    program.callback()(appmesh_inject)
    for name in names:
        command = getattr(import_module(f"appmesh_inject.cli.commands.{name}"), name)
        for wrap in COMMANDS[name]:
            command = wrap(command)
        command = with_command_flags(command, REFUSED if name == "diff" else 1)
        program.command(cls=Command)(command)
    return program
