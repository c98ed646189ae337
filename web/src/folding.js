// Folds a graph: parts that belong together become one box, which can be opened. So a mesh of hundreds of parts can be
// seen as a whole.

/** The ways to fold, by name: what a group is called, and the group of each part, by the id of a part or by a name. */
export const WAYS = {
  gateway: { title: "Gateway and what is behind it", groups: byGateway },
  service: { title: "", groups: byService },
  file: { title: "File", groups: byFile },
};

const RUNNING = new Set(["task", "ecs"]);

/** The graph without task definitions and ECS services. */
export function withoutTasks(graph) {
  return within(graph, new Set(graph.parts.filter((part) => !RUNNING.has(part.kind)).map((part) => part.id)));
}

export function within(graph, kept) {
  return {
    ...graph,
    parts: graph.parts.filter((part) => kept.has(part.id)),
    edges: graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)),
  };
}

/** The graph with each group as one part. */
export const folded = (graph, way) => closed(graph, groupsOf(graph, way, "group"), way);

/** What is in a group, with the groups around it that call it or are called. isByService: whether that is folded, too. */
export function inside(graph, way, id, isByService) {
  const groups = groupsOf(graph, way, "group");
  const members = new Set(groups.find((group) => group.id === id)?.members ?? []);
  const near = new Set(graph.edges.filter((edge) => members.has(edge.source) !== members.has(edge.target)).flatMap((edge) => [edge.source, edge.target]));
  const others = groups.filter((group) => group.id !== id && group.members.some((member) => near.has(member)));
  const kept = within(graph, new Set([...members, ...others.flatMap((group) => group.members)]));
  const own = isByService ? groupsOf(within(graph, members), "service", "inner") : [];
  return closed(kept, [...others, ...own], way);
}

/** The groups of more than one part. One that is folded by service looks like that service. */
function groupsOf(graph, way, level) {
  const members = new Map();
  for (const [part, key] of WAYS[way].groups(graph)) members.set(key, [...(members.get(key) ?? []), part]);
  const heads = new Map(graph.parts.map((part) => [part.id, part]));
  return [...members]
    .filter(([, ids]) => ids.length > 1)
    .map(([key, ids]) => ({ id: `${level}-${way}-${key}`, kind: way === "service" ? heads.get(key).kind : "group", name: heads.get(key)?.name ?? key, members: ids }));
}

/** The graph with each of these groups as one part. */
function closed(graph, groups, way) {
  const home = new Map(groups.flatMap((group) => group.members.map((id) => [id, group.id])));
  const boxes = groups.map((group) => {
    const parts = graph.parts.filter((part) => home.get(part.id) === group.id);
    return { ...group, lines: counted(parts, group.id), sections: listed(parts, graph.titles), notes: parts.flatMap((part) => part.notes), raw: [] };
  });
  const edges = new Map();
  for (const edge of graph.edges) {
    const [source, target] = [home.get(edge.source) ?? edge.source, home.get(edge.target) ?? edge.target];
    const isWhole = source === edge.source && target === edge.target;
    const key = `${source} ${target} ${edge.meaning}`;
    if (isWhole) edges.set(key, edge);
    else if (source !== target && !edges.has(key)) edges.set(key, { source, target, meaning: edge.meaning, label: [], share: null });
  }
  return {
    ...graph,
    titles: { ...graph.titles, group: WAYS[way].title },
    parts: [...boxes, ...graph.parts.filter((part) => !home.has(part.id))],
    edges: [...edges.values()],
  };
}

const SHORT = { balancer: "balancer", gateway: "gateway", service: "service", router: "router", node: "node", endpoint: "endpoint", task: "task" };

/** How many parts of which kind there are, in lines that fit into a box. Of a service only what is not as usual: one
 * node, and one task. */
function counted(parts, id) {
  const isUsual = /^(group|inner)-service-/.test(id);
  const words = Object.entries(SHORT)
    .map(([kind, word]) => [parts.filter((part) => part.kind === kind).length, word])
    .filter(([number, word]) => (isUsual ? number > 1 || (word === "endpoint" && number) : number))
    .map(([number, word]) => `${number} ${word}${number > 1 ? "s" : ""}`);
  const lines = [];
  for (let n = 0; n < words.length; n += 2) lines.push({ text: words.slice(n, n + 2).join(", "), is_added: false });
  return lines;
}

function byKind(parts, titles) {
  return Object.entries(titles)
    .map(([kind, title]) => [title, parts.filter((part) => part.kind === kind)])
    .filter(([, found]) => found.length);
}

function listed(parts, titles) {
  return byKind(parts, titles).map(([title, found]) => ({
    title,
    columns: [],
    rows: found.map((part) => [{ text: part.name, target: part.id }]),
  }));
}

function byFile(graph) {
  return graph.parts.filter((part) => part.file).map((part) => [part.id, part.file.replace(/^.*[/\\]/, "")]);
}

/** To the gateway from which a request needs the fewest steps; a load balancer to the gateway that it calls. */
function byGateway(graph) {
  const gateways = graph.parts.filter((part) => part.kind === "gateway").map((part) => part.id);
  const home = nearest(graph, gateways, () => true);
  for (const edge of graph.edges) {
    const caller = graph.parts.find((part) => part.id === edge.source);
    if (!home.has(edge.source) && caller?.kind === "balancer" && home.has(edge.target)) home.set(edge.source, home.get(edge.target));
  }
  return graph.parts.map((part) => [part.id, home.has(part.id) ? home.get(part.id) : "behind no gateway"]);
}

/** A service with its router, the nodes that answer, and what runs them. A node without a service is a group, too. */
function byService(graph) {
  const kind = new Map(graph.parts.map((part) => [part.id, part.kind]));
  const ids = (...kinds) => graph.parts.filter((part) => kinds.includes(part.kind)).map((part) => part.id);
  const inside = (edge) => edge.meaning === "runs" || kind.get(edge.source) === "service" || kind.get(edge.source) === "router";
  const home = nearest(graph, ids("service"), inside);
  for (const [id, head] of nearest(graph, ids("node", "gateway").filter((id) => !home.has(id)), inside)) if (!home.has(id)) home.set(id, head);
  return [...home];
}

/** The nearest head of each part that can be reached from one, over the edges that count. */
function nearest(graph, heads, counts) {
  const next = new Map();
  for (const edge of graph.edges) if (counts(edge)) next.set(edge.source, [...(next.get(edge.source) ?? []), edge.target]);
  const home = new Map(heads.map((id) => [id, id]));
  // A Map's iteration takes in what is added on the way, so this goes from near to far.
  for (const [id, head] of home) for (const other of next.get(id) ?? []) if (!home.has(other)) home.set(other, head);
  return home;
}
