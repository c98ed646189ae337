// What stands beside the drawing, as elements: nothing out of a template is ever parsed as HTML.

/** An element with properties and children; texts become text. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** The text, with places where a long name may go on in the next line. */
const breakable = (text) => text.split(/(?<=[/._:,-])/).flatMap((piece, n) => (n ? [element("wbr"), piece] : [piece]));

function cellOf(cell) {
  if (typeof cell === "string") return breakable(cell);
  return [element("a", { href: `#${cell.target}` }, ...breakable(cell.text))];
}

function table(section) {
  const head = section.columns.length
    ? [element("thead", {}, element("tr", {}, ...section.columns.map((text) => element("th", { scope: "col" }, text))))]
    : [];
  const isFacts = !section.columns.length && section.rows[0].length === 2;
  const rows = section.rows.map((row) =>
    element(
      "tr",
      {},
      ...row.map((cell, n) => element(isFacts && n === 0 ? "th" : "td", isFacts && n === 0 ? { scope: "row" } : {}, ...cellOf(cell))),
    ),
  );
  return element("div", { className: "table", tabIndex: 0 }, element("table", {}, ...head, element("tbody", {}, ...rows)));
}

function sectionOf(section) {
  return element("section", {}, ...(section.title ? [element("h3", {}, section.title)] : []), table(section));
}

function notesOf(notes) {
  const items = notes.map((note) =>
    element(
      "li",
      { className: note.severity },
      element("strong", {}, `${note.severity} ${note.code}`),
      ` ${note.message} `,
      element("span", { className: "where" }, note.where),
    ),
  );
  return notes.length ? [element("section", { className: "notes" }, element("h3", {}, "Findings"), element("ul", {}, ...items))] : [];
}

/** Everything about one part. */
export function about(part, graph) {
  const head = element("h2", { tabIndex: -1 }, element("span", { className: `kind ${part.kind}` }, graph.titles[part.kind]), part.name);
  return [head, ...notesOf(part.notes), ...part.sections.map(sectionOf)];
}

const PART_ONLY = "The drawing begins where requests come in, and follows the part that you choose. Focus (f) off: all of it.";

/** What is shown while no part is chosen. */
export function overview(graph, isPart = false) {
  const counts = Object.entries(graph.titles)
    .map(([kind, title]) => [title, String(graph.parts.filter((part) => part.kind === kind).length)])
    .filter(([, number]) => number !== "0");
  const found = graph.parts.flatMap((part) => part.notes.map((note) => [{ text: part.name, target: part.id }, `${note.severity} ${note.code}`]));
  const sections = [{ title: "", columns: [], rows: counts }, ...graph.sections];
  if (found.length) sections.push({ title: "Parts with findings", columns: ["Part", "Finding"], rows: found });
  return [
    element("h2", { tabIndex: -1 }, element("span", { className: "kind" }, "Mesh"), graph.title),
    element("p", { className: "hint" }, "Choose a part to see its routes, who calls it, and what its Envoy gets."),
    ...(isPart ? [element("p", { className: "hint" }, PART_ONLY)] : []),
    ...notesOf(graph.notes),
    ...sections.filter((section) => section.rows.length).map(sectionOf),
  ];
}
