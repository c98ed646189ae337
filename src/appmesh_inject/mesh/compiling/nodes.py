"""The Envoy of a virtual node: an ingress listener for the application, and an egress listener for its calls.

Traffic is redirected to both. The original destination port selects the filter chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling import clusters, listeners
from appmesh_inject.mesh.compiling.bootstrap_parts import BootstrapParts
from appmesh_inject.mesh.compiling.egress import Called, Shared, Variants, by_service, egress_clusters, variants
from appmesh_inject.mesh.compiling.envoy_messages import Config, named
from appmesh_inject.mesh.compiling.listeners import IDLE, ORIGINAL_DST, Observed
from appmesh_inject.mesh.compiling.options import Options
from appmesh_inject.mesh.compiling.resource_links import Exposure, Key, Rule
from appmesh_inject.mesh.compiling.routes import ANYTHING, TIMEOUT, destination
from appmesh_inject.mesh.compiling.telemetry import Telemetry, access_log
from appmesh_inject.mesh.model import TCP, Listener, Mesh, VirtualNode
from appmesh_inject.mesh.scalars import literal
from appmesh_inject.mesh.tls_model import ClientTls

_AWS = {"destination_port": "443", "server_names": ["*.amazonaws.com"]}
"""Like App Mesh, a mesh with DROP_ALL still allows the endpoints of AWS."""

_EGRESS_FILTERS: Sequence[Json] = [ORIGINAL_DST, listeners.tls_inspector([literal(443)])]
"""One object for all tasks, as in `listeners`."""

_UNOBSERVED = Observed((), None)


def node_parts(
    node: VirtualNode, mesh: Mesh | None, shared: Shared, options: Options, telemetry: Telemetry
) -> BootstrapParts:
    observed = Observed(access_log(node.access_log), telemetry.tracing)
    return _Node(node, mesh, shared, options, observed).parts()


@final
@dataclass(frozen=True, slots=True)
class _Node:
    node: VirtualNode
    mesh: Mesh | None
    shared: Shared
    options: Options
    observed: Observed
    findings: list[Finding] = field(default_factory=list)

    def parts(self) -> BootstrapParts:
        called = self._called()
        calls = [(call, self._exposures(call)) for call in called]
        found = variants(calls)
        remote, findings = egress_clusters(self.shared, calls, found)
        local = [clusters.local(self.node, listener, self._ip_preference) for listener in self.node.listeners]
        egress = self._egress(calls, found)
        return BootstrapParts(
            listeners=[*([self._ingress()] if self.node.listeners else []), egress],
            clusters=[*local, *remote, clusters.passthrough(self._passthrough)],
            called=called,
            findings=[*self.findings, *findings],
        )

    @property
    def _allows_all(self) -> bool:
        return self.mesh is not None and self.mesh.allows_all

    @property
    def _ip_preference(self) -> str | None:
        """The preference of the node, or else of its mesh. It decides about listeners and the application's address."""
        own = self.node.discovery.ip_preference if self.node.discovery else None
        return own or (self.mesh.ip_preference if self.mesh else None)

    @property
    def _takes_6(self) -> bool:
        return listeners.takes_6(self._ip_preference)

    @property
    def _passthrough(self) -> Json:
        kind = "mesh-allow-all" if self._allows_all else "amazonaws"
        return named("cds_egress", self.node.mesh.written, kind)

    def _report(self, code: str, path: Path, message: str, hint: str) -> None:
        self.findings.append(Finding(code, self.node.logical_id, path, message, hint))

    def _called(self) -> list[Called]:
        """The services of the backends, each once."""
        found: dict[Key, Called] = {}
        for backend in self.node.backends:
            service = self.shared.links.service(self.node, backend.service)
            policy = backend.tls or self.node.tls
            if service is None:
                self.findings.append(self.shared.links.missing_service(self.node, backend.service))
            elif service.identity in found and found[service.identity].policy != policy:
                message = "names a virtual service again, with another client policy"
                self._report("AM321", backend.service.path, message, "Keep one of the two backends")
            else:
                found[service.identity] = Called(service, policy, backend.service.path)
        return by_service(found.values())

    def _exposures(self, call: Called) -> Sequence[Exposure]:
        exposed = self.shared.links.exposed(call.service)
        self.findings.extend(exposed.findings)
        return exposed.exposures

    def _ingress(self) -> Config:
        name, place = listeners.outward(self.options.ingress_port, self._takes_6)
        permissive = listeners.permissive_ports(self.node.listeners)
        inspector = [listeners.tls_inspector(permissive)] if permissive else []
        chains = [chain for listener in self.node.listeners for chain in self._ingress_chains(listener)]
        return {
            "name": name,
            "traffic_direction": "INBOUND",
            **place,
            "listener_filters": [ORIGINAL_DST, *inspector],
            "filter_chains": chains,
        }

    def _ingress_chains(self, listener: Listener) -> list[Config]:
        name = named("ingress", listener.protocol, listener.port.written)
        match: Config = {"destination_port": listener.port.written}
        cluster = clusters.ingress_name(self.node, listener)
        idle: Json = listener.timeout.idle.written if listener.timeout.idle else IDLE
        if listener.protocol == TCP:
            proxy = listeners.tcp("ingress", {"cluster": cluster}, self.observed, idle)
            return listeners.chains(name, match, listener, proxy)
        patience: Json = listener.timeout.per_request.written if listener.timeout.per_request else TIMEOUT
        route: Config = {"match": ANYTHING, "route": {"cluster": cluster, "timeout": patience}}
        hosts = [listeners.virtual_host("local", listeners.ANY_HOST, [route])]
        network_filter = listeners.http("ingress", named("rds", name), hosts, self.observed, idle)
        return listeners.chains(name, match, listener, network_filter)

    def _egress(self, calls: Sequence[tuple[Called, Sequence[Exposure]]], found: Variants) -> Config:
        name, place = listeners.inward(self.options.egress_port, self._takes_6)
        passthrough = listeners.tcp("egress", {"cluster": self._passthrough}, _UNOBSERVED, "0s")
        config: dict[str, Json] = {"name": name, "traffic_direction": "OUTBOUND", **place}
        chains = self._port_chains(calls, found)
        if self._allows_all:
            config["listener_filters"] = [ORIGINAL_DST]
            config["filter_chains"] = chains
            config["default_filter_chain"] = listeners.chain("egress_passthrough", {}, passthrough)
        else:
            config["listener_filters"] = _EGRESS_FILTERS
            config["filter_chains"] = [*chains, listeners.chain("amazonaws", _AWS, passthrough)]
        return config

    def _port_chains(self, calls: Sequence[tuple[Called, Sequence[Exposure]]], found: Variants) -> list[Config]:
        """One filter chain for each port on which services are called."""
        by_port: dict[str, list[tuple[Called, Exposure]]] = {}
        for call, exposures in calls:
            for exposure in exposures:
                by_port.setdefault(exposure.port.key, []).append((call, exposure))
        unrouted = [
            listeners.virtual_host(call.service.name.written, [call.service.name.written], [])
            for call, exposures in calls
            if not exposures
        ]
        chains: list[Config] = []
        for port in sorted(by_port, key=lambda port: port.zfill(5)):
            chains += self._port_chain(by_port[port], unrouted, found)
        return chains

    def _port_chain(
        self, on_port: Sequence[tuple[Called, Exposure]], unrouted: Sequence[Config], found: Variants
    ) -> list[Config]:
        exposures = [exposure for _, exposure in on_port]
        if all(exposure.protocol != TCP for exposure in exposures):
            hosts = [
                self.shared.virtual_host(exposure, call.policy, found, exposure.service.name.written)
                for call, exposure in on_port
            ]
            return [self._http_chain(exposures[0], [*hosts, *unrouted])]
        if len(exposures) > 1:
            message = "shares its port with another virtual service, and for tcp only the port distinguishes services"
            hint = "Give one of the services another port"
            self._report("AM312", on_port[1][0].path, message, hint)
        call, exposure = on_port[0]
        return [self._tcp_chain(exposure, rule, call.policy, found) for rule in exposure.rules[:1]]

    def _http_chain(self, exposure: Exposure, hosts: Sequence[Config]) -> Config:
        others: list[Config] = []
        if self._allows_all and self.mesh is not None:
            message = "lets other hosts through on the ports of virtual services, which App Mesh answered with 404"
            self.findings.append(
                Finding("AM357", self.mesh.logical_id, self.mesh.path, message, "DROP_ALL refuses other hosts")
            )
            route: Config = {"match": ANYTHING, "route": {"cluster": self._passthrough, "timeout": "0s"}}
            others = [listeners.virtual_host("mesh-allow-all", listeners.ANY_HOST, [route])]
        name = named("egress_http", exposure.port.written)
        network_filter = listeners.http("egress", named("rds", name), [*hosts, *others], self.observed)
        return listeners.chain(name, {"destination_port": exposure.port.written}, network_filter)

    def _tcp_chain(self, exposure: Exposure, rule: Rule, policy: ClientTls | None, found: Variants) -> Config:
        given = rule.route.timeout.idle if rule.route else None
        to = destination(rule, self.shared.namer(policy, found))
        proxy = listeners.tcp("egress", to, self.observed, given.written if given else IDLE)
        name = named("egress_tcp", exposure.port.written)
        return listeners.chain(name, {"destination_port": exposure.port.written}, proxy)
