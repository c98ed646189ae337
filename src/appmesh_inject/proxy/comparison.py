"""What differs between the configuration that runs and the one that a template compiles to, in the mesh's words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from appmesh_inject.proxy.bootstrap import Bootstrap, Config, chains, last_filter, match_in_words, virtual_hosts
from appmesh_inject.proxy.cluster_names import called_node, own_listener
from appmesh_inject.proxy.template_configuration import UNKNOWN, fits

Key: TypeAlias = tuple[str, ...]

ABSENT = "nothing"
REDACTED = "[redacted]"
"""What Envoy prints in place of secrets, and of the paths of their files."""

_DEFAULTS = ("", "0", "false", "AUTO", "STATIC")
"""Envoy leaves out what it would do anyway: zeros, false, the first word of an enumeration."""

_NOT_SHOWN = frozenset(
    (
        *("typed_config", "load_assignment", "endpoints", "lb_endpoints", "endpoint", "address", "socket_address"),
        *("transport_socket", "common_tls_context", "thresholds", "route", "static_resources"),
    )
)
"""Members of Envoy's messages that lead to others, and say nothing to somebody who reads of the mesh."""

_WORDS = {"address": "host name", "port_value": "port"}
_LONGEST = 120


class Difference(NamedTuple):
    """subject: of the mesh, in words. member: what of it differs; empty: all of it. runs, compiled: the two values."""

    subject: str
    member: str
    runs: str
    compiled: str

    def __str__(self) -> str:
        if self.compiled == ABSENT and not self.member:
            return f"{self.subject}: runs, and is not in the template"
        if self.runs == ABSENT and not self.member:
            return f"{self.subject}: is in the template, and does not run"
        return f"{self.subject}: {self.member}: runs {self.runs}; the template has {self.compiled}"


class _Part(NamedTuple):
    """A part of a configuration that has a name in the mesh."""

    subject: str
    config: Config


@dataclass(frozen=True)
class ConfigurationComparison:
    """unknown: how many values CloudFormation fills in, which were therefore taken as they run."""

    differences: tuple[Difference, ...]
    unknown: int


def comparison(running: Bootstrap, compiled: Bootstrap, mesh: str) -> ConfigurationComparison:
    here = dict(_parts(running, _Words(mesh, {})))
    names = {name: _only_fitting(name, running.clusters) for name in compiled.clusters if UNKNOWN in name}
    there = dict(_parts(compiled, _Words(mesh, names)))
    there = {_as_it_runs(key, here): part for key, part in there.items()}
    differ = _Differ()
    found: list[Difference] = []
    for key, part in here.items():
        if key not in there:
            found.append(Difference(part.subject, "", "", ABSENT))
        else:
            found += differ.members(part.subject, part.config, there[key].config)
    found += [Difference(part.subject, "", ABSENT, "") for key, part in there.items() if key not in here]
    if not found:
        found += _order(here, there)
    return ConfigurationComparison(tuple(dict.fromkeys(found)), differ.unknown)


def _only_fitting(name: str, running: Iterable[str]) -> str:
    """The only name that runs and fits what is known of this one; else this one."""
    fitting = [other for other in running if fits(name, other)]
    return fitting[0] if len(fitting) == 1 else name


class _Words(NamedTuple):
    """What is said of clusters. names: those that run, by those that the template compiles to, where they differ."""

    mesh: str
    names: Mapping[str, str]

    def node(self, cluster: str) -> str:
        """The virtual node alone, if that tells which cluster it is."""
        name = self.names.get(cluster, cluster)
        node = called_node(name, self.mesh)
        return node.node if node is not None and not node.service else name

    def cluster(self, cluster: str) -> str:
        name = self.names.get(cluster, cluster)
        if (called := called_node(name, self.mesh)) is not None:
            return str(called)
        own = own_listener(name, self.mesh)
        return f"the application behind {own.protocol} {own.port}" if own is not None else f"cluster {name}"


def _as_it_runs(key: Key, here: Mapping[Key, _Part]) -> Key:
    """The key, or the only one that runs and fits what is known of it."""
    if not any(UNKNOWN in step for step in key):
        return key
    fitting = [
        other
        for other in here
        if len(other) == len(key) and all(fits(*steps) for steps in zip(key, other, strict=True))
    ]
    return fitting[0] if len(fitting) == 1 else key


def _parts(bootstrap: Bootstrap, words: _Words) -> Iterator[tuple[Key, _Part]]:
    for name, cluster in bootstrap.clusters.items():
        rest = {key: value for key, value in cluster.items() if key != "name"}
        yield ("cluster", name), _Part(words.cluster(name), rest)
    for listener in bootstrap.listeners:
        rest = {key: value for key, value in listener.items() if key not in ("filter_chains", "default_filter_chain")}
        at = listener.get("name", "")
        yield ("listener", at), _Part(f"listener {at}", rest)
        for chain in chains(listener):
            yield from _of_chain(at, chain, words)
    top = {key: value for key, value in bootstrap.config.items() if key != "static_resources"}
    yield ("envoy",), _Part("Envoy itself", top)


def _of_chain(listener: str, chain: Config, words: _Words) -> Iterator[tuple[Key, _Part]]:
    name = chain.get("name", "")
    proxy = last_filter(chain)
    rest = {**chain, "filters": {key: value for key, value in proxy.items() if key != "route_config"}}
    if "route_config" not in proxy:
        rest["filters"] = _with_words(rest["filters"], words)
    yield ("chain", listener, name), _Part(f"filter chain {name}", rest)
    for host in virtual_hosts(chain):
        subject = f"virtual service {host.get('name', '')}"
        hosted = ("host", listener, name, host.get("name", ""))
        yield hosted, _Part(subject, {"domains": host.get("domains", [])})
        seen: dict[str, int] = {}
        for route in host.get("routes", []):
            match = match_in_words(route.get("match", {}))
            seen[match] = seen.get(match, 0) + 1
            members = {key: value for key, value in route.items() if key not in ("match", "route")}
            members["route"] = _with_words(route.get("route", {}), words)
            # Two routes can have the same words, and only the first of them gets requests.
            yield (*hosted, match, str(seen[match])), _Part(f"route {host.get('name', '')}, {match}", members)


def _with_words(action: Config, words: _Words) -> Config:
    """The action, with where it leads in words: `cart-v1 90, cart-v2 10`."""
    rest = {key: value for key, value in action.items() if key not in ("cluster", "weighted_clusters")}
    weighted = action.get("weighted_clusters", {})
    shares = [(it.get("name", ""), f" {it.get('weight', '0')}") for it in weighted.get("clusters", [])]
    leads = [(action["cluster"], "")] if "cluster" in action else shares
    if leads:
        rest["leads to"] = ", ".join(f"{words.node(name)}{share}" for name, share in leads)
    if "runtime_key_prefix" in weighted:
        rest["live weights"] = weighted["runtime_key_prefix"]
    return rest


class _Differ:
    """Finds the members that differ, and counts those that are not known before a deployment."""

    def __init__(self) -> None:
        self.unknown = 0

    def members(self, subject: str, here: Any, there: Any, at: tuple[str, ...] = ()) -> Iterator[Difference]:
        if isinstance(here, Mapping) and isinstance(there, Mapping):
            for key in dict.fromkeys((*here, *there)):
                yield from self.members(subject, here.get(key), there.get(key), (*at, key))
        elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
            for number, (one, other) in enumerate(zip(here, there, strict=True)):
                yield from self.members(subject, one, other, (*at, str(number)) if len(here) > 1 else at)
        elif not self._same(here, there):
            yield Difference(subject, _member(at), _shown(here), _shown(there))

    def _same(self, here: Any, there: Any) -> bool:
        if here == REDACTED:
            return True
        if isinstance(there, str) and UNKNOWN in there:
            self.unknown += 1
            return isinstance(here, str) and fits(there, here)
        return bool(here == there or (here is None and there in _DEFAULTS) or (there is None and here in _DEFAULTS))


def _member(at: Sequence[str]) -> str:
    shown = [step for step in at[:-1] if step not in _NOT_SHOWN and not step.startswith("envoy.")]
    last = _WORDS.get(at[-1], at[-1]) if at else ""
    return ".".join([*shown, last]) if last else "all"


def _shown(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _text(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value).replace(UNKNOWN, "...")


def _order(here: Mapping[Key, _Part], there: Mapping[Key, _Part]) -> Iterator[Difference]:
    """The virtual services whose routes are tried in another order."""
    of_route: Callable[[Mapping[Key, _Part]], dict[Key, list[str]]] = _routes_in_order
    one, other = of_route(here), of_route(there)
    for host, order in one.items():
        if order != other.get(host):
            subject = f"virtual service {host[-1]}"
            yield Difference(subject, "order of routes", "; ".join(order), "; ".join(other.get(host, ())))


def _routes_in_order(parts: Mapping[Key, _Part]) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = {}
    for key in parts:
        if key[0] == "host" and len(key) > 4:
            found.setdefault(key[:4], []).append(key[4])
    return found
