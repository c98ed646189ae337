"""The table of all settings of a workload."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.settings import list_types, types
from appmesh_inject.settings.list_types import ListValue, NameList

PREVIEW, GA, STANDALONE, SERVICE_CONNECT = "preview", "ga", "standalone", "service-connect"
PROFILES = (PREVIEW, GA, STANDALONE, SERVICE_CONNECT)
WITH_SIDECARS = (PREVIEW, GA, STANDALONE)
WITH_MESH = (STANDALONE, SERVICE_CONNECT)
"""The profiles that read the mesh resources."""

PLAIN, COMPRESSED, AUTO = "plain", "compressed", "auto"
"""The values of the setting `Configuration`. The first two are also the forms of Envoy's configuration in a command."""

LOG_LEVELS = ("trace", "debug", "info", "warning", "error", "critical", "off")
WARN = "warn"
"""App Mesh's user guide has this word for `warning`, and Envoy takes both."""


def _log_level(value: str) -> str | None:
    return None if value == WARN else types.word_of(*LOG_LEVELS)(value)


class Setting(NamedTuple):
    """One row of the table: the setting's reader, its meaning and default for the docs, and the profiles that have it.

    A fragment merges over those of lower levels; any other setting replaces them.
    """

    read: Callable[[Json, Scope], Any]
    meaning: str
    default: str = "none"
    profiles: tuple[str, ...] = PROFILES

    @property
    def is_fragment(self) -> bool:
        return self.read is types.fragment


class Settings(NamedTuple):
    """The values of all settings of a workload. A `Json` field may be an intrinsic; None: not given."""

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
    mesh_stack: NameList = NameList(())
    export_mesh: bool = False
    default_retry_policy: str = "on"
    cloud_map_dns: str = "strict"
    configuration: str = AUTO
    stats_port: str | None = None
    namespace: Json = None
    service_connect: tuple[Mapping[str, Json], ...] = ()
    live_weights: bool = False
    deferred_stats: bool = False


TABLE: Mapping[str, Setting] = {
    "MeshName": Setting(types.text(types.name_alone), "The mesh", "required, unless `ResourceArn` is set"),
    "VirtualNodeName": Setting(
        types.text(types.name_alone),
        "The virtual node that the task represents",
        "this or `VirtualGatewayName` is required, unless `ResourceArn` is set",
    ),
    "VirtualGatewayName": Setting(
        types.text(types.name_alone), "The virtual gateway that the task represents", profiles=(GA, *WITH_MESH)
    ),
    "ResourceArn": Setting(
        types.text(types.any_text),
        "ARN of the virtual node or gateway, as `!Ref Node` gives it; replaces the names of mesh, node and gateway",
        profiles=(GA, *WITH_MESH),
    ),
    "Profile": Setting(
        types.choice(*PROFILES),
        "Which sidecars are injected: those of `preview`, `ga` or `standalone`; `service-connect` injects none, and"
        " turns the mesh into Amazon ECS Service Connect",
        "`preview`",
    ),
    "AppPorts": Setting(
        list_types.entries(types.port),
        "Ports whose incoming traffic goes through the proxy; `[]`: only outgoing traffic does (not in `preview`)",
        "the TCP ports in the app containers' `PortMappings`",
        WITH_SIDECARS,
    ),
    "IgnoredUID": Setting(
        types.text(types.whole_number(0, types.HIGHEST_ID, "a user ID")),
        "Traffic of this user bypasses the proxy; also the envoy container's `User`",
        "`1337`",
    ),
    "IgnoredGID": Setting(
        types.text(types.whole_number(0, types.HIGHEST_ID, "a group ID")),
        "Traffic of this group bypasses the proxy",
        profiles=WITH_SIDECARS,
    ),
    "ProxyIngressPort": Setting(
        types.text(types.port), "Port where the proxy takes incoming traffic", "`15000`", WITH_SIDECARS
    ),
    "ProxyEgressPort": Setting(
        types.text(types.port), "Port where the proxy takes outgoing traffic", "`15001`", WITH_SIDECARS
    ),
    "EgressIgnoredIPs": Setting(
        list_types.entries(types.address),
        "Addresses that bypass the proxy",
        "`preview` on ECS `169.254.169.254,169.254.170.2`, in pods `169.254.169.254`;"
        " `ga`, `standalone` `169.254.170.2,169.254.169.254`",
        WITH_SIDECARS,
    ),
    "EgressIgnoredPorts": Setting(
        list_types.entries(types.port), "Destination ports that bypass the proxy", profiles=WITH_SIDECARS
    ),
    "LogLevel": Setting(types.text(_log_level), "Envoy's log level: " + ", ".join(LOG_LEVELS), "`info`"),
    "Region": Setting(types.text(types.any_text), "`AWS_REGION` of the envoy container; required in pods"),
    "WaitForEnvoy": Setting(
        list_types.names,
        "Names of the containers that wait until envoy is healthy; `[]`: no container waits",
        "every essential container that envoy does not wait for",
        profiles=(GA, STANDALONE),
    ),
    "Enabled": Setting(
        types.switch,
        "`false`: the task is left alone. Can be a `Ref` to a parameter, or an `Fn::If` with `true` and `false`,"
        " which puts the sidecars, or what stands for them, under its condition",
        "`true`",
    ),
    "OnExisting": Setting(
        types.choice("Fail", "Keep", "Replace"),
        "What to do if the task already has such a container, and it differs from the one to inject:"
        " `Fail`, `Keep`, `Replace`; in `service-connect`, `Replace` takes it out",
        "`Fail`",
    ),
    "XRay": Setting(
        types.flag,
        "Add the X-Ray daemon container and enable Envoy's tracing",
        "`false`",
        profiles=(GA, STANDALONE),
    ),
    "Envoy": Setting(
        types.fragment,
        "Fragment of a container definition, merged over the envoy container; of it `service-connect` uses only"
        " `LogConfiguration`",
    ),
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
    "MeshStack": Setting(
        list_types.stacks,
        "Names of the stacks that export their mesh; they and the template's own mesh resources are one mesh",
        profiles=WITH_MESH,
    ),
    "ExportMesh": Setting(
        types.flag,
        "At the top of a template: moves its mesh to `Metadata.AppMeshInject.Mesh`, where `MeshStack` of other stacks"
        " reads it; the template may have marked tasks, too",
        "`false`",
        profiles=WITH_MESH,
    ),
    "DefaultRetryPolicy": Setting(
        types.choice("on", "off"),
        "Whether routes without a retry policy get App Mesh's default one",
        "`on`",
        profiles=WITH_MESH,
    ),
    "CloudMapDns": Setting(
        types.choice("strict", "logical"),
        "How Envoy resolves names in Cloud Map: to all addresses (`strict`) or to one of them (`logical`)",
        "`strict`",
        profiles=(STANDALONE,),
    ),
    "Configuration": Setting(
        types.choice(AUTO, PLAIN, COMPRESSED),
        "How Envoy's configuration stands in its command: as text that anyone can read (`plain`), `compressed`, which"
        " needs bash and gzip in the image, or compressed only in a task definition that would be too large (`auto`)",
        "`auto`",
        profiles=(STANDALONE,),
    ),
    "StatsPort": Setting(
        types.known_port,
        "Port where Envoy answers `GET /ready` and `GET /stats/prometheus`, and nothing else, to the task's network",
        profiles=(STANDALONE,),
    ),
    "Namespace": Setting(
        types.text(types.any_text),
        "Name or ARN of the Cloud Map namespace of Service Connect; in it, discovery names end with `-sc`",
        "an HTTP namespace with the name of the mesh, which the stack of the mesh creates",
        profiles=(SERVICE_CONNECT,),
    ),
    "ServiceConnect": Setting(
        types.fragment,
        "Fragment merged over the `ServiceConnectConfiguration` of the ECS service, its `Services` by `DiscoveryName`",
        profiles=(SERVICE_CONNECT,),
    ),
    "LiveWeights": Setting(
        types.flag,
        "Whether weights that are a `Ref` to a parameter follow its value without a deployment: running Envoys read it"
        " from a Lambda function that is added to the stack",
        "`false`",
        profiles=(STANDALONE,),
    ),
    "DeferredStats": Setting(
        types.flag,
        "Whether Envoy creates the statistics of a cluster when it is first used: it then starts faster and takes less"
        " memory, but the counters of what was never used do not appear, not even as zero",
        "`false`",
        profiles=(STANDALONE,),
    ),
}
"""All settings by name, in the order of the fields of `Settings`."""

FIELDS = dict(zip(TABLE, Settings._fields, strict=True))
"""The field of `Settings`, by setting name."""

NAMING = ("VirtualNodeName", "VirtualGatewayName", "ResourceArn")
"""The settings that name what the task represents. One of them displaces the others of lower levels."""
