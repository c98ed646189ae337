// What stands on paper under the drawing: one table for each kind of part, with one row for each part, and what repeats
// only once. A page has no room for more, and what all parts have in common needs no column.
import { element, notesOf, table } from "./panel.js";

const text = (cell) => cell.text ?? cell;
const isFacts = (section) => !section.columns.length && section.rows[0]?.length === 2;
const isList = (section) => !section.columns.length && section.rows[0]?.length === 1;
const ENVOY = "Envoy: ";

/** The cells of a part's row, by the name of their column. */
function cells(part) {
  const found = new Map();
  const add = (name, value) => found.set(name, [...new Set([...(found.get(name) ?? []), value])]);
  for (const section of part.sections) {
    if (isFacts(section)) for (const [name, value] of section.rows) add(text(name), text(value));
    else if (isList(section)) for (const [value] of section.rows) add(section.title, text(value));
    else if (section.title === "May call") for (const [service] of section.rows) add(section.title, text(service));
    else if (section.title === "Containers") for (const row of section.rows) add(section.title, row.slice(0, 2).map(text).filter(Boolean).join(" "));
  }
  return found;
}

/** One table for all parts of a kind. */
function ofKind(kind, graph) {
  const parts = graph.parts.filter((part) => part.kind === kind);
  const rows = parts.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true })).map((part) => [part, cells(part)]);
  if (!rows.length) return [];
  const names = [...new Set(rows.flatMap(([, found]) => [...found.keys()]))];
  const value = (found, name) => (found.get(name) ?? []).join(", ");
  const isCommon = (name) => rows.length > 1 && new Set(rows.map(([, found]) => value(found, name))).size === 1;
  const same = names.filter(isCommon);
  const columns = names.filter((name) => !isCommon(name) && rows.some(([part, found]) => value(found, name) !== (name === "Logical ID" ? part.name : "")));
  const common = same.map((name) => `${name}: ${value(rows[0][1], name)}`).join(" · ");
  return [
    element("h3", {}, `${graph.titles[kind]} (${rows.length})`, ...(common ? [element("span", { className: "where" }, ` ${common}`)] : [])),
    table({ columns: ["Name", ...columns], rows: rows.map(([part, found]) => [part.name, ...columns.map((name) => value(found, name))]) }),
  ];
}

/** A table with the rows of all parts that have such a section; rows that several parts have stand there once. */
function merged(title, graph, kinds) {
  const parts = graph.parts.filter((part) => kinds.includes(part.kind)).flatMap((part) => part.sections.filter((each) => each.title === title).map((section) => [part, section]));
  if (!parts.length) return [];
  const columns = [...new Set(parts.flatMap(([, section]) => section.columns))];
  const found = new Map();
  for (const [part, section] of parts) {
    for (const row of section.rows) {
      const cells = columns.map((name) => text(row[section.columns.indexOf(name)] ?? ""));
      const key = JSON.stringify(cells);
      found.set(key, { cells, names: [...(found.get(key)?.names ?? []), part.name] });
    }
  }
  const who = (names) => (names.length === parts.length && names.length > 1 ? `all ${names.length}` : names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", "));
  const rows = [...found.values()].map(({ cells, names }) => [who(names), ...cells]);
  return [element("h3", {}, title), table({ columns: ["Of", ...columns], rows })];
}

/** Everything about all parts, as elements. */
export function paper(graph) {
  const kinds = Object.keys(graph.titles);
  const notes = graph.parts.flatMap((part) => part.notes);
  const envoys = [...new Set(graph.parts.flatMap((part) => part.sections.map((section) => section.title)))].filter((title) => title.startsWith(ENVOY));
  const mesh = graph.sections.filter((section) => section.columns.length).flatMap((section) => [element("h3", {}, section.title), table(section)]);
  return [
    ...notesOf([...graph.notes, ...notes].map((note) => [{ ...note, excerpt: null }])),
    ...mesh,
    ...kinds.flatMap((kind) => ofKind(kind, graph)),
    ...merged("Routes", graph, ["router"]),
    ...merged("Gateway routes", graph, ["gateway"]),
    ...merged("Sends", graph, ["balancer"]),
    ...envoys.flatMap((title) => merged(title, graph, ["task"])),
  ];
}
