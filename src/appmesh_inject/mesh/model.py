"""The mesh as frozen values, with the names of App Mesh's documentation. Resources refer to each other by name.

`path` is where a value stands in the template. It is ignored in comparisons.
"""

from dataclasses import dataclass, field
from typing import final

from appmesh_inject.cfn.document import Path
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.scalars import Scalar, host_key
from appmesh_inject.mesh.tls_model import ClientTls, ListenerTls

TCP, HTTP, HTTP2, GRPC = "tcp", "http", "http2", "grpc"
PROTOCOLS = (TCP, HTTP, HTTP2, GRPC)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    per_request: Scalar | None = None
    idle: Scalar | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    protocol: str
    url_path: Scalar | None
    port: Scalar | None
    interval: Scalar
    timeout: Scalar
    healthy_threshold: Scalar
    unhealthy_threshold: Scalar
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierDetection:
    max_server_errors: Scalar
    interval: Scalar
    base_ejection_duration: Scalar
    max_ejection_percent: Scalar
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPool:
    max_connections: Scalar | None = None
    max_pending_requests: Scalar | None = None
    max_requests: Scalar | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    port: Scalar
    protocol: str
    timeout: Timeout = Timeout()
    connection_pool: ConnectionPool = ConnectionPool()
    health_check: HealthCheck | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ListenerTls | None = None
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Dns:
    hostname: Scalar
    is_logical: bool
    ip_preference: str | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMap:
    service: Scalar
    namespace: Scalar
    has_attributes: bool
    ip_preference: str | None
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLog:
    """text: a text format; members: a JSON format. Without both, Envoy's default format applies."""

    file: Scalar
    text: Scalar | None = None
    members: tuple[tuple[Scalar, Scalar], ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """tls: None if the backend has no client policy of its own."""

    service: Scalar
    tls: ClientTls | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """source: the stack or file that defines the resource; empty for the template that is processed. Logical IDs are
    for messages: stacks that are made from one module use the same ones."""

    logical_id: str = field(compare=False)
    mesh: Scalar
    name: Scalar
    path: Path = field(compare=False, default=())
    source: str = field(compare=False, default="")

    @property
    def identity(self) -> tuple[str, ...]:
        """What distinguishes the resource from others of its type: its mesh and name."""
        return self.mesh.key, self.name.key


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh(Resource):
    allows_all: bool
    ip_preference: str | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualNode(Resource):
    listeners: tuple[Listener, ...]
    backends: tuple[Backend, ...]
    tls: ClientTls | None
    discovery: Dns | CloudMap | None
    access_log: AccessLog | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualGateway(Resource):
    listeners: tuple[Listener, ...]
    tls: ClientTls | None
    access_log: AccessLog | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualRouter(Resource):
    listeners: tuple[Listener, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualService(Resource):
    """The provider is a node or a router. Without a provider the service answers 404."""

    node: Scalar | None = None
    router: Scalar | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        return self.mesh.key, host_key(self.name)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """The condition on a header, a metadata entry or a query parameter. kind: `exact`, `prefix`, `suffix`, `regex`,
    `range` (from `value` to below `end`) or `present`."""

    name: Scalar
    kind: str = "present"
    value: Scalar | None = None
    end: Scalar | None = None
    invert: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    prefix: Scalar | None = None
    exact_path: Scalar | None = None
    path_regex: Scalar | None = None
    method: str | None = None
    scheme: str | None = None
    headers: tuple[Matcher, ...] = ()
    query_parameters: tuple[Matcher, ...] = ()
    port: Scalar | None = None
    service_name: Scalar | None = None
    method_name: Scalar | None = None
    hostname: Scalar | None = None
    hostname_suffix: Scalar | None = None
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedTarget:
    """baseline: the weight that the task definitions carry if `weight` is live; None if it is not."""

    node: Scalar
    weight: Scalar
    port: Scalar | None
    baseline: Scalar | None = None
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    max_retries: Scalar
    per_retry_timeout: Scalar
    http_events: tuple[str, ...] = ()
    tcp_events: tuple[str, ...] = ()
    grpc_events: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Resource):
    router: Scalar
    protocol: str
    priority: int | None
    match: Match
    targets: tuple[WeightedTarget, ...]
    retry: RetryPolicy | None
    timeout: Timeout

    @property
    def identity(self) -> tuple[str, ...]:
        """Names of routes need be unique only within their router."""
        return self.mesh.key, self.router.key, self.name.key


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """By default App Mesh replaced the host name with the service's, and the prefix with `/`."""

    keeps_hostname: bool = False
    keeps_prefix: bool = False
    prefix: Scalar | None = None
    exact_path: Scalar | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRoute(Resource):
    gateway: Scalar
    protocol: str
    priority: int | None
    match: Match
    service: Scalar
    target_port: Scalar | None
    rewrite: Rewrite

    @property
    def identity(self) -> tuple[str, ...]:
        """Names of gateway routes need be unique only within their gateway."""
        return self.mesh.key, self.gateway.key, self.name.key


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMapFact:
    """A Cloud Map namespace or service of the template. obstacle: why DNS cannot find it; None if it can.

    namespace: of a service, empty if unknown; empty for a namespace. tasks: the number that registers in a service;
    ttl: of its record, in seconds; each None if unknown.
    """

    name: str
    namespace: str = ""
    obstacle: str | None = None
    tasks: int | None = None
    ttl: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All mesh resources of one template, or of several that make one mesh. names: of the template that is processed.
    places: where the resources were looked for, in words."""

    names: MeshNames
    meshes: tuple[Mesh, ...] = ()
    nodes: tuple[VirtualNode, ...] = ()
    gateways: tuple[VirtualGateway, ...] = ()
    routers: tuple[VirtualRouter, ...] = ()
    services: tuple[VirtualService, ...] = ()
    routes: tuple[Route, ...] = ()
    gateway_routes: tuple[GatewayRoute, ...] = ()
    namespaces: tuple[CloudMapFact, ...] = ()
    cloud_map_services: tuple[CloudMapFact, ...] = ()
    places: tuple[str, ...] = ("this template",)

    @property
    def resources(self) -> tuple[Resource, ...]:
        parts = (self.meshes, self.nodes, self.gateways, self.routers, self.services, self.routes, self.gateway_routes)
        return tuple(resource for part in parts for resource in part)
