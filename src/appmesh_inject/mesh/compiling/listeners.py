"""Envoy listeners and their filter chains."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.compiling import tls
from appmesh_inject.mesh.compiling.envoy_messages import LOOPBACK, LOOPBACK_6, Config, address, extension, named
from appmesh_inject.mesh.model import Listener
from appmesh_inject.mesh.scalars import Scalar

IDLE = "300s"
ANY_4, ANY_6 = "0.0.0.0", "::"
_HCM = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_TCP_PROXY = "extensions.filters.network.tcp_proxy.v3.TcpProxy"
_ROUTER = extension("filters.http.router", "extensions.filters.http.router.v3.Router")
_ROUTERS: Sequence[Json] = [_ROUTER]
_IDLE_OPTIONS: Config = {"idle_timeout": IDLE}
_UPGRADES: Sequence[Json] = [{"upgrade_type": "websocket"}]
ANY_HOST: Sequence[Json] = ["*"]
"""Such parts are one object each for all tasks, so that they are looked into once when configurations are written."""

ORIGINAL_DST = extension("filters.listener.original_dst", "extensions.filters.listener.original_dst.v3.OriginalDst")
"""Restores the port that was used before the redirect, for the filter chains to match."""


@final
class Observed(NamedTuple):
    """The access log and tracing that all HTTP connection managers of an Envoy have in common."""

    access_log: Sequence[Json]
    tracing: Config | None


def http(prefix: str, name: Json, virtual_hosts: Sequence[Json], observed: Observed, idle: Json = IDLE) -> Config:
    """The filter for HTTP. Envoy detects the version by itself."""
    fields: dict[str, Json] = {
        "stat_prefix": prefix,
        "normalize_path": "true",
        "merge_slashes": "true",
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "upgrade_configs": _UPGRADES,
        "common_http_protocol_options": _IDLE_OPTIONS if idle == IDLE else {"idle_timeout": idle},
        "stream_idle_timeout": idle,
        "http_filters": _ROUTERS,
        "route_config": {"name": name, "virtual_hosts": list(virtual_hosts)},
        **_observed(observed),
    }
    return extension("filters.network.http_connection_manager", _HCM, fields)


def _observed(observed: Observed) -> Config:
    logged: Config = {"access_log": list(observed.access_log)} if observed.access_log else {}
    traced: Config = {"tracing": observed.tracing} if observed.tracing else {}
    return {**logged, **traced}


def tcp(prefix: str, destination: Config, observed: Observed, idle: Json = IDLE) -> Config:
    logged: Config = {"access_log": list(observed.access_log)} if observed.access_log else {}
    fields: Config = {"stat_prefix": prefix, "idle_timeout": idle, **destination, **logged}
    return extension("filters.network.tcp_proxy", _TCP_PROXY, fields)


def virtual_host(name: Json, domains: Sequence[Json], routes: Sequence[Json]) -> Config:
    return {"name": name, "domains": domains, "routes": list(routes)}


def chains(name: Json, match: Mapping[str, Json], listener: Listener, network_filter: Config) -> list[Config]:
    """The filter chains of one App Mesh listener: two for permissive TLS, otherwise one."""
    if listener.tls is None or listener.tls.mode == "DISABLED":
        return [chain(name, match, network_filter)]
    socket: Config = {"transport_socket": tls.server_socket(listener.tls, listener.protocol)}
    if listener.tls.mode == "STRICT":
        return [{**chain(name, match, network_filter), **socket}]
    return [
        {**chain(named(name, "tls"), {**match, "transport_protocol": "tls"}, network_filter), **socket},
        chain(named(name, "plain"), {**match, "transport_protocol": "raw_buffer"}, network_filter),
    ]


def chain(name: Json, match: Mapping[str, Json], network_filter: Config) -> Config:
    condition: Config = {"filter_chain_match": dict(match)} if match else {}
    return {"name": name, **condition, "filters": [network_filter]}


def tls_inspector(ports: Sequence[Scalar]) -> Config:
    """Detects TLS, on `ports` only: it waits for the client's first bytes. With protocols in which the server speaks
    first (MySQL, SMTP) it would wait until its timeout."""
    config: dict[str, Json] = {
        **extension("filters.listener.tls_inspector", "extensions.filters.listener.tls_inspector.v3.TlsInspector")
    }
    literals = [int(port.written) for port in ports if isinstance(port.written, str)]
    if ports and len(literals) == len(ports):
        ranges = [{"destination_port_range": {"start": str(n), "end": str(n + 1)}} for n in literals]
        config["filter_disabled"] = {"not_match": ranges[0] if len(ranges) == 1 else {"or_match": {"rules": ranges}}}
    return config


def permissive_ports(listeners: Sequence[Listener]) -> list[Scalar]:
    return [listener.port for listener in listeners if listener.tls is not None and listener.tls.mode == "PERMISSIVE"]


def takes_6(ip_preference: str | None) -> bool:
    """Whether listeners need IPv6. App Mesh's listeners accepted both versions with any preference. Without a
    preference for IPv6 they are IPv4 only here: Envoy would not start in a task without IPv6."""
    return ip_preference is not None and ip_preference.startswith("IPv6")


def outward(port: Json, takes_6: bool) -> tuple[Json, Config]:
    """Name and address of a listener on all interfaces."""
    host = ANY_6 if takes_6 else ANY_4
    place = address(host, port)
    if takes_6:
        place = {"socket_address": {"address": host, "port_value": port, "ipv4_compat": "true"}}
    return named("lds_ingress", host, port), {"address": place}


def inward(port: Json, takes_6: bool) -> tuple[Json, Config]:
    """Name and address of a listener for the task itself, to which outgoing traffic is redirected. On loopback only: on
    all interfaces, a request from outside would make Envoy call itself endlessly."""
    place: Config = {"address": address(LOOPBACK, port)}
    if takes_6:
        # Without freebind Envoy exits where IPv6 is disabled, since no interface has ::1.
        also = {"address": address(LOOPBACK_6, port)}
        place = {**place, "additional_addresses": [also], "freebind": "true"}
    return named("lds_egress", LOOPBACK, port), place
