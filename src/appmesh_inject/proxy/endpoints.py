"""The state of a cluster: how many endpoints it has, how many take traffic, and why the others do not."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from appmesh_inject.cfn.text_joining import number
from appmesh_inject.proxy.admin_answers import Statistics


class ClusterEndpoint(NamedTuple):
    """An address of a cluster. flags: why it is unhealthy, in Envoy's words. failed, connections: numbers of
    connections, since the address is known. open: those that are open."""

    address: str
    flags: tuple[str, ...] = ()
    connections: int = 0
    failed: int = 0
    open: int = 0

    @property
    def is_unreachable(self) -> bool:
        """Most connections fail, and none is open. A connection that is open ends a trouble of the past."""
        return not self.open and self.failed * 2 >= self.connections > 0


class ClusterState(NamedTuple):
    """endpoints: None if the files do not tell. counted: the cluster's statistics by name; None without statistics."""

    name: str
    endpoints: tuple[ClusterEndpoint, ...] | None
    counted: Mapping[str, int] | None

    def count(self, statistic: str) -> int:
        counted = self.counted or {}
        return counted.get(statistic, counted.get(statistic.replace(".", "_"), 0))


def cluster_states(
    names: Iterable[str], statuses: Mapping[str, Any] | None, statistics: Statistics | None
) -> dict[str, ClusterState]:
    """The states by name. statuses: what `clusters?format=json` answered."""
    listed = {it.get("name"): it for it in (statuses or {}).get("cluster_statuses", [])}
    counted = _by_cluster(names, statistics)
    return {
        name: ClusterState(
            name,
            _endpoints(listed[name]) if name in listed else _counted_endpoints(counted.get(name)),
            counted.get(name),
        )
        for name in names
    }


def _by_cluster(names: Iterable[str], statistics: Statistics | None) -> dict[str, dict[str, int]]:
    """The statistics of each cluster; empty without statistics."""
    if statistics is None:
        return {}
    written = {name.replace(":", "_"): name for name in names}
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    for key, value in statistics.items():
        pieces = key.split(".")
        # The name of a cluster can have dots of its own.
        ends = range(2, len(pieces)) if pieces[0] == "cluster" else ()
        end = next((end for end in ends if ".".join(pieces[1:end]) in written), None)
        if end is not None:
            found[written[".".join(pieces[1:end])]][".".join(pieces[end:])] = value
    return found


def _endpoints(status: Mapping[str, Any]) -> tuple[ClusterEndpoint, ...]:
    return tuple(_endpoint(host) for host in status.get("host_statuses", []))


def _endpoint(host: Mapping[str, Any]) -> ClusterEndpoint:
    counted = {it.get("name"): number(it.get("value")) or 0 for it in host.get("stats", [])}
    flags = tuple(name for name, value in host.get("health_status", {}).items() if value is True)
    is_healthy = host.get("health_status", {}).get("eds_health_status", "HEALTHY") in ("HEALTHY", "UNKNOWN")
    return ClusterEndpoint(
        _address(host.get("address", {})),
        flags if is_healthy or flags else ("eds_health_status",),
        counted.get("cx_total", 0),
        counted.get("cx_connect_fail", 0),
        counted.get("cx_active", 0),
    )


def _address(address: Mapping[str, Any]) -> str:
    place = address.get("socket_address", {})
    host = str(place.get("address", ""))
    return f"[{host}]:{place.get('port_value')}" if ":" in host else f"{host}:{place.get('port_value')}"


def _counted_endpoints(counted: Mapping[str, int] | None) -> tuple[ClusterEndpoint, ...] | None:
    """What the statistics alone tell: numbers without addresses."""
    if counted is None or "membership_total" not in counted:
        return None
    total, healthy = counted["membership_total"], counted.get("membership_healthy", 0)
    connections = counted.get("upstream_cx_total", 0), counted.get("upstream_cx_connect_fail", 0)
    one = ClusterEndpoint("", (), *connections, counted.get("upstream_cx_active", 0))
    return tuple(one if number < healthy else ClusterEndpoint("", ("unhealthy",)) for number in range(total))
