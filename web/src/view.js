// The drawing on the page: zoom, choosing, following calls, moving with the arrow keys.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { drawn } from "./draw.js";
import { suited } from "./layout.js";
import { MANY, around, callers, entrance, reached } from "./scope.js";

const READABLE = 0.75;
const LARGEST = 1.3;

export class View {
  constructor(graph, place, onChoose) {
    this.graph = graph;
    this.place = place;
    this.onChoose = onChoose;
    this.chosen = "";
    this.matching = null;
    this.isFocused = graph.parts.length > MANY;
    this.zoom = zoom().on("zoom", ({ transform }) => this.svg.querySelector(".view").setAttribute("transform", transform));
    this.draw(this.wanted);
    // A phone that is turned gets the layout that fits; the scale's limits follow the window.
    new ResizeObserver(() => this.resized()).observe(place);
  }

  get isHigh() {
    return this.place.clientWidth < this.place.clientHeight * 1.1;
  }

  /** What is small is laid out both ways; what is large takes seconds, so there the frame decides. */
  direction(graph) {
    if (graph.parts.length > MANY) return this.isHigh ? "TB" : "LR";
    return suited(graph, this.place.clientWidth, this.place.clientHeight);
  }

  /** Pixels for one unit of the drawing while nothing is zoomed. */
  get fit() {
    const { width, height } = this.svg.viewBox.baseVal;
    return Math.min(this.place.clientWidth / width, this.place.clientHeight / height) || 1;
  }

  /** What is to be drawn now: everything, or what matters of it. */
  get wanted() {
    if (!this.isFocused) return { key: "all", graph: () => this.graph };
    if (this.chosen) return { key: this.chosen, graph: () => around(this.graph, this.chosen) };
    return { key: "entrance", graph: () => entrance(this.graph) };
  }

  draw({ key, graph }) {
    this.drawnKey = key;
    this.drawnGraph = graph();
    this.drawnHigh = this.isHigh;
    this.drawnDirection = this.direction(this.drawnGraph);
    // XML, parsed as such: all text in it was escaped, and the page's policy runs no script but its own.
    const text = drawn(this.drawnGraph, { direction: this.drawnDirection });
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    this.svg = document.importNode(parsed, true);
    this.place.replaceChildren(this.svg);
    this.parts = new Map([...this.svg.querySelectorAll(".part")].map((part) => [part.dataset.id, part]));
    this.svg.addEventListener("click", (event) => this.onChoose(event.target.closest(".part")?.dataset.id ?? "", false));
    this.svg.addEventListener("keydown", (event) => this.pressed(event));
    select(this.svg).call(this.zoom).on("dblclick.zoom", null);
    this.limit();
    this.start();
  }

  resized() {
    if (this.isHigh !== this.drawnHigh) {
      this.draw(this.wanted);
      this.mark();
    } else this.limit();
  }

  limit() {
    this.zoom.scaleExtent([Math.min(1, LARGEST / this.fit), Math.max(1, 3 / this.fit)]);
  }

  whole() {
    const { width, height } = this.svg.viewBox.baseVal;
    const scale = Math.min(1, LARGEST / this.fit);
    const identity = zoomIdentity.translate((width * (1 - scale)) / 2, (height * (1 - scale)) / 2).scale(scale);
    select(this.svg).call(this.zoom.transform, identity);
  }

  /** Everything, if one can read it; else the beginning. */
  start() {
    this.whole();
    if (this.fit >= READABLE || !this.parts.size) return;
    const { width, height } = this.svg.viewBox.baseVal;
    const scale = READABLE / this.fit;
    const [first] = this.parts.values();
    const { e, f } = first.transform.baseVal.consolidate().matrix;
    const box = first.querySelector(".box").getBBox();
    const middle = (size, value) => size / 2 - value * scale;
    // The first part in the middle of one side. The drawing is centred, so its edge is not always the frame's.
    const edge = (size, frame) => Math.max(size - frame / this.fit, size * (1 - scale)) / 2;
    const isDown = this.drawnDirection === "TB";
    const x = isDown ? middle(width, e + box.width / 2) : edge(width, this.place.clientWidth);
    const y = isDown ? edge(height, this.place.clientHeight) : middle(height, f + box.height / 2);
    select(this.svg).call(this.zoom.transform, zoomIdentity.translate(x, y).scale(scale));
  }

  scale(factor) {
    select(this.svg).call(this.zoom.scaleBy, factor);
  }

  /** Brings a part to the middle, large enough to read; near: leaves the picture alone if it can be seen well. */
  show(id, { near = true } = {}) {
    const part = this.parts.get(id);
    if (!part) return;
    const [shape, frame] = [part.getBoundingClientRect(), this.place.getBoundingClientRect()];
    const scale = this.fit * this.svg.__zoom.k;
    const isInside =
      shape.left >= frame.left && shape.right <= frame.right && shape.top >= frame.top && shape.bottom <= frame.bottom;
    if (near && isInside && this.isWhole) return;
    if (scale < READABLE) select(this.svg).call(this.zoom.scaleTo, READABLE / this.fit);
    const { e, f } = part.transform.baseVal.consolidate().matrix;
    const { width, height } = part.querySelector(".box").getBBox();
    select(this.svg).call(this.zoom.translateTo, e + width / 2, f + height / 2);
  }

  focusOn(isFocused) {
    this.isFocused = isFocused;
    this.choose(this.chosen);
  }

  /** Follows the calls of a part; none: an empty id. */
  choose(id) {
    this.chosen = id;
    const wanted = this.wanted;
    const isNew = wanted.key !== this.drawnKey;
    if (isNew) this.draw(wanted);
    this.mark();
    if (id) this.show(id, { near: !isNew || this.isWhole });
  }

  get isWhole() {
    return this.fit * this.svg.__zoom.k >= READABLE * 0.6;
  }

  mark() {
    const id = this.chosen;
    const down = id ? reached(this.graph, callers(this.graph, id), "source", "target") : new Set();
    const up = id ? reached(this.graph, [id], "target", "source") : new Set();
    this.svg.classList.toggle("tracing", Boolean(id));
    for (const [key, part] of this.parts) {
      part.classList.toggle("chosen", key === id);
      part.classList.toggle("traced", down.has(key) || up.has(key));
      part.setAttribute("aria-pressed", String(key === id));
    }
    for (const edge of this.svg.querySelectorAll(".edge")) {
      const { source, target } = edge.dataset;
      edge.classList.toggle("down", down.has(source) && down.has(target));
      edge.classList.toggle("up", up.has(source) && up.has(target));
    }
    this.match(this.matching);
  }

  /** found: the ids that a search found; null: there is no search. */
  match(found) {
    this.matching = found;
    this.svg.classList.toggle("searching", found !== null);
    for (const [id, part] of this.parts) part.classList.toggle("matching", found !== null && found.has(id));
  }

  focus(id) {
    this.parts.get(id)?.focus({ preventScroll: true });
  }

  pressed(event) {
    const id = event.target.closest(".part")?.dataset.id;
    if (!id) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.onChoose(id, true);
    } else if (event.key.startsWith("Arrow")) {
      const next = this.neighbour(id, event.key);
      event.preventDefault();
      if (next) {
        this.focus(next);
        this.show(next);
      }
    }
  }

  /** The closest part in a direction; one that stands aside counts as further away. */
  neighbour(id, key) {
    const middle = (part) => {
      const { left, top, width, height } = part.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    };
    const [x, y] = middle(this.parts.get(id));
    const isLevel = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
    let [best, least] = [null, Infinity];
    for (const [other, part] of this.parts) {
      const [dx, dy] = middle(part).map((value, n) => value - [x, y][n]);
      const [along, aside] = isLevel ? [dx * sign, Math.abs(dy)] : [dy * sign, Math.abs(dx)];
      if (other !== id && along > 2 && along + 2.5 * aside < least) [best, least] = [other, along + 2.5 * aside];
    }
    return best;
  }
}
