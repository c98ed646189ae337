"""Collects the parts and edges of a graph, and finds the way between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from appmesh_inject.graph.model import Edge, Meaning, PartKind, PartLink

Key = tuple[PartKind, str, str]
"""Kind, mesh and name: identifies a part across files."""

_MOST_LABELS = 3


@dataclass(frozen=True, slots=True)
class GraphBuilder:
    """ids: of the parts, by key. names, kinds: by id. lines: the labels of each edge. portions: the largest share of
    each edge."""

    ids: dict[Key, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, PartKind] = field(default_factory=dict)
    lines: dict[tuple[str, str, Meaning], list[str]] = field(default_factory=dict)
    portions: dict[tuple[str, str, Meaning], float] = field(default_factory=dict)

    def add(self, key: Key, name: str) -> str:
        """The id of the part, which is added if the key is new."""
        known = self.ids.get(key)
        if known is None:
            known = self.ids[key] = f"{key[0]}-{sum(kind is key[0] for kind in self.kinds.values()) + 1}"
            self.names[known], self.kinds[known] = name, key[0]
        return known

    def missing(self, wanted: PartKind, mesh: str, key: str, name: str) -> str:
        """Adds a part that something refers to and no file defines."""
        return self.add((PartKind.MISSING, mesh, f"{wanted} {key}"), name)

    def connect(self, source: str, target: str, meaning: Meaning, label: str = "", share: float | None = None) -> None:
        labels = self.lines.setdefault((source, target, meaning), [])
        if label and label not in labels:
            labels.append(label)
        if share is not None:
            edge = source, target, meaning
            self.portions[edge] = max(share, self.portions.get(edge, 0))

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(Edge(*edge, _short(labels), self.portions.get(edge)) for edge, labels in self.lines.items())

    def link(self, part: str, text: str = "") -> PartLink:
        return PartLink(text or self.names[part], part)

    def targets(self, part: str, meaning: Meaning) -> Iterator[str]:
        return (target for source, target, said in self.lines if source == part and said is meaning)

    def sources(self, part: str, meaning: Meaning) -> Iterator[str]:
        return (source for source, target, said in self.lines if target == part and said is meaning)

    def callers(self, part: str) -> list[str]:
        """The nodes, gateways and load balancers whose requests can reach a part, directly or through services and
        routers."""
        found: dict[str, None] = {}
        seen, open_ends = {part}, [part]
        while open_ends:
            for source in self.sources(open_ends.pop(), Meaning.CALLS):
                if self.kinds[source] in (PartKind.NODE, PartKind.GATEWAY, PartKind.BALANCER):
                    found[source] = None
                elif source not in seen:
                    seen.add(source)
                    open_ends.append(source)
        return sorted(found, key=lambda part: self.names[part])


def _short(labels: Iterable[str]) -> tuple[str, ...]:
    lines = tuple(labels)
    if len(lines) <= _MOST_LABELS:
        return lines
    return (*lines[: _MOST_LABELS - 1], f"and {len(lines) - _MOST_LABELS + 1} more")
