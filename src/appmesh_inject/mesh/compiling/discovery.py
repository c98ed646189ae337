"""How a caller's Envoy finds a node. Always by DNS, even where App Mesh used the API of Cloud Map."""

from collections.abc import Iterator
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Path
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import CloudMap, Dns, Model, VirtualNode
from appmesh_inject.mesh.scalars import Scalar

MOST_ADDRESSES = 8
"""Addresses that Cloud Map returns for one DNS query. Cloud Map developer guide, "Routing policy" of a service."""

FAMILIES = {
    None: "AUTO",
    "IPv4_PREFERRED": "V4_PREFERRED",
    "IPv6_PREFERRED": "AUTO",
    "IPv4_ONLY": "V4_ONLY",
    "IPv6_ONLY": "V6_ONLY",
}


@final
class NodeAddress(NamedTuple):
    """Where callers find a node. is_logical: Envoy uses one of the addresses that DNS returns, instead of all."""

    hostname: Scalar
    is_logical: bool
    family: str
    findings: tuple[Finding, ...] = ()


def endpoint(
    node: VirtualNode, found: Dns | CloudMap, ip_preference: str | None, model: Model, is_logical: bool
) -> NodeAddress:
    """ip_preference: the mesh's, used for nodes without their own. is_logical: applies only to Cloud Map names."""
    family = FAMILIES[found.ip_preference or ip_preference]
    if isinstance(found, Dns):
        return NodeAddress(found.hostname, found.is_logical, family)
    service, namespace = found.service, found.namespace
    hostname = Scalar(f"{service.key}.{namespace.key}", joined([service.written, ".", namespace.written]))
    return NodeAddress(hostname, is_logical, family, tuple(_limits(node, found, model, is_logical)))


def _limits(node: VirtualNode, found: CloudMap, model: Model, is_logical: bool) -> Iterator[Finding]:
    """Reports what the Cloud Map API supports and DNS does not."""

    def finding(code: str, step: str, message: str, hint: str) -> Finding:
        path: Path = (*found.path, step)
        return Finding(code, node.logical_id, path, message, hint)

    if found.has_attributes:
        message = "select instances, which DNS cannot do: traffic would reach all of them"
        yield finding("AM311", "Attributes", message, "Give each version a Cloud Map service of its own")
    name, namespace = found.service.key.lower(), found.namespace.key.lower()
    spaces = [fact for fact in model.namespaces if fact.name == namespace]
    services = [fact for fact in model.cloud_map_services if fact.name == name and fact.namespace in ("", namespace)]
    for fact in spaces:
        if fact.obstacle:
            hint = "Use a PrivateDnsNamespace, and services that publish A records"
            yield finding("AM311", "NamespaceName", fact.obstacle, hint)
    for fact in services:
        if fact.obstacle:
            yield finding("AM311", "ServiceName", fact.obstacle, "Give the Cloud Map service A records")
    if not spaces:
        message = "is not in this template, and must be a DNS namespace whose services publish A records"
        yield finding("AM354", "NamespaceName", message, "Make sure that it is one")
    tasks = sum(fact.tasks for fact in services if fact.tasks) if all(fact.tasks for fact in services) else 0
    if not is_logical and (tasks == 0 or tasks > MOST_ADDRESSES):
        has = f"has {tasks} tasks and " if tasks else ""
        after = next((f", and others after the record's TTL of {fact.ttl} s" for fact in services if fact.ttl), "")
        message = f"{has}is found by DNS, which returns at most eight addresses at a time{after}"
        yield finding("AM355", "ServiceName", message, "With more than eight tasks, set CloudMapDns to logical")
