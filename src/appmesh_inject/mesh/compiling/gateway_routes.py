"""Translates gateway routes: which request goes to which virtual service, and how it is rewritten."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.mesh.compiling.egress import Called
from appmesh_inject.mesh.compiling.envoy_messages import Config
from appmesh_inject.mesh.compiling.listeners import virtual_host
from appmesh_inject.mesh.compiling.resource_links import Exposure
from appmesh_inject.mesh.compiling.routes import match_config
from appmesh_inject.mesh.model import GatewayRoute, Listener, Match, VirtualService
from appmesh_inject.mesh.scalars import Scalar, host_key

SERVICE_HEADER = "x-app-mesh-virtual-service"


@final
class GatewayEntry(NamedTuple):
    """A gateway route with its listener and virtual service. redirect: the cluster that leads back to the gateway's own
    egress listener. authority: the Host header that selects the service there. guards_header: other routes name their
    service in a header, so the header is removed from clients' requests."""

    route: GatewayRoute
    listener: Listener
    called: Called
    redirect: Json
    authority: Json
    guards_header: bool = False

    @property
    def keeps_hostname(self) -> bool:
        return self.route.rewrite.keeps_hostname


def authority(service: VirtualService, exposure: Exposure | None, exposures: Sequence[Exposure]) -> Json:
    """One listener serves all services, so `name:port` distinguishes the ports of a service that has several."""
    name = service.name.written
    return name if exposure is None or len(exposures) == 1 else joined([name, ":", exposure.port.written])


def virtual_hosts(entries: Sequence[GatewayEntry], port: Scalar) -> list[Json]:
    """One virtual host for each host name that routes match, and one for all other hosts.

    Envoy first selects the virtual host and then considers only its routes, where App Mesh compared all routes. So each
    virtual host contains every route that matches its host name.
    """
    exact = {host_key(host): host for entry in entries if (host := entry.route.match.hostname)}
    suffixes = {host_key(host): host for entry in entries if (host := entry.route.match.hostname_suffix)}
    hosts: list[Json] = [
        _host(exact[key].written, port, [e for e in entries if _fits(e.route.match, exact[key])])
        for key in sorted(exact)
    ]
    for key in sorted(suffixes, key=lambda key: (-len(key), key)):
        fitting = [e for e in entries if e.route.match.hostname is None and _fits(e.route.match, suffixes[key])]
        hosts.append(_host(_wildcard(suffixes[key]), port, fitting))
    others = [e for e in entries if e.route.match.hostname is None and e.route.match.hostname_suffix is None]
    if others:
        hosts.append(virtual_host("self_redirect", ["*"], _routes(others)))
    return hosts


def _host(domain: Json, port: Scalar, entries: Iterable[GatewayEntry]) -> Config:
    return virtual_host(domain, [domain, joined([domain, ":", port.written])], _routes(entries))


def _wildcard(suffix: Scalar) -> Json:
    if isinstance(suffix.written, str):
        return f"*{suffix.written.removeprefix('*')}"
    return joined(["*", suffix.written])


def _fits(match: Match, host: Scalar) -> bool:
    """Whether a route with this match accepts requests for `host`, a host name or a suffix of host names."""
    if match.hostname is not None:
        return host_key(match.hostname) == host_key(host)
    if match.hostname_suffix is not None:
        return host_key(host).endswith(host_key(match.hostname_suffix).removeprefix("*"))
    return True


def _routes(entries: Iterable[GatewayEntry]) -> list[Config]:
    return [config for entry in entries for config in _route(entry)]


def _route(entry: GatewayEntry) -> list[Config]:
    """As in App Mesh, a prefix that does not end in `/` becomes two routes: `/p/` and `/p`, both rewritten to `/`."""
    match, rewrite = entry.route.match, entry.route.rewrite
    prefix = match.prefix
    if prefix is None or prefix.known == "/" or rewrite.keeps_prefix:
        return [_config(entry, match, _rewritten(entry.route))]
    to: Json = rewrite.prefix.written if rewrite.prefix else "/"
    if prefix.key.endswith("/"):
        return [_config(entry, match, {"prefix_rewrite": _closed(rewrite.prefix) if rewrite.prefix else to})]
    slashed = Scalar(f"{prefix.key}/", joined([prefix.written, "/"]))
    below = to if rewrite.prefix is None or rewrite.prefix.key.endswith("/") else joined([to, "/"])
    return [
        _config(entry, replace(match, prefix=slashed), {"prefix_rewrite": below}),
        _config(entry, match, {"prefix_rewrite": to}),
    ]


def _closed(value: Scalar) -> Json:
    """A value in place of a prefix that ends in `/`. App Mesh took only values that do, too."""
    return value.written if value.known is None or value.known.endswith("/") else joined([value.written, "/"])


def _rewritten(route: GatewayRoute) -> Config:
    """The rewrite of a route that matches no path, every path or a whole path."""
    match, rewrite = route.match, route.rewrite
    if rewrite.prefix is not None:
        return {"prefix_rewrite": _closed(rewrite.prefix)}
    to = rewrite.exact_path
    if to is None:
        return {}
    if match.exact_path is not None:
        return {"prefix_rewrite": to.written}
    # A prefix_rewrite would replace only the `/` of a route that matches no path.
    substitution = to.written.replace("\\", "\\\\") if isinstance(to.written, str) else to.written
    return {"regex_rewrite": {"pattern": {"regex": ".*"}, "substitution": substitution}}


def _config(entry: GatewayEntry, match: Match, rewritten: Config) -> Config:
    """The route of a gateway route. Without timeouts and retries, since the egress listener applies the service's."""
    action: dict[str, Json] = {"cluster": entry.redirect, "timeout": "0s", "idle_timeout": "0s", **rewritten}
    config: dict[str, Json] = {"match": match_config(match, entry.route.protocol), "route": action}
    if entry.keeps_hostname:
        header: Config = {"key": SERVICE_HEADER, "value": entry.authority}
        config["request_headers_to_add"] = [{"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]
    else:
        action["host_rewrite_literal"] = entry.authority
        if entry.guards_header:
            config["request_headers_to_remove"] = [SERVICE_HEADER]
    return config
