"""Why a virtual node, or the task's own application, takes no requests."""

from collections.abc import Iterator
from typing import Any

from appmesh_inject.proxy.bootstrap import Config
from appmesh_inject.proxy.endpoints import ClusterEndpoint, ClusterState
from appmesh_inject.proxy.proxy_problem import ERROR, WARNING, ProxyProblem

FLAGS = {
    "failed_active_health_check": "fails the health check",
    "failed_active_degraded_check": "calls itself degraded",
    "failed_outlier_check": "was put out after errors, by outlier detection",
    "pending_active_hc": "waits for its first health check",
    "pending_dynamic_removal": "is gone from DNS",
    "excluded_via_immediate_hc_fail": "asked to be left out",
    "unhealthy": "is unhealthy",
}
"""Envoy's words for the health of a host, in ours. envoy.admin.v3.HostHealthStatus."""

_MOST_ADDRESSES = 3
_REACH = "Look whether its tasks run, and whether their security group lets this task in"


def node_problem(subject: str, cluster: Config, state: ClusterState) -> ProxyProblem | None:
    """What is wrong with a virtual node that this Envoy calls; None if nothing is, as far as the files tell."""
    endpoints = state.endpoints
    if endpoints is None:
        return None
    host = hostname(cluster)
    if not endpoints:
        return _unresolved(subject, host, state)
    bad = [each for each in endpoints if each.flags or each.is_unreachable]
    is_past = bool(state.count("ssl.handshake")) and not any(each.is_unreachable for each in endpoints)
    if not is_past and (refused := _refused_certificate(cluster, host, state)):
        is_all = all(each.is_unreachable for each in endpoints)
        return ProxyProblem(ERROR if is_all else WARNING, subject, *refused)
    if not bad:
        return _answers_errors(subject, state)
    number, whole = len(bad), len(endpoints)
    if whole == 1:
        message = "its endpoint is not usable"
    elif number == whole:
        message = f"none of its {whole} endpoints is usable"
    else:
        message = f"{number} of {whole} endpoints {'is' if number == 1 else 'are'} not usable"
    message += f": {_reasons(bad, cluster)}"
    is_panic = any(each.flags for each in bad) and number * 2 > whole
    if is_panic:
        message += ". Envoy sends requests to all of them, as it does where fewer than half are healthy"
    takes_some = number < whole or (is_panic and any(each.open for each in bad))
    return ProxyProblem(WARNING if takes_some else ERROR, subject, message, _hint(bad))


def _answers_errors(subject: str, state: ClusterState) -> ProxyProblem | None:
    """Its endpoints take connections, and half of the answers or more are errors."""
    errors, answered = state.count("upstream_rq_5xx"), state.count("upstream_rq_completed")
    if not answered or errors * 2 < answered:
        return None
    message = f"answered {errors} of {answered} requests with an error (5xx), though it takes connections"
    return ProxyProblem(
        WARNING, subject, message, "Ask the Envoy of one of its tasks, and look into its application's log"
    )


def hostname(cluster: Config) -> str:
    """The name, or address, where callers find the node."""
    for group in cluster.get("load_assignment", {}).get("endpoints", []):
        for each in group.get("lb_endpoints", []):
            place = each.get("endpoint", {}).get("address", {}).get("socket_address", {})
            return str(place.get("address", ""))
    return ""


def own_problem(port: str, state: ClusterState) -> ProxyProblem | None:
    """What is wrong with the application behind this Envoy."""
    bad = [each for each in state.endpoints or () if each.is_unreachable]
    if not bad:
        return None
    message = f"takes no connection on port {port}: {_failed(bad[0])}"
    return ProxyProblem(
        ERROR, "the application of this task", message, "Look whether it runs, and on which port it listens"
    )


def _unresolved(subject: str, host: str, state: ClusterState) -> ProxyProblem:
    failed, attempts = state.count("update_failure"), state.count("update_attempt")
    where = "Look whether the name is right, whether a task is registered under it, and whether this VPC has its zone"
    if state.counted is None:
        return ProxyProblem(ERROR, subject, f"has no endpoint: DNS has told no address of {host}", where)
    if not attempts:
        return ProxyProblem(
            ERROR, subject, f"has no endpoint: {host} was not looked up yet", "Ask again in some seconds"
        )
    tries = f"{failed} of {attempts} tries failed"
    return ProxyProblem(ERROR, subject, f"has no endpoint: {host} does not resolve ({tries})", where)


def _refused_certificate(cluster: Config, host: str, state: ClusterState) -> tuple[str, str] | None:
    """Why TLS with the node fails, and what to do: by Envoy's statistics of TLS. None if it does not fail."""
    context = cluster.get("transport_socket", {}).get("typed_config", {}).get("common_tls_context", {})
    if not context:
        return None
    if refused := state.count("ssl.fail_verify_san"):
        expected = ", ".join(_expected_names(context)) or host
        message = f"its certificate is for another name than {expected} ({refused} connections refused)"
        return message, f"Give it a certificate for {expected}, or name the certificate's in the client policy"
    if refused := state.count("ssl.fail_verify_error"):
        authority = _authority(context)
        message = f"its certificate is expired, or signed by none of the authorities in {authority}"
        return (
            f"{message} ({refused} connections refused)",
            "Compare the certificate's issuer and its dates with the file",
        )
    if refused := state.count("ssl.fail_verify_no_cert"):
        return f"it shows no certificate ({refused} connections refused)", "Look at the TLS of its listener"
    failed = state.count("ssl.connection_error")
    if failed and not state.count("ssl.handshake"):
        message = f"no TLS connection with it succeeds ({failed} failed)"
        return message, "Look whether its listener has TLS, and whether it asks for a certificate of the client"
    return None


def _expected_names(context: Config) -> Iterator[str]:
    validation = context.get("validation_context") or context.get("combined_validation_context", {}).get(
        "default_validation_context", {}
    )
    for matcher in validation.get("match_typed_subject_alt_names", []):
        yield from (str(value) for value in matcher.get("matcher", {}).values())


def _authority(context: Config) -> str:
    found: Any = context.get("validation_context", {}).get("trusted_ca", {}).get("filename")
    return str(found or "the client policy")


def _reasons(bad: list[ClusterEndpoint], cluster: Config) -> str:
    """Why, each reason with its addresses."""
    by_reason: dict[str, list[str]] = {}
    for each in bad:
        words = [FLAGS.get(flag, flag.replace("_", " ")) for flag in each.flags]
        if "failed_active_health_check" in each.flags:
            words[each.flags.index("failed_active_health_check")] += f" {_health_check(cluster)}".rstrip()
        words += [_failed(each)] if each.is_unreachable else []
        by_reason.setdefault(" and ".join(words), []).append(each.address)
    return "; ".join(f"{reason}{_listed(addresses)}" for reason, addresses in by_reason.items())


def _listed(addresses: list[str]) -> str:
    shown = [address for address in addresses[:_MOST_ADDRESSES] if address]
    more = [f"{len(addresses) - _MOST_ADDRESSES} more"] if len(addresses) > _MOST_ADDRESSES else []
    return f" ({', '.join([*shown, *more])})" if shown else ""


def _failed(endpoint: ClusterEndpoint) -> str:
    return f"{endpoint.failed} of {endpoint.connections} connections failed, and none is open"


def _health_check(cluster: Config) -> str:
    for check in cluster.get("health_checks", []):
        if "http_health_check" in check:
            return f"GET {check['http_health_check'].get('path', '/')}"
        return "by gRPC" if "grpc_health_check" in check else "by TCP"
    return ""


def _hint(bad: list[ClusterEndpoint]) -> str:
    is_checked = any("failed_active_health_check" in each.flags for each in bad)
    return f"{_REACH}{', and whether they answer the health check' if is_checked else ''}"
