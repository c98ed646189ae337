"""What of a mesh has no counterpart in Service Connect, and ends. Nothing here sends a request elsewhere."""

from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import Mesh, VirtualNode
from appmesh_inject.profiles.context import Context

_TELEMETRY = (
    "ENABLE_ENVOY_XRAY_TRACING",
    "ENABLE_ENVOY_DATADOG_TRACING",
    "ENABLE_ENVOY_JAEGER_TRACING",
    "ENABLE_ENVOY_DOG_STATSD",
    "ENABLE_ENVOY_STATS_TAGS",
)
"""Variables of App Mesh's image that switch tracing and statistics on. Source: App Mesh user guide, "Envoy image"."""

_STREAMS = ("/dev/stdout", "/dev/stderr")


def of_node(node: VirtualNode, *, has_health_check: bool) -> Iterator[Finding]:
    """Warnings about a virtual node. has_health_check: one of its containers has a HealthCheck."""
    for listener in node.listeners:
        if listener.outlier_detection is not None:
            message = "outlier detection becomes the fixed one: five failures in 30 s keep a task away for 30 to 300 s"
            yield _finding("AM452", node, listener.outlier_detection.path, message, "Nothing needs to be done")
        pool = listener.connection_pool
        if any((pool.max_connections, pool.max_pending_requests, pool.max_requests)):
            message = "the limits of the connection pool end, and nothing protects the app from overload"
            yield _finding("AM453", node, (*listener.path, "ConnectionPool"), message, "Limit it in the app")
        if listener.health_check is not None and not has_health_check:
            message = "the active health check ends, and no container has a HealthCheck of its own"
            hint = "Give the app's container a HealthCheck, so that ECS replaces a task that hangs"
            yield _finding("AM454", node, listener.health_check.path, message, hint)
    if node.discovery is not None and node.discovery.ip_preference is not None:
        yield _ip_preference(node.logical_id, (*node.path, "Properties", "Spec", "ServiceDiscovery"))


def of_mesh(mesh: Mesh | None, nodes: Sequence[VirtualNode]) -> Iterator[Finding]:
    """Warnings about a mesh, once. nodes: those that are converted."""
    if not nodes:
        return
    subject, path = (mesh.logical_id, mesh.path) if mesh else (nodes[0].logical_id, nodes[0].mesh.path)
    filters = mesh is None or not mesh.allows_all
    if filters or any(node.backends for node in nodes):
        what = "the egress filter DROP_ALL and the backends" if filters else "the backends"
        message = f"{what} no longer limit what tasks call: every name of the namespace, and all addresses"
        yield Finding("AM456", subject, path, message, "Limit the security groups' egress, if it was a protection")
    if mesh is not None and mesh.ip_preference is not None:
        yield _ip_preference(mesh.logical_id, (*mesh.path, "Properties", "Spec", "ServiceDiscovery"))


def of_envoy(context: Context, variables: Mapping[str, Json], *, is_used: bool) -> Iterator[Finding]:
    """Warnings about what the Envoy of a task did besides. variables: of the container that goes. is_used: a standalone
    task uses the fragments of the setting `Envoy`, too."""
    members = {member for fragment in context.settings.envoy for member in fragment} - {"LogConfiguration", "Name"}
    place, subject = context.setting_path("Envoy"), context.workload.name
    if members and not is_used:
        message = f"of Envoy only LogConfiguration is used: {', '.join(sorted(members))} would say nothing"
        own = place[: len(context.workload.path)] == context.workload.path
        yield Finding("AM457", subject if own else "", place, message, "Take the other members out")
    telemetry = [name for name in _TELEMETRY if name in variables]
    if telemetry:
        message = f"tracing and statistics of the envoy end: {', '.join(telemetry)}"
        hint = "Use the metrics of Service Connect in CloudWatch, and an SDK or collector in the app"
        yield Finding("AM457", subject, context.workload.path, message, hint)


def access_log(node: VirtualNode, log: Json) -> tuple[Json, tuple[Finding, ...]]:
    """The AccessLogConfiguration of a node, None without one, and a warning about what ends. log: the
    LogConfiguration."""
    found = node.access_log
    if found is None:
        return None, ()
    path = (*node.path, "Properties", "Spec", "Logging")
    if found.file.known not in _STREAMS:
        message = "the access log goes to a file, and Service Connect writes only to its own log"
        return None, (_finding("AM458", node, path, message, "Log to /dev/stdout, and set LogConfiguration"),)
    if log is None:
        message = "the access log ends, since nothing says where Service Connect logs to"
        hint = "Set ServiceConnect: {LogConfiguration: {LogDriver: awslogs, Options: {...}}}"
        return None, (_finding("AM458", node, path, message, hint),)
    format_ = "JSON" if found.members else "TEXT"
    if found.text is not None or found.members:
        message = f"the format of the access log becomes that of Service Connect, {format_}"
        return {"Format": format_}, (_finding("AM458", node, path, message, "Adapt what reads the log"),)
    return {"Format": format_}, ()


def _ip_preference(subject: str, path: Path) -> Finding:
    message = "IpPreference ends: the task's subnet decides between IPv4 and IPv6"
    hint = "In a subnet of IPv6 alone, the app must listen on ::1"
    return Finding("AM459", subject, (*path, "IpPreference"), message, hint)


def _finding(code: str, node: VirtualNode, path: Path, message: str, hint: str) -> Finding:
    return Finding(code, node.logical_id, path, message, hint)
