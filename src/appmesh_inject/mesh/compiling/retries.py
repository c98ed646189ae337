"""Retry policies: the route's own, or App Mesh's default for routes without one."""

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.compiling.envoy_messages import Config, extension
from appmesh_inject.mesh.model import RetryPolicy

_CODES = {
    "server-error": (500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511),
    "gateway-error": (502, 503, 504),
    "client-error": (409,),
}
_RESETS = ("server-error", "gateway-error")
_PREVIOUS_HOSTS = extension(
    "retry_host_predicates.previous_hosts", "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
)
_ELSEWHERE: Config = {"host_selection_retry_max_attempts": "5", "retry_host_predicate": [_PREVIOUS_HOSTS]}
"""Retries use a host that has not been tried yet, if one is found in five attempts."""

DEFAULT: Config = {
    "retry_on": "connect-failure,refused-stream,reset,unavailable,retriable-status-codes",
    "retriable_status_codes": ["503"],
    "num_retries": "2",
    **_ELSEWHERE,
}


def retry_policy(policy: RetryPolicy) -> Config | None:
    """App Mesh's retry events as Envoy's. Status codes are listed, since Envoy's `5xx` and `gateway-error` differ from
    App Mesh's events of similar names."""
    if policy.max_retries.known == "0":
        return None
    codes = [code for event in _CODES if event in policy.http_events for code in _CODES[event]]
    words = {
        "connect-failure": bool(policy.tcp_events),
        "refused-stream": "stream-error" in policy.http_events,
        "reset": any(event in policy.http_events for event in _RESETS),
        **dict.fromkeys(policy.grpc_events, True),
        "retriable-status-codes": bool(codes),
    }
    status: Config = {"retriable_status_codes": [str(code) for code in sorted(set(codes))]} if codes else {}
    on: Json = ",".join(word for word, applies in words.items() if applies)
    return {
        "retry_on": on,
        **status,
        "num_retries": policy.max_retries.written,
        "per_try_timeout": policy.per_retry_timeout.written,
        **_ELSEWHERE,
    }
