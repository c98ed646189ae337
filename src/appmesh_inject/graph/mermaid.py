"""The graph as Mermaid text, which GitHub, GitLab and many wikis draw."""

from collections.abc import Iterator

from appmesh_inject.graph.model import Edge, Graph, Meaning, Part, PartKind

SHAPES = {
    PartKind.BALANCER: ("[/", "\\]"),
    PartKind.GATEWAY: ("{{", "}}"),
    PartKind.SERVICE: ("([", "])"),
    PartKind.ROUTER: ("{", "}"),
    PartKind.NODE: ("[", "]"),
    PartKind.ENDPOINT: ("(", ")"),
    PartKind.ECS_SERVICE: ("[", "]"),
    PartKind.TASK: ("[[", "]]"),
    PartKind.MISSING: (">", "]"),
}


def mermaid(graph: Graph) -> str:
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield "flowchart LR"
    for part in graph.parts:
        opening, closing = SHAPES[part.kind]
        yield f'  {part.id}{opening}"{_label(part)}"{closing}:::{part.kind}'
    for edge in graph.edges:
        yield f"  {edge.source} {_arrow(edge)} {edge.target}"
    yield "  classDef missing stroke-dasharray: 4 4"
    flagged = [part.id for part in graph.parts if any(note.severity == "error" for note in part.notes)]
    if flagged:
        yield f"  class {','.join(flagged)} error"
        yield "  classDef error stroke:#b3261e,stroke-width:3px"


def _label(part: Part) -> str:
    return "<br/>".join(_escaped(text) for text in (part.title, part.name, *(line.text for line in part.lines)))


def _arrow(edge: Edge) -> str:
    stroke = "-.-" if edge.meaning is Meaning.RUNS else "-->"
    return f'{stroke}|"{"<br/>".join(map(_escaped, edge.label))}"|' if edge.label else stroke


def _escaped(text: str) -> str:
    """Writes special characters as Mermaid's entities (`#35;`), so that they neither end a label nor count as
    markup."""
    return "".join(c if c.isalnum() or c in " .,:/-_=+*?%()" else f"#{ord(c)};" for c in text if c.isprintable())
