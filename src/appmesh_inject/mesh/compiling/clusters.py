"""Envoy clusters: the application behind Envoy, the nodes that it calls, and helpers such as passthrough and SDS."""

from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.discovery import NodeAddress
from appmesh_inject.mesh.compiling.envoy_messages import (
    HTTP2_UPSTREAM,
    LOOPBACK,
    LOOPBACK_6,
    NO_BREAKERS,
    SAME_UPSTREAM,
    UNLIMITED,
    Config,
    address,
    assignment,
    breakers,
    named,
)
from appmesh_inject.mesh.compiling.resource_links import Target
from appmesh_inject.mesh.compiling.tls import client_socket
from appmesh_inject.mesh.model import (
    GRPC,
    HTTP2,
    TCP,
    ConnectionPool,
    HealthCheck,
    Listener,
    OutlierDetection,
    VirtualNode,
)
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.mesh.tls_model import ClientTls


@final
class Cluster(NamedTuple):
    config: Config
    findings: tuple[Finding, ...] = ()


def egress_name(target: Target, variant: Json) -> Json:
    """Named as App Mesh named it, since dashboards use the name."""
    node, listener = target.node, target.listener
    name = named("cds_egress", node.mesh.written, node.name.written, listener.protocol, listener.port.written)
    return named(name, variant) if variant != "" else name


def egress(target: Target, found: NodeAddress, policy: ClientTls | None, variant: Json) -> Cluster:
    """The cluster that callers of a node use for one of its listeners."""
    name = egress_name(target, variant)
    listener = target.listener
    place: dict[str, Json] = {"address": address(found.hostname.written, listener.port.written)}
    config: dict[str, Json] = {
        "name": name,
        "type": "LOGICAL_DNS" if found.is_logical else "STRICT_DNS",
        "dns_lookup_family": found.family,
        "connect_timeout": "1s",
        "circuit_breakers": NO_BREAKERS,
    }
    if listener.protocol in (HTTP2, GRPC):
        config["typed_extension_protocol_options"] = HTTP2_UPSTREAM
    check = listener.health_check
    if check is not None:
        config["health_checks"] = [_health_check(check, found.hostname)]
        if check.port is not None and check.port != listener.port:
            place["health_check_config"] = {"port_value": check.port.written}
    if listener.outlier_detection is not None:
        config["outlier_detection"] = _outlier_detection(listener.outlier_detection)
    socket = client_socket(policy, listener, found.hostname)
    if socket is not None:
        config["transport_socket"] = socket
    config["load_assignment"] = assignment(name, place)
    return Cluster(config, (*found.findings, *_losses(target.node, listener, found)))


def _losses(node: VirtualNode, listener: Listener, found: NodeAddress) -> list[Finding]:
    findings: list[Finding] = []
    outliers, check = listener.outlier_detection, listener.health_check
    if outliers is not None and found.is_logical:
        message = "has no effect: the node is one address to its callers"
        hint = "Use ResponseType ENDPOINTS, so that every address is one endpoint"
        findings.append(Finding("AM351", node.logical_id, outliers.path, message, hint))
    if check is not None and check.protocol == GRPC and listener.protocol not in (HTTP2, GRPC):
        message = f"checks with grpc a listener of protocol {listener.protocol}, which Envoy refuses"
        findings.append(Finding("AM313", node.logical_id, check.path, message, "Check with the listener's protocol"))
    return findings


def _health_check(check: HealthCheck, hostname: Scalar) -> Config:
    common: Config = {
        "timeout": check.timeout.written,
        "interval": check.interval.written,
        "unhealthy_threshold": check.unhealthy_threshold.written,
        "healthy_threshold": check.healthy_threshold.written,
    }
    if check.protocol == TCP:
        return {**common, "tcp_health_check": {}}
    if check.protocol == GRPC:
        return {**common, "grpc_health_check": {}}
    request: dict[str, Json] = {"path": check.url_path.written if check.url_path else "/", "host": hostname.written}
    if check.protocol == HTTP2:
        request["codec_client_type"] = "HTTP2"
    return {**common, "http_health_check": request}


def _outlier_detection(outliers: OutlierDetection) -> Config:
    return {
        "consecutive_5xx": outliers.max_server_errors.written,
        "interval": outliers.interval.written,
        "base_ejection_time": outliers.base_ejection_duration.written,
        "max_ejection_percent": outliers.max_ejection_percent.written,
    }


def ingress_name(node: VirtualNode, listener: Listener) -> Json:
    return named("cds_ingress", node.mesh.written, node.name.written, listener.protocol, listener.port.written)


def local(node: VirtualNode, listener: Listener, ip_preference: str | None) -> Config:
    """The application behind its own Envoy."""
    name = ingress_name(node, listener)
    config: dict[str, Json] = {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "circuit_breakers": pool_breakers(listener.connection_pool),
    }
    if listener.protocol in (HTTP2, GRPC):
        config["typed_extension_protocol_options"] = HTTP2_UPSTREAM
    config["load_assignment"] = assignment(name, _loopback(listener.port.written, ip_preference))
    return config


def _loopback(port: Json, ip_preference: str | None) -> Config:
    """The application's address. With IPv6_PREFERRED Envoy tries ::1 first, then 127.0.0.1 for tasks without IPv6."""
    there: Config = {"address": address(LOOPBACK, port)}
    if ip_preference == "IPv6_ONLY":
        return {"address": address(LOOPBACK_6, port)}
    if ip_preference == "IPv6_PREFERRED":
        return {"address": address(LOOPBACK_6, port), "additional_addresses": [there]}
    return there


def pool_breakers(pool: ConnectionPool) -> Config:
    def limit(text: Scalar | None) -> Json:
        return UNLIMITED if text is None else text.written

    return breakers(limit(pool.max_connections), limit(pool.max_pending_requests), limit(pool.max_requests))


def passthrough(name: Json) -> Config:
    """Sends a connection to the address that the application used before the redirect."""
    return {
        "name": name,
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "connect_timeout": "1s",
        "circuit_breakers": NO_BREAKERS,
        "typed_extension_protocol_options": SAME_UPSTREAM,
    }


def self_redirect(name: Json, port: Json, pool: ConnectionPool) -> Config:
    """Leads from a gateway's listener to its own egress listener."""
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "0.25s",
        "circuit_breakers": pool_breakers(pool),
        "typed_extension_protocol_options": SAME_UPSTREAM,
        "load_assignment": assignment(name, {"address": address(LOOPBACK, port)}),
    }


def unix_socket(name: str, path: Json) -> Config:
    """The SDS server on the host."""
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "typed_extension_protocol_options": HTTP2_UPSTREAM,
        "load_assignment": assignment(name, {"address": {"pipe": {"path": path}}}),
    }


def collector(name: str, host: Json, port: Json) -> Config:
    """A tracing daemon that receives spans from Envoy."""
    return {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": assignment(name, {"address": address(host, port)}),
    }
