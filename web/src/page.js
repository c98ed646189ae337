// The page: the graph out of the script element beside this one, and everything that one can do with it. The address's
// fragment says what is chosen, so links, the back button and bookmarks work.
import { worst } from "./draw.js";
import { about, element, overview } from "./panel.js";
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
  ["f", "draw only what is near the chosen part, or everything"],
  ["d", "dark or light"],
  ["?", "these keys"],
];

const button = (text, label, action, className = "") =>
  element("button", { type: "button", title: label, "aria-label": label, onclick: action, className }, text);
const search = element("input", { type: "search", placeholder: "Search  /", "aria-label": "Search", autocomplete: "off", spellcheck: false });
const list = element("nav", { "aria-label": "Parts" });
const figure = element("figure", {});
const panel = element("aside", { "aria-label": "Details", "aria-live": "polite" });
const help = element(
  "dialog",
  { "aria-label": "Keys" },
  element("h2", {}, "Keys"),
  element("table", {}, ...KEYS.map(([key, what]) => element("tr", {}, element("th", { scope: "row" }, key), element("td", {}, what)))),
  element("form", { method: "dialog" }, element("button", {}, "Close")),
);
const focusing = button("Focus", "Draw only what is near the chosen part (f)", () => focused(!view.isFocused));
const printed = element("div", { id: "printed" });

function isDark() {
  return (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
}

const turn = () => (document.documentElement.dataset.theme = isDark() ? "light" : "dark");
const chosen = () => parts.get(decodeURIComponent(location.hash.slice(1)));

document.body.append(
  element(
    "header",
    {},
    element("h1", {}, graph.title),
    search,
    element(
      "div",
      { className: "tools", role: "toolbar", "aria-label": "View" },
      focusing,
      button("−", "Zoom out (-)", () => view.scale(1 / 1.4), "pinched"),
      button("Fit", "See everything (0)", () => view.whole()),
      button("+", "Zoom in (+)", () => view.scale(1.4), "pinched"),
      button("◐", "Dark or light (d)", turn),
      button("?", "Keys (?)", () => help.showModal()),
    ),
  ),
  element("main", {}, list, figure, panel),
  printed,
  help,
);

let byKeyboard = false;
const view = new View(graph, figure, (id, isKey) => {
  byKeyboard = isKey;
  if (location.hash.slice(1) === id) shown();
  else location.hash = id;
});

function focused(isFocused) {
  focusing.setAttribute("aria-pressed", String(isFocused));
  view.focusOn(isFocused);
}

function shown() {
  const part = chosen();
  const hadFocus = panel.contains(document.activeElement);
  panel.replaceChildren(...(part ? [closing(), ...about(part, graph)] : overview(graph, view.isFocused)));
  panel.scrollTop = 0;
  view.choose(part?.id ?? "");
  for (const item of list.querySelectorAll("a")) item.toggleAttribute("aria-current", item.hash === location.hash && Boolean(part));
  if (part && (byKeyboard || hadFocus)) panel.querySelector("h2").focus({ preventScroll: true });
  byKeyboard = false;
}

function closing() {
  return button("×", "Close (Esc)", () => (location.hash = ""), "close");
}

function listed(found) {
  const groups = Object.entries(graph.titles).map(([kind, title]) => {
    const members = graph.parts.filter((part) => part.kind === kind && (!found || found.has(part.id)));
    members.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
    const items = members.map((part) => element("li", {}, element("a", { href: `#${part.id}`, className: worst(part) }, part.name)));
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
  0: () => view.whole(),
  d: turn,
  f: () => focused(!view.isFocused),
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
addEventListener("beforeprint", () => printed.replaceChildren(...overview(graph), ...graph.parts.map((part) => element("article", {}, ...about(part, graph)))));
addEventListener("afterprint", () => printed.replaceChildren());

focusing.setAttribute("aria-pressed", String(view.isFocused));
listed(null);
shown();
