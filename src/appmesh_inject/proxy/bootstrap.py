"""A bootstrap in one form, whether Envoy printed it or this program compiled it: its clusters, and where its routes
lead."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from appmesh_inject.files.errors import UserError
from appmesh_inject.mesh.compiling.gateway_routes import SERVICE_HEADER
from appmesh_inject.proxy.answer_shapes import BOOTSTRAP, check

Config: TypeAlias = Mapping[str, Any]

_DURATION = re.compile(r"(-?\d+)(?:\.(\d+))?s")


class Destination(NamedTuple):
    """weight: as text; empty where there is one destination."""

    cluster: str
    weight: str = ""


class RouteTo(NamedTuple):
    """Where requests go. service: the virtual service, or the port of tcp traffic. match: in words. runtime_key: the
    beginning of the runtime keys of live weights. answer: the status that Envoy answers by itself."""

    service: str
    match: str
    destinations: tuple[Destination, ...]
    runtime_key: str = ""
    answer: str = ""

    def __str__(self) -> str:
        return f"{self.service}, {self.match}" if self.match else self.service


@dataclass(frozen=True)
class Bootstrap:
    """config: all its scalars are text."""

    config: Config

    @property
    def id(self) -> str:
        return str(self.config.get("node", {}).get("id", ""))

    @cached_property
    def clusters(self) -> Mapping[str, Config]:
        listed = self.config.get("static_resources", {}).get("clusters", [])
        return {cluster.get("name", ""): cluster for cluster in listed}

    @cached_property
    def listeners(self) -> tuple[Config, ...]:
        return tuple(self.config.get("static_resources", {}).get("listeners", []))

    @cached_property
    def routes(self) -> tuple[RouteTo, ...]:
        """The routes of virtual services, each once, in the order in which Envoy tries them."""
        found = (
            route
            for listener in self.listeners
            if listener.get("traffic_direction") == "OUTBOUND"
            for chain in chains(listener)
            for route in _routes(chain)
        )
        return tuple(dict.fromkeys(found))

    @cached_property
    def unrouted(self) -> tuple[str, ...]:
        """The virtual services without a route."""
        hosts = (host for listener in self.listeners for chain in chains(listener) for host in virtual_hosts(chain))
        return tuple(dict.fromkeys(host.get("name", "") for host in hosts if not host.get("routes")))


def running(dump: Config, name: str) -> Bootstrap:
    """The bootstrap in a `config_dump`. Raises UserError if it has none."""
    configs = dump["configs"] if isinstance(dump["configs"], list) else []
    parts = [part.get("bootstrap") for part in configs if isinstance(part, dict)]
    found = next((part for part in parts if isinstance(part, dict)), None)
    if found is None:
        raise UserError("this config_dump has no bootstrap: ask for config_dump without resource, mask and name", name)
    config = in_one_form(found)
    check(config, BOOTSTRAP, "config_dump", name)
    return Bootstrap(config)


def in_one_form(value: Any) -> Any:
    """The value with text for scalars, and one form for each duration. Envoy's own description of itself is left
    out."""
    if isinstance(value, Mapping):
        return {key: in_one_form(member) for key, member in value.items() if not _is_envoys_own(key, value)}
    if isinstance(value, list):
        return [in_one_form(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    if found := _DURATION.fullmatch(text):
        fraction = (found[2] or "").rstrip("0")
        return f"{int(found[1])}.{fraction}s" if fraction else f"{int(found[1])}s"
    return text


def _is_envoys_own(key: str, among: Mapping[str, Any]) -> bool:
    return "id" in among and (key == "extensions" or key.startswith("user_agent_"))


def chains(listener: Config) -> list[Config]:
    last = [listener["default_filter_chain"]] if "default_filter_chain" in listener else []
    return [*listener.get("filter_chains", []), *last]


def last_filter(chain: Config) -> Config:
    filters = chain.get("filters", [])
    found: Config = filters[-1].get("typed_config", {}) if filters else {}
    return found


def virtual_hosts(chain: Config) -> list[Config]:
    found: list[Config] = last_filter(chain).get("route_config", {}).get("virtual_hosts", [])
    return found


def _routes(chain: Config) -> Iterator[RouteTo]:
    for host in virtual_hosts(chain):
        for route in host.get("routes", []):
            match = route.get("match", {})
            service, headers = _service(host.get("name", ""), match)
            action = route.get("route", {})
            answer = str(route.get("direct_response", {}).get("status", ""))
            key = action.get("weighted_clusters", {}).get("runtime_key_prefix", "")
            yield RouteTo(service, match_in_words({**match, "headers": headers}), _destinations(action), key, answer)
    proxy = last_filter(chain)
    if "route_config" not in proxy:
        port = chain.get("filter_chain_match", {}).get("destination_port", "")
        yield RouteTo(f"tcp port {port}", "", _destinations(proxy))


def _service(host: str, match: Config) -> tuple[str, list[Config]]:
    """The virtual service of a route, and its other headers. A gateway that keeps the Host names it in a header."""
    headers = match.get("headers", [])
    named = [
        it["string_match"].get("exact", "")
        for it in headers
        if it.get("name") == SERVICE_HEADER and "string_match" in it
    ]
    return (named[0] if named else host), [it for it in headers if it.get("name") != SERVICE_HEADER]


def _destinations(action: Config) -> tuple[Destination, ...]:
    if "cluster" in action:
        return (Destination(action["cluster"]),)
    weighted = action.get("weighted_clusters", {}).get("clusters", [])
    return tuple(Destination(it.get("name", ""), it.get("weight", "0")) for it in weighted)


def match_in_words(match: Config) -> str:
    words = [f"{word} {match[key]}" for key, word in (("path", "path"), ("prefix", "prefix")) if key in match]
    words += [f"path like {match['safe_regex'].get('regex', '')}"] if "safe_regex" in match else []
    words += ["grpc"] if "grpc" in match else []
    words += [f"{_header(it.get('name', ''))} {_condition(it)}".strip() for it in match.get("headers", [])]
    words += [f"query {it.get('name')} {_condition(it)}".strip() for it in match.get("query_parameters", [])]
    return ", ".join(words)


def _header(name: str) -> str:
    """HTTP/2 has the method and the scheme as headers."""
    return name.removeprefix(":") if name.startswith(":") else f"header {name}"


def _condition(matcher: Config) -> str:
    """`is x`, `not like x.*`, `from 1 to 5`."""
    inverted = "not " if matcher.get("invert_match") == "true" else ""
    if "range_match" in matcher:
        limits = matcher["range_match"]
        return f"{inverted}from {limits.get('start', '0')} to {limits.get('end', '0')}"
    found = matcher.get("string_match", {})
    for key, word in (("exact", "is"), ("prefix", "begins with"), ("suffix", "ends with")):
        if key in found:
            return f"{inverted}{word} {found[key]}"
    return f"{inverted}like {found['safe_regex'].get('regex', '')}" if "safe_regex" in found else inverted.strip()
