"""The order of routes. Envoy takes the first route that matches, so the order matters."""

from appmesh_inject.mesh.model import GatewayRoute, Match, Route
from appmesh_inject.mesh.scalars import Scalar

_UNSET = 1001
"""Sorts after 1000, the largest priority in App Mesh."""


def route_order(route: Route) -> tuple[object, ...]:
    """By priority (routes without one last), then the more specific match first, then by name."""
    return (_priority(route), *_breadth(route.match), route.name.key)


def gateway_route_order(route: GatewayRoute) -> tuple[object, ...]:
    return (_priority(route), *_host_breadth(route.match), *_breadth(route.match), route.name.key)


def _priority(route: Route | GatewayRoute) -> int:
    return _UNSET if route.priority is None else route.priority


def _breadth(match: Match) -> tuple[int, int, int]:
    """Exact paths, then regular expressions, then prefixes from long to short; among equals, more conditions first."""
    conditions = len(match.headers) + len(match.query_parameters) + bool(match.method) + bool(match.scheme)
    if match.exact_path or match.method_name:
        return 0, 0, -conditions
    if match.path_regex:
        return 1, 0, -conditions
    prefix = match.prefix or match.service_name
    return 2, -_length(prefix) if prefix else 0, -conditions


def _length(prefix: Scalar) -> int:
    """Of a prefix with an intrinsic in it, only the text before the intrinsic counts, plus one character: the prefix
    sorts before `/` alone."""
    if prefix.known is not None:
        return len(prefix.known)
    return max(1, len(prefix.key.partition("\0")[0])) + 1


def _host_breadth(match: Match) -> tuple[int, int]:
    if match.hostname:
        return 0, 0
    return (1, -len(match.hostname_suffix.known or "")) if match.hostname_suffix else (2, 0)
