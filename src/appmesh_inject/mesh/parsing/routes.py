"""Routes of virtual routers and of virtual gateways."""

from collections.abc import Mapping
from typing import Any

from appmesh_inject.mesh.model import (
    GRPC,
    HTTP,
    HTTP2,
    TCP,
    GatewayRoute,
    Match,
    RetryPolicy,
    Rewrite,
    Route,
    Timeout,
    WeightedTarget,
)
from appmesh_inject.mesh.parsing.listeners import count, duration, timeout
from appmesh_inject.mesh.parsing.matches import gateway_match, match
from appmesh_inject.mesh.parsing.property import Members, Property, each
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.settings.types import any_text, name_alone, port, whole_number

_PROTOCOLS = {"HttpRoute": HTTP, "Http2Route": HTTP2, "GrpcRoute": GRPC, "TcpRoute": TCP}
_GATEWAY_PROTOCOLS = {name: protocol for name, protocol in _PROTOCOLS.items() if protocol != TCP}
_HTTP_EVENTS = ("server-error", "gateway-error", "client-error", "stream-error")
_GRPC_EVENTS = ("cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable")
weight = whole_number(0, 100, "a weight")
_priority = whole_number(0, 1000, "a priority")


def route(common: Mapping[str, Any], properties: Members) -> Route | None:
    router = properties.required_scalar("VirtualRouterName", any_text)
    spec_prop = properties.required("Spec")
    spec = spec_prop and spec_prop.members("Priority", *_PROTOCOLS)
    kind = spec and spec.one_of(*_PROTOCOLS)
    if not spec or not kind:
        return None
    members = spec[kind].members("Action", "Match", *(() if kind == "TcpRoute" else ("RetryPolicy",)), "Timeout")
    priority = _number(spec["Priority"])
    if members is None or router is None:
        return None
    protocol = _PROTOCOLS[kind]
    return Route(
        **common,
        router=router,
        protocol=protocol,
        priority=priority,
        match=match(members["Match"], protocol),
        targets=_targets(members.required("Action")),
        retry=_retry_policy(members["RetryPolicy"], protocol) if protocol != TCP else None,
        timeout=_tcp_timeout(members["Timeout"]) if protocol == TCP else timeout(members["Timeout"]),
    )


def _number(prop: Property) -> int | None:
    found = prop.known_scalar(_priority) if prop.is_there else None
    return None if found is None or found.known is None else int(found.known)


def _tcp_timeout(prop: Property) -> Timeout:
    members = prop.members("Idle") if prop.is_there else None
    return Timeout(idle=duration(members["Idle"])) if members else Timeout()


def _targets(prop: Property | None) -> tuple[WeightedTarget, ...]:
    members = prop and prop.members("WeightedTargets")
    targets = members and members.required("WeightedTargets")
    if not targets:
        return ()
    found = each(targets.items(), _target)
    if not targets.items():
        targets.report("AM303", "has no target", "Add one")
    return found


def _target(prop: Property) -> WeightedTarget | None:
    members = prop.members("VirtualNode", "Weight", "Port")
    if not members:
        return None
    node = members.required_scalar("VirtualNode", any_text)
    share = members.required_scalar("Weight", weight)
    number = members.scalar("Port", port)
    if node is None or share is None:
        return None
    return WeightedTarget(node=node, weight=share, port=number, path=prop.path)


def _retry_policy(prop: Property, protocol: str) -> RetryPolicy | None:
    grpc = ("GrpcRetryEvents",) if protocol == GRPC else ()
    members = prop.is_there and prop.members(
        "MaxRetries", "PerRetryTimeout", "HttpRetryEvents", "TcpRetryEvents", *grpc
    )
    if not members:
        return None
    most = members.required_scalar("MaxRetries", count)
    patience_prop = members.required("PerRetryTimeout")
    patience = patience_prop and duration(patience_prop)
    events = {
        "http_events": each(members["HttpRetryEvents"].items(), lambda item: item.choice(*_HTTP_EVENTS)),
        "tcp_events": each(members["TcpRetryEvents"].items(), lambda item: item.choice("connection-error")),
        "grpc_events": each(members["GrpcRetryEvents"].items(), lambda item: item.choice(*_GRPC_EVENTS)),
    }
    if most is None or patience is None:
        return None
    if not any(events.values()):
        prop.report("AM303", "names no event to retry on", "Add HttpRetryEvents, TcpRetryEvents or GrpcRetryEvents")
    return RetryPolicy(max_retries=most, per_retry_timeout=patience, **events)


def gateway_route(common: Mapping[str, Any], properties: Members) -> GatewayRoute | None:
    gateway = properties.required_scalar("VirtualGatewayName", any_text)
    spec_prop = properties.required("Spec")
    spec = spec_prop and spec_prop.members("Priority", *_GATEWAY_PROTOCOLS)
    kind = spec and spec.one_of(*_GATEWAY_PROTOCOLS)
    members = spec[kind].members("Action", "Match") if spec and kind else None
    if not spec or not kind or not members:
        return None
    priority = _number(spec["Priority"])
    protocol = _GATEWAY_PROTOCOLS[kind]
    found = gateway_match(members["Match"], protocol)
    action_prop = members.required("Action")
    action = action_prop and action_prop.members("Target", "Rewrite")
    target_prop = action and action.required("Target")
    target = target_prop and target_prop.members("VirtualService", "Port")
    service = target and _virtual_service(target.required("VirtualService"))
    if not action or not target or service is None or gateway is None:
        return None
    return GatewayRoute(
        **common,
        gateway=gateway,
        protocol=protocol,
        priority=priority,
        match=found,
        service=service,
        target_port=target.scalar("Port", port),
        rewrite=_rewrite(action["Rewrite"], protocol, found),
    )


def _virtual_service(prop: Property | None) -> Scalar | None:
    members = prop and prop.members("VirtualServiceName")
    return members and members.required_scalar("VirtualServiceName", name_alone)


def _rewrite(prop: Property, protocol: str, found: Match) -> Rewrite:
    paths = () if protocol == GRPC else ("Prefix", "Path")
    members = prop.is_there and prop.members("Hostname", *paths)
    if not members:
        return Rewrite()
    hostname = members["Hostname"].is_there and members["Hostname"].members("DefaultTargetHostname")
    prefix = members["Prefix"].is_there and members["Prefix"].members("DefaultPrefix", "Value")
    path = members["Path"].is_there and members["Path"].members("Exact")
    if prefix and (found.exact_path or found.path_regex):
        members["Prefix"].report("AM305", "rewrites a prefix, and the match has a path", "Use Rewrite.Path")
    if path and found.prefix:
        members["Path"].report("AM305", "rewrites a path, and the match has a prefix", "Use Rewrite.Prefix")
    members.one_of(*paths, needed=False)
    default = prefix and prefix.choice("DefaultPrefix", "ENABLED", "DISABLED")
    if prefix:
        prefix.one_of("DefaultPrefix", "Value")
    return Rewrite(
        keeps_hostname=bool(hostname and hostname.choice("DefaultTargetHostname", "ENABLED", "DISABLED") == "DISABLED"),
        keeps_prefix=default == "DISABLED",
        prefix=prefix.scalar("Value", any_text) if prefix else None,
        exact_path=path.required_scalar("Exact", any_text) if path else None,
    )
