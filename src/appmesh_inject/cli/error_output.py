"""Prints the error that ends a command."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from appmesh_inject.files.errors import UserError


@contextmanager
def errors_reported(code: int = 1) -> Iterator[None]:
    """Prints a UserError or a broken pipe on stderr, and exits with `code`."""
    try:
        yield
    except UserError as error:
        typer.echo(str(error), err=True)
        if error.code:
            typer.echo(f"More about this: appmesh-inject explain {error.code}", err=True)
        raise typer.Exit(code) from None
    except BrokenPipeError:
        # Python flushes both streams again at exit, and would print a stack trace about the pipe.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        try:
            typer.echo(str(UserError("the output was not read to its end: the pipe is broken")), err=True)
        except BrokenPipeError:
            os.dup2(nowhere, sys.stderr.fileno())
        raise typer.Exit(code) from None
