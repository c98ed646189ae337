"""Splits a configuration of Envoy into what reviewers know by name: routes, clusters, listeners, and the rest."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn.document import Json
from appmesh_inject.diff.configuration_words import cluster_words, match_words, names_of_clusters, target_words

ROUTE, CLUSTER, LISTENER, HOST, REST = "route", "cluster", "listener", "host", "the rest"

Key: TypeAlias = tuple[str, ...]


class ConfigurationPart(NamedTuple):
    """name: for reviewers. summary: what it does, in a few words. value: what else is configured there."""

    kind: str
    name: str
    summary: str
    value: Json


def configuration_parts(config: Mapping[str, Json]) -> dict[Key, ConfigurationPart]:
    """The parts of a configuration by what identifies them, in its order. All scalars of `config` are text, or values
    that CloudFormation fills in."""
    resources = _map(config.get("static_resources"))
    listeners, clusters = _maps(resources.get("listeners")), _maps(resources.get("clusters"))
    names = names_of_clusters(config, [str(cluster.get("name")) for cluster in clusters])
    chains = [(str(each.get("name")), chain) for each in listeners for chain in _maps(each.get("filter_chains"))]
    routes = dict(_routes(chains, names))
    parts: dict[Key, ConfigurationPart] = _with_ports_where_needed(routes)
    for cluster in clusters:
        name = str(cluster.get("name"))
        value = _without(cluster, ("name", "type", "address", "cluster_name"))
        parts[CLUSTER, name] = ConfigurationPart(CLUSTER, names.get(name, name), cluster_words(cluster), value)
    for where, chain in chains:
        name = str(chain.get("name", where))
        value = _without(chain, ("name", "virtual_hosts", "cluster", "clusters"))
        parts[LISTENER, where, name] = ConfigurationPart(LISTENER, name, target_words(_action(chain), names), value)
        for host in _hosts(chain):
            own = str(host.get("name"))
            parts[HOST, where, name, own] = ConfigurationPart(HOST, own, "", _without(host, ("name", "routes")))
    bare = {**resources, "clusters": [], "listeners": [_without(each, ("filter_chains",)) for each in listeners]}
    parts[(REST,)] = ConfigurationPart(REST, "", "", {**config, "static_resources": bare})
    return parts


def route_orders(parts: Iterable[Key]) -> dict[Key, list[Key]]:
    """The keys of the routes of each virtual host, in the order in which Envoy tries them."""
    orders: dict[Key, list[Key]] = {}
    for key in parts:
        if key[0] == ROUTE:
            orders.setdefault(key[1:4], []).append(key)
    return orders


def _routes(
    chains: Sequence[tuple[str, Mapping[str, Json]]], names: Mapping[str, str]
) -> Iterator[tuple[Key, ConfigurationPart]]:
    for where, chain in chains:
        seen: Counter[str] = Counter()
        for host in _hosts(chain):
            for route in _maps(host.get("routes")):
                words = match_words(_map(route.get("match")))
                name = str(host.get("name"))
                seen[f"{name} {words}"] += 1
                number = seen[f"{name} {words}"]
                shown = words if number == 1 else f"{words} ({number})"
                key = (ROUTE, where, str(chain.get("name", where)), name, shown)
                own = "this task" if name == "local" else name
                value = _without(route, ("match", "direct_response", "cluster", "clusters"))
                yield key, ConfigurationPart(ROUTE, f"{own} {shown}", target_words(route, names), value)


def _with_ports_where_needed(routes: dict[Key, ConfigurationPart]) -> dict[Key, ConfigurationPart]:
    """The routes, where a name stands for several with the listener in it."""
    counts = Counter(part.name for part in routes.values())
    return {
        key: part._replace(name=f"{key[2]} {part.name}") if counts[part.name] > 1 else part
        for key, part in routes.items()
    }


def _action(chain: Mapping[str, Json]) -> Mapping[str, Json]:
    """What the last filter of a chain does, if it does it without routes."""
    last = _last_filter(chain)
    return {} if "route_config" in last else {"route": last}


def _last_filter(chain: Mapping[str, Json]) -> Mapping[str, Json]:
    filters = _maps(chain.get("filters"))
    return _map(filters[-1].get("typed_config")) if filters else {}


def _hosts(chain: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return _maps(_map(_last_filter(chain).get("route_config")).get("virtual_hosts"))


def _without(value: Json, names: Collection[str]) -> Json:
    """The value without the members of these names, at any depth: a summary tells them."""
    if isinstance(value, Mapping):
        return {key: _without(item, names) for key, item in value.items() if key not in names}
    return [_without(item, names) for item in value] if isinstance(value, list) else value


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Json) -> list[Mapping[str, Json]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
