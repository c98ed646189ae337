"""The graph as frozen values that convert to JSON: parts, edges, and tables about them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """The kind of a part. MISSING: something refers to the part, and no file defines it."""

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
    """The meaning of an edge: requests go this way, or the target is the task that runs a node or gateway."""

    CALLS = "calls"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a part. target: the part's id."""

    text: str
    target: str


Cell: TypeAlias = str | Link


@dataclass(frozen=True, slots=True)
class Section:
    """A table about a part. columns: empty if each row is a name and a value."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    columns: tuple[str, ...] = ()

    @property
    def trimmed(self) -> "Section":
        """The table without its empty columns."""
        kept = [n for n in range(len(self.columns)) if any(row[n] for row in self.rows)]
        if len(kept) == len(self.columns):
            return self
        rows = tuple(tuple(row[n] for n in kept) for row in self.rows)
        return Section(self.title, rows, tuple(self.columns[n] for n in kept))


@dataclass(frozen=True, slots=True)
class Note:
    """A finding. where: file, line and column."""

    code: str
    severity: str
    message: str
    where: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line in a part's box. is_added: the injection adds the container."""

    text: str
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A box of the graph."""

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
    """An arrow. label: one line for each match or weight."""

    source: str
    target: str
    meaning: Meaning
    label: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph. sections, notes: about the files and meshes, not a single part."""

    title: str
    parts: tuple[Part, ...] = ()
    edges: tuple[Edge, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[Note, ...] = ()
