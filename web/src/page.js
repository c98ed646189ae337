// The page: the graph out of the script element beside this one, and everything that one can do with it. The address's
// fragment says what is chosen, so links, the back button and bookmarks work.
import { drawn, worst } from "./draw.js";
import { legend } from "./legend.js";
import { about, breakable, element, overview } from "./panel.js";
import { paper } from "./print.js";
import { ways } from "./scope.js";
import { View } from "./view.js";

const graph = JSON.parse(document.getElementById("graph").textContent);
const parts = new Map(graph.parts.map((part) => [part.id, part]));
const texts = new Map(
  graph.parts.map((part) => {
    const facts = part.sections.filter((section) => !section.columns.length && section.rows[0].length === 2);
    const words = facts.flatMap((section) => section.rows.flat().map((cell) => cell.text ?? cell));
    const codes = part.notes.map((note) => note.code);
    return [part.id, [part.name, graph.titles[part.kind], ...part.lines.map((line) => line.text), ...words, ...codes].join("\n").toLowerCase()];
  }),
);

const KEYS = [
  ["/", "search"],
  ["Tab, arrows", "go from part to part"],
  ["Enter", "read about the part"],
  ["Esc", "back to the drawing, then to the overview"],
  ["+  -  0", "zoom in, zoom out, see everything"],
  ["g", "fold into groups, in the next way"],
  ["t", "hide or draw tasks and ECS services"],
  ["n", "draw only what is near the chosen part, or everything"],
  ["p", "close or open the panel"],
  ["d", "dark or light"],
  ["?", "these keys"],
];

const button = (text, label, action, className = "") =>
  element("button", { type: "button", title: label, "aria-label": label, onclick: action, className }, text);
const search = element("input", { type: "search", placeholder: "Search  /", "aria-label": "Search", autocomplete: "off", spellcheck: false });
const list = element("nav", { "aria-label": "Parts" });
const place = element("div", { className: "drawing" });
const said = element("p", { className: "said", role: "status" });
const key = element("div", { className: "key" });
const figure = element("figure", {}, said, place, key);
const panel = element("aside", { "aria-label": "Details", "aria-live": "polite" });
const help = element(
  "dialog",
  { "aria-label": "Keys" },
  element("h2", {}, "Keys"),
  element("table", {}, ...KEYS.map(([key, what]) => element("tr", {}, element("th", { scope: "row" }, key), element("td", {}, what)))),
  element("form", { method: "dialog" }, element("button", {}, "Close")),
);
const WAYS = { "": "not folded", service: "by service", gateway: "by gateway", file: "by file" };
const folds = ["", ...ways(graph)];
const folding = element(
  "select",
  { "aria-label": "Fold into groups (g)", title: "Fold into groups (g)", onchange: () => view.drawAs({ way: folding.value }) },
  ...folds.map((way) => element("option", { value: way }, way ? WAYS[way].replace("by", "By") : "Not folded")),
);
const tasking = button("Tasks", "Draw tasks and ECS services (t)", () => view.drawAs({ tasks: !(view.option?.tasks ?? true) }));
const nearing = button("Near", "Draw only what is near the chosen part (n)", () => view.near(!view.isNear));
const paneling = button("Panel", "Close or open the panel (p)", toggled, "wide");
const printed = element("div", { id: "printed" });

function isDark() {
  return (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
}

const turn = () => (document.documentElement.dataset.theme = isDark() ? "light" : "dark");
const chosen = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  return parts.get(id) ?? view.drawnGraph.parts.find((part) => part.id === id);
};

document.body.append(
  element(
    "header",
    {},
    element("h1", {}, graph.title),
    search,
    element(
      "div",
      { className: "tools", role: "toolbar", "aria-label": "View" },
      folding,
      tasking,
      nearing,
      button("−", "Zoom out (-)", () => view.scale(1 / 1.4), "wide"),
      button("Fit", "See everything (0)", () => view.fitted()),
      button("+", "Zoom in (+)", () => view.scale(1.4), "wide"),
      paneling,
      button("SVG", "Save this drawing as SVG", saved),
      button("◐", "Dark or light (d)", turn),
      button("?", "Keys (?)", () => help.showModal()),
    ),
  ),
  element("main", {}, list, figure, panel),
  printed,
  help,
);

let byKeyboard = false;
const view = new View(graph, place, (id, isKey) => {
  byKeyboard = isKey;
  if (location.hash.slice(1) === id) shown();
  else location.hash = id;
}, changed);

/** Says what is drawn where that is not everything, and what to fold where it cannot be read. */
function changed() {
  // The first drawing is made while the view is.
  queueMicrotask(() => {
    folding.value = view.option?.way ?? "";
    tasking.setAttribute("aria-pressed", String(view.option?.tasks ?? true));
    nearing.setAttribute("aria-pressed", String(view.isNear));
    said.replaceChildren(...saying());
    said.hidden = !said.childNodes.length;
    const { width, height, text } = legend(view.drawnGraph, place.clientWidth);
    const markup = `<svg xmlns="http://www.w3.org/2000/svg" class="mesh" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Legend">${text}</svg>`;
    key.replaceChildren(document.importNode(new DOMParser().parseFromString(markup, "image/svg+xml").documentElement, true));
  });
}

const small = (text, action) => element("button", { type: "button", className: "small", onclick: action }, text);

/** What else can be folded or hidden, as buttons. */
function folders() {
  const way = view.option?.way ?? "";
  const tasks = view.drawnGraph.parts.some((part) => part.kind === "task" || part.kind === "ecs");
  const others = view.opened ? [] : folds.filter((each) => each && each !== way).map((each) => small(`Fold ${WAYS[each]}`, () => view.drawAs({ way: each })));
  const isOpen = !document.body.classList.contains("closed") && innerWidth > 720;
  return [...(isOpen ? [small("Close the panel", toggled)] : []), ...(tasks ? [small("Hide tasks", () => view.drawAs({ tasks: false }))] : []), ...others];
}

function saying() {
  const [drawn, all] = [view.drawnGraph.parts.length, graph.parts.length];
  const what = view.drawnWhat;
  const { way, tasks } = view.option ?? { way: "", tasks: true };
  if (what === "found") return ["What was found, with those who call it."];
  if (what === "near") return [`${drawn} of ${all} parts: what is near the chosen one. `, small("Everything", () => everything())];
  if (what === "entrance") return [`${drawn} of ${all} parts: where requests come in. All of them are too small to read here: `, ...folders(), " search, or choose a part."];
  const back = what === "inside" ? [`Inside ${view.openedName}. `, small("Back to all groups", () => view.open(""))] : [];
  if (!view.isLegible) return [...back, "Too small to read. ", ...folders(), " or choose a part."];
  if (back.length) return back;
  if (way) return [`Folded ${WAYS[way]}${tasks ? "" : ", without tasks"}. Choose a group to see what is in it; a double click draws that.`];
  return tasks ? [] : ["Without tasks and ECS services."];
}

function everything() {
  view.isNear = false;
  location.hash = "";
  shown();
}

function toggled() {
  const isClosed = document.body.classList.toggle("closed");
  paneling.setAttribute("aria-pressed", String(!isClosed));
}

/** Saves the drawing, in light colours and with its legend, as an SVG file. */
function saved() {
  const style = document.getElementById("drawing-style").textContent;
  const text = drawn(view.drawnGraph, { direction: view.direction, style });
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const name = graph.title.replace(/\.[a-z]+$/i, "").replace(/[^\w.-]+/g, "-") || "mesh";
  element("a", { href: url, download: `${name}.svg` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function shown() {
  const part = chosen();
  const hadFocus = panel.contains(document.activeElement);
  view.choose(part?.id ?? "");
  panel.replaceChildren(...(part ? [closing(), ...about(part, view.drawnGraph, opening(part))] : overview(graph)));
  panel.scrollTop = 0;
  for (const item of list.querySelectorAll("a")) item.toggleAttribute("aria-current", item.hash === location.hash && Boolean(part));
  if (part && (byKeyboard || hadFocus)) panel.querySelector("h2").focus({ preventScroll: true });
  byKeyboard = false;
}

function opening(group) {
  return group.id.startsWith("group-") ? [element("p", {}, small("Draw what is in it", () => view.open(group.id)))] : [];
}

function closing() {
  return button("×", "Close (Esc)", () => (location.hash = ""), "close");
}

function listed(found) {
  const groups = Object.entries(graph.titles).map(([kind, title]) => {
    const members = graph.parts.filter((part) => part.kind === kind && (!found || found.has(part.id)));
    members.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
    const items = members.map((part) => element("li", {}, element("a", { href: `#${part.id}`, className: worst(part) }, ...(part.name.length > 22 ? breakable(part.name) : [part.name]))));
    return items.length ? [element("h2", { className: `kind ${kind}` }, `${title} (${items.length})`), element("ul", {}, ...items)] : [];
  });
  list.replaceChildren(...(groups.flat().length ? groups.flat() : [element("p", { className: "hint" }, "Nothing found")]));
}

function searched() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? new Set(graph.parts.filter((part) => words.every((word) => texts.get(part.id).includes(word))).map((part) => part.id)) : null;
  document.body.classList.toggle("searching", found !== null);
  listed(found);
  view.match(found);
}

function escape() {
  const part = chosen();
  if (document.activeElement === search) {
    search.value = "";
    searched();
    search.blur();
  } else if (part && panel.contains(document.activeElement)) view.focus(part.id);
  else if (part) location.hash = "";
}

const ACTIONS = {
  "/": () => search.focus(),
  "+": () => view.scale(1.4),
  "=": () => view.scale(1.4),
  "-": () => view.scale(1 / 1.4),
  0: () => view.fitted(),
  d: turn,
  g: () => view.drawAs({ way: folds[(folds.indexOf(folding.value) + 1) % folds.length] }),
  t: () => tasking.click(),
  n: () => nearing.click(),
  p: toggled,
  "?": () => help.showModal(),
  Escape: escape,
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target === search && event.key !== "Escape";
  if (isTyping || help.open || event.ctrlKey || event.metaKey || event.altKey || !ACTIONS[event.key]) return;
  event.preventDefault();
  ACTIONS[event.key]();
});
search.addEventListener("input", searched);
search.addEventListener("keydown", (event) => {
  const first = list.querySelector("a");
  if (event.key !== "Enter" || !first) return;
  byKeyboard = true;
  if (location.hash === first.hash) shown();
  else location.hash = first.hash;
});
addEventListener("hashchange", shown);
// On paper there is nothing to click, so everything is written out under the drawing.
addEventListener("beforeprint", () => printed.replaceChildren(...paper(graph)));
addEventListener("afterprint", () => printed.replaceChildren());

paneling.setAttribute("aria-pressed", "true");
listed(null);
shown();
