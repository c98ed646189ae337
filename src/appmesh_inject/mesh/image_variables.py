"""The variables of App Mesh's image: which of them a stock Envoy, or the compiler, still understands."""

from collections.abc import Mapping

from appmesh_inject.mesh.tls_model import SDS_VARIABLE

_UNSEEN = ("ENVOY_TRACING_CFG_FILE", "ENVOY_STATS_SINKS_CFG_FILE", "ENVOY_STATS_CONFIG_FILE")
_AGENT = "configures App Mesh's agent, which a stock Envoy does not have: Envoy is not drained or restarted"
_IMAGE = "has an effect only in App Mesh's image, not in a stock Envoy"
_LOST: Mapping[str, str] = {
    **dict.fromkeys(_UNSEEN, "names a file that the macro cannot read, so it is ignored"),
    "APPMESH_METRIC_EXTENSION_VERSION": "requests a filter that only App Mesh's image has",
    "AWS_XRAY_DAEMON_ADDRESS": "is ignored: XRAY_DAEMON_HOST and XRAY_DAEMON_PORT name the daemon",
    **dict.fromkeys(
        ("PID_POLL_INTERVAL_MS", "LISTENER_DRAIN_WAIT_TIME_S", "HC_POLL_INTERVAL_MS", "HC_DISCONNECTED_TIMEOUT_S"),
        _AGENT,
    ),
    **dict.fromkeys(("ENABLE_STATS_SNAPSHOT", "MAX_REQUESTS_PER_IO_CYCLE"), _IMAGE),
}
_BY_PREFIX: Mapping[str, str] = {"APPMESH_": _IMAGE, "APPNET_": _AGENT, "ENVOY_": _IMAGE, "ENABLE_ENVOY_": _IMAGE}
_KEPT = frozenset(
    (
        SDS_VARIABLE,
        "ENVOY_LOG_LEVEL",
        "ENVOY_CONCURRENCY",
        "ENVOY_ADMIN_ACCESS_PORT",
        # Read by the stock image itself.
        "ENVOY_UID",
        "ENVOY_GID",
        "ENABLE_ENVOY_XRAY_TRACING",
        "ENABLE_ENVOY_DATADOG_TRACING",
        "ENABLE_ENVOY_JAEGER_TRACING",
        "ENABLE_ENVOY_DOG_STATSD",
        "ENABLE_ENVOY_STATS_TAGS",
    )
)


def reason_of_no_effect(name: str) -> str | None:
    """Why a variable has no effect on the Envoy of profile `standalone`; None if it has one, or is not App Mesh's."""
    if name in _KEPT:
        return None
    return _LOST.get(name) or next((why for prefix, why in _BY_PREFIX.items() if name.startswith(prefix)), None)
