"""Errors that stop a command before it has a document: of files, of syntax, of pipes."""

from typing import NamedTuple

from appmesh_inject.findings import one_line


class Position(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class UserError(Exception):
    """A mistake that the user can correct; never a bug. sentence: the message. name: of the file or program. code: of
    findings.CODES, or empty."""

    def __init__(
        self, sentence: str, name: str = "appmesh-inject", position: Position | None = None, *, code: str = ""
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.name = name
        self.position = position
        self.code = code

    def __str__(self) -> str:
        where = f"{self.name}:{self.position}" if self.position else self.name
        return one_line(f"{where}: error{' ' if self.code else ''}{self.code}: {self.sentence}")
