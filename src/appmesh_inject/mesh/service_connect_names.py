"""The names under which services with ECS Service Connect answer, and the virtual nodes that they may stand for.

Source: ECS API Reference, ServiceConnectService: `discoveryName` (by default the port's name), `clientAliases`.
"""

from collections.abc import Collection, Iterator, Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.model import CloudMap, Model, VirtualGateway, VirtualNode
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.resource_types import ECS_SERVICE

_UNKNOWN = "\0"
"""Is in the key of a name that only CloudFormation knows."""


def service_connect_names(template: Json, names: MeshNames) -> Collection[str]:
    """The keys of the names that services of the template have in Service Connect, in lower case."""
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    found: set[str] = set()
    for service in resources.values() if isinstance(resources, Mapping) else ():
        if isinstance(service, Mapping) and service.get("Type") == ECS_SERVICE:
            properties = service.get("Properties")
            configuration = properties.get("ServiceConnectConfiguration") if isinstance(properties, Mapping) else None
            if isinstance(configuration, Mapping) and configuration.get("Enabled") is not False:
                found |= {names.key(name).lower() for name in _names(configuration)}
    return found


def _names(configuration: Json) -> Iterator[Json]:
    """Each value of the members that name a service, wherever they stand: also in the branches of an Fn::If."""
    if isinstance(configuration, Mapping):
        for member, value in configuration.items():
            if member in ("DiscoveryName", "PortName", "DnsName"):
                yield value
            else:
                yield from _names(value)
    elif isinstance(configuration, list):
        for item in configuration:
            yield from _names(item)


def may_stand_for(connected: Collection[str], owner: VirtualNode | VirtualGateway, model: Model) -> bool:
    """Whether a service with one of these names may be what callers of a node reach. Never for a gateway."""
    if not connected or isinstance(owner, VirtualGateway):
        return False
    if any(_UNKNOWN in name for name in connected):
        return True
    return any(name.lower() in connected for name in _names_of(owner, model))


def _names_of(node: VirtualNode, model: Model) -> Iterator[str]:
    """The node's own name, its names in DNS and Cloud Map, and those of the virtual services that lead to it."""
    yield node.name.key
    if isinstance(node.discovery, CloudMap):
        yield node.discovery.service.key
    elif node.discovery is not None:
        yield node.discovery.hostname.key
    routers = {route.router for route in model.routes if any(target.node == node.name for target in route.targets)}
    for service in model.services:
        if service.node == node.name or service.router in routers:
            yield service.name.key
