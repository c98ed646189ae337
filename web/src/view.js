// The drawing on the page: what of the graph is drawn, zoom, choosing, following calls, moving with the arrow keys.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { drawn } from "./draw.js";
import { suited } from "./layout.js";
import { MANY, around, callers, entrance, insideOf, reached, readable, shownOf, withCallers } from "./scope.js";

/** Pixels for one unit of the drawing, below which names cannot be read: 14 units are a name's height. */
const LEGIBLE = 0.64;
const COMFORTABLE = 0.75;
const LARGEST = 1.3;
const NARROW = 720;

export class View {
  /** onChange: is called after each drawing. */
  constructor(graph, place, onChoose, onChange) {
    this.graph = graph;
    this.place = place;
    this.onChoose = onChoose;
    this.onChange = onChange;
    this.chosen = "";
    this.matching = null;
    this.isNear = false;
    this.opened = "";
    this.isMoved = false;
    this.zoom = zoom().on("zoom", ({ transform, sourceEvent }) => {
      this.svg.querySelector(".view").setAttribute("transform", transform);
      if (sourceEvent) this.isMoved = true;
    });
    this.isReadable = (found) => found.parts.length <= MANY && this.scaleOf(found) >= LEGIBLE;
    this.option = readable(graph, this.isReadable);
    this.isOwnOption = false;
    this.draw(this.wanted);
    // A phone that is turned and a panel that is closed get the layout that fits.
    new ResizeObserver(() => this.resized()).observe(place);
  }

  get frame() {
    return [this.place.clientWidth, this.place.clientHeight];
  }

  /** The frame as it is with a legend and a message. What is decided by it does not change with their height. */
  get room() {
    const { clientWidth: wide, clientHeight: high } = this.place.parentElement;
    return [wide, high - (wide < NARROW ? 150 : 90)];
  }

  /** Pixels for one unit if the graph fills the frame. */
  scaleOf(graph) {
    return suited(graph, ...this.room, LEGIBLE).scale;
  }

  /** What is small is laid out both ways; what is large takes seconds, so there the frame decides. */
  layout(graph) {
    if (graph.parts.length <= MANY) return suited(graph, ...this.frame, LEGIBLE);
    return { direction: this.frame[0] < this.frame[1] * 1.1 ? "TB" : "LR" };
  }

  /** Pixels for one unit of the drawing while nothing is zoomed. */
  get fit() {
    const { width, height } = this.svg.viewBox.baseVal;
    return Math.min(this.frame[0] / width, this.frame[1] / height) || 1;
  }

  /** The whole, as it is folded, or the group that was opened; null if nothing can be read, and nobody asked for it. */
  get whole() {
    if (this.opened) return insideOf(this.graph, this.option, this.opened, this.isReadable);
    return this.option && shownOf(this.graph, this.option);
  }

  /** What is to be drawn now. key: differs if the drawing does. */
  get wanted() {
    const whole = this.whole;
    const isIn = (id) => whole?.parts.some((part) => part.id === id);
    const { way, tasks } = this.option ?? { way: "?", tasks: true };
    const found = this.matching;
    if (found?.size && found.size <= 20 && ![...found].every(isIn)) {
      return { key: `found ${[...found].join()}`, what: "found", graph: () => withCallers(this.graph, found, this.isReadable) };
    }
    const isKnown = this.graph.parts.some((part) => part.id === this.chosen);
    if (isKnown && (this.isNear || !isIn(this.chosen))) {
      return { key: `near ${this.chosen}`, what: "near", graph: () => around(this.graph, this.chosen, this.isReadable) };
    }
    if (whole) return { key: `whole ${way} ${tasks} ${this.opened}`, what: this.opened ? "inside" : "whole", graph: () => whole };
    return { key: "entrance", what: "entrance", graph: () => entrance(this.graph, this.isReadable) };
  }

  draw({ key, what, graph }) {
    this.drawnKey = key;
    this.drawnWhat = what;
    this.drawnGraph = graph();
    this.drawnFrame = this.frame;
    this.drawnRoom = this.room.join();
    const { direction, layout } = this.layout(this.drawnGraph);
    this.direction = direction;
    // XML, parsed as such: all text in it was escaped, and the page's policy runs no script but its own.
    const text = drawn(this.drawnGraph, { direction, layout });
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    this.svg = document.importNode(parsed, true);
    this.place.replaceChildren(this.svg);
    this.parts = new Map([...this.svg.querySelectorAll(".part")].map((part) => [part.dataset.id, part]));
    this.svg.addEventListener("click", (event) => this.onChoose(event.target.closest(".part")?.dataset.id ?? "", false));
    this.svg.addEventListener("dblclick", (event) => {
      const group = event.target.closest(".part.folded")?.dataset.id;
      if (group?.startsWith("group-")) this.open(group);
    });
    this.svg.addEventListener("keydown", (event) => this.pressed(event));
    select(this.svg).call(this.zoom).on("dblclick.zoom", null);
    this.limit();
    this.showWhole();
    this.mark();
    this.onChange();
  }

  redraw() {
    const wanted = this.wanted;
    if (wanted.key !== this.drawnKey) this.draw(wanted);
    else this.mark();
  }

  /** Whether the names in the whole drawing can be read. */
  get isLegible() {
    return this.fit >= LEGIBLE || !this.parts.size;
  }

  resized() {
    const [wide, high] = this.frame;
    if (!wide || !high || (Math.abs(wide - this.drawnFrame[0]) < 2 && Math.abs(high - this.drawnFrame[1]) < 2)) return;
    if (this.isMoved) {
      this.limit();
      this.onChange();
      return;
    }
    if (!this.isOwnOption && this.room.join() !== this.drawnRoom) this.option = readable(this.graph, this.isReadable);
    this.draw(this.wanted);
  }

  limit() {
    this.zoom.scaleExtent([Math.min(1, LARGEST / this.fit), Math.max(1, 3 / this.fit)]);
  }

  showWhole() {
    const { width, height } = this.svg.viewBox.baseVal;
    const scale = Math.min(1, LARGEST / this.fit);
    const identity = zoomIdentity.translate((width * (1 - scale)) / 2, (height * (1 - scale)) / 2).scale(scale);
    select(this.svg).call(this.zoom.transform, identity);
    this.isMoved = false;
  }

  /** Everything again: as it is folded now, or as much as one can read if nobody chose. */
  fitted() {
    if (!this.isOwnOption) this.option = readable(this.graph, this.isReadable);
    this.draw(this.wanted);
  }

  scale(factor) {
    select(this.svg).call(this.zoom.scaleBy, factor);
    this.isMoved = true;
  }

  /** Brings a part to the middle, large enough to read; leaves the picture alone if it can be seen well. */
  show(id) {
    const part = this.parts.get(id);
    if (!part) return;
    const [shape, frame] = [part.getBoundingClientRect(), this.place.getBoundingClientRect()];
    const isInside =
      shape.left >= frame.left && shape.right <= frame.right && shape.top >= frame.top && shape.bottom <= frame.bottom;
    const scale = this.fit * this.svg.__zoom.k;
    if (isInside && scale >= LEGIBLE * 0.85) return;
    if (scale < COMFORTABLE) select(this.svg).call(this.zoom.scaleTo, COMFORTABLE / this.fit);
    const { e, f } = part.transform.baseVal.consolidate().matrix;
    const { width, height } = part.querySelector(".box").getBBox();
    select(this.svg).call(this.zoom.translateTo, e + width / 2, f + height / 2);
    this.isMoved = true;
  }

  /** way: to fold, or "". tasks: whether they are drawn. */
  drawAs(option) {
    this.option = { ...(this.option ?? { way: "", tasks: true }), ...option };
    this.isOwnOption = true;
    if ("way" in option) this.opened = "";
    this.isNear = false;
    this.redraw();
  }

  /** Draws what is in a group; in none: everything. */
  open(id) {
    this.openedName = this.drawnGraph.parts.find((part) => part.id === id)?.name;
    this.opened = id;
    this.isOwnOption = true;
    this.redraw();
  }

  near(isNear) {
    this.isNear = isNear;
    this.choose(this.chosen);
  }

  /** Follows the calls of a part; none: an empty id. */
  choose(id) {
    this.chosen = id;
    this.redraw();
    if (id) this.show(id);
  }

  mark() {
    const graph = this.parts.has(this.chosen) ? this.drawnGraph : this.graph;
    const found = this.matching;
    const id = found ? "" : this.chosen;
    const down = id ? reached(graph, callers(graph, id), "source", "target") : new Set();
    const up = id ? reached(graph, [id], "target", "source") : found ? reached(this.drawnGraph, found, "target", "source") : new Set();
    this.svg.classList.toggle("tracing", Boolean(id));
    this.svg.classList.toggle("searching", found !== null);
    // A group is found if a member is.
    const members = new Map(this.drawnGraph.parts.map((part) => [part.id, part.members ?? [part.id]]));
    for (const [key, part] of this.parts) {
      part.classList.toggle("chosen", key === this.chosen);
      part.classList.toggle("matching", found !== null && members.get(key).some((member) => found.has(member)));
      part.classList.toggle("traced", down.has(key) || up.has(key));
      part.setAttribute("aria-pressed", String(key === this.chosen));
    }
    for (const edge of this.svg.querySelectorAll(".edge")) {
      const { source, target } = edge.dataset;
      edge.classList.toggle("down", down.has(source) && down.has(target));
      edge.classList.toggle("up", up.has(source) && up.has(target));
    }
  }

  /** found: the ids that a search found; null: there is no search. What was found is drawn with its callers. */
  match(found) {
    this.matching = found;
    this.redraw();
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
