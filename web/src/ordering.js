// The targets of a router in the order of its routes. dagre takes that as a wish, and gives it up for fewer crossings; so
// each of its layers is put into order once more before places are given out.

/** Which target of a router stands before which. Never a circle, which could not be drawn. */
function wishes(graph) {
  const routers = new Set(graph.parts.filter((part) => part.kind === "router").map((part) => part.id));
  const after = new Map();
  const isAfter = (one, other) => one === other || (after.get(one) ?? []).some((next) => isAfter(next, other));
  const found = [];
  const last = new Map();
  for (const { source, target } of graph.edges) {
    if (!routers.has(source)) continue;
    const left = last.get(source);
    last.set(source, target);
    if (left === undefined || isAfter(target, left)) continue;
    after.set(left, [...(after.get(left) ?? []), target]);
    found.push({ left, right: target });
  }
  return found;
}

/** The items in their order, but each after all that it has to follow. */
function after(items, constraints) {
  const open = new Map(items.map((item) => [item, constraints.filter(({ left, right }) => right === item && items.includes(left)).map(({ left }) => left)]));
  const done = [];
  while (open.size) {
    const [next] = [...open].find(([, before]) => before.every((item) => !open.has(item)));
    open.delete(next);
    done.push(next);
  }
  return done;
}

/** What dagre calls to order the layers of its graph. */
export function ordering(graph) {
  const constraints = wishes(graph);
  return (board, order) => {
    order(board, { constraints });
    if (!constraints.length) return;
    const layers = new Map();
    for (const id of board.nodes()) {
      const { rank } = board.node(id);
      if (rank !== undefined) layers.set(rank, [...(layers.get(rank) ?? []), id]);
    }
    const constrained = new Set(constraints.flatMap(({ left, right }) => [left, right]));
    const place = (ids, slots) => ids.forEach((id, n) => (board.node(id).order = slots[n]));
    for (const layer of layers.values()) {
      const ids = layer.sort((one, other) => board.node(one).order - board.node(other).order);
      if (ids.some((id) => constrained.has(id))) place(after(ids, constraints), ids.map((id) => board.node(id).order));
      // The labels on the way to the targets, in the same order.
      const labels = new Map();
      for (const id of ids) {
        const { edgeObj } = board.node(id);
        if (edgeObj && constrained.has(edgeObj.w)) labels.set(edgeObj.v, [...(labels.get(edgeObj.v) ?? []), id]);
      }
      for (const found of labels.values()) {
        const slots = found.map((id) => board.node(id).order);
        place([...found].sort((one, other) => Number(board.node(one).edgeObj.name) - Number(board.node(other).edgeObj.name)), slots);
      }
    }
  };
}
