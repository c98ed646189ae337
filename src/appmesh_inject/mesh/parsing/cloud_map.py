"""The Cloud Map namespaces and services of a template, and whether DNS can find them."""

from collections.abc import Iterator, Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Literal, function, read
from appmesh_inject.mesh.model import CloudMapFact
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.parsing.registered_tasks import registered_tasks
from appmesh_inject.resource_types import CLOUD_MAP

_NAMESPACES = ("PrivateDnsNamespace", "PublicDnsNamespace", "HttpNamespace")


def facts(resources: Mapping[str, Json], names: MeshNames) -> tuple[tuple[CloudMapFact, ...], tuple[CloudMapFact, ...]]:
    """The namespaces and the services."""
    namespaces: list[CloudMapFact] = []
    services: list[CloudMapFact] = []
    of_cloud_map = {
        logical_id: resource
        for logical_id, resource in resources.items()
        if isinstance(resource, dict) and str(resource.get("Type")).startswith(CLOUD_MAP)
    }
    for logical_id, resource in sorted(of_cloud_map.items()):
        kind, properties = resource["Type"], resource.get("Properties")
        if not isinstance(kind, str) or not isinstance(properties, dict):
            continue
        name = names.key(properties.get("Name")).lower()
        if kind.removeprefix(CLOUD_MAP) in _NAMESPACES:
            obstacle = "is an HttpNamespace, which has no DNS" if kind.endswith("HttpNamespace") else None
            namespaces.append(CloudMapFact(name=name, obstacle=obstacle))
        elif kind == f"{CLOUD_MAP}Service":
            namespace = _namespace_name(properties, resources, names)
            services.append(
                CloudMapFact(
                    name=name,
                    namespace=namespace,
                    obstacle=_obstacle(properties, names),
                    tasks=registered_tasks(logical_id, resources, names),
                    ttl=_ttl(properties, names),
                )
            )
    return tuple(namespaces), tuple(services)


def _namespace_name(properties: Mapping[str, Json], resources: Mapping[str, Json], names: MeshNames) -> str:
    """The name of the namespace that a service's NamespaceId refers to. Empty if the namespace is not in the
    template."""
    dns = properties.get("DnsConfig")
    pointer = properties.get("NamespaceId") or (dns.get("NamespaceId") if isinstance(dns, dict) else None)
    if not isinstance(pointer, dict) or function(pointer) not in ("Ref", "Fn::GetAtt"):
        return ""
    (argument,) = pointer.values()
    target = argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0]
    resource = resources.get(target) if isinstance(target, str) else None
    known = resource.get("Properties") if isinstance(resource, dict) else None
    return names.key(known["Name"]).lower() if isinstance(known, dict) and "Name" in known else ""


def _obstacle(properties: Mapping[str, Json], names: MeshNames) -> str | None:
    if properties.get("Type") == "HTTP":
        return "is a service of Type HTTP, which has no DNS"
    reading = read(properties.get("DnsConfig"), names.scope)
    if not isinstance(reading, Literal):
        return None
    if not isinstance(reading.value, dict):
        return "has no DnsConfig"
    kinds = list(_record_types(reading.value.get("DnsRecords"), names))
    if kinds and all(kind == "SRV" for kind in kinds):
        return "publishes only SRV records"
    return None


def _ttl(properties: Mapping[str, Json], names: MeshNames) -> str | None:
    """The longest TTL of the service's records, in seconds."""
    config = properties.get("DnsConfig")
    records = config.get("DnsRecords") if isinstance(config, dict) else None
    ttls = (
        [names.key(record.get("TTL")) for record in records if isinstance(record, dict)]
        if isinstance(records, list)
        else []
    )
    known = [ttl for ttl in ttls if ttl.isdigit()]
    return max(known, key=int) if known else None


def _record_types(records: Json, names: MeshNames) -> Iterator[str]:
    for record in records if isinstance(records, list) else ():
        yield names.key(record.get("Type")) if isinstance(record, dict) else ""
