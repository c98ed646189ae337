"""Profile `ga`: the envoy container and the ProxyConfiguration of the user guide's last edition.

Sources: App Mesh user guide, "Getting started with AWS App Mesh and Amazon ECS" and "Envoy image"; for `nofile`, AWS's
samples, since Envoy crashes under load with the default limit.
"""

from appmesh_inject.profiles.sidecar.containers import (
    GATEWAY,
    GATEWAY_ARN,
    NODE,
    NODE_ARN,
    SHORT_GATEWAY,
    SHORT_NODE,
    SidecarSet,
    redirected_by_ecs,
)
from appmesh_inject.profiles.sidecar.profile import SidecarProfile
from appmesh_inject.profiles.sidecar.template import JoinedText, Members, Slot
from appmesh_inject.settings.table import GA

NODE_ENVOY: Members = {
    "Name": "envoy",
    "Image": Slot.ENVOY_IMAGE,
    "Essential": True,
    "Environment": [
        {"Name": "APPMESH_RESOURCE_ARN", "Value": Slot.RESOURCE},
        {"Name": "ENVOY_LOG_LEVEL", "Value": Slot.LOG_LEVEL},
        {"Name": "ENABLE_ENVOY_XRAY_TRACING", "Value": Slot.X_RAY},
        {"Name": "AWS_REGION", "Value": Slot.REGION},
    ],
    "HealthCheck": {
        "Command": [
            "CMD-SHELL",
            JoinedText(("curl -s http://localhost:", Slot.ADMIN_PORT, "/server_info | grep state | grep -q LIVE")),
        ],
        "Interval": 5,
        "Timeout": 2,
        "Retries": 3,
        "StartPeriod": 10,
    },
    "DependsOn": [{"ContainerName": Slot.X_RAY_NAME, "Condition": "START"}],
    "User": Slot.IGNORED_UID,
    "Ulimits": [{"Name": "nofile", "SoftLimit": 15000, "HardLimit": 15000}],
}

GATEWAY_ENVOY: Members = {name: member for name, member in NODE_ENVOY.items() if name != "User"}


def _node(resource: JoinedText, *, is_api: bool = False) -> SidecarSet:
    return redirected_by_ecs(NODE_ENVOY, "GaEnvoyImage", resource, is_api=is_api, redirects=True)


def _gateway(resource: JoinedText, *, is_api: bool = False) -> SidecarSet:
    return redirected_by_ecs(GATEWAY_ENVOY, "GaEnvoyImage", resource, is_api=is_api, redirects=False)


PROFILE = SidecarProfile(
    GA,
    {
        ("cloudformation", NODE): _node(NODE_ARN),
        ("cloudformation", GATEWAY): _gateway(GATEWAY_ARN),
        ("ecs", NODE): _node(SHORT_NODE, is_api=True),
        ("ecs", GATEWAY): _gateway(SHORT_GATEWAY, is_api=True),
    },
)
