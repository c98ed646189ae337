"""The graph as frozen values that convert to JSON: parts, edges, and tables about them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from appmesh_inject.cfn.document import Json


class PartKind(StrEnum):
    """The kind of a part. MISSING: something refers to the part, and no file defines it."""

    BALANCER = "balancer"
    GATEWAY = "gateway"
    SERVICE = "service"
    ROUTER = "router"
    NODE = "node"
    ENDPOINT = "endpoint"
    ECS_SERVICE = "ecs"
    TASK = "task"
    MISSING = "missing"


TITLES = {
    PartKind.BALANCER: "Load balancer",
    PartKind.GATEWAY: "Virtual gateway",
    PartKind.SERVICE: "Virtual service",
    PartKind.ROUTER: "Virtual router",
    PartKind.NODE: "Virtual node",
    PartKind.ENDPOINT: "Service Connect endpoint",
    PartKind.ECS_SERVICE: "ECS service",
    PartKind.TASK: "Task definition",
    PartKind.MISSING: "Not in these files",
}


class Meaning(StrEnum):
    """The meaning of an edge: requests go this way, or the target is what runs the source: the ECS service or task of a
    node, gateway or endpoint."""

    CALLS = "calls"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link to a part. target: the part's id."""

    text: str
    target: str


Cell: TypeAlias = str | PartLink


@dataclass(frozen=True, slots=True)
class PartTable:
    """A table about a part. columns: empty if each row is a name and a value."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    columns: tuple[str, ...] = ()

    @property
    def trimmed(self) -> "PartTable":
        """The table without its empty columns."""
        kept = [n for n in range(len(self.columns)) if any(row[n] for row in self.rows)]
        if len(kept) == len(self.columns):
            return self
        rows = tuple(tuple(row[n] for n in kept) for row in self.rows)
        return PartTable(self.title, rows, tuple(self.columns[n] for n in kept))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file. first: the number of the first line. marked: the number of the line that is meant."""

    first: int
    marked: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding. where: file, line and column. excerpt: None if the place is not in a file."""

    code: str
    severity: str
    message: str
    where: str
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """A configuration as it will run, to copy. content: maps, lists and texts."""

    title: str
    content: Json


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A line in a part's box. is_added: the injection adds what it says."""

    text: str
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A box of the graph. file: that defines it; empty if none does."""

    id: str
    kind: PartKind
    name: str
    lines: tuple[BoxLine, ...] = ()
    sections: tuple[PartTable, ...] = ()
    notes: tuple[Note, ...] = ()
    file: str = ""
    raw: tuple[Raw, ...] = ()

    @property
    def title(self) -> str:
        return TITLES[self.kind]


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow. label: one line for each match or weight. share: the part of a route's requests that go this way, from
    0 to 1; None if there is no choice, or if it is not known. The edges of a router are in the order of its routes."""

    source: str
    target: str
    meaning: Meaning
    label: tuple[str, ...] = ()
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph. sections, notes: about the files and meshes, not a single part."""

    title: str
    parts: tuple[Part, ...] = ()
    edges: tuple[Edge, ...] = ()
    sections: tuple[PartTable, ...] = ()
    notes: tuple[Note, ...] = ()
