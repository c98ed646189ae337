"""What sidecars are, and those that several profiles add: literals that look like the documents they become.

Sources: App Mesh user guide, last edition, "Getting started with AWS App Mesh and Amazon ECS"; X-Ray developer guide.
"""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.limits import APP_PORTS, CONTAINERS_OF_A_TASK
from appmesh_inject.profiles.sidecar.image_names import X_RAY_IMAGE
from appmesh_inject.profiles.sidecar.template import JoinedText, Members, Slot, Template
from appmesh_inject.workloads.member_names import ECS_API

NODE, GATEWAY = "node", "gateway"
"""What the envoy of a task represents in its mesh."""

ENVOY, PROXY_INIT, X_RAY_DAEMON = "envoy", "proxyinit", "xray-daemon"
"""Roles of sidecars, and their names unless they are renamed."""


class Sidecar(NamedTuple):
    """One container that a profile adds.

    role: what it is, and its name unless renamed. fragment: the setting that overrides it. place: the list that it goes
    into. images: parts of an image's name, by which such a container is known whatever its name; `proxy` says by what a
    proxy is known. only_with_x_ray: it is there where XRay is on.
    """

    role: str
    fragment: str
    template: Members
    images: tuple[str, ...] = ()
    place: str = "app"
    only_with_x_ray: bool = False


class SidecarSet(NamedTuple):
    """What a profile adds in one kind of document for a node or a gateway, and the limits that it has there.

    images: by slot, the deployment parameter that overrides the image that is built in. resource: how Envoy's
    resource is named, unless by ResourceArn. ignored_ports: how many EgressIgnoredPorts it honours. net_admin: a
    sidecar adds the NET_ADMIN capability. egress_only: it can do without app ports. proxy_configuration: the
    task's. redirects: traffic goes through the envoy. waits: app containers wait for a healthy envoy.
    needs_region: Region must be given. most_containers: how many one workload may have.
    """

    sidecars: tuple[Sidecar, ...]
    images: Mapping[Slot, str]
    egress_ignored_ips: str
    ignored_ports: int
    resource: JoinedText
    net_admin: bool = False
    egress_only: bool = False
    proxy_configuration: Members | None = None
    redirects: bool = True
    waits: bool = False
    needs_region: bool = False
    most_containers: int | None = CONTAINERS_OF_A_TASK


SHORT_NODE = JoinedText(("mesh/", Slot.MESH_NAME, "/virtualNode/", Slot.VIRTUAL_NODE_NAME))
SHORT_GATEWAY = JoinedText(("mesh/", Slot.MESH_NAME, "/virtualGateway/", Slot.VIRTUAL_GATEWAY_NAME))
ARN_PREFIX = ({"Fn::Sub": "arn:${AWS::Partition}:appmesh:${AWS::Region}:${AWS::AccountId}:"},)
NODE_ARN = JoinedText((*ARN_PREFIX, *SHORT_NODE.pieces))
GATEWAY_ARN = JoinedText((*ARN_PREFIX, *SHORT_GATEWAY.pieces))

X_RAY: Members = {
    "Name": "xray-daemon",
    "Image": Slot.X_RAY_IMAGE,
    "Essential": True,
    "Cpu": 32,
    "MemoryReservation": 256,
    "PortMappings": [{"ContainerPort": 2000, "Protocol": "udp"}],
    "User": Slot.IGNORED_UID,
}

PROXY_CONFIGURATION: Members = {
    "Type": "APPMESH",
    "ContainerName": Slot.ENVOY_NAME,
    "ProxyConfigurationProperties": [
        {"Name": "IgnoredUID", "Value": Slot.IGNORED_UID},
        {"Name": "IgnoredGID", "Value": Slot.IGNORED_GID},
        {"Name": "ProxyIngressPort", "Value": Slot.PROXY_INGRESS_PORT},
        {"Name": "ProxyEgressPort", "Value": Slot.PROXY_EGRESS_PORT},
        {"Name": "AppPorts", "Value": Slot.APP_PORTS},
        {"Name": "EgressIgnoredIPs", "Value": Slot.EGRESS_IGNORED_IPS},
        {"Name": "EgressIgnoredPorts", "Value": Slot.EGRESS_IGNORED_PORTS},
    ],
}


def redirected_by_ecs(envoy: Members, image: str, resource: JoinedText, *, is_api: bool, redirects: bool) -> SidecarSet:
    """The sidecars where ECS itself redirects the traffic: profiles `ga` and `standalone`. envoy: its template, in
    CloudFormation's spelling; image: the deployment parameter that names its image."""

    def spelled(template: Members) -> Members:
        return as_in_the_api(template) if is_api else template

    return SidecarSet(
        sidecars=(
            Sidecar(ENVOY, "Envoy", spelled(envoy)),
            Sidecar(X_RAY_DAEMON, "XRayDaemon", spelled(X_RAY), images=(X_RAY_IMAGE,), only_with_x_ray=True),
        ),
        images={Slot.ENVOY_IMAGE: image, Slot.X_RAY_IMAGE: "XRayImage"},
        egress_ignored_ips="169.254.170.2,169.254.169.254",
        ignored_ports=APP_PORTS,
        resource=resource,
        egress_only=True,
        proxy_configuration=spelled(PROXY_CONFIGURATION) if redirects else None,
        redirects=redirects,
        waits=True,
    )


def as_in_the_api(template: Members) -> Members:
    """A template as the ECS API spells its members."""
    spelled = {ECS_API[name]: member for name, member in template.items()}
    return {name: _member_in_the_api(member) for name, member in spelled.items()}


def _member_in_the_api(member: Template) -> Template:
    if isinstance(member, dict):
        return as_in_the_api(member)
    return [_member_in_the_api(item) for item in member] if isinstance(member, list) else member
