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
export const breakable = (text) => text.split(/(?<=[/._:,-])/).flatMap((piece, n) => (n ? [element("wbr"), piece] : [piece]));

function cellOf(cell) {
  if (typeof cell === "string") return breakable(cell);
  return [element("a", { href: `#${cell.target}` }, ...breakable(cell.text))];
}

export function table(section) {
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

/** So many findings of one code are shown at once. */
const MOST = 2;

/** The lines of the file around a finding. */
function excerptOf(excerpt) {
  const lines = excerpt.lines.map((text, n) => {
    const isMarked = excerpt.first + n === excerpt.marked;
    return element(isMarked ? "mark" : "span", {}, `${String(excerpt.first + n).padStart(4)}  ${text}\n`);
  });
  return element("pre", { className: "excerpt", tabIndex: 0 }, ...lines);
}

/** part: that the findings lead to; none if they stand at it. */
function noteOf(note, part) {
  return element(
    "li",
    { className: note.severity },
    element("strong", {}, `${note.severity} ${note.code}`),
    ...(part ? [" ", element("a", { href: `#${part.id}` }, part.name)] : []),
    ` ${note.message} `,
    element("span", { className: "where" }, ...breakable(note.where)),
    ...(note.excerpt && !part ? [excerptOf(note.excerpt)] : []),
  );
}

/** notes: with the part that each leads to, if it does not stand there. Those of one code that are many are folded. */
export function notesOf(notes) {
  const codes = new Map();
  for (const [note, part] of notes) codes.set(note.code, [...(codes.get(note.code) ?? []), noteOf(note, part)]);
  const items = [...codes.values()].flatMap((found) => (found.length <= MOST + 1 ? found : [...found.slice(0, MOST), rest(found.slice(MOST))]));
  return items.length ? [element("section", { className: "notes" }, element("h3", {}, "Findings"), element("ul", {}, ...items))] : [];
}

/** Copies a text, also from a page that was opened as a file, where the clipboard's own interface may be missing. */
async function copied(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(shown);
    document.execCommand("copy");
  }
}

/** A configuration as text, with a button that copies it. */
function rawOf(raw) {
  const text = JSON.stringify(raw.content, null, 2);
  const shown = element("pre", { className: "raw", tabIndex: 0 }, text);
  const details = element("details", {}, element("summary", {}, "Show as JSON"), shown);
  const copy = element("button", { type: "button", className: "copy" }, "Copy");
  copy.onclick = async () => {
    details.open = true;
    await copied(text, shown);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  };
  return element("section", { className: "raws" }, element("h3", {}, raw.title, " ", copy), details);
}

function rest(items) {
  const text = `${items.length} more like these`;
  return element("li", { className: "rest" }, element("details", {}, element("summary", {}, text), element("ul", {}, ...items)));
}

/** Everything about one part. */
export function about(part, graph, actions = []) {
  const head = element("h2", { tabIndex: -1 }, element("span", { className: `kind ${part.kind}` }, graph.titles[part.kind]), part.name);
  return [head, ...actions, ...notesOf(part.notes.map((note) => [note])), ...part.sections.map(sectionOf), ...part.raw.map(rawOf)];
}

/** What is shown while no part is chosen. */
export function overview(graph) {
  const counts = Object.entries(graph.titles)
    .map(([kind, title]) => [title, String(graph.parts.filter((part) => part.kind === kind).length)])
    .filter(([, number]) => number !== "0");
  const found = [...graph.notes.map((note) => [note]), ...graph.parts.flatMap((part) => part.notes.map((note) => [note, part]))];
  const sections = [{ title: "", columns: [], rows: counts }, ...graph.sections];
  return [
    element("h2", { tabIndex: -1 }, element("span", { className: "kind" }, "Mesh"), graph.title),
    element("p", { className: "hint" }, "Choose a part to see its routes, who calls it, and what its Envoy gets."),
    ...notesOf(found),
    ...sections.filter((section) => section.rows.length).map(sectionOf),
  ];
}
