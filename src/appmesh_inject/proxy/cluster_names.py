"""Whom an Envoy runs for, and which virtual node a cluster is: both stand in names, as App Mesh gave them."""

import re
from typing import NamedTuple

OWNERS = {"virtualNode": "virtual node", "virtualGateway": "virtual gateway"}
_ID = re.compile(r"^mesh/(?P<mesh>.+)/(?P<kind>virtualNode|virtualGateway)/(?P<name>[^/]+)$")
_REST = r"_(?P<node>.+)_(?P<protocol>http2|http|grpc|tcp)_(?P<port>\d+)(?:_(?P<service>.+))?"
_PASSTHROUGH = re.compile(r"^cds_egress_(?P<mesh>.+)_(?:mesh-allow-all|amazonaws)$")


class Owner(NamedTuple):
    """The virtual node or gateway that an Envoy runs for."""

    mesh: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name} of mesh {self.mesh}"


class NodeListener(NamedTuple):
    """A listener of a virtual node, as its callers' clusters name it. service: the virtual service whose client policy
    the cluster has, where callers have several policies for one node."""

    node: str
    protocol: str
    port: str
    service: str = ""

    def __str__(self) -> str:
        to = f", for {self.service}" if self.service else ""
        return f"virtual node {self.node} ({self.protocol} {self.port}{to})"


def owner(node_id: str) -> Owner | None:
    """The owner in the id of an Envoy, `mesh/apps/virtualNode/white`."""
    found = _ID.match(node_id)
    return Owner(found["mesh"], OWNERS[found["kind"]], found["name"]) if found else None


def mesh_of(clusters: list[str]) -> str:
    """The mesh that the names of clusters tell: by the cluster for all other traffic, or by what all have in common."""
    for name in clusters:
        if found := _PASSTHROUGH.match(name):
            return found["mesh"]
    of_nodes = [name for name in clusters if name.startswith(("cds_egress_", "cds_ingress_"))]
    return of_nodes[0].split("_")[2] if of_nodes else ""


def called_node(cluster: str, mesh: str) -> NodeListener | None:
    """The listener of a virtual node that the cluster leads to; None if it leads elsewhere."""
    return _listener("cds_egress", cluster, mesh)


def own_listener(cluster: str, mesh: str) -> NodeListener | None:
    """The listener of the virtual node whose application the cluster is."""
    return None if "_self_redirect_" in cluster else _listener("cds_ingress", cluster, mesh)


def _listener(beginning: str, cluster: str, mesh: str) -> NodeListener | None:
    found = re.fullmatch(f"{beginning}_{re.escape(mesh)}{_REST}", cluster)
    return NodeListener(found["node"], found["protocol"], found["port"], found["service"] or "") if found else None
