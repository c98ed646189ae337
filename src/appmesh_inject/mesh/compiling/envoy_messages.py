"""Envoy messages that several parts of the configuration use."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import joined

Config = Mapping[str, Json]

LOOPBACK, LOOPBACK_6 = "127.0.0.1", "::1"
UNLIMITED = "2147483647"
"""App Mesh lifted Envoy's default circuit breakers (1,024 connections and requests, 3 retries)."""

_TYPE = "type.googleapis.com/envoy."


def typed(kind: str, fields: Config | None = None) -> Config:
    return {"@type": f"{_TYPE}{kind}", **(fields or {})}


def extension(name: str, kind: str, fields: Config | None = None) -> Config:
    """An extension of Envoy. Since Envoy 1.40 an extension without its type is a fatal error."""
    return {"name": f"envoy.{name}", "typed_config": typed(kind, fields)}


def address(host: Json, port: Json) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}


def breakers(connections: Json, pending: Json, requests: Json) -> Config:
    return {
        "thresholds": [
            {
                "max_connections": connections,
                "max_pending_requests": pending,
                "max_requests": requests,
                "max_retries": UNLIMITED,
            }
        ]
    }


NO_BREAKERS = breakers(UNLIMITED, UNLIMITED, UNLIMITED)
"""One object for all clusters, so that it is looked into once when the configuration is written."""


def assignment(name: Json, endpoint: Config) -> Config:
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}]}


def http_options(options: Config) -> Config:
    kind = "extensions.upstreams.http.v3.HttpProtocolOptions"
    return {f"envoy.{kind}": typed(kind, options)}


HTTP2_UPSTREAM = http_options({"explicit_http_config": {"http2_protocol_options": {}}})
SAME_UPSTREAM = http_options({"use_downstream_protocol_config": {"http2_protocol_options": {}}})
"""HTTP/2 for requests that arrived over HTTP/2, HTTP/1.1 for others."""


def named(*parts: Json) -> Json:
    """The parts of a name, joined with `_`."""
    spread: list[Json] = []
    for part in parts:
        spread += ["_", part] if spread else [part]
    return joined(spread)
