"""Compiles the bootstrap of one Envoy, for a virtual node or a virtual gateway.

A `Compiler` keeps the clusters and virtual hosts that it has built, so that all tasks of a mesh share them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.compiling import clusters, tls
from appmesh_inject.mesh.compiling.egress import Called, Shared
from appmesh_inject.mesh.compiling.envoy_messages import LOOPBACK, Config, address
from appmesh_inject.mesh.compiling.missing_resources import missing
from appmesh_inject.mesh.compiling.nodes import node_parts
from appmesh_inject.mesh.compiling.options import Compiled, Options
from appmesh_inject.mesh.compiling.resource_links import Links
from appmesh_inject.mesh.compiling.stats_listener import statistics
from appmesh_inject.mesh.compiling.telemetry import telemetry_config
from appmesh_inject.mesh.model import Mesh, Model, VirtualGateway, VirtualNode
from appmesh_inject.mesh.name_keys import mesh_and_name, without_owner
from appmesh_inject.mesh.tls_model import SDS_VARIABLE, ClientTls, ListenerTls
from appmesh_inject.settings.types import quoted

if TYPE_CHECKING:
    from appmesh_inject.mesh.live_function import LiveRoute

_DEFERRED_STATS: Config = {"deferred_stat_options": {"enable_deferred_creation_stats": "true"}}

Owner = VirtualNode | VirtualGateway
T = TypeVar("T", VirtualNode, VirtualGateway)


def compile_node(model: Model, who: Json, options: Options | None = None, mesh_name: Json = None) -> Compiled:
    """The bootstrap of one virtual node; see `Compiler.node`."""
    return Compiler(model, options or Options()).node(who, mesh_name)


def compile_gateway(model: Model, who: Json, options: Options | None = None, mesh_name: Json = None) -> Compiled:
    """The bootstrap of one virtual gateway; see `Compiler.gateway`."""
    return Compiler(model, options or Options()).gateway(who, mesh_name)


@final
class _Named(NamedTuple):
    """How a task names its node or gateway. written: in its mark. key: of the name, or of the ARN. mesh: key of the
    mesh's name; None if it is not given."""

    written: Json
    key: str
    mesh: str | None


@final
@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles nodes and gateways of one model under the same options but for the environment."""

    model: Model
    options: Options
    shared: Shared = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        meshes: Mapping[str, Mesh] = {mesh.mesh.key: mesh for mesh in self.model.meshes}
        links = Links(self.model, lists_weights=self.options.lists_weights)
        object.__setattr__(self, "shared", Shared(links, self.options, meshes))

    def node(self, who: Json, mesh_name: Json = None, options: Options | None = None) -> Compiled:
        """The bootstrap of a virtual node. who: a name, a logical ID, an ARN, or an intrinsic for one of these.
        mesh_name: needed if two meshes have a node of this name. options: may differ from the compiler's only in ports
        and environment."""
        node = self.find_node(who, mesh_name, options)
        if isinstance(node, Finding):
            return Compiled(bootstrap={}, findings=(node,))
        return self._compiled(node, options or self.options)

    def gateway(self, who: Json, mesh_name: Json = None, options: Options | None = None) -> Compiled:
        """The bootstrap of a virtual gateway; parameters as for `node`."""
        gateway = self.find_gateway(who, mesh_name, options)
        if isinstance(gateway, Finding):
            return Compiled(bootstrap={}, findings=(gateway,))
        return self._compiled(gateway, options or self.options)

    def live_routes(self) -> "tuple[LiveRoute, ...]":
        """The routes with live weights, under all names that callers have for their clusters."""
        from appmesh_inject.mesh.compiling.live_routes import live_routes

        return tuple(live_routes(self.shared.links))

    def named(self, who: Json, mesh_name: Json, scope: Scope) -> tuple[str, ...]:
        """The logical IDs of the nodes and gateways that `who` can mean."""
        name = self._named(who, mesh_name, self.options._replace(scope=scope))
        found = (
            _found(self.model, name, self.model.nodes, "virtualNode"),
            _found(self.model, name, self.model.gateways, "virtualGateway"),
        )
        return tuple(owner.logical_id for owner in found if not isinstance(owner, Finding))

    def find_node(self, who: Json, mesh_name: Json = None, options: Options | None = None) -> VirtualNode | Finding:
        """The virtual node that `who` names, or why there is none; parameters as for `node`."""
        return _found(self.model, self._named(who, mesh_name, options), self.model.nodes, "virtualNode")

    def find_gateway(
        self, who: Json, mesh_name: Json = None, options: Options | None = None
    ) -> VirtualGateway | Finding:
        """The virtual gateway that `who` names, or why there is none; parameters as for `node`."""
        return _found(self.model, self._named(who, mesh_name, options), self.model.gateways, "virtualGateway")

    def _named(self, who: Json, mesh_name: Json, options: Options | None) -> _Named:
        scope, names = (options or self.options).scope, self.model.names
        return _Named(who, names.key(who, scope), None if mesh_name is None else names.key(mesh_name, scope))

    def _compiled(self, owner: Owner, options: Options) -> Compiled:
        telemetry = telemetry_config(owner, options)
        mesh = self.shared.meshes.get(owner.mesh.key)
        if isinstance(owner, VirtualNode):
            parts = node_parts(owner, mesh, self.shared, options, telemetry)
        else:
            # Imported here, as what follows: few tasks need it, and every import prolongs a cold start.
            from appmesh_inject.mesh.compiling.gateways import gateway_parts

            parts = gateway_parts(owner, mesh, self.shared, options, telemetry)
        needs = tls.needs(owner, *_tls_settings(owner, parts.called))
        sds, unmet = _sds(owner, options) if needs.sds else ((), ())
        served = statistics(options, _ip_preference(owner, mesh))
        is_live = any(self.shared.links.is_live(call.service) for call in parts.called)
        live_top: Config = {}
        live_clusters: Sequence[Config] = ()
        if is_live:
            from appmesh_inject.mesh.compiling.live_layer import live_layer

            live_top, live_clusters = live_layer(owner.mesh, options.live_function)
        bootstrap: Config = {
            "node": _identity(owner),
            "admin": {"address": address(LOOPBACK, options.admin_port)},
            "static_resources": {
                "listeners": [*parts.listeners, *served.listeners],
                "clusters": [*parts.clusters, *telemetry.clusters, *sds, *served.clusters, *live_clusters],
            },
            **telemetry.top,
            **live_top,
            **(_DEFERRED_STATS if options.deferred_stats else {}),
        }
        findings = (
            *parts.findings,
            *_mesh_findings(owner, mesh, self.model),
            *telemetry.findings,
            *needs.findings,
            *unmet,
        )
        return Compiled(
            bootstrap=bootstrap,
            findings=ordered((*findings, *_port_findings(owner, options))),
            ports=tuple(listener.port.written for listener in owner.listeners),
            files=_distinct((*needs.files, *telemetry.files)),
            is_live=is_live,
            logical_id=owner.logical_id,
        )


def _ip_preference(owner: Owner, mesh: Mesh | None) -> str | None:
    """The preference of the node, or else of its mesh."""
    own = owner.discovery.ip_preference if isinstance(owner, VirtualNode) and owner.discovery else None
    return own or (mesh.ip_preference if mesh else None)


def _distinct(files: Sequence[Json]) -> tuple[Json, ...]:
    return tuple(file for n, file in enumerate(files) if file not in files[:n])


def _identity(owner: Owner) -> Config:
    kind = "virtualNode" if isinstance(owner, VirtualNode) else "virtualGateway"
    name = joined(["mesh/", owner.mesh.written, f"/{kind}/", owner.name.written])
    return {"id": name, "cluster": name}


def _found(model: Model, named: _Named, candidates: Sequence[T], kind: str) -> T | Finding:
    """The one of `candidates` that a task names: by its name or, failing that, by its logical ID."""
    written, key, mesh = named
    mesh, key = mesh_and_name(key, kind) or (mesh, key)
    mesh = mesh and without_owner(mesh)
    found = [it for it in candidates if key == it.name.key and mesh in (None, it.mesh.key)]
    # Stacks of one module have the same logical IDs, so the template's own come first.
    for is_own in (True, False):
        found = found or [
            it
            for it in candidates
            if key == it.logical_id and mesh in (None, it.mesh.key) and is_own is not bool(it.source)
        ]
    if len(found) == 1:
        return found[0]
    what = "virtual node" if kind == "virtualNode" else "virtual gateway"
    if found:
        return Finding("AM308", "", (), f"two meshes have a {what} of this name", "Set MeshName")
    about = missing(model, mesh, key, candidates)
    known = isinstance(written, str)
    subject = f"the task names {what} {quoted(written)}, which" if known else f"the {what} that the task names"
    return Finding("AM308", "", (), f"{subject} is not in {about.where}", about.hint)


def _tls_settings(owner: Owner, called: Iterable[Called]) -> list[ListenerTls | ClientTls | None]:
    """All TLS settings of this Envoy. A policy that several services share appears once."""
    policies: dict[ClientTls | None, None] = dict.fromkeys(call.policy for call in called)
    return [*(listener.tls for listener in owner.listeners), *policies]


def _sds(owner: Owner, options: Options) -> tuple[tuple[Config, ...], tuple[Finding, ...]]:
    path = options.environment.get(SDS_VARIABLE)
    if path:
        return (clusters.unix_socket(tls.SDS_CLUSTER, path),), ()
    message = "uses SDS for TLS, but the envoy container does not name its socket"
    hint = f"Set {SDS_VARIABLE} in the Environment of the Envoy setting"
    return (), (Finding("AM320", owner.logical_id, owner.path, message, hint),)


def _mesh_findings(owner: Owner, mesh: Mesh | None, model: Model) -> Iterable[Finding]:
    if mesh is None:
        about = missing(model, None, owner.mesh.key, model.meshes)
        message = f"is not in {about.where}, so its egress filter is taken to be DROP_ALL, App Mesh's default"
        hint = about.hint.replace("Define it", "Define the AWS::AppMesh::Mesh")
        yield Finding("AM358", owner.logical_id, owner.mesh.path, f"the mesh {message}", hint)


def _port_findings(owner: Owner, options: Options) -> Iterable[Finding]:
    """Reports ports that two parts of one task would listen on."""
    own = {"ProxyEgressPort": options.egress_port, "the admin port": options.admin_port}
    if isinstance(owner, VirtualNode):
        own["ProxyIngressPort"] = options.ingress_port
    if options.stats_port is not None:
        own["StatsPort"] = options.stats_port
    taken = {str(port): what for what, port in own.items()}
    for listener in owner.listeners:
        if listener.port.key in taken:
            message = f"the listener uses the same port as {taken[listener.port.key]}"
            yield Finding("AM327", owner.logical_id, listener.port.path, message, "Change one of them")
    if len({str(port) for port in own.values()}) < len(own):
        message = f"{', '.join(own)} are not all different"
        yield Finding("AM327", owner.logical_id, owner.path, message, "Change one of them")
