"""Profile `preview`: `envoy` and `proxyinit` word for word as the user guide of App Mesh's preview shows them.

Source: App Mesh user guide of 2018-11-30, "Envoy and Proxy Route Manager Images".
"""

from collections.abc import Sequence

from appmesh_inject.limits import CONTAINERS_OF_A_TASK, IGNORED_PORTS_OF_PROXY_INIT
from appmesh_inject.profiles.sidecar.containers import (
    ENVOY,
    NODE,
    PROXY_INIT,
    SHORT_NODE,
    Sidecar,
    SidecarSet,
    as_in_the_api,
)
from appmesh_inject.profiles.sidecar.profile import SidecarProfile
from appmesh_inject.profiles.sidecar.template import Members, Number, Slot, Template
from appmesh_inject.settings.table import PREVIEW

ECS_ENVOY: Members = {
    "Name": "envoy",
    "Image": Slot.ENVOY_IMAGE,
    "Essential": True,
    "Environment": [
        {"Name": "APPMESH_VIRTUAL_NODE_NAME", "Value": Slot.RESOURCE},
        {"Name": "ENVOY_LOG_LEVEL", "Value": Slot.LOG_LEVEL},
        {"Name": "AWS_REGION", "Value": Slot.REGION},
    ],
    "User": Slot.IGNORED_UID,
}

PROXY_INIT_ENVIRONMENT: Sequence[tuple[str, Template]] = (
    ("APPMESH_START_ENABLED", "1"),
    ("APPMESH_IGNORE_UID", Slot.IGNORED_UID),
    ("APPMESH_IGNORE_GID", Slot.IGNORED_GID),
    ("APPMESH_ENVOY_INGRESS_PORT", Slot.PROXY_INGRESS_PORT),
    ("APPMESH_ENVOY_EGRESS_PORT", Slot.PROXY_EGRESS_PORT),
    ("APPMESH_APP_PORTS", Slot.APP_PORTS),
    ("APPMESH_EGRESS_IGNORED_IP", Slot.EGRESS_IGNORED_IPS),
    ("APPMESH_EGRESS_IGNORED_PORTS", Slot.EGRESS_IGNORED_PORTS),
)

ECS_PROXY_INIT: Members = {
    "Name": "proxyinit",
    "Image": Slot.PROXY_INIT_IMAGE,
    "Essential": False,
    "LinuxParameters": {"Capabilities": {"Add": ["NET_ADMIN"]}},
    "Environment": [{"Name": name, "Value": value} for name, value in PROXY_INIT_ENVIRONMENT],
}

API_PROXY_INIT: Members = {
    "name": "proxyinit",
    "image": Slot.PROXY_INIT_IMAGE,
    "essential": False,
    "environment": [{"name": name, "value": value} for name, value in PROXY_INIT_ENVIRONMENT],
    "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}},
}

POD_ENVOY: Members = {
    "name": "envoy",
    "image": Slot.ENVOY_IMAGE,
    "securityContext": {"runAsUser": Number(Slot.IGNORED_UID)},
    "env": [
        {"name": "APPMESH_VIRTUAL_NODE_NAME", "value": Slot.RESOURCE},
        {"name": "ENVOY_LOG_LEVEL", "value": Slot.LOG_LEVEL},
        {"name": "AWS_REGION", "value": Slot.REGION},
    ],
}

POD_PROXY_INIT: Members = {
    "name": "proxyinit",
    "image": Slot.PROXY_INIT_IMAGE,
    "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}},
    "env": [{"name": name, "value": value} for name, value in PROXY_INIT_ENVIRONMENT],
}


def _sidecars(envoy: Members, proxy_init: Members, *, in_pods: bool = False) -> SidecarSet:
    return SidecarSet(
        sidecars=(
            Sidecar(ENVOY, "Envoy", envoy),
            Sidecar(PROXY_INIT, "ProxyInit", proxy_init, place="init" if in_pods else "app"),
        ),
        images={Slot.ENVOY_IMAGE: "PreviewEnvoyImage", Slot.PROXY_INIT_IMAGE: "PreviewProxyInitImage"},
        egress_ignored_ips="169.254.169.254" if in_pods else "169.254.169.254,169.254.170.2",
        ignored_ports=IGNORED_PORTS_OF_PROXY_INIT,
        resource=SHORT_NODE,
        net_admin=True,
        needs_region=in_pods,
        most_containers=None if in_pods else CONTAINERS_OF_A_TASK,
    )


PROFILE = SidecarProfile(
    PREVIEW,
    {
        ("cloudformation", NODE): _sidecars(ECS_ENVOY, ECS_PROXY_INIT),
        ("ecs", NODE): _sidecars(as_in_the_api(ECS_ENVOY), API_PROXY_INIT),
        ("pod", NODE): _sidecars(POD_ENVOY, POD_PROXY_INIT, in_pods=True),
    },
)
