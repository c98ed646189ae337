"""Checks the task's properties, its settings, images and Envoy configuration for what ECS refuses or would not work."""

import json
import re
from collections.abc import Iterator, Sequence

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Absent, Literal, known, leaves
from appmesh_inject.findings import Finding
from appmesh_inject.limits import APP_PORTS
from appmesh_inject.mesh.task_configuration import EnvoyConfiguration
from appmesh_inject.profiles.context import Context, shown_leaf
from appmesh_inject.profiles.sidecar.containers import GATEWAY, SidecarSet
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.image_names import APP_MESH_ENVOY_IMAGE, STOCK_ENVOY_IMAGE
from appmesh_inject.settings.images import is_within
from appmesh_inject.settings.list_types import ListValue
from appmesh_inject.settings.types import KNOWN_PARAMETER, quoted
from appmesh_inject.workloads.model import Container

LONGEST_IMAGE = 120
"""Maximum characters of an image name in a message, enough for one of ECR."""

MOST_REGISTRIES_SHOWN = 4


def surroundings(context: SidecarContext) -> Iterator[Finding]:
    """Checks the properties that the sidecars need: network mode, launch type, and the Region of a pod."""
    if context.sidecar_set.redirects:
        yield from _network(context)
    if context.sidecar_set.net_admin:
        yield from _launch_types(context)
    if context.sidecar_set.needs_region and context.settings.region is None:
        yield context.finding(
            "AM116", context.setting_path("Region"), "Region is not given", "Set Region: --region us-east-1"
        )


def _network(context: SidecarContext) -> Iterator[Finding]:
    for leaf in context.task.network:
        if isinstance(leaf.reading, Literal) and leaf.reading.value == "awsvpc":
            continue
        if isinstance(leaf.reading, Absent):
            message = "NetworkMode is not given, and ECS's default cannot redirect traffic to a proxy"
        elif isinstance(leaf.reading, Literal):
            message = f"NetworkMode is {shown_leaf(leaf)}, which cannot redirect traffic to a proxy"
        else:
            yield context.finding(
                "AM103",
                leaf.path,
                "NetworkMode is not known when the macro runs, and only 'awsvpc' can redirect traffic",
                f"Write NetworkMode: awsvpc, or {KNOWN_PARAMETER}",
            )
            continue
        yield context.finding("AM201", leaf.path, message, "Set NetworkMode: awsvpc")


def _launch_types(context: SidecarContext) -> Iterator[Finding]:
    for leaf in context.task.launch_types:
        if isinstance(leaf.reading, Literal) and leaf.reading.value == "FARGATE":
            yield context.finding(
                "AM202",
                leaf.path,
                "the task may run on Fargate, which does not allow proxyinit's NET_ADMIN",
                "Use profile 'standalone', which runs today, or 'ga', which waits for App Mesh; or run the task on EC2",
            )
        elif not isinstance(leaf.reading, Literal | Absent):
            yield context.finding(
                "AM103",
                leaf.path,
                "the launch type is not known when the macro runs, and Fargate does not allow proxyinit's NET_ADMIN",
                f"Write it out, or use {KNOWN_PARAMETER}",
            )


def limits(context: SidecarContext) -> Iterator[Finding]:
    """Checks the number of ports, and that the proxy's ports differ."""
    settings = context.settings
    if settings.app_ports is not None:
        yield from app_ports(context, settings.app_ports, context.setting_path("AppPorts"))
    ignored = settings.egress_ignored_ports
    if ignored is not None and ignored.least > context.sidecar_set.ignored_ports:
        yield context.finding(
            "AM108",
            context.setting_path("EgressIgnoredPorts"),
            f"there are {ignored.least} ports to ignore, and the redirect supports {context.sidecar_set.ignored_ports}",
            "List fewer ports, or ignore addresses with EgressIgnoredIPs",
        )
    if settings.proxy_ingress_port == settings.proxy_egress_port:
        yield context.finding(
            "AM115",
            context.setting_path("ProxyEgressPort"),
            "ProxyIngressPort and ProxyEgressPort are the same port",
            "Give each a port of its own",
        )


def image(context: SidecarContext, role: str, container: Container) -> Iterator[Finding]:
    """Checks that the image of a sidecar comes from a registry that the deployment allows."""
    allowed = context.deployment.registries
    written = container.definition.get(context.kind.containers.image_key)
    for leaf in leaves(written, container.scope) if allowed and written is not None else ():
        reading = leaf.reading
        if isinstance(reading, Literal):
            if isinstance(reading.value, str) and is_within(reading.value, allowed):
                continue
            which = shown_leaf(leaf) if reading.parameter else quoted(reading.value, LONGEST_IMAGE)
            yield context.finding(
                "AM218",
                container.path,
                f"the image of the {role} container, {which}, is not from an allowed registry",
                f"Use one from {_first_few(allowed)}",
            )
        elif not isinstance(reading, Absent):
            yield context.finding(
                "AM103",
                container.path,
                f"the image of the {role} container is not known when the macro runs, and AllowedRegistries limits it",
                f"Write it out, or use {KNOWN_PARAMETER}; use one from {_first_few(allowed)}",
            )


def _first_few(registries: Sequence[str]) -> str:
    """The first registries, to keep messages short."""
    shown, more = registries[:MOST_REGISTRIES_SHOWN], len(registries) - MOST_REGISTRIES_SHOWN
    return " or ".join(shown) + (f" or {more} more" if more > 0 else "")


def app_ports(context: SidecarContext, ports: ListValue, path: Path) -> Iterator[Finding]:
    """Checks the app ports, given or inferred. path: where they are given, or the containers."""
    settings = context.settings
    if context.represents == GATEWAY:
        yield context.finding(
            "AM109", path, "a virtual gateway has no AppPorts", "Map its ports: Envoy: {PortMappings: [...]}"
        )
        return
    if not ports.items and not context.sidecar_set.egress_only:
        yield context.finding(
            "AM109",
            path,
            f"profile '{settings.profile}' does not support outgoing traffic only",
            "List the ports that the app listens on",
        )
    if ports.least > APP_PORTS:
        yield context.finding(
            "AM108",
            path,
            f"there are {ports.least} app ports, and the redirect supports {APP_PORTS}",
            f"List at most {APP_PORTS} in AppPorts",
        )
    proxy_ports = {"ProxyIngressPort": settings.proxy_ingress_port, "ProxyEgressPort": settings.proxy_egress_port}
    if settings.stats_port is not None:
        proxy_ports["StatsPort"] = settings.stats_port
    for setting, proxy_port in proxy_ports.items():
        if proxy_port in ports.items:
            yield context.finding(
                "AM115",
                path,
                f"app port {quoted(proxy_port)} is also the proxy's {setting}",
                f"Change the app's port, or set {setting}",
            )


def configuration(
    context: Context, sidecar_set: SidecarSet, compiled: EnvoyConfiguration, envoy: Container, app_ports: Json
) -> Iterator[Finding]:
    """Checks that the task has what the compiled configuration needs: redirected ports, mounted files, its image."""
    if compiled.command is None:
        return
    ports = known(app_ports, context.workload.scope)
    redirected = ports.split(",") if isinstance(ports, str) else []
    # Without an app port there is a finding already, unless the setting says that there is none.
    is_known = isinstance(ports, str) or (app_ports is None and context.settings.app_ports is not None)
    for port in compiled.ports if sidecar_set.redirects and is_known else ():
        if isinstance(port, str | int) and str(port) not in redirected:
            message = f"listener port {port} is not among the app ports, so its traffic bypasses envoy"
            yield context.finding("AM361", context.setting_path("AppPorts"), message, "Add it to AppPorts")
    if compiled.files and not envoy.has_mounts:
        message = "envoy reads files, but nothing is mounted in its container"
        hint = "Mount them: Envoy: {MountPoints: [...]}, and the volume in the task"
        yield context.finding("AM362", context.setting_path("Envoy"), message, hint)
    if APP_MESH_ENVOY_IMAGE in (envoy.image or ""):
        message = "the envoy container has App Mesh's image, which waits for App Mesh"
        yield context.finding("AM363", context.setting_path("Envoy"), message, "Use the image envoyproxy/envoy")
    if STOCK_ENVOY_IMAGE in (envoy.image or "") and _calls_curl(envoy.health_check):
        message = "envoy's health check calls curl, which Envoy's stock image lacks, so envoy would never be healthy"
        hint = "Remove HealthCheck from the fragment, or use an image that has curl"
        yield context.finding("AM364", context.setting_path("Envoy"), message, hint)


def _calls_curl(health_check: Json) -> bool:
    return bool(re.search(r"(?<![\w.-])curl(?![\w.-])", json.dumps(health_check)))
