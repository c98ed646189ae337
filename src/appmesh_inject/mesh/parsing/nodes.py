"""Meshes, virtual nodes, gateways, routers and services."""

from collections.abc import Mapping
from typing import Any

from appmesh_inject.mesh.model import (
    AccessLog,
    Backend,
    CloudMap,
    Dns,
    Mesh,
    VirtualGateway,
    VirtualNode,
    VirtualRouter,
    VirtualService,
)
from appmesh_inject.mesh.parsing.listeners import gateway_listener, listener, listeners, router_listener
from appmesh_inject.mesh.parsing.place import Members, Place, each
from appmesh_inject.mesh.parsing.tls import backend_defaults, client_policy
from appmesh_inject.mesh.scalars import Text
from appmesh_inject.settings.types import any_text

_IP_PREFERENCES = ("IPv4_PREFERRED", "IPv6_PREFERRED", "IPv4_ONLY", "IPv6_ONLY")


def mesh(common: Mapping[str, Any], properties: Members) -> Mesh:
    spec = properties["Spec"].is_there and properties["Spec"].members("EgressFilter", "ServiceDiscovery")
    egress = spec and spec["EgressFilter"].is_there and spec["EgressFilter"].members("Type")
    discovery = spec and spec["ServiceDiscovery"].is_there and spec["ServiceDiscovery"].members("IpPreference")
    kind = egress.required_choice("Type", "ALLOW_ALL", "DROP_ALL") if egress else None
    return Mesh(
        **common,
        allows_all=kind == "ALLOW_ALL",
        ip_preference=discovery.choice("IpPreference", *_IP_PREFERENCES) if discovery else None,
    )


def virtual_node(common: Mapping[str, Any], properties: Members) -> VirtualNode | None:
    place = properties.required("Spec")
    spec = place and place.members("Listeners", "Backends", "BackendDefaults", "ServiceDiscovery", "Logging")
    if not spec:
        return None
    return VirtualNode(
        **common,
        listeners=listeners(spec["Listeners"], listener),
        backends=each(spec["Backends"].items(), _backend),
        tls=backend_defaults(spec["BackendDefaults"]),
        discovery=_discovery(spec["ServiceDiscovery"]),
        access_log=_access_log(spec["Logging"]),
    )


def virtual_gateway(common: Mapping[str, Any], properties: Members) -> VirtualGateway | None:
    place = properties.required("Spec")
    spec = place and place.members("Listeners", "BackendDefaults", "Logging")
    several = spec and spec.required("Listeners")
    if not spec or not several:
        return None
    return VirtualGateway(
        **common,
        listeners=listeners(several, gateway_listener),
        tls=backend_defaults(spec["BackendDefaults"]),
        access_log=_access_log(spec["Logging"]),
    )


def virtual_router(common: Mapping[str, Any], properties: Members) -> VirtualRouter | None:
    spec = properties["Spec"].is_there and properties["Spec"].members("Listeners")
    return VirtualRouter(**common, listeners=listeners(spec["Listeners"], router_listener) if spec else ())


def virtual_service(common: Mapping[str, Any], properties: Members) -> VirtualService | None:
    place = properties.required("Spec")
    spec = place and place.members("Provider")
    provider = spec and spec["Provider"].is_there and spec["Provider"].members("VirtualNode", "VirtualRouter")
    if not provider:
        return spec and VirtualService(**common)
    kind = provider.one_of("VirtualNode", "VirtualRouter", needed=False)
    members = provider[kind].members(f"{kind}Name") if kind else None
    name = members and members.required_text(f"{kind}Name", any_text)
    if kind and name is None:
        return None
    return VirtualService(
        **common,
        node=name if kind == "VirtualNode" else None,
        router=name if kind == "VirtualRouter" else None,
    )


def _backend(place: Place) -> Backend | None:
    members = place.members("VirtualService")
    service_place = members and members.required("VirtualService")
    service = service_place and service_place.members("VirtualServiceName", "ClientPolicy")
    name = service and service.required_text("VirtualServiceName", any_text)
    if not service or name is None:
        return None
    return Backend(service=name, tls=client_policy(service["ClientPolicy"]))


def _discovery(place: Place) -> Dns | CloudMap | None:
    members = place.is_there and place.members("DNS", "AWSCloudMap")
    kind = members and members.one_of("DNS", "AWSCloudMap")
    if not members or not kind:
        return None
    return _dns(members[kind]) if kind == "DNS" else _cloud_map(members[kind])


def _dns(place: Place) -> Dns | None:
    members = place.members("Hostname", "ResponseType", "IpPreference")
    hostname = members and members.required_text("Hostname", any_text)
    if not members or hostname is None:
        return None
    return Dns(
        hostname=hostname,
        is_logical=members.choice("ResponseType", "LOADBALANCER", "ENDPOINTS") != "ENDPOINTS",
        ip_preference=members.choice("IpPreference", *_IP_PREFERENCES),
    )


def _cloud_map(place: Place) -> CloudMap | None:
    members = place.members("ServiceName", "NamespaceName", "Attributes", "IpPreference")
    service = members and members.required_text("ServiceName", any_text)
    namespace = members and members.required_text("NamespaceName", any_text)
    if not members or service is None or namespace is None:
        return None
    return CloudMap(
        service=service,
        namespace=namespace,
        has_attributes=bool(members["Attributes"].items()),
        ip_preference=members.choice("IpPreference", *_IP_PREFERENCES),
        path=place.path,
    )


def _access_log(place: Place) -> AccessLog | None:
    logging = place.is_there and place.members("AccessLog")
    log = logging and logging["AccessLog"].is_there and logging["AccessLog"].members("File")
    file = log and log["File"].is_there and log["File"].members("Path", "Format")
    # Whether it is a stream or a file decides which logger Envoy gets.
    path_place = file.required("Path") if file else None
    path = path_place and path_place.known_text(any_text)
    if not file or path is None:
        return None
    style = file["Format"].is_there and file["Format"].members("Text", "Json")
    if not style or not style.one_of("Text", "Json"):
        return AccessLog(file=path)
    return AccessLog(file=path, text=style.text("Text"), members=_json_format(style["Json"]))


def _json_format(place: Place) -> tuple[tuple[Text, Text], ...]:
    found = each(place.items(), _json_member)
    if len(found) == 1 and found[0][0].key.startswith(("Ref", "Condition", "Fn::")):
        place.report("AM322", "has one member, whose key reads as a function of CloudFormation", "Add another member")
        return ()
    return found


def _json_member(place: Place) -> tuple[Text, Text] | None:
    members = place.members("Key", "Value")
    key_place = members and members.required("Key")
    key = key_place and key_place.known_text(any_text)
    value = members and members.required_text("Value")
    if key is not None and not isinstance(key.written, str):
        place.report("AM301", "has a key that is not written out", "Write the key itself")
        return None
    return None if key is None or value is None else (key, value)
