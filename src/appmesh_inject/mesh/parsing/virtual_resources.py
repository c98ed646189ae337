"""Meshes, virtual nodes, virtual gateways, virtual routers and virtual services."""

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
from appmesh_inject.mesh.parsing.property import Members, Property, each
from appmesh_inject.mesh.parsing.tls import backend_defaults, client_policy
from appmesh_inject.mesh.scalars import Scalar
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
    prop = properties.required("Spec")
    spec = prop and prop.members("Listeners", "Backends", "BackendDefaults", "ServiceDiscovery", "Logging")
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
    prop = properties.required("Spec")
    spec = prop and prop.members("Listeners", "BackendDefaults", "Logging")
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
    prop = properties.required("Spec")
    spec = prop and prop.members("Provider")
    provider = spec and spec["Provider"].is_there and spec["Provider"].members("VirtualNode", "VirtualRouter")
    if not provider:
        return spec and VirtualService(**common)
    kind = provider.one_of("VirtualNode", "VirtualRouter", needed=False)
    members = provider[kind].members(f"{kind}Name") if kind else None
    name = members and members.required_scalar(f"{kind}Name", any_text)
    if kind and name is None:
        return None
    return VirtualService(
        **common,
        node=name if kind == "VirtualNode" else None,
        router=name if kind == "VirtualRouter" else None,
    )


def _backend(prop: Property) -> Backend | None:
    members = prop.members("VirtualService")
    service_prop = members and members.required("VirtualService")
    service = service_prop and service_prop.members("VirtualServiceName", "ClientPolicy")
    name = service and service.required_scalar("VirtualServiceName", any_text)
    if not service or name is None:
        return None
    return Backend(service=name, tls=client_policy(service["ClientPolicy"]))


def _discovery(prop: Property) -> Dns | CloudMap | None:
    members = prop.is_there and prop.members("DNS", "AWSCloudMap")
    kind = members and members.one_of("DNS", "AWSCloudMap")
    if not members or not kind:
        return None
    return _dns(members[kind]) if kind == "DNS" else _cloud_map(members[kind])


def _dns(prop: Property) -> Dns | None:
    members = prop.members("Hostname", "ResponseType", "IpPreference")
    hostname = members and members.required_scalar("Hostname", any_text)
    if not members or hostname is None:
        return None
    return Dns(
        hostname=hostname,
        is_logical=members.choice("ResponseType", "LOADBALANCER", "ENDPOINTS") != "ENDPOINTS",
        ip_preference=members.choice("IpPreference", *_IP_PREFERENCES),
    )


def _cloud_map(prop: Property) -> CloudMap | None:
    members = prop.members("ServiceName", "NamespaceName", "Attributes", "IpPreference")
    service = members and members.required_scalar("ServiceName", any_text)
    namespace = members and members.required_scalar("NamespaceName", any_text)
    if not members or service is None or namespace is None:
        return None
    return CloudMap(
        service=service,
        namespace=namespace,
        has_attributes=bool(members["Attributes"].items()),
        ip_preference=members.choice("IpPreference", *_IP_PREFERENCES),
        path=prop.path,
    )


def _access_log(prop: Property) -> AccessLog | None:
    logging = prop.is_there and prop.members("AccessLog")
    log = logging and logging["AccessLog"].is_there and logging["AccessLog"].members("File")
    file = log and log["File"].is_there and log["File"].members("Path", "Format")
    # The path decides between the stream logger and the file logger.
    path_prop = file.required("Path") if file else None
    path = path_prop and path_prop.known_scalar(any_text)
    if not file or path is None:
        return None
    style = file["Format"].is_there and file["Format"].members("Text", "Json")
    if not style or not style.one_of("Text", "Json"):
        return AccessLog(file=path)
    return AccessLog(file=path, text=style.scalar("Text"), members=_json_format(style["Json"]))


def _json_format(prop: Property) -> tuple[tuple[Scalar, Scalar], ...]:
    found = each(prop.items(), _json_member)
    if len(found) == 1 and found[0][0].key.startswith(("Ref", "Condition", "Fn::")):
        prop.report(
            "AM322", "has a single member, whose key CloudFormation would take for a function", "Add another member"
        )
        return ()
    return found


def _json_member(prop: Property) -> tuple[Scalar, Scalar] | None:
    members = prop.members("Key", "Value")
    key_prop = members and members.required("Key")
    key = key_prop and key_prop.known_scalar(any_text)
    value = members and members.required_scalar("Value")
    if key is not None and not isinstance(key.written, str):
        prop.report("AM301", "has a key that is not a literal", "Write the key itself")
        return None
    return None if key is None or value is None else (key, value)
