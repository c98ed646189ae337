// Which parts of a large graph are drawn at once. Hundreds of boxes in one picture are a texture, not a drawing: there
// one sees who calls whom, and around the chosen part everything that is near it.

/** More parts than this are not drawn together unless one asks for it. */
export const MANY = 80;
const NEAR = 40;
const ENDS = new Set(["node", "gateway", "missing"]);

/** Where requests can get to from parts, or come from: whole chains, nearest first, since that is what one follows. */
export function reached(graph, starts, from, to, most = Infinity) {
  const next = new Map();
  for (const edge of graph.edges) next.set(edge[from], [...(next.get(edge[from]) ?? []), edge[to]]);
  const found = new Set(starts);
  // A Set's iteration takes in what is added on the way.
  for (const part of found) for (const other of next.get(part) ?? []) if (found.size < most) found.add(other);
  return found;
}

/** A task calls whom its node calls. */
export function callers(graph, id) {
  const isTask = graph.parts.some((part) => part.id === id && part.kind === "task");
  return isTask ? [id, ...graph.edges.filter((edge) => edge.target === id).map((edge) => edge.source)] : [id];
}

/** The graph around a part: the nearest that it calls and that call it. */
export function around(graph, id) {
  const down = reached(graph, callers(graph, id), "source", "target", NEAR);
  const up = reached(graph, [id], "target", "source", NEAR / 2);
  const kept = new Set([...down, ...up]);
  return {
    ...graph,
    parts: graph.parts.filter((part) => kept.has(part.id)),
    edges: graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)),
  };
}

/** Nodes and gateways alone, each with a line to those that its calls end at. */
export function condensed(graph) {
  const kinds = new Map(graph.parts.map((part) => [part.id, part.kind]));
  const calls = graph.edges.filter((edge) => edge.meaning === "calls");
  const within = { ...graph, edges: calls.filter((edge) => !ENDS.has(kinds.get(edge.source))) };
  const parts = graph.parts.filter((part) => ENDS.has(part.kind)).map((part) => ({ ...part, lines: [] }));
  const edges = parts.flatMap((part) => {
    const first = calls.filter((edge) => edge.source === part.id).map((edge) => edge.target);
    const ends = [...reached(within, first, "source", "target")].filter((id) => ENDS.has(kinds.get(id)));
    return ends.map((target) => ({ source: part.id, target, meaning: "calls", label: [] }));
  });
  return { ...graph, parts, edges };
}
