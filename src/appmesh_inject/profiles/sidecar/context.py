"""What the profiles with sidecars read: a workload, the facts about its task, and the sidecars to add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.profiles.context import Context, enabled_scope
from appmesh_inject.profiles.sidecar import admin_port
from appmesh_inject.profiles.sidecar.containers import ENVOY, X_RAY_DAEMON, Sidecar, SidecarSet
from appmesh_inject.profiles.sidecar.template import Slot, joined_text
from appmesh_inject.settings.images import BUILT_IN_IMAGES
from appmesh_inject.settings.table import Settings
from appmesh_inject.workloads.model import Task


@dataclass(frozen=True, slots=True)
class SidecarContext(Context):
    """A Context with the facts about the task, and what is to be added to it.

    represents: NODE or GATEWAY. sidecars: those of the set that the settings ask for. names: of all sidecars of the
    set, by role. resource: the name or ARN of what the envoy represents; None if it is not given.
    """

    task: Task
    sidecar_set: SidecarSet
    represents: str
    sidecars: tuple[Sidecar, ...]
    names: Mapping[str, Json]
    resource: Json

    def fragments(self, sidecar: Sidecar) -> tuple[Mapping[str, Json], ...]:
        """The fragments that override a sidecar, those of lower levels first."""
        return fragments_of(self.settings, sidecar.fragment)

    def is_named(self, sidecar: Sidecar) -> bool:
        """Whether the fragments of a sidecar set its name."""
        return any(self.kind.containers.name_key in fragment for fragment in self.fragments(sidecar))

    def values(self, app_ports: Json) -> dict[Slot, Json]:
        """The values of the slots, None if there is none, without the slot that depends on the workload's name."""
        settings = self.settings
        ips, ports = settings.egress_ignored_ips, settings.egress_ignored_ports
        values: dict[Slot, Json] = {
            Slot.LOG_LEVEL: settings.log_level,
            Slot.REGION: settings.region,
            Slot.IGNORED_UID: settings.ignored_uid,
            Slot.IGNORED_GID: settings.ignored_gid,
            Slot.PROXY_INGRESS_PORT: settings.proxy_ingress_port if app_ports is not None else None,
            Slot.PROXY_EGRESS_PORT: settings.proxy_egress_port,
            Slot.APP_PORTS: app_ports,
            Slot.EGRESS_IGNORED_IPS: self.sidecar_set.egress_ignored_ips if ips is None else ips.text,
            Slot.EGRESS_IGNORED_PORTS: ports.text if ports and ports.items else None,
            Slot.ADMIN_PORT: self._admin_port(app_ports),
            Slot.ENVOY_NAME: self.names[ENVOY],
        }
        if settings.x_ray and X_RAY_DAEMON in self.names:
            values |= {Slot.X_RAY: "1", Slot.X_RAY_NAME: self.names[X_RAY_DAEMON]}
        if settings.live_weights:
            values[Slot.LIVE_WEIGHTS] = "true"
        for slot, parameter in self.sidecar_set.images.items():
            values[slot] = self.deployment.images.get(parameter) or BUILT_IN_IMAGES[parameter]
        return values

    def _admin_port(self, app_ports: Json) -> Json:
        """9901, or the next port that is free if StatsPort takes it."""
        settings = self.settings
        if settings.stats_port != admin_port.USUAL:
            return admin_port.USUAL
        ports = app_ports.split(",") if isinstance(app_ports, str) else ()
        scope = self.workload.scope
        sources = self.meshes.of_task(settings, scope, self.document).sources
        listening = [port for source in sources for port in admin_port.listener_ports(source.resources, scope)]
        proxy_ports = (settings.proxy_ingress_port, settings.proxy_egress_port)
        return admin_port.free_port((settings.stats_port, *proxy_ports, *ports, *listening))


def resource_of(context: Context, sidecar_set: SidecarSet) -> Json:
    """The name or ARN of the mesh resource that a workload represents; None if it is not given."""
    settings = context.settings
    names = {
        Slot.MESH_NAME: settings.mesh_name,
        Slot.VIRTUAL_NODE_NAME: settings.virtual_node_name,
        Slot.VIRTUAL_GATEWAY_NAME: settings.virtual_gateway_name,
    }
    return settings.resource_arn or joined_text(sidecar_set.resource, names, context.workload.scope.loops)


FRAGMENT_FIELDS = {"Envoy": "envoy", "ProxyInit": "proxy_init", "XRayDaemon": "x_ray_daemon"}


def fragments_of(settings: Settings, fragment: str) -> tuple[Mapping[str, Json], ...]:
    """The values of the setting `fragment`, those of lower levels first."""
    fragments: tuple[Mapping[str, Json], ...] = getattr(settings, FRAGMENT_FIELDS[fragment])
    return fragments


def sidecar_context(context: Context, sidecar_set: SidecarSet, represents: str) -> SidecarContext:
    """Reads the facts about the task, in the case that `Enabled` is true."""
    settings, sidecars = context.settings, sidecar_set.sidecars
    scope = enabled_scope(settings.enabled, context.workload.scope)
    key = context.kind.containers.name_key
    return SidecarContext(
        context.document,
        context.kind,
        context.workload,
        context.requested,
        context.deployment,
        context.meshes,
        context.drafts,
        task=context.kind.task(context.document, context.workload, scope),
        sidecar_set=sidecar_set,
        represents=represents,
        sidecars=tuple(each for each in sidecars if settings.x_ray or not each.only_with_x_ray),
        names={each.role: _name(each.role, fragments_of(settings, each.fragment), key) for each in sidecars},
        resource=resource_of(context, sidecar_set),
    )


def _name(role: str, fragments: Sequence[Mapping[str, Json]], key: str) -> Json:
    """The name of a sidecar: from the last of its fragments that has one, else its role."""
    for fragment in reversed(fragments):
        if key in fragment:
            return fragment[key]
    return role
