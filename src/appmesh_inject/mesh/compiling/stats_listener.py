"""The listener of `StatsPort`: what may be read of Envoy's admin interface from outside of the task."""

from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.compiling import listeners
from appmesh_inject.mesh.compiling.envoy_messages import LOOPBACK, Config, address, assignment
from appmesh_inject.mesh.compiling.options import Options

PATHS = ("/ready", "/stats/prometheus")
_CLUSTER = "cds_admin"
_GET: Config = {"name": ":method", "string_match": {"exact": "GET"}}
_UNOBSERVED = listeners.Observed((), None)


@final
class Statistics(NamedTuple):
    listeners: tuple[Config, ...] = ()
    clusters: tuple[Config, ...] = ()


def statistics(options: Options, ip_preference: str | None) -> Statistics:
    """The listener and its cluster; none without a StatsPort. Everything of admin but two paths stays closed, since
    admin also changes and ends Envoy."""
    port = options.stats_port
    if port is None:
        return Statistics()
    _, place = listeners.outward(port, listeners.takes_6(ip_preference))
    routes: list[Json] = [
        {"match": {"path": path, "headers": [_GET]}, "route": {"cluster": _CLUSTER}} for path in PATHS
    ]
    routes += [{"match": {"path": path}, "direct_response": {"status": "405"}} for path in PATHS]
    routes.append({"match": {"prefix": "/"}, "direct_response": {"status": "404"}})
    hosts = [listeners.virtual_host("statistics", ["*"], routes)]
    served = listeners.http("statistics", "statistics", hosts, _UNOBSERVED)
    listener: Config = {
        "name": f"lds_statistics_{port}",
        **place,
        "filter_chains": [listeners.chain("statistics", {}, served)],
    }
    cluster: Config = {
        "name": _CLUSTER,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": assignment(_CLUSTER, {"address": address(LOOPBACK, options.admin_port)}),
    }
    return Statistics((listener,), (cluster,))
