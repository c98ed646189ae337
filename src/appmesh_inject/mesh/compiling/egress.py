"""Outgoing traffic: clusters and virtual hosts for the services that a node or gateway calls."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling import clusters, discovery
from appmesh_inject.mesh.compiling.clusters import Cluster
from appmesh_inject.mesh.compiling.envoy_messages import Config
from appmesh_inject.mesh.compiling.listeners import virtual_host
from appmesh_inject.mesh.compiling.options import Options
from appmesh_inject.mesh.compiling.resource_links import Exposure, Key, Links, Target
from appmesh_inject.mesh.compiling.routes import rule_config
from appmesh_inject.mesh.model import Mesh, VirtualService
from appmesh_inject.mesh.scalars import host_key
from appmesh_inject.mesh.tls_model import ClientTls

Variants: TypeAlias = Mapping[tuple[Key, ClientTls | None], Json]
"""The suffix of a cluster's name, by node, port and client policy. Empty for the first policy that leads to a node."""


@final
class Called(NamedTuple):
    """A virtual service that a node or gateway calls, and the client policy that applies."""

    service: VirtualService
    policy: ClientTls | None
    path: Path


def variants(called: Iterable[tuple[Called, Sequence[Exposure]]]) -> Variants:
    """For the first policy that leads to a node, the cluster keeps App Mesh's name. For further policies the name of
    the service is added. So the usual case of one policy per node keeps the names that App Mesh used."""
    found: dict[tuple[Key, ClientTls | None], Json] = {}
    taken: set[Key] = set()
    for call, exposures in called:
        for target in (target for exposure in exposures for rule in exposure.rules for target in rule.targets):
            key = (target.key, call.policy)
            if key not in found:
                found[key] = call.service.name.written if target.key in taken else ""
                taken.add(target.key)
    return found


@final
@dataclass(frozen=True, slots=True)
class Shared:
    """Clusters and virtual hosts of one mesh, each built once for all callers."""

    links: Links
    options: Options
    meshes: Mapping[str, Mesh]
    _clusters: dict[tuple[Key, ClientTls | None, str], Cluster] = field(init=False, default_factory=dict)
    _hosts: dict[tuple[Key, str, ClientTls | None, str], Config] = field(init=False, default_factory=dict)

    def cluster(self, target: Target, policy: ClientTls | None, variant: Json) -> Cluster:
        key = (target.key, policy, str(variant))
        known = self._clusters.get(key)
        if known is None:
            known = self._clusters[key] = self._cluster(target, policy, variant)
        return known

    def _cluster(self, target: Target, policy: ClientTls | None, variant: Json) -> Cluster:
        node, found = target.node, target.node.discovery
        assert found is not None, "links lead only to nodes that can be found"
        mesh = self.meshes.get(node.mesh.key)
        preference = mesh.ip_preference if mesh else None
        is_logical = self.options.cloud_map_dns == "logical"
        place = discovery.endpoint(node, found, preference, self.links.model, is_logical)
        return clusters.egress(target, place, policy, variant)

    def namer(self, policy: ClientTls | None, found: Variants) -> Callable[[Target], Json]:
        return lambda target: clusters.egress_name(target, found[target.key, policy])

    def virtual_host(self, exposure: Exposure, policy: ClientTls | None, found: Variants, authority: Json) -> Config:
        """The virtual host of a service on one port. authority: the Host header that selects it."""
        named = [str(found[target.key, policy]) for rule in exposure.rules for target in rule.targets]
        key = (exposure.service.identity, exposure.port.key, policy, "\n".join((str(authority), *named)))
        known = self._hosts.get(key)
        if known is None:
            known = self._hosts[key] = self._virtual_host(exposure, self.namer(policy, found), authority)
        return known

    def _virtual_host(self, exposure: Exposure, namer: Callable[[Target], Json], authority: Json) -> Config:
        domains = [authority]
        if authority == exposure.service.name.written:
            domains.append(joined([authority, ":", exposure.port.written]))
        default_retry = self.options.default_retry_policy
        routes = [rule_config(rule, exposure.protocol, namer, default_retry) for rule in exposure.rules]
        return virtual_host(authority, domains, routes)


def egress_clusters(
    shared: Shared, called: Iterable[tuple[Called, Sequence[Exposure]]], found: Variants
) -> tuple[list[Config], list[Finding]]:
    """The clusters that the calls use, each once, sorted by name."""
    built: dict[str, Cluster] = {}
    for call, exposures in called:
        for target in (target for exposure in exposures for rule in exposure.rules for target in rule.targets):
            variant = found[target.key, call.policy]
            built["\n".join((*target.key, str(variant)))] = shared.cluster(target, call.policy, variant)
    ordered = [built[key] for key in sorted(built)]
    return [cluster.config for cluster in ordered], [finding for cluster in ordered for finding in cluster.findings]


def by_service(called: Iterable[Called]) -> list[Called]:
    return sorted(called, key=lambda call: host_key(call.service.name))
