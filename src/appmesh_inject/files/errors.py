"""What stops a command before there is a document to talk about: a file, its syntax, a pipe."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer

from appmesh_inject.findings import one_line, page


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class UserError(Exception):
    """A sentence for the user, who can do something about it; never a bug. code: of findings.CODES, where it has one:
    a file that cannot be read has none."""

    def __init__(
        self, sentence: str, name: str = "appmesh-inject", place: Place | None = None, *, code: str = ""
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.name = name
        self.place = place
        self.code = code

    def __str__(self) -> str:
        where = f"{self.name}:{self.place}" if self.place else self.name
        return one_line(f"{where}: error{' ' if self.code else ''}{self.code}: {self.sentence}")


@contextmanager
def told(code: int = 1) -> Iterator[None]:
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
