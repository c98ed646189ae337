"""Listeners of virtual nodes, gateways and routers."""

from collections.abc import Callable, Sequence

from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import (
    GRPC,
    HTTP,
    HTTP2,
    PROTOCOLS,
    ConnectionPool,
    HealthCheck,
    Listener,
    OutlierDetection,
    Timeout,
)
from appmesh_inject.mesh.parsing.property import Members, Property, each
from appmesh_inject.mesh.parsing.tls import listener_tls
from appmesh_inject.mesh.scalars import Scalar, literal
from appmesh_inject.settings.types import port, whole_number

_BY_PROTOCOL = ("TCP", "HTTP", "HTTP2", "GRPC")
_LIMITS = {
    "TCP": ("MaxConnections",),
    "HTTP": ("MaxConnections", "MaxPendingRequests"),
    "HTTP2": ("MaxRequests",),
    "GRPC": ("MaxRequests",),
}
"""The limits of a connection pool, the one that App Mesh requires first."""

_PROPERTIES = ("PortMapping", "Timeout", "ConnectionPool", "HealthCheck", "OutlierDetection", "TLS")
count = whole_number(0, 2**31 - 1, "a whole number")
at_least_one = whole_number(1, 2**31 - 1, "a whole number")
percent = whole_number(0, 100, "a percentage")


def listeners(prop: Property, parse: Callable[[Property], Listener | None]) -> tuple[Listener, ...]:
    """The parsed listeners. Two on one port are a finding."""
    found = each(prop.items(), parse)
    for n, one in enumerate(found):
        if any(one.port == other.port for other in found[:n]):
            prop.reader.findings.append(
                Finding("AM327", prop.reader.subject, one.path, "has the port of another listener", "Change the port")
            )
    return found


def gateway_listener(prop: Property) -> Listener | None:
    """A gateway takes only requests, not tcp, and leaves timeouts to the services behind it."""
    return listener(prop, ("PortMapping", "ConnectionPool", "HealthCheck", "TLS"), (HTTP, HTTP2, GRPC))


def listener(
    prop: Property, allowed: Sequence[str] = _PROPERTIES, protocols: Sequence[str] = PROTOCOLS
) -> Listener | None:
    members = prop.members(*allowed)
    mapping = members and members.required("PortMapping")
    port_mapping = mapping and mapping.members("Port", "Protocol")
    if not members or not port_mapping:
        return None
    number = port_mapping.required_scalar("Port", port)
    protocol = port_mapping.required_choice("Protocol", *protocols)
    timeout = timeouts(members["Timeout"], *_BY_PROTOCOL)
    pool = _connection_pool(members["ConnectionPool"])
    check = _health_check(members["HealthCheck"])
    outliers = _outlier_detection(members["OutlierDetection"])
    tls = listener_tls(members["TLS"])
    if number is None or protocol is None:
        return None
    return Listener(
        port=number,
        protocol=protocol,
        timeout=timeout,
        connection_pool=pool,
        health_check=check,
        outlier_detection=outliers,
        tls=tls,
        path=prop.path,
    )


def timeouts(prop: Property, *kinds: str) -> Timeout:
    """A `Timeout`, whose one member is named after the protocol."""
    members = prop.members(*kinds) if prop.is_there else None
    kind = members and members.one_of(*kinds)
    return timeout(members[kind]) if members and kind else Timeout()


def timeout(prop: Property) -> Timeout:
    members = prop.members("PerRequest", "Idle") if prop.is_there else None
    if members is None:
        return Timeout()
    return Timeout(per_request=duration(members["PerRequest"]), idle=duration(members["Idle"]))


def duration(prop: Property) -> Scalar | None:
    """A `Duration` in Envoy's format, `15s`. Milliseconds must be a literal, since they are converted."""
    members = prop.members("Unit", "Value") if prop.is_there else None
    if members is None:
        return None
    unit = members.required_choice("Unit", "s", "ms")
    value = members.required_scalar("Value", count)
    if unit is None or value is None:
        return None
    if unit == "ms":
        return _from_milliseconds(members["Value"], value, "Write the number, or use Unit s")
    return Scalar(f"{value.key}s", joined([value.written, "s"]))


def milliseconds(prop: Property | None) -> Scalar | None:
    value = prop and prop.scalar(count)
    return prop and value and _from_milliseconds(prop, value, "Write the number")


def _from_milliseconds(prop: Property, value: Scalar, hint: str) -> Scalar | None:
    if not isinstance(value.written, str):
        prop.report(
            "AM301",
            "is in milliseconds and no literal, so it cannot be converted to Envoy's seconds",
            hint,
        )
        return None
    whole, thousandths = divmod(int(value.written), 1000)
    fraction = f".{thousandths:03}".rstrip("0") if thousandths else ""
    return literal(f"{whole}{fraction}s")


def _connection_pool(prop: Property) -> ConnectionPool:
    members = prop.members(*_BY_PROTOCOL) if prop.is_there else None
    kind = members and members.one_of(*_BY_PROTOCOL)
    if not members or not kind:
        return ConnectionPool()
    needed, *others = _LIMITS[kind]
    limits = members[kind].members(needed, *others)
    if limits is None:
        return ConnectionPool()
    required = limits.required_scalar(needed, at_least_one)
    return ConnectionPool(
        max_connections=required if needed == "MaxConnections" else None,
        max_pending_requests=limits.scalar("MaxPendingRequests", at_least_one) if others else None,
        max_requests=required if needed == "MaxRequests" else None,
    )


def _health_check(prop: Property) -> HealthCheck | None:
    members = prop.is_there and prop.members(
        "HealthyThreshold", "IntervalMillis", "Path", "Port", "Protocol", "TimeoutMillis", "UnhealthyThreshold"
    )
    if not members:
        return None
    protocol = members.required_choice("Protocol", *PROTOCOLS)
    url_path = members.scalar("Path")
    if protocol in (HTTP, HTTP2) and not members["Path"].is_there:
        members["Path"].report("AM303", f"is required by a health check over {protocol}", "Add it")
    number = members.scalar("Port", port)
    interval = milliseconds(members.required("IntervalMillis"))
    patience = milliseconds(members.required("TimeoutMillis"))
    healthy = members.required_scalar("HealthyThreshold", at_least_one)
    unhealthy = members.required_scalar("UnhealthyThreshold", at_least_one)
    if protocol is None or interval is None or patience is None or healthy is None or unhealthy is None:
        return None
    return HealthCheck(
        protocol=protocol,
        url_path=url_path,
        port=number,
        interval=interval,
        timeout=patience,
        healthy_threshold=healthy,
        unhealthy_threshold=unhealthy,
        path=prop.path,
    )


def _outlier_detection(prop: Property) -> OutlierDetection | None:
    members = prop.is_there and prop.members(
        "MaxServerErrors", "Interval", "BaseEjectionDuration", "MaxEjectionPercent"
    )
    if not members:
        return None
    errors = members.required_scalar("MaxServerErrors", at_least_one)
    interval = _required_duration(members, "Interval")
    base = _required_duration(members, "BaseEjectionDuration")
    most = members.required_scalar("MaxEjectionPercent", percent)
    if errors is None or interval is None or base is None or most is None:
        return None
    return OutlierDetection(
        max_server_errors=errors,
        interval=interval,
        base_ejection_duration=base,
        max_ejection_percent=most,
        path=prop.path,
    )


def _required_duration(members: Members, name: str) -> Scalar | None:
    prop = members.required(name)
    return prop and duration(prop)


def router_listener(prop: Property) -> Listener | None:
    """A router's listener has only a port mapping."""
    members = prop.members("PortMapping")
    mapping = members and members.required("PortMapping")
    port_mapping = mapping and mapping.members("Port", "Protocol")
    if not port_mapping:
        return None
    number = port_mapping.required_scalar("Port", port)
    protocol = port_mapping.required_choice("Protocol", *PROTOCOLS)
    return None if number is None or protocol is None else Listener(port=number, protocol=protocol, path=prop.path)
