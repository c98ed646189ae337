"""What stops a command before there is a document to talk about: a file, its syntax, a pipe."""

from dataclasses import dataclass

from appmesh_inject.findings import one_line


@dataclass(frozen=True, slots=True)
class Position:
    """A line and a column, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class UserError(Exception):
    """A sentence for the user, who can do something about it; never a bug. code: of findings.CODES, where it has one:
    a file that cannot be read has none."""

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
