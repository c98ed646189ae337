"""The sidecars of each profile, as data: literals that look like the documents they become.

Sources: `preview` is the App Mesh user guide of 2018-11-30, "Envoy and Proxy Route Manager Images", word for
word. A `Slot` stands for a value that the plan fills in; where it has none, the member goes, and in a list the
whole item.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from appmesh_inject.merge import merged
from appmesh_inject.settings import PREVIEW
from appmesh_inject.text import joined
from appmesh_inject.tree import Json
from appmesh_inject.workload import Dialect


class Slot(Enum):
    """A value that depends on what was asked for."""

    ENVOY_IMAGE = "EnvoyImage"
    PROXY_INIT_IMAGE = "ProxyInitImage"
    MESH_NAME = "MeshName"
    VIRTUAL_NODE_NAME = "VirtualNodeName"
    LOG_LEVEL = "LogLevel"
    REGION = "Region"
    IGNORED_UID = "IgnoredUID"
    IGNORED_GID = "IgnoredGID"
    PROXY_INGRESS_PORT = "ProxyIngressPort"
    PROXY_EGRESS_PORT = "ProxyEgressPort"
    APP_PORTS = "AppPorts"
    EGRESS_IGNORED_IPS = "EgressIgnoredIPs"
    EGRESS_IGNORED_PORTS = "EgressIgnoredPorts"


@dataclass(frozen=True, slots=True)
class Text:
    """Pieces that become one text."""

    pieces: tuple[str | Slot, ...]


Shape: TypeAlias = bool | int | str | Slot | Text | Sequence["Shape"] | Mapping[str, "Shape"]
Values: TypeAlias = Mapping[Slot, Json]

VIRTUAL_NODE = Text(("mesh/", Slot.MESH_NAME, "/virtualNode/", Slot.VIRTUAL_NODE_NAME))


@dataclass(frozen=True, slots=True)
class Sidecar:
    """One container that a profile adds.

    role: what it is, and its name unless renamed. fragment: the setting that overrides it. place: the list it
    goes into. variables: an environment variable among these betrays such a container, whatever its name.
    """

    role: str
    fragment: str
    definition: Mapping[str, Shape]
    variables: frozenset[str]
    place: str = "app"

    def build(
        self, values: Values, fragments: Sequence[Mapping[str, Json]], dialect: Dialect, loops: Collection[str]
    ) -> dict[str, Json]:
        """The container definition with `values` in its slots, and the fragments merged over it in order.
        `loops`: identifiers of the Fn::ForEach loops around."""
        built = _filled_map(self.definition, values, loops)
        for fragment in fragments:
            built = merged(built, fragment, dialect.identities)
        return built


@dataclass(frozen=True, slots=True)
class Form:
    """What a profile adds in one kind of document, and the limits that it has there.

    images: by slot, the deployment parameter that overrides the image, and the image that is built in.
    net_admin: a sidecar adds the NET_ADMIN capability. ignored_ports: how many EgressIgnoredPorts it honours.
    """

    sidecars: tuple[Sidecar, ...]
    images: Mapping[Slot, str]
    egress_ignored_ips: str
    ignored_ports: int
    net_admin: bool = False
    egress_only: bool = False
    redirect: Mapping[str, Shape] | None = None


ENVOY_VARIABLES = frozenset(
    {
        "APPMESH_VIRTUAL_NODE_NAME",
        "APPMESH_VIRTUAL_GATEWAY_NAME",
        "APPMESH_RESOURCE_ARN",
        "APPMESH_RESOURCE_NAME",
    }
)
PROXY_INIT_VARIABLES = frozenset({"APPMESH_START_ENABLED"})

BUILT_IN_IMAGES: Mapping[str, str] = {
    "PreviewEnvoyImage": "111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.8.0.2-beta",
    "PreviewProxyInitImage": "111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-proxy-route-manager:latest",
}

PREVIEW_ENVOY: Mapping[str, Shape] = {
    "Name": "envoy",
    "Image": Slot.ENVOY_IMAGE,
    "Essential": True,
    "Environment": [
        {"Name": "APPMESH_VIRTUAL_NODE_NAME", "Value": VIRTUAL_NODE},
        {"Name": "ENVOY_LOG_LEVEL", "Value": Slot.LOG_LEVEL},
        {"Name": "AWS_REGION", "Value": Slot.REGION},
    ],
    "User": Slot.IGNORED_UID,
}

PREVIEW_PROXY_INIT: Mapping[str, Shape] = {
    "Name": "proxyinit",
    "Image": Slot.PROXY_INIT_IMAGE,
    "Essential": False,
    "LinuxParameters": {"Capabilities": {"Add": ["NET_ADMIN"]}},
    "Environment": [
        {"Name": "APPMESH_START_ENABLED", "Value": "1"},
        {"Name": "APPMESH_IGNORE_UID", "Value": Slot.IGNORED_UID},
        {"Name": "APPMESH_IGNORE_GID", "Value": Slot.IGNORED_GID},
        {"Name": "APPMESH_ENVOY_INGRESS_PORT", "Value": Slot.PROXY_INGRESS_PORT},
        {"Name": "APPMESH_ENVOY_EGRESS_PORT", "Value": Slot.PROXY_EGRESS_PORT},
        {"Name": "APPMESH_APP_PORTS", "Value": Slot.APP_PORTS},
        {"Name": "APPMESH_EGRESS_IGNORED_IP", "Value": Slot.EGRESS_IGNORED_IPS},
        {"Name": "APPMESH_EGRESS_IGNORED_PORTS", "Value": Slot.EGRESS_IGNORED_PORTS},
    ],
}

PREVIEW_IMAGES: Mapping[Slot, str] = {
    Slot.ENVOY_IMAGE: "PreviewEnvoyImage",
    Slot.PROXY_INIT_IMAGE: "PreviewProxyInitImage",
}

FORMS: Mapping[tuple[str, str], Form] = {
    (PREVIEW, "cloudformation"): Form(
        sidecars=(
            Sidecar("envoy", "Envoy", PREVIEW_ENVOY, ENVOY_VARIABLES),
            Sidecar("proxyinit", "ProxyInit", PREVIEW_PROXY_INIT, PROXY_INIT_VARIABLES),
        ),
        images=PREVIEW_IMAGES,
        egress_ignored_ips="169.254.169.254,169.254.170.2",
        ignored_ports=14,
        net_admin=True,
    ),
}


def _filled_map(shape: Mapping[str, Shape], values: Values, loops: Collection[str]) -> dict[str, Json]:
    return {key: _filled(member, values, loops) for key, member in shape.items() if not _is_empty(member, values)}


def _filled(shape: Shape, values: Values, loops: Collection[str]) -> Json:
    if isinstance(shape, Slot):
        return values[shape]
    if isinstance(shape, Text):
        return joined((values[piece] if isinstance(piece, Slot) else piece for piece in shape.pieces), loops)
    if isinstance(shape, Mapping):
        return _filled_map(shape, values, loops)
    if isinstance(shape, Sequence) and not isinstance(shape, str):
        return [_filled(item, values, loops) for item in shape if not _lacks_a_member(item, values)]
    return shape


def _lacks_a_member(item: Shape, values: Values) -> bool:
    return isinstance(item, Mapping) and any(_is_empty(member, values) for member in item.values())


def _is_empty(shape: Shape, values: Values) -> bool:
    return isinstance(shape, Slot) and values.get(shape) is None
