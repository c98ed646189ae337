"""How a command ends where it cannot go on: one sentence on stderr, and an exit code."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from appmesh_inject.files.errors import UserError
from appmesh_inject.findings import page


@contextmanager
def errors_reported(code: int = 1) -> Iterator[None]:
    """Says a `UserError`, or that a pipe broke, on stderr and ends the command with the exit code."""
    try:
        yield
    except UserError as error:
        typer.echo(str(error), err=True)
        if error.code:
            typer.echo(f"{error.code}: see {page(error.code)}", err=True)
        raise typer.Exit(code) from None
    except BrokenPipeError:
        # Python flushes the streams once more when it ends, and would complain about the pipe with a stack trace.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        try:
            typer.echo(str(UserError("the output was not read to its end: the pipe is broken")), err=True)
        except BrokenPipeError:
            os.dup2(nowhere, sys.stderr.fileno())
        raise typer.Exit(code) from None
