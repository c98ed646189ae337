// Where every box and line goes. dagre does it: requests flow one way, so layers with few crossings are what a reader
// expects, and it has no dependency but its own graph library. ELK draws a little better and is twenty times as large;
// Cytoscape would draw on a canvas, which neither prints sharply nor can be reached by keyboard.
import dagre from "@dagrejs/dagre";
import { ordering } from "./ordering.js";

const WIDEST = 30;
export const LINE = 17;
export const HEAD = 48;

/** A text that fits into a box; the whole of it stands in the box's title. */
export const fitted = (text, most = WIDEST) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

// There is no page to measure text in when Python draws, so widths are estimated, generously.
const width = (text, size) => fitted(text).length * size * 0.6;

function size(part, titles) {
  const texts = [width(part.name, 14), width(titles[part.kind], 11) + (part.notes.length ? 20 : 0), ...part.lines.map((line) => width(line.text, 12) + 16)];
  return { width: Math.max(104, ...texts) + 28, height: HEAD + part.lines.length * LINE + (part.lines.length ? 6 : 0) };
}

// Network simplex takes seconds for a dense mesh of some hundred parts.
const SIMPLEX = "network-simplex";
const RANKERS = [SIMPLEX, "tight-tree", "longest-path"];

/** direction: LR, or TB where the screen is high. */
export function laidOut(graph, direction, ranker = graph.parts.length > 120 ? "tight-tree" : SIMPLEX) {
  const board = new dagre.graphlib.Graph({ multigraph: true });
  const isDense = graph.parts.length > 25;
  board.setGraph({ rankdir: direction, nodesep: isDense ? 14 : 22, ranksep: isDense ? 38 : 50, edgesep: isDense ? 8 : 14, marginx: 12, marginy: 12, ranker });
  for (const part of graph.parts) board.setNode(part.id, size(part, graph.titles));
  graph.edges.forEach((edge, n) => {
    const label = edge.label.length
      ? { width: Math.max(...edge.label.map((text) => width(text, 12))) + 8, height: edge.label.length * 15 + 4 }
      : { width: 0, height: 0 };
    board.setEdge(edge.source, edge.target, { ...label, labelpos: "c" }, String(n));
  });
  dagre.layout(board, { customOrder: ordering(graph) });
  const { width: wide, height: high } = board.graph();
  return {
    isDown: direction === "TB",
    width: Number.isFinite(wide) ? wide : 200,
    height: Number.isFinite(high) ? high : 100,
    box: (part) => board.node(part.id),
    line: (edge, n) => board.edge({ v: edge.source, w: edge.target, name: String(n) }),
  };
}

/** The layout of a graph that is largest in a frame: to the right, or down. scale: its size there. least: the scale at
 * which the usual ranks are good enough. */
export function suited(graph, wide, high, least) {
  let best = { scale: 0 };
  for (const ranker of RANKERS) {
    for (const direction of ["LR", "TB"]) {
      const layout = laidOut(graph, direction, ranker);
      const scale = Math.min(wide / layout.width, high / layout.height);
      if (scale > best.scale * 1.02) best = { direction, layout, scale };
    }
    // Other ranks change the size by a third at most.
    if (best.scale >= least || best.scale < least * 0.6) break;
  }
  return best;
}
