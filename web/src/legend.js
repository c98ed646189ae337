// What the shapes and lines of a drawing mean: only those that it has.
import { escaped, thickness } from "./draw.js";

const ROW = 22;

function items(graph) {
  const has = (test) => graph.parts.some(test);
  const kinds = Object.entries(graph.titles)
    .filter(([kind]) => has((part) => part.kind === kind))
    .map(([kind, title]) => ({ text: title, mark: `<g class="part ${kind}"><rect class="box" x="0.6" y="4.6" width="18" height="13" rx="3"/><rect class="mark" x="1" y="6.5" width="3.5" height="9" rx="1.7"/></g>` }));
  if (has((part) => part.members && part.kind !== "group")) kinds.push({ text: "with what is behind it, folded", mark: '<g class="part folded"><rect class="box" x="1.2" y="5" width="17" height="12" rx="3"/></g>' });
  const line = (kind, width = "", dash = "") => `<g class="edge ${kind}"><path d="M0 11H18"${width}${dash}/></g>`;
  const lines = [];
  if (graph.edges.some((edge) => edge.meaning === "calls")) lines.push({ text: "calls", mark: `<g class="edge calls"><path d="M0 11H12" marker-end="url(#tip)"/></g>` });
  const weighted = (share, y) => `<path d="M0 ${y}H18" stroke-width="${thickness(share)}"/>`;
  if (graph.edges.some((edge) => typeof edge.share === "number")) lines.push({ text: "by share: 10%, 80%", mark: `<g class="edge weighted">${weighted(0.1, 6)}${weighted(0.8, 14)}</g>` });
  if (graph.edges.some((edge) => edge.meaning === "runs")) lines.push({ text: "is run by", mark: line("runs") });
  if (has((part) => part.lines.some((each) => each.is_added))) lines.push({ text: "added by the injection", mark: '<text class="line added" x="5" y="15">+</text>' });
  if (has((part) => part.notes.length)) lines.push({ text: "findings", mark: '<g class="badge warning"><circle cx="9" cy="11" r="7"/><text x="9" y="14.5" text-anchor="middle">1</text></g>' });
  return [...kinds, ...lines];
}

/** The legend as SVG text, in rows that are not wider than a width. */
export function legend(graph, most) {
  let [x, y, width] = [12, 2, 0];
  let text = "";
  for (const item of items(graph)) {
    const wide = 24 + item.text.length * 6.3 + 16;
    if (x > 12 && x + wide > most) [x, y] = [12, y + ROW];
    text += `<g class="entry" transform="translate(${x} ${y})">${item.mark}<text class="label" x="24" y="15">${escaped(item.text)}</text></g>`;
    x += wide;
    width = Math.max(width, x);
  }
  return { width: Math.round(width), height: text ? y + ROW + 4 : 0, text: text && `<g class="legend">${text}</g>` };
}
