"""The types of sidecars, and the sidecars that several profiles add, written like the documents they become.

Sources: App Mesh user guide, last edition, "Getting started with AWS App Mesh and Amazon ECS"; X-Ray developer guide.
"""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.limits import APP_PORTS, CONTAINERS_OF_A_TASK
from appmesh_inject.profiles.sidecar.image_names import X_RAY_IMAGE
from appmesh_inject.profiles.sidecar.template import JoinedText, Members, Slot, Template
from appmesh_inject.workloads.member_names import ECS_API

NODE, GATEWAY = "node", "gateway"
"""What a task's envoy represents in the mesh."""

ENVOY, PROXY_INIT, X_RAY_DAEMON = "envoy", "proxyinit", "xray-daemon"
"""The roles of sidecars, which are also their names unless renamed."""


class Sidecar(NamedTuple):
    """One container that a profile adds.

    role: also its name unless renamed. fragment: the setting that overrides it. place: the list that it is added to,
    `app` or `init`. images: parts of image names that identify such a container whatever its name (see `proxy` for how
    proxies are identified). only_with_x_ray: added only if XRay is true.
    """

    role: str
    fragment: str
    template: Members
    images: tuple[str, ...] = ()
    place: str = "app"
    only_with_x_ray: bool = False


class SidecarSet(NamedTuple):
    """What a profile adds for a node or a gateway in one kind of document, and its limits there.

    images: by slot, the deployment parameter that overrides the built-in image. resource: the name of what Envoy
    represents, unless ResourceArn is set. ignored_ports: maximum number of EgressIgnoredPorts. net_admin: a sidecar has
    the NET_ADMIN capability. egress_only: there may be no app ports. proxy_configuration: the task's, None if it must
    have none. redirects: traffic is redirected to the envoy. waits: app containers wait until envoy is healthy.
    needs_region: Region is required. most_containers: maximum number of containers, None if unlimited.
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
    """The sidecars of profiles `ga` and `standalone`, where ECS itself redirects the traffic. envoy: a template in
    CloudFormation's spelling. image: the deployment parameter of the envoy's image."""

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
    """A template in the spelling of the ECS API."""
    spelled = {ECS_API[name]: member for name, member in template.items()}
    return {name: _member_in_the_api(member) for name, member in spelled.items()}


def _member_in_the_api(member: Template) -> Template:
    if isinstance(member, dict):
        return as_in_the_api(member)
    return [_member_in_the_api(item) for item in member] if isinstance(member, list) else member
