"""The sidecars of each profile, as data: literals that look like the documents they become.

Sources. `preview`: App Mesh user guide of 2018-11-30, "Envoy and Proxy Route Manager Images", word for word.
`ga`: the guide's last edition, "Getting started with AWS App Mesh and Amazon ECS" and "Envoy image";
`nofile` as in AWS's samples, since Envoy crashes under load at the default. `standalone`: ours, for the stock image
of Envoy.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.merge import merged
from appmesh_inject.settings import GA, PREVIEW, STANDALONE
from appmesh_inject.shapes import Form as Filled
from appmesh_inject.shapes import Number, Shape, Slot, Text, Values, prepared
from appmesh_inject.tree import Json
from appmesh_inject.workload import Dialect

NODE, GATEWAY = "node", "gateway"

ENVOY, PROXY_INIT, X_RAY_DAEMON = "envoy", "proxyinit", "xray-daemon"

MOST_CONTAINERS = 10
"""Containers in a task definition: ECS service quota, not adjustable."""

AGENT_IMAGES = ("aws-xray-daemon", "cloudwatch-agent", "fluent-bit", "fluentd", "datadog/agent", "aws-otel-collector")
"""Parts of the names of images that send telemetry out: through the proxy they would loop or be lost."""


class Sidecar(NamedTuple):
    """One container that a profile adds.

    role: what it is, and its name unless renamed. fragment: the setting that overrides it. image: the deployment
    parameter that names its image. place: the list it goes into. variables, images: an environment variable, or a
    part of an image's name, that betrays such a container whatever its name. only_with: the slot that must have a
    value for it to be there.
    """

    role: str
    fragment: str
    definition: Filled
    variables: frozenset[str] = frozenset()
    images: tuple[str, ...] = ()
    place: str = "app"
    only_with: Slot | None = None

    def build(
        self, values: Values, fragments: Sequence[Mapping[str, Json]], dialect: Dialect, loops: Collection[str]
    ) -> dict[str, Json]:
        """The container definition with `values` in its slots, and the fragments merged over it in order.
        `loops`: identifiers of the Fn::ForEach loops around."""
        built = self.definition.filled(values, loops)
        for fragment in fragments:
            built = merged(built, fragment, dialect.identities)
        return built


class Form(NamedTuple):
    """What a profile adds in one kind of document, and the limits that it has there.

    images: by slot, the deployment parameter that overrides the image that is built in. resource: how Envoy's
    resource is named, unless by ResourceArn. ignored_ports: how many EgressIgnoredPorts it honours. net_admin: a
    sidecar adds the NET_ADMIN capability. egress_only: it can do without app ports. redirect: the
    ProxyConfiguration. takes_traffic: it redirects at all. waits: app containers wait for a healthy envoy.
    needs_region: Region must be given. most_containers: how many one workload may have.
    """

    sidecars: tuple[Sidecar, ...]
    images: Mapping[Slot, str]
    egress_ignored_ips: str
    ignored_ports: int
    resource: Text
    net_admin: bool = False
    egress_only: bool = False
    redirect: Filled | None = None
    takes_traffic: bool = True
    waits: bool = False
    needs_region: bool = False
    most_containers: int | None = MOST_CONTAINERS


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


def _of_the_api(shape: Shape) -> Shape:
    """A shape as the ECS API spells it: names begin with a small letter; a ProxyConfiguration's list is
    `properties`."""
    if isinstance(shape, Mapping):
        return {_api_name(name): _of_the_api(member) for name, member in shape.items()}
    if isinstance(shape, list):
        return [_of_the_api(item) for item in shape]
    return shape


def _api_name(name: str) -> str:
    return "properties" if name == "ProxyConfigurationProperties" else name[0].lower() + name[1:]


def _container_of_the_api(shape: Mapping[str, Shape]) -> Mapping[str, Shape]:
    spelled = _of_the_api(shape)
    assert isinstance(spelled, Mapping)
    return spelled


def _preview(envoy: Mapping[str, Shape], proxy_init: Mapping[str, Shape], *, in_pods: bool = False) -> Form:
    return Form(
        sidecars=(
            Sidecar(ENVOY, "Envoy", prepared(envoy), ENVOY_VARIABLES),
            Sidecar(
                PROXY_INIT, "ProxyInit", prepared(proxy_init), PROXY_INIT_VARIABLES, place="init" if in_pods else "app"
            ),
        ),
        images={Slot.ENVOY_IMAGE: "PreviewEnvoyImage", Slot.PROXY_INIT_IMAGE: "PreviewProxyInitImage"},
        egress_ignored_ips="169.254.169.254" if in_pods else "169.254.169.254,169.254.170.2",
        ignored_ports=14,
        resource=SHORT_NODE,
        net_admin=True,
        needs_region=in_pods,
        most_containers=None if in_pods else MOST_CONTAINERS,
    )


def _by_ecs(envoy: Mapping[str, Shape], image: str, resource: Text, *, api: bool, redirects: bool) -> Form:
    """A form in which ECS itself redirects the traffic."""
    spell = _container_of_the_api if api else _as_it_is
    return Form(
        sidecars=(
            Sidecar(ENVOY, "Envoy", prepared(spell(envoy)), ENVOY_VARIABLES),
            Sidecar(
                X_RAY_DAEMON, "XRayDaemon", prepared(spell(X_RAY)), images=("aws-xray-daemon",), only_with=Slot.X_RAY
            ),
        ),
        images={Slot.ENVOY_IMAGE: image, Slot.X_RAY_IMAGE: "XRayImage"},
        egress_ignored_ips="169.254.170.2,169.254.169.254",
        ignored_ports=15,
        resource=resource,
        egress_only=True,
        redirect=prepared(spell(PROXY_CONFIGURATION)) if redirects else None,
        takes_traffic=redirects,
        waits=True,
    )


def _as_it_is(shape: Mapping[str, Shape]) -> Mapping[str, Shape]:
    return shape


FORMS: Mapping[tuple[str, str, str], Form] = {
    (PREVIEW, "cloudformation", NODE): _preview(PREVIEW_ENVOY, PREVIEW_PROXY_INIT),
    (PREVIEW, "ecs", NODE): _preview(_container_of_the_api(PREVIEW_ENVOY), PREVIEW_PROXY_INIT_OF_THE_API),
    (PREVIEW, "pod", NODE): _preview(POD_ENVOY, POD_PROXY_INIT, in_pods=True),
    (GA, "cloudformation", NODE): _by_ecs(GA_ENVOY, "GaEnvoyImage", NODE_ARN, api=False, redirects=True),
    (GA, "cloudformation", GATEWAY): _by_ecs(GATEWAY_ENVOY, "GaEnvoyImage", GATEWAY_ARN, api=False, redirects=False),
    (GA, "ecs", NODE): _by_ecs(GA_ENVOY, "GaEnvoyImage", SHORT_NODE, api=True, redirects=True),
    (GA, "ecs", GATEWAY): _by_ecs(GATEWAY_ENVOY, "GaEnvoyImage", SHORT_GATEWAY, api=True, redirects=False),
    **{
        (STANDALONE, dialect, kind): _by_ecs(
            STANDALONE_ENVOY if kind == NODE else STANDALONE_GATEWAY_ENVOY,
            "StandaloneEnvoyImage",
            SHORT_NODE if kind == NODE else SHORT_GATEWAY,
            api=dialect == "ecs",
            redirects=kind == NODE,
        )
        for dialect in ("cloudformation", "ecs")
        for kind in (NODE, GATEWAY)
    },
}
"""By profile, dialect of the document, and what the workload represents."""
