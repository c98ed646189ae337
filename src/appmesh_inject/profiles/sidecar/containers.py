"""The sidecars of each profile, as data: literals that look like the documents they become.

Sources. `preview`: App Mesh user guide of 2018-11-30, "Envoy and Proxy Route Manager Images", word for word.
`ga`: the guide's last edition, "Getting started with AWS App Mesh and Amazon ECS" and "Envoy image";
`nofile` as in AWS's samples, since Envoy crashes under load at the default. `standalone`: ours, for the stock image
of Envoy.
"""

from collections.abc import Mapping, Sequence

from appmesh_inject.profiles.sidecar.template import Number, Shape, Slot, Text

NODE, GATEWAY = "node", "gateway"

ENVOY, PROXY_INIT, X_RAY_DAEMON = "envoy", "proxyinit", "xray-daemon"

MOST_CONTAINERS = 10
"""Containers in a task definition: ECS service quota, not adjustable."""

AGENT_IMAGES = ("aws-xray-daemon", "cloudwatch-agent", "fluent-bit", "fluentd", "datadog/agent", "aws-otel-collector")
"""Parts of the names of images that send telemetry out: through the proxy they would loop or be lost."""

ENVOY_VARIABLES = frozenset(
    {"APPMESH_VIRTUAL_NODE_NAME", "APPMESH_VIRTUAL_GATEWAY_NAME", "APPMESH_RESOURCE_ARN", "APPMESH_RESOURCE_NAME"}
)
PROXY_INIT_VARIABLES = frozenset({"APPMESH_START_ENABLED"})

BUILT_IN_IMAGES: Mapping[str, str] = {
    "PreviewEnvoyImage": "111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.8.0.2-beta",
    "PreviewProxyInitImage": "111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-proxy-route-manager:latest",
    "GaEnvoyImage": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.39.1.0-prod",
    "StandaloneEnvoyImage": "envoyproxy/envoy:v1.40.0",
    "XRayImage": "public.ecr.aws/xray/aws-xray-daemon",
}

SHORT_NODE = Text(("mesh/", Slot.MESH_NAME, "/virtualNode/", Slot.VIRTUAL_NODE_NAME))
SHORT_GATEWAY = Text(("mesh/", Slot.MESH_NAME, "/virtualGateway/", Slot.VIRTUAL_GATEWAY_NAME))
ARN_PREFIX = ({"Fn::Sub": "arn:${AWS::Partition}:appmesh:${AWS::Region}:${AWS::AccountId}:"},)
NODE_ARN = Text((*ARN_PREFIX, *SHORT_NODE.pieces))
GATEWAY_ARN = Text((*ARN_PREFIX, *SHORT_GATEWAY.pieces))

# -- preview

PREVIEW_ENVOY: Mapping[str, Shape] = {
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

PREVIEW_PROXY_INIT_ENVIRONMENT: Sequence[tuple[str, Shape]] = (
    ("APPMESH_START_ENABLED", "1"),
    ("APPMESH_IGNORE_UID", Slot.IGNORED_UID),
    ("APPMESH_IGNORE_GID", Slot.IGNORED_GID),
    ("APPMESH_ENVOY_INGRESS_PORT", Slot.PROXY_INGRESS_PORT),
    ("APPMESH_ENVOY_EGRESS_PORT", Slot.PROXY_EGRESS_PORT),
    ("APPMESH_APP_PORTS", Slot.APP_PORTS),
    ("APPMESH_EGRESS_IGNORED_IP", Slot.EGRESS_IGNORED_IPS),
    ("APPMESH_EGRESS_IGNORED_PORTS", Slot.EGRESS_IGNORED_PORTS),
)

PREVIEW_PROXY_INIT: Mapping[str, Shape] = {
    "Name": "proxyinit",
    "Image": Slot.PROXY_INIT_IMAGE,
    "Essential": False,
    "LinuxParameters": {"Capabilities": {"Add": ["NET_ADMIN"]}},
    "Environment": [{"Name": name, "Value": value} for name, value in PREVIEW_PROXY_INIT_ENVIRONMENT],
}

PREVIEW_PROXY_INIT_OF_THE_API: Mapping[str, Shape] = {
    "name": "proxyinit",
    "image": Slot.PROXY_INIT_IMAGE,
    "essential": False,
    "environment": [{"name": name, "value": value} for name, value in PREVIEW_PROXY_INIT_ENVIRONMENT],
    "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}},
}

POD_ENVOY: Mapping[str, Shape] = {
    "name": "envoy",
    "image": Slot.ENVOY_IMAGE,
    "securityContext": {"runAsUser": Number(Slot.IGNORED_UID)},
    "env": [
        {"name": "APPMESH_VIRTUAL_NODE_NAME", "value": Slot.RESOURCE},
        {"name": "ENVOY_LOG_LEVEL", "value": Slot.LOG_LEVEL},
        {"name": "AWS_REGION", "value": Slot.REGION},
    ],
}

POD_PROXY_INIT: Mapping[str, Shape] = {
    "name": "proxyinit",
    "image": Slot.PROXY_INIT_IMAGE,
    "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}},
    "env": [{"name": name, "value": value} for name, value in PREVIEW_PROXY_INIT_ENVIRONMENT],
}

# -- ga

GA_ENVOY: Mapping[str, Shape] = {
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
            Text(("curl -s http://localhost:", Slot.ADMIN_PORT, "/server_info | grep state | grep -q LIVE")),
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

GATEWAY_ENVOY: Mapping[str, Shape] = {name: member for name, member in GA_ENVOY.items() if name != "User"}

# -- standalone

# What the stock image's shell can do by itself: it has bash, and no curl. Envoy answers HTTP/1.1 only.
ASKS_WHETHER_LIVE = (
    "exec 3<>/dev/tcp/127.0.0.1/",
    Slot.ADMIN_PORT,
    "; printf 'GET /ready HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' >&3; grep -q LIVE <&3",
)

STANDALONE_ENVOY: Mapping[str, Shape] = {
    "Name": "envoy",
    "Image": Slot.ENVOY_IMAGE,
    "Essential": True,
    "Command": Slot.COMMAND,
    "Environment": [
        # Keeps the image's entrypoint from changing users, which only root can: User already says which.
        {"Name": "ENVOY_UID", "Value": "0"},
        {"Name": "ENABLE_ENVOY_XRAY_TRACING", "Value": Slot.X_RAY},
    ],
    "HealthCheck": {
        "Command": ["CMD", "bash", "-c", Text(ASKS_WHETHER_LIVE)],
        "Interval": 5,
        "Timeout": 2,
        "Retries": 3,
        "StartPeriod": 10,
    },
    "DependsOn": [{"ContainerName": Slot.X_RAY_NAME, "Condition": "START"}],
    "User": Slot.IGNORED_UID,
    "Ulimits": [{"Name": "nofile", "SoftLimit": 15000, "HardLimit": 15000}],
}

STANDALONE_GATEWAY_ENVOY: Mapping[str, Shape] = {
    **{name: member for name, member in STANDALONE_ENVOY.items() if name != "User"},
    "Environment": [{"Name": "ENABLE_ENVOY_XRAY_TRACING", "Value": Slot.X_RAY}],
}

# -- ga and standalone

X_RAY: Mapping[str, Shape] = {
    "Name": "xray-daemon",
    "Image": Slot.X_RAY_IMAGE,
    "Essential": True,
    "Cpu": 32,
    "MemoryReservation": 256,
    "PortMappings": [{"ContainerPort": 2000, "Protocol": "udp"}],
    "User": Slot.IGNORED_UID,
}

PROXY_CONFIGURATION: Mapping[str, Shape] = {
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
