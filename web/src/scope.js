// What is drawn of a large graph. Hundreds of boxes in one picture are a texture, not a drawing: so it is folded until one
// can read it, and a part that is chosen is drawn with what is near it.
import { WAYS, folded, inside, within, withoutTasks } from "./folding.js";

/** More parts than this are never readable together. */
export const MANY = 110;
/** How many parts are drawn around what one looks for, the most first. */
const SIZES = [40, 28, 20, 14, 10, 7, 5];

/** Where requests can get to from parts, or come from: whole chains, nearest first, since that is what one follows. */
export function reached(graph, starts, from, to, most = Infinity) {
  const next = new Map();
  for (const edge of graph.edges) next.set(edge[from], [...(next.get(edge[from]) ?? []), edge[to]]);
  const found = new Set(starts);
  // A Set's iteration takes in what is added on the way.
  for (const part of found) for (const other of next.get(part) ?? []) if (found.size < most) found.add(other);
  return found;
}

/** What is chosen with a part: a task and its ECS service call whom their node calls. */
export function callers(graph, id) {
  const kind = new Map(graph.parts.map((part) => [part.id, part.kind]));
  const found = new Set([id]);
  for (const part of found) for (const edge of graph.edges) if (edge.target === part && edge.meaning === "runs") found.add(edge.source);
  return [...found].filter((part) => part === id || kind.get(part) !== "service");
}

/** The most of what is near that one can read, given how well a graph can be read. */
function readableOf(near, isReadable) {
  let found;
  for (const size of SIZES) {
    found = near(size);
    if (isReadable(found)) break;
  }
  return found;
}

/** The graph around a part: the nearest that it calls and that call it. */
export function around(graph, id, isReadable) {
  return readableOf((size) => {
    const down = reached(graph, callers(graph, id), "source", "target", size * 0.7);
    const up = reached(graph, [id], "target", "source", size * 0.4 + 1);
    return within(graph, new Set([...down, ...up]));
  }, isReadable);
}

/** The graph of what a search found, with those who call it. */
export function withCallers(graph, ids, isReadable) {
  return readableOf((size) => within(graph, reached(graph, [...ids].slice(0, size), "target", "source", size)), isReadable);
}

/** Where requests come in, and what is near: the gateways and nodes that no other one calls. */
export function entrance(graph, isReadable) {
  const kinds = new Set(["balancer", "gateway", "node"]);
  const callable = new Set(graph.parts.filter((part) => kinds.has(part.kind)).map((part) => part.id));
  const isFirst = (id) => ![...reached(graph, [id], "target", "source")].some((other) => other !== id && callable.has(other));
  const starts = [...callable].filter(isFirst);
  const first = starts.length ? starts : graph.parts.map((part) => part.id);
  return readableOf((size) => within(graph, reached(graph, first.slice(0, Math.ceil(size / 8)), "source", "target", size)), isReadable);
}

/** The ways in which this graph can be folded into several groups. */
export function ways(graph) {
  const gateways = graph.parts.filter((part) => part.kind === "gateway").length;
  const files = new Set(graph.parts.map((part) => part.file).filter(Boolean)).size;
  return Object.keys(WAYS).filter((way) => (way === "gateway" ? gateways > 1 : way === "file" ? files > 1 : true));
}

/** What is drawn. way: to fold, or "". tasks: whether they are drawn. */
export function shownOf(graph, { way, tasks }) {
  const shown = tasks ? graph : withoutTasks(graph);
  return way ? folded(shown, way) : shown;
}

/** What is in a group: everything, or less if one could not read that. */
export function insideOf(graph, { way, tasks }, group, isReadable) {
  const bare = withoutTasks(graph);
  const options = [() => inside(tasks ? graph : bare, way, group, false), () => inside(bare, way, group, false), () => inside(graph, way, group, true)];
  let shown;
  for (const option of options) {
    shown = option();
    if (isReadable(shown)) break;
  }
  return shown;
}

/** How to show as much as one can read of a graph: everything, without tasks, or folded; null if nothing is readable.
 * Two groups would say nothing. */
export function readable(graph, isReadable) {
  const unfolded = [{ way: "", tasks: true }, { way: "", tasks: false }].find((option) => isReadable(shownOf(graph, option)));
  if (unfolded) return unfolded;
  const [most] = ways(graph)
    .map((way) => ({ way, tasks: true }))
    .map((option) => ({ option, shown: shownOf(graph, option) }))
    .filter(({ shown }) => shown.parts.length > 2 && isReadable(shown))
    .sort((one, other) => other.shown.parts.length - one.shown.parts.length);
  return most?.option ?? null;
}
