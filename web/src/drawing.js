// What Python runs for --output-format svg, in an engine that has the language and nothing of a browser.
import { drawn } from "./draw.js";

// dagre copies plain values with it.
globalThis.structuredClone ??= (value) => {
  if (Array.isArray(value)) return value.map(structuredClone);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredClone(item)]));
};

globalThis.drawing = (data, style) => drawn(JSON.parse(data), { style });
