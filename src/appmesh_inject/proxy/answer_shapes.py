"""The shapes of what Envoy answers, as far as it is read: what has another shape is no answer of Envoy.

A map names the members that are read, each of which may be absent; a list has one item, the shape of all of its items.
envoy.admin.v3 and envoy.config in Envoy's documentation.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from appmesh_inject.files.errors import UserError

Shape: TypeAlias = Any
"""A map, a list of one item, TEXT or ANYTHING."""

TEXT = "text"
ANYTHING = "anything"

_ADDRESS = {"socket_address": {"address": TEXT, "port_value": TEXT}}
_STRING_MATCH = dict.fromkeys(("exact", "prefix", "suffix"), TEXT) | {"safe_regex": {"regex": TEXT}}
_MATCHER = {
    "name": TEXT,
    "string_match": _STRING_MATCH,
    "range_match": {"start": TEXT, "end": TEXT},
    "invert_match": TEXT,
}
_DESTINATION: Shape = {
    "cluster": TEXT,
    "weighted_clusters": {"runtime_key_prefix": TEXT, "clusters": [{"name": TEXT, "weight": TEXT}]},
}
_ROUTE = {
    "match": {
        "path": TEXT,
        "prefix": TEXT,
        "safe_regex": {"regex": TEXT},
        "headers": [_MATCHER],
        "query_parameters": [_MATCHER],
    },
    "route": _DESTINATION,
    "direct_response": {"status": TEXT},
}
_PROXY = {
    "route_config": {"virtual_hosts": [{"name": TEXT, "domains": [TEXT], "routes": [_ROUTE]}]},
    **_DESTINATION,
}
_CHAIN = {
    "name": TEXT,
    "filter_chain_match": {"destination_port": TEXT},
    "filters": [{"typed_config": _PROXY}],
}
_TRUST = {
    "trusted_ca": {"filename": TEXT},
    "match_typed_subject_alt_names": [{"matcher": dict.fromkeys(("exact", "prefix", "suffix"), TEXT)}],
}
_CLUSTER = {
    "name": TEXT,
    "load_assignment": {"endpoints": [{"lb_endpoints": [{"endpoint": {"address": _ADDRESS}}]}]},
    "health_checks": [{"http_health_check": {"path": TEXT}}],
    "transport_socket": {
        "typed_config": {
            "common_tls_context": {
                "validation_context": _TRUST,
                "combined_validation_context": {"default_validation_context": _TRUST},
            }
        }
    },
}
BOOTSTRAP: Shape = {
    "node": {"id": TEXT},
    "static_resources": {
        "clusters": [_CLUSTER],
        "listeners": [
            {"name": TEXT, "traffic_direction": TEXT, "filter_chains": [_CHAIN], "default_filter_chain": _CHAIN}
        ],
    },
}
"""envoy.config.bootstrap.v3.Bootstrap, with text for its scalars."""

CLUSTERS: Shape = {
    "cluster_statuses": [
        {
            "name": TEXT,
            "host_statuses": [
                {
                    "address": _ADDRESS,
                    "health_status": {"eds_health_status": TEXT},
                    "stats": [{"name": TEXT, "value": TEXT}],
                }
            ],
        }
    ]
}
"""envoy.admin.v3.Clusters."""

STATS: Shape = {"stats": [{"name": TEXT, "value": ANYTHING}]}
RUNTIME: Shape = {"entries": ANYTHING}
SERVER_INFO: Shape = {"version": TEXT, "state": TEXT, "uptime_current_epoch": TEXT, "node": {"id": TEXT}}


def check(value: Any, shape: Shape, what: str, name: str) -> None:
    """Raises UserError if the value has another shape. what: the answer; name: of its file."""
    place = _misfit(value, shape)
    if place is not None:
        raise UserError(f"this is not as Envoy prints {what}: {place or 'all of it'} is something else", name)


def _misfit(value: Any, shape: Shape) -> str | None:
    """The place of the first part that has another shape; None if there is none."""
    if shape == ANYTHING:
        return None
    if shape == TEXT:
        return None if isinstance(value, str | int | float) else ""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return ""
        found = (_below(str(number), _misfit(item, shape[0])) for number, item in enumerate(value))
        return next((place for place in found if place is not None), None)
    if not isinstance(value, Mapping):
        return ""
    found = (_below(key, _misfit(value[key], inner)) for key, inner in shape.items() if key in value)
    return next((place for place in found if place is not None), None)


def _below(step: str, place: str | None) -> str | None:
    return None if place is None else f"{step}.{place}".removesuffix(".")
