"""Shows the configuration of a standalone Envoy: its listeners, routes and clusters."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from appmesh_inject.graph.model import PartTable

Config: TypeAlias = Mapping[str, Any]
"""All scalars are text."""


def identity(config: Config) -> str:
    """The node or gateway that the Envoy runs for: `mesh/apps/virtualNode/white`."""
    return str(config.get("node", {}).get("id", ""))


def sections(config: Config) -> tuple[PartTable, ...]:
    resources = config.get("static_resources", {})
    listeners: Sequence[Config] = resources.get("listeners", [])
    chains = [(listener, chain) for listener in listeners for chain in listener.get("filter_chains", [])]
    found = (
        PartTable("Envoy: listeners", tuple(_listener(*each) for each in chains), ("Address", "Takes", "Hands to")),
        PartTable("Envoy: routes", tuple(_routes(chains)), ("Host", "Match", "Cluster", "Limits")),
        PartTable(
            "Envoy: clusters", tuple(map(_cluster, resources.get("clusters", []))), ("Name", "Type", "Endpoints")
        ),
    )
    return tuple(section for section in found if section.rows)


def _address(found: Config) -> str:
    socket = found.get("address", {}).get("socket_address", {})
    if socket:
        return f"{socket.get('address', '')}:{socket.get('port_value', '')}"
    return str(found.get("address", {}).get("pipe", {}).get("path", ""))


def _listener(listener: Config, chain: Config) -> tuple[str, ...]:
    where = chain.get("filter_chain_match", {})
    takes = [f"port {where['destination_port']}"] if "destination_port" in where else []
    takes += [f"server {name}" for name in where.get("server_names", [])]
    takes += ["TLS"] if "transport_socket" in chain else []
    way = {"INBOUND": "in", "OUTBOUND": "out"}.get(str(listener.get("traffic_direction")), "")
    handed = _route_config(chain).get("name") or _clusters(_last_filter(chain)) or ""
    return f"{_address(listener)} {way}".strip(), ", ".join(takes) or "everything", str(handed)


def _last_filter(chain: Config) -> Config:
    filters = chain.get("filters", [])
    found: Config = filters[-1].get("typed_config", {}) if filters else {}
    return found


def _route_config(chain: Config) -> Config:
    found: Config = _last_filter(chain).get("route_config", {})
    return found


def _routes(chains: Sequence[tuple[Config, Config]]) -> Iterator[tuple[str, ...]]:
    for _, chain in chains:
        for host in _route_config(chain).get("virtual_hosts", []):
            for route in host.get("routes", []):
                action = route.get("route", {})
                answer = route.get("direct_response", {})
                to = _clusters(action) or (f"answers {answer.get('status')}" if answer else "")
                yield ", ".join(host.get("domains", [])), _match(route.get("match", {})), to, _limits(action)


def _clusters(action: Config) -> str:
    if "cluster" in action:
        return str(action["cluster"])
    weighted = action.get("weighted_clusters", {}).get("clusters", [])
    return ", ".join(f"{each.get('name')} ({each.get('weight')})" for each in weighted)


def _match(found: Config) -> str:
    words = [f"{found['prefix']}*"] if "prefix" in found else []
    words += [f"={found['path']}"] if "path" in found else []
    words += [f"{found['path_separated_prefix']}/*"] if "path_separated_prefix" in found else []
    words += [f"~{found['safe_regex'].get('regex', '')}"] if "safe_regex" in found else []
    for each in (*found.get("headers", []), *found.get("query_parameters", [])):
        rest = {key: value for key, value in each.items() if key != "name"}
        words.append(f"{each.get('name')} {_compact(rest)}")
    return " ".join(words)


def _compact(value: Any) -> str:
    """Nested settings as words: `string_match exact 1`."""
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_compact(item)}" for key, item in value.items())
    return str(value)


def _limits(action: Config) -> str:
    words = [f"timeout {action['timeout']}"] if "timeout" in action else []
    policy = action.get("retry_policy", {})
    return ", ".join([*words, f"{policy.get('num_retries')} retries"] if policy else words)


def _cluster(cluster: Config) -> tuple[str, ...]:
    endpoints = [
        _address(each.get("endpoint", {}))
        for group in cluster.get("load_assignment", {}).get("endpoints", [])
        for each in group.get("lb_endpoints", [])
    ]
    tls = ", TLS" if "transport_socket" in cluster else ""
    return str(cluster.get("name", "")), f"{cluster.get('type', '')}{tls}", ", ".join(endpoints) or "where it was sent"
