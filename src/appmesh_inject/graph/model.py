"""What a graph shows: parts, the lines between them, and what is said about each. Frozen values, ready to be JSON."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What a part is. `missing`: something refers to it, and none of the files has it."""

    GATEWAY = "gateway"
    SERVICE = "service"
    ROUTER = "router"
    NODE = "node"
    TASK = "task"
    MISSING = "missing"


TITLES = {
    Kind.GATEWAY: "Virtual gateway",
    Kind.SERVICE: "Virtual service",
    Kind.ROUTER: "Virtual router",
    Kind.NODE: "Virtual node",
    Kind.TASK: "Task definition",
    Kind.MISSING: "Not in these files",
}


class Meaning(StrEnum):
    """What a line says: requests go this way, or the task is what runs for a node or gateway."""

    CALLS = "calls"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a part; target: the part's id."""

    text: str
    target: str


Cell: TypeAlias = str | Link


@dataclass(frozen=True, slots=True)
class Section:
    """A table about a part. columns: none where each row is a name and a value."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    columns: tuple[str, ...] = ()

    @property
    def trimmed(self) -> "Section":
        """Without the columns that no row has anything in."""
        kept = [n for n in range(len(self.columns)) if any(row[n] for row in self.rows)]
        if len(kept) == len(self.columns):
            return self
        rows = tuple(tuple(row[n] for n in kept) for row in self.rows)
        return Section(self.title, rows, tuple(self.columns[n] for n in kept))


@dataclass(frozen=True, slots=True)
class Note:
    """A finding where it belongs. where: file, line and column."""

    code: str
    severity: str
    message: str
    where: str


@dataclass(frozen=True, slots=True)
class Line:
    """One of the things that stand in a part's box. is_added: the injection brings it."""

    text: str
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One box."""

    id: str
    kind: Kind
    name: str
    lines: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def title(self) -> str:
        return TITLES[self.kind]


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow, with what it says: matches and weights, one a line."""

    source: str
    target: str
    meaning: Meaning
    label: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything. sections and notes: about the files and the meshes as wholes."""

    title: str
    parts: tuple[Part, ...] = ()
    edges: tuple[Edge, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[Note, ...] = ()
