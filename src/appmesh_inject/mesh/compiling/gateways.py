"""The Envoy of a virtual gateway. Requests are sent on, under the virtual service's name, to a second listener on
loopback, which routes them as the egress listener of a virtual node does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling import clusters, listeners
from appmesh_inject.mesh.compiling.bootstrap_parts import BootstrapParts
from appmesh_inject.mesh.compiling.egress import Called, Shared, Variants, by_service, egress_clusters, variants
from appmesh_inject.mesh.compiling.envoy_messages import Config, named
from appmesh_inject.mesh.compiling.gateway_routes import (
    SERVICE_HEADER,
    GatewayEntry,
    authority,
    virtual_hosts,
)
from appmesh_inject.mesh.compiling.listeners import Observed
from appmesh_inject.mesh.compiling.options import Options
from appmesh_inject.mesh.compiling.resource_links import Exposure
from appmesh_inject.mesh.compiling.route_order import gateway_route_order
from appmesh_inject.mesh.compiling.routes import match_config, rule_config
from appmesh_inject.mesh.compiling.telemetry import Telemetry, access_log
from appmesh_inject.mesh.model import TCP, ConnectionPool, GatewayRoute, Listener, Match, Mesh, VirtualGateway
from appmesh_inject.mesh.scalars import listed, shown


def gateway_parts(
    gateway: VirtualGateway, mesh: Mesh | None, shared: Shared, options: Options, telemetry: Telemetry
) -> BootstrapParts:
    return _Gateway(gateway, mesh, shared, options, Observed(access_log(gateway.access_log), telemetry.tracing)).parts()


@final
@dataclass(frozen=True, slots=True)
class _Gateway:
    gateway: VirtualGateway
    mesh: Mesh | None
    shared: Shared
    options: Options
    observed: Observed
    findings: list[Finding] = field(default_factory=list)

    def parts(self) -> BootstrapParts:
        entries = self._entries()
        called = by_service({entry.called.service.identity: entry.called for entry in entries}.values())
        calls = [(call, self.shared.links.exposed(call.service).exposures) for call in called]
        found = variants(calls)
        remote, findings = egress_clusters(self.shared, calls, found)
        for call in called:
            self.findings.extend(self.shared.links.exposed(call.service).findings)
        for listener in self.gateway.listeners:
            self._warn_of_health_check(listener)
        ingress = [self._ingress(listener, entries) for listener in self.gateway.listeners]
        inner = [self._egress(calls, entries, found)] if calls else []
        redirect = self._redirects(entries) if calls else []
        return BootstrapParts(
            listeners=[*ingress, *inner],
            clusters=[*redirect, *remote],
            called=called,
            findings=[*self.findings, *findings],
        )

    def _redirects(self, entries: Sequence[GatewayEntry]) -> list[Config]:
        """The clusters that lead back to the egress listener: one for each limit of connections."""
        found: list[Config] = []
        seen: list[Json] = []
        for listener in self.gateway.listeners:
            name = self._redirect(listener)
            if name not in seen and any(entry.redirect == name for entry in entries):
                seen.append(name)
                found.append(clusters.self_redirect(name, self.options.egress_port, listener.connection_pool))
        return found

    def _redirect(self, listener: Listener) -> Json:
        """The cluster of a listener, named as App Mesh named it, since dashboards use the name. Listeners after the
        first have their own if they or the first have a connection pool: a cluster's limits hold for all that use
        it."""
        name = named("cds_ingress", self.gateway.mesh.written, self.gateway.name.written)
        name = named(name, "self_redirect_http", self.options.egress_port)
        first = self.gateway.listeners[0]
        shares = listener == first or listener.connection_pool == first.connection_pool == ConnectionPool()
        return name if shares else named(name, listener.port.written)

    def _report(self, code: str, route: GatewayRoute, path: Path, message: str, hint: str) -> None:
        self.findings.append(Finding(code, route.logical_id, path, message, hint))

    def _warn_of_health_check(self, listener: Listener) -> None:
        if listener.health_check is not None:
            message = "has no effect, since nothing reads it any more"
            hint = "Let the load balancer check the gateway"
            self.findings.append(Finding("AM352", self.gateway.logical_id, listener.health_check.path, message, hint))

    def _entries(self) -> list[GatewayEntry]:
        """The gateway's routes in the order in which Envoy tries them, each with its listener and service."""
        own = [
            route
            for route in self.shared.links.model.gateway_routes
            if route.mesh == self.gateway.mesh and route.gateway == self.gateway.name
        ]
        entries = (self._entry(route) for route in sorted(own, key=gateway_route_order))
        found = [entry for entry in entries if entry is not None]
        guards = any(entry.keeps_hostname for entry in found)
        return [entry._replace(guards_header=guards) for entry in found]

    def _entry(self, route: GatewayRoute) -> GatewayEntry | None:
        listener = self._listener(route)
        service = self.shared.links.service(self.gateway, route.service)
        if service is None:
            self.findings.append(self.shared.links.missing_service(route, route.service))
        if service is None or listener is None:
            return None
        exposures = self.shared.links.exposed(service).exposures
        exposure = self._exposure(route, exposures)
        if exposures and exposure is None:
            return None
        if exposure is not None and exposure.protocol == TCP:
            message = "leads to a tcp service, which does not accept HTTP requests"
            self._report("AM313", route, route.service.path, message, "Lead it to an http, http2 or grpc service")
            return None
        called = Called(service, self.gateway.tls, route.service.path)
        return GatewayEntry(route, listener, called, self._redirect(listener), authority(service, exposure, exposures))

    def _listener(self, route: GatewayRoute) -> Listener | None:
        """The listener that Match.Port names, or the only one."""
        port = route.match.port
        found = [listener for listener in self.gateway.listeners if port is None or listener.port == port]
        if len(found) == 1:
            return found[0]
        if found:
            there = listed(listener.port for listener in found)
            message = f"names no port, and the virtual gateway has several listeners: {there}"
            self._report("AM316", route, route.match.path, message, "Add Match.Port")
        elif port is not None:
            there = listed(listener.port for listener in self.gateway.listeners)
            message = f"names port {shown(port, 'by a parameter')}, and no listener of the virtual gateway has it"
            self._report("AM317", route, port.path, message, f"Name a listener's port{f': {there}' if there else ''}")
        return None

    def _exposure(self, route: GatewayRoute, exposures: Sequence[Exposure]) -> Exposure | None:
        port = route.target_port
        found = [exposure for exposure in exposures if port is None or exposure.port == port]
        if len(found) == 1:
            return found[0]
        if found:
            message = f"names no port, and the virtual service has several: {listed(each.port for each in found)}"
            self._report("AM316", route, route.service.path, message, "Add Target.Port")
        elif port is not None and exposures:
            there = listed(exposure.port for exposure in exposures)
            message = f"names port {shown(port, 'by a parameter')}, which the virtual service does not have"
            self._report("AM317", route, port.path, message, f"Name one of its ports{f': {there}' if there else ''}")
        return None

    def _ingress(self, listener: Listener, entries: Sequence[GatewayEntry]) -> Config:
        takes_6 = listeners.takes_6(self.mesh.ip_preference if self.mesh else None)
        name, place = listeners.outward(listener.port.written, takes_6)
        own = [entry for entry in entries if entry.listener == listener]
        chain_name = named("ingress", listener.protocol, listener.port.written)
        hosts = virtual_hosts(own, listener.port)
        network_filter = listeners.http("ingress", named("rds", chain_name), hosts, self.observed)
        # Permissive TLS must be distinguished from plain text. Other listeners must not wait for the client's first
        # bytes.
        permissive = listeners.permissive_ports([listener])
        inspector: Config = {"listener_filters": [listeners.tls_inspector(())]} if permissive else {}
        return {
            "name": name,
            "traffic_direction": "INBOUND",
            **place,
            **inspector,
            "filter_chains": listeners.chains(chain_name, {}, listener, network_filter),
        }

    def _egress(
        self,
        calls: Sequence[tuple[Called, Sequence[Exposure]]],
        entries: Sequence[GatewayEntry],
        found: Variants,
    ) -> Config:
        name, place = listeners.inward(self.options.egress_port, takes_6=False)
        hosts: list[Config] = []
        kept: list[Json] = []
        for call, exposures in calls:
            for exposure in exposures:
                host = authority(call.service, exposure, exposures)
                hosts.append(self.shared.virtual_host(exposure, call.policy, found, host))
                if any(entry.keeps_hostname and entry.authority == host for entry in entries):
                    kept += self._by_header(exposure, call, host, found)
            if not exposures:
                hosts.append(listeners.virtual_host(call.service.name.written, [call.service.name.written], []))
        if kept:
            # These routes come first: a client may have chosen the name of another virtual service as its Host.
            hosts = [{**host, "routes": [*kept, *_routes(host)]} for host in hosts]
            hosts.append(listeners.virtual_host("by_header", ["*"], kept))
        # The ingress listener has logged the request already.
        observed = Observed((), self.observed.tracing)
        chain_name = named("egress_http", self.options.egress_port)
        network_filter = listeners.http("egress", named("rds", chain_name), hosts, observed)
        chain = listeners.chain(chain_name, {}, network_filter)
        return {"name": name, "traffic_direction": "OUTBOUND", **place, "filter_chains": [chain]}

    def _by_header(self, exposure: Exposure, call: Called, host: Json, found: Variants) -> list[Config]:
        """The service's routes for requests that keep their Host header and name the service in another header."""
        header: Config = {"name": SERVICE_HEADER, "string_match": {"exact": host}}
        namer = self.shared.namer(call.policy, found)
        return [
            {
                **rule_config(rule, exposure.protocol, namer, self.options.default_retry_policy),
                "match": match_config(
                    rule.route.match if rule.route else Match(), _kind(exposure, rule.route is None), [header]
                ),
                "request_headers_to_remove": [SERVICE_HEADER],
            }
            for rule in exposure.rules
        ]


def _routes(host: Config) -> Sequence[Json]:
    routes = host["routes"]
    assert isinstance(routes, list)
    return routes


def _kind(exposure: Exposure, is_node: bool) -> str:
    """A route to a node matches any request, whether gRPC or not."""
    return "http" if is_node else exposure.protocol
