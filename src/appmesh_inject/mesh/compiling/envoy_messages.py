"""Shapes that recur all over Envoy's configuration."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.interpolation import joined

Config = Mapping[str, Json]

LOOPBACK, LOOPBACK_6 = "127.0.0.1", "::1"
UNLIMITED = "2147483647"
"""App Mesh took Envoy's own circuit breakers (1,024 connections and requests, 3 retries) out of the way."""

_TYPE = "type.googleapis.com/envoy."


def typed(kind: str, fields: Config | None = None) -> Config:
    return {"@type": f"{_TYPE}{kind}", **(fields or {})}


def extension(name: str, kind: str, fields: Config | None = None) -> Config:
    """An extension of Envoy: since 1.40 a name without its type is fatal."""
    return {"name": f"envoy.{name}", "typed_config": typed(kind, fields)}


def address(host: Json, port: Json) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}


def breakers(connections: Json = UNLIMITED, pending: Json = UNLIMITED, requests: Json = UNLIMITED) -> Config:
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


def assignment(name: Json, endpoint: Config) -> Config:
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}]}


def http_options(options: Config) -> Config:
    kind = "extensions.upstreams.http.v3.HttpProtocolOptions"
    return {f"envoy.{kind}": typed(kind, options)}


HTTP2_UPSTREAM = http_options({"explicit_http_config": {"http2_protocol_options": {}}})
SAME_UPSTREAM = http_options({"use_downstream_protocol_config": {"http2_protocol_options": {}}})
"""HTTP/2 for what came as HTTP/2, HTTP/1.1 for the rest."""


def named(*parts: Json) -> Json:
    """Parts of a name with `_` between them."""
    spread: list[Json] = []
    for part in parts:
        spread += ["_", part] if spread else [part]
    return joined(spread)
