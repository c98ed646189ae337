// Which parts of a large graph are drawn at once. Hundreds of boxes in one picture are a texture, not a drawing: so it
// begins where requests come in, and shows what is near the part that one chooses.

/** More parts than this are not drawn together unless one asks for it. */
export const MANY = 80;
const NEAR = 40;

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

function within(graph, kept) {
  return {
    ...graph,
    parts: graph.parts.filter((part) => kept.has(part.id)),
    edges: graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)),
  };
}

/** The graph around a part: the nearest that it calls and that call it. */
export function around(graph, id) {
  const down = reached(graph, callers(graph, id), "source", "target", NEAR);
  const up = reached(graph, [id], "target", "source", NEAR / 2);
  return within(graph, new Set([...down, ...up]));
}

/** Where requests come in, and what is near: the gateways and nodes that no other one calls. */
export function entrance(graph) {
  const callers = new Set(graph.parts.filter((part) => part.kind === "gateway" || part.kind === "node").map((part) => part.id));
  const isFirst = (id) => ![...reached(graph, [id], "target", "source")].some((other) => other !== id && callers.has(other));
  const starts = [...callers].filter(isFirst);
  const first = starts.length ? starts : graph.parts.map((part) => part.id);
  return within(graph, reached(graph, first.slice(0, NEAR / 4), "source", "target", NEAR));
}
