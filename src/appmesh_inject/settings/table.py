"""What a workload can ask for: the one table of settings."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.settings import list_types, types
from appmesh_inject.settings.list_types import ListValue, NameList

PREVIEW, GA, STANDALONE = "preview", "ga", "standalone"
PROFILES = (PREVIEW, GA, STANDALONE)

LOG_LEVELS = ("trace", "debug", "info", "warning", "error", "critical", "off")


class Setting(NamedTuple):
    """One row of the table: how the setting is read, what it means, its default in words, and which profiles have it.
    A fragment merges over those of lower levels; other settings replace them."""

    read: Callable[[Json, Scope], Any]
    meaning: str
    default: str = "none"
    profiles: tuple[str, ...] = PROFILES

    @property
    def is_fragment(self) -> bool:
        return self.read is types.fragment


class Settings(NamedTuple):
    """Everything that was asked for. A field that may be an intrinsic is a `Json` value; None: not given."""

    mesh_name: Json = None
    virtual_node_name: Json = None
    virtual_gateway_name: Json = None
    resource_arn: Json = None
    profile: str = PREVIEW
    app_ports: ListValue | None = None
    ignored_uid: Json = "1337"
    ignored_gid: Json = None
    proxy_ingress_port: Json = "15000"
    proxy_egress_port: Json = "15001"
    egress_ignored_ips: ListValue | None = None
    egress_ignored_ports: ListValue | None = None
    log_level: Json = "info"
    region: Json = None
    wait_for_envoy: NameList | None = None
    enabled: Json = True
    on_existing: str = "Fail"
    x_ray: bool = False
    envoy: tuple[Mapping[str, Json], ...] = ()
    proxy_init: tuple[Mapping[str, Json], ...] = ()
    x_ray_daemon: tuple[Mapping[str, Json], ...] = ()
    proxy_configuration: tuple[Mapping[str, Json], ...] = ()
    mesh_stack: str | None = None
    export_mesh: bool = False
    default_retry_policy: str = "on"
    cloud_map_dns: str = "strict"


TABLE: Mapping[str, Setting] = {
    "MeshName": Setting(types.text(types.name_alone), "The mesh", "required, unless `ResourceArn`"),
    "VirtualNodeName": Setting(
        types.text(types.name_alone),
        "The virtual node that the task is",
        "this or `VirtualGatewayName` is required, unless `ResourceArn`",
    ),
    "VirtualGatewayName": Setting(
        types.text(types.name_alone), "The virtual gateway that the task is", profiles=(GA, STANDALONE)
    ),
    "ResourceArn": Setting(
        types.text(types.any_text),
        "Mesh and node or gateway in one, as `!Ref Node` gives it",
        profiles=(GA, STANDALONE),
    ),
    "Profile": Setting(
        types.choice(*PROFILES), "The form of the sidecars: `preview`, `ga` or `standalone`", "`preview`"
    ),
    "AppPorts": Setting(
        list_types.entries(types.port),
        "Ports whose incoming traffic the proxy takes; `[]`: outgoing traffic only (not in `preview`)",
        "the TCP ports in the app containers' `PortMappings`",
    ),
    "IgnoredUID": Setting(
        types.text(types.whole_number(0, types.HIGHEST_ID, "a user ID")),
        "Traffic of this user bypasses the proxy; also the envoy container's `User`",
        "`1337`",
    ),
    "IgnoredGID": Setting(
        types.text(types.whole_number(0, types.HIGHEST_ID, "a group ID")), "Traffic of this group bypasses the proxy"
    ),
    "ProxyIngressPort": Setting(types.text(types.port), "Port where the proxy takes incoming traffic", "`15000`"),
    "ProxyEgressPort": Setting(types.text(types.port), "Port where the proxy takes outgoing traffic", "`15001`"),
    "EgressIgnoredIPs": Setting(
        list_types.entries(types.address),
        "Addresses that bypass the proxy",
        "`preview` on ECS `169.254.169.254,169.254.170.2`, in pods `169.254.169.254`;"
        " `ga`, `standalone` `169.254.170.2,169.254.169.254`",
    ),
    "EgressIgnoredPorts": Setting(list_types.entries(types.port), "Destination ports that bypass the proxy"),
    "LogLevel": Setting(
        types.text(types.word_of(*LOG_LEVELS)), "Envoy's log level: " + ", ".join(LOG_LEVELS), "`info`"
    ),
    "Region": Setting(types.text(types.any_text), "`AWS_REGION` of the envoy container; required in pods"),
    "WaitForEnvoy": Setting(
        list_types.names,
        "Names of the containers that start once envoy is healthy; `[]`: none",
        "every essential container that envoy does not wait for",
        profiles=(GA, STANDALONE),
    ),
    "Enabled": Setting(
        types.switch,
        "`false` leaves the task alone; a `Ref` to a parameter; or `Fn::If` on true and false,"
        " and then the sidecars exist under that condition alone",
        "`true`",
    ),
    "OnExisting": Setting(
        types.choice("Fail", "Keep", "Replace"),
        "What to do where the task has such a container already, and not the one that would be injected:"
        " `Fail`, `Keep`, `Replace`",
        "`Fail`",
    ),
    "XRay": Setting(
        types.flag,
        "Add the X-Ray daemon container and switch Envoy's tracing on",
        "`false`",
        profiles=(GA, STANDALONE),
    ),
    "Envoy": Setting(types.fragment, "Fragment of a container definition, merged over the envoy container"),
    "ProxyInit": Setting(
        types.fragment, "Fragment of a container definition, merged over the proxyinit container", profiles=(PREVIEW,)
    ),
    "XRayDaemon": Setting(
        types.fragment,
        "Fragment of a container definition, merged over the X-Ray daemon container",
        profiles=(GA, STANDALONE),
    ),
    "ProxyConfiguration": Setting(
        types.fragment, "Fragment merged over the task's `ProxyConfiguration`", profiles=(GA, STANDALONE)
    ),
    "MeshStack": Setting(types.known_text, "Name of the stack whose template holds the mesh", profiles=(STANDALONE,)),
    "ExportMesh": Setting(
        types.flag,
        "At the top of a template: its mesh moves to `Metadata.AppMeshInject.Mesh`, for `MeshStack` to read",
        "`false`",
        profiles=(STANDALONE,),
    ),
    "DefaultRetryPolicy": Setting(
        types.choice("on", "off"),
        "Whether routes without a retry policy of their own get App Mesh's default one",
        "`on`",
        profiles=(STANDALONE,),
    ),
    "CloudMapDns": Setting(
        types.choice("strict", "logical"),
        "How names in Cloud Map become endpoints: every address (`strict`) or one of them (`logical`)",
        "`strict`",
        profiles=(STANDALONE,),
    ),
}
"""Every setting by its name, in the order of the fields of `Settings`."""

FIELDS = dict(zip(TABLE, Settings._fields, strict=True))
"""The field of each setting."""

NAMING = ("VirtualNodeName", "VirtualGatewayName", "ResourceArn")
"""What the task represents: one of these, and one named at a level displaces those of the levels below."""
