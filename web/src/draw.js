// The drawing as SVG text. Text, since Python asks for it too, where there is no page; so everything out of a template
// goes through `escaped`.
import { HEAD, LINE, fitted, laidOut } from "./layout.js";
import { legend } from "./legend.js";

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
// Control characters cannot stand in XML at all.
export const escaped = (text) =>
  String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/[&<>"']/g, (c) => ENTITIES[c]);
const at = (number) => Math.round(number * 10) / 10;

export function worst(part) {
  if (part.notes.some((note) => note.severity === "error")) return "error";
  return part.notes.length ? "warning" : "";
}

function badge(part, box) {
  if (!part.notes.length) return "";
  return (
    `<g class="badge ${worst(part)}" transform="translate(${at(box.width - 16)} 15)"><circle r="9"/>` +
    `<text y="4" text-anchor="middle">${part.notes.length > 9 ? "9+" : part.notes.length}</text></g>`
  );
}

function spoken(part, graph) {
  const findings = part.notes.length ? `, ${part.notes.length} finding${part.notes.length > 1 ? "s" : ""}` : "";
  return `${graph.titles[part.kind]} ${part.name}${findings}`;
}

function partText(part, graph, layout) {
  const box = layout.box(part);
  const lines = part.lines.map((line, n) => {
    const y = HEAD + 8 + n * LINE;
    return `<text class="line${line.is_added ? " added" : ""}" x="16" y="${y}">${line.is_added ? "+ " : ""}${escaped(fitted(line.text))}</text>`;
  });
  return (
    `<g class="part ${part.kind}${part.members ? " folded" : ""}" data-id="${escaped(part.id)}" transform="translate(${at(box.x - box.width / 2)} ${at(box.y - box.height / 2)})" ` +
    `role="button" tabindex="0" aria-label="${escaped(spoken(part, graph))}"><title>${escaped(part.name)}</title>` +
    `<rect class="box" width="${at(box.width)}" height="${at(box.height)}" rx="8"/>` +
    `<rect class="mark" width="5" height="${at(box.height - 16)}" y="8" rx="2.5"/>` +
    `<text class="kind" x="16" y="19">${escaped(graph.titles[part.kind])}</text>` +
    `<text class="name" x="16" y="38">${escaped(fitted(part.name))}</text>${lines.join("")}${badge(part, box)}</g>`
  );
}

const clamped = (value, middle, size) => Math.min(Math.max(value, middle - size / 2 + 12), middle + size / 2 - 12);

/** Where a line meets a box: on the side that looks to `next`, so that it comes and goes the way that requests do. */
function met(box, point, next, isDown) {
  if (isDown) return { x: clamped(point.x, box.x, box.width), y: box.y + (Math.sign(next.y - box.y) * box.height) / 2 };
  return { x: box.x + (Math.sign(next.x - box.x) * box.width) / 2, y: clamped(point.y, box.y, box.height) };
}

/** Through all of dagre's points, since its label sits on one of them. */
function curve(points, isDown) {
  const [first, ...rest] = points;
  let [path, from] = [`M${at(first.x)} ${at(first.y)}`, first];
  for (const to of rest) {
    const [x, y] = [at((from.x + to.x) / 2), at((from.y + to.y) / 2)];
    path += isDown ? `C${at(from.x)} ${y} ${at(to.x)} ${y} ` : `C${x} ${at(from.y)} ${x} ${at(to.y)} `;
    path += `${at(to.x)} ${at(to.y)}`;
    from = to;
  }
  return path;
}

/** Room for the tip of an arrow, which would else cover the line's end or be covered by it. */
function shortened(from, to, length, isDown) {
  return isDown ? { x: to.x, y: to.y - Math.sign(to.y - from.y) * length } : { x: to.x - Math.sign(to.x - from.x) * length, y: to.y };
}

function pathOf(edge, line, layout, room) {
  const points = [...line.points];
  const last = points.length - 1;
  if (edge.source !== edge.target) {
    points[0] = met(layout.box({ id: edge.source }), points[0], points[1], layout.isDown);
    points[last] = met(layout.box({ id: edge.target }), points[last], points[last - 1], layout.isDown);
    if (room) points[last] = shortened(points[last - 1], points[last], room, layout.isDown);
  }
  return curve(points, layout.isDown);
}

/** The width of a line by the share of a route's requests that go over it. */
export const thickness = (share) => at(1 + 6 * share);

function edgeText(edge, n, layout) {
  const line = layout.line(edge, n);
  const isWeighted = edge.share !== null && edge.share !== undefined;
  const isWide = isWeighted && edge.share > 0.4;
  const tip = edge.meaning === "calls" ? ` marker-end="url(#${isWide ? "wide-tip" : "tip"})"` : "";
  const stroke = isWeighted ? ` stroke-width="${thickness(edge.share)}"` : "";
  const start = line.y - (edge.label.length - 1) * 7.5 + 4;
  // A line would run through the gaps between the letters.
  const back = edge.label.length
    ? `<rect class="back" x="${at(line.x - line.width / 2)}" y="${at(line.y - line.height / 2)}" width="${at(line.width)}" height="${at(line.height)}" rx="3"/>`
    : "";
  const label = edge.label
    .map((text, m) => `<text class="label" x="${at(line.x)}" y="${at(start + m * 15)}" text-anchor="middle">${escaped(fitted(text))}</text>`)
    .join("");
  return (
    `<g class="edge ${edge.meaning}${isWeighted ? " weighted" : ""}${edge.share === 0 ? " unused" : ""}" data-source="${escaped(edge.source)}" data-target="${escaped(edge.target)}">` +
    `<path d="${pathOf(edge, line, layout, tip ? (isWide ? 11 : 7) : 0)}"${stroke}${tip}/>${back}${label}</g>`
  );
}

const marker = (id, size) =>
  `<marker id="${id}" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="${size}" markerHeight="${size}" orient="auto-start-reverse" markerUnits="userSpaceOnUse">` +
  '<path d="M0 0L8 4L0 8z"/></marker>';

/** style: of a drawing that stands alone, with a legend; a page brings its own. layout: if it is known. */
export function drawn(graph, { direction = "LR", style = "", layout = laidOut(graph, direction) } = {}) {
  const edges = graph.edges.map((edge, n) => edgeText(edge, n, layout)).join("");
  // In reading order, so that Tab goes the way that requests go.
  const along = direction === "LR" ? ["x", "y"] : ["y", "x"];
  const parts = [...graph.parts]
    .sort((one, other) => {
      const [a, b] = [layout.box(one), layout.box(other)];
      return Math.round(a[along[0]] - b[along[0]]) || a[along[1]] - b[along[1]];
    })
    .map((part) => partText(part, graph, layout))
    .join("");
  const key = style ? legend(graph, Math.max(layout.width, 360)) : { width: 0, height: 0, text: "" };
  const [width, height] = [at(Math.max(layout.width, key.width)), at(layout.height + key.height)];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="mesh" viewBox="0 0 ${width} ${height}"${style ? ` width="${width}" height="${height}"` : ""} ` +
    `role="group" aria-label="${escaped(`Mesh of ${graph.title}`)}">${style ? `<style>${escaped(style)}</style>` : ""}` +
    `<defs>${marker("tip", 8)}${marker("wide-tip", 15)}</defs>` +
    `<g class="view">${edges}${parts}</g>${key.text && `<g transform="translate(0 ${at(layout.height)})">${key.text}</g>`}</svg>`
  );
}
