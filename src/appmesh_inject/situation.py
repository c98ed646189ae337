"""What one decision is made from: a workload, what it asks for, the facts about it, and the form that fits."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.findings import Finding
from appmesh_inject.forms import Form, Sidecar
from appmesh_inject.intrinsics import NO_VALUE, Leaf, Literal, function, if_
from appmesh_inject.levels import Asked
from appmesh_inject.settings import Settings
from appmesh_inject.shapes import Slot, Values, text
from appmesh_inject.sidecars import BUILT_IN_IMAGES, ENVOY, X_RAY_DAEMON
from appmesh_inject.standalone import Meshes
from appmesh_inject.tree import Json, Path
from appmesh_inject.values import quoted
from appmesh_inject.workload import Container, Dialect, Runtime, Task, Workload

_FRAGMENTS = {"Envoy": "envoy", "ProxyInit": "proxy_init", "XRayDaemon": "x_ray_daemon"}

ADMIN_PORT_VARIABLE = "ENVOY_ADMIN_ACCESS_PORT"


class Situation(NamedTuple):
    """Everything that a decision about one workload may look at. kind: what it represents, node or gateway.
    images: those that the macro's deployment gives, by deployment parameter; registries: those that it
    allows, none: all. meshes: those at hand. runtimes: what was read of containers so far, by identity."""

    workload: Workload
    asked: Asked
    task: Task
    dialect: Dialect
    form: Form
    kind: str
    images: Mapping[str, str]
    registries: tuple[str, ...]
    meshes: Meshes
    runtimes: dict[int, tuple[Container, Runtime]]

    def runtime(self, container: Container) -> Runtime:
        """How a container runs; read once."""
        # The container is kept beside, since an identity is given anew when its object goes.
        known = self.runtimes.get(id(container))
        if known is None:
            known = self.runtimes[id(container)] = container, self.dialect.runtime(container)
        return known[1]

    def plain(self, container: Container) -> Container:
        """The container as far as it is written out, without parameters' values: what an error text may show."""
        scope = container.scope._replace(parameters={})
        return self.dialect.container(container.definition, container.path, scope)

    def called(self, container: Container) -> str:
        """A container's name as an error text shows it."""
        return quoted(self.plain(container).name or "?")

    @property
    def settings(self) -> Settings:
        return self.asked.settings

    def finding(self, code: str, path: Path, message: str, hint: str) -> Finding:
        return Finding(code, self.workload.name, path, message, hint)

    def place(self, setting: str) -> Path:
        """Where a setting was given, or where the mark is."""
        return place(self.workload, self.asked, setting)

    @property
    def sidecars(self) -> tuple[Sidecar, ...]:
        """Those of the form that are asked for."""
        return tuple(s for s in self.form.sidecars if s.only_with is None or self.settings.x_ray)

    def fragments(self, sidecar: Sidecar) -> tuple[Mapping[str, Json], ...]:
        return fragments_of(self.settings, sidecar)

    def is_named(self, sidecar: Sidecar) -> bool:
        """Whether its fragments say what a sidecar is called."""
        return any(self.dialect.name_key in fragment for fragment in self.fragments(sidecar))

    def name(self, role: str) -> Json:
        """The name that a sidecar gets: as its fragments say, or its role."""
        sidecar = next(sidecar for sidecar in self.form.sidecars if sidecar.role == role)
        key = self.dialect.name_key
        given = (fragment[key] for fragment in reversed(self.fragments(sidecar)) if key in fragment)
        return next(given, role)

    def values(self, app_ports: Json) -> Values:
        """What goes into the slots; None where there is nothing to put there."""
        settings = self.settings
        ips, ports = settings.egress_ignored_ips, settings.egress_ignored_ports
        values: dict[Slot, Json] = {
            Slot.MESH_NAME: settings.mesh_name,
            Slot.VIRTUAL_NODE_NAME: settings.virtual_node_name,
            Slot.VIRTUAL_GATEWAY_NAME: settings.virtual_gateway_name,
            Slot.LOG_LEVEL: settings.log_level,
            Slot.REGION: settings.region,
            Slot.IGNORED_UID: settings.ignored_uid,
            Slot.IGNORED_GID: settings.ignored_gid,
            Slot.PROXY_INGRESS_PORT: settings.proxy_ingress_port if app_ports is not None else None,
            Slot.PROXY_EGRESS_PORT: settings.proxy_egress_port,
            Slot.APP_PORTS: app_ports,
            Slot.EGRESS_IGNORED_IPS: self.form.egress_ignored_ips if ips is None else ips.text,
            Slot.EGRESS_IGNORED_PORTS: ports.text if ports and ports.items else None,
            Slot.ADMIN_PORT: "9901",
            Slot.ENVOY_NAME: self.name(ENVOY),
        }
        if any(sidecar.role == X_RAY_DAEMON for sidecar in self.sidecars):
            values |= {Slot.X_RAY: "1", Slot.X_RAY_NAME: self.name(X_RAY_DAEMON)}
        for slot, parameter in self.form.images.items():
            values[slot] = self.images.get(parameter) or BUILT_IN_IMAGES[parameter]
        loops_around = self.workload.scope.loops
        values[Slot.RESOURCE] = settings.resource_arn or text(self.form.resource, values, loops_around)
        return values


def fragments_of(settings: Settings, sidecar: Sidecar) -> tuple[Mapping[str, Json], ...]:
    """The fragments that override a sidecar, lowest level first."""
    fragments: tuple[Mapping[str, Json], ...] = getattr(settings, _FRAGMENTS[sidecar.fragment])
    return fragments


def place(workload: Workload, asked: Asked, setting: str) -> Path:
    """Where a setting was given, or where the mark is."""
    return asked.places.get(setting, workload.levels[-1].path)


def seen(leaf: Leaf) -> str:
    """A literal leaf as an error text shows it."""
    assert isinstance(leaf.reading, Literal)
    parameter = leaf.reading.parameter
    return f"the value of parameter '{parameter}'" if parameter else quoted(leaf.reading.value)


def wrapped(value: Json, enabled: Json) -> Json:
    """The value under the condition that the sidecars exist under: `Enabled` with it in the place of true."""
    if enabled is True:
        return value
    if isinstance(enabled, dict) and function(enabled) == "Fn::If":
        condition, then, otherwise = enabled["Fn::If"]
        return if_(condition, wrapped(value, then), wrapped(value, otherwise))
    return NO_VALUE
