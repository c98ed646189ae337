"""Profile `standalone`: a stock Envoy that runs what the mesh's resources say, without App Mesh.

The containers are ours, for the image `envoyproxy/envoy`.
"""

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.interpolation import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.source import CONFIGURATION_FLAG, EnvoyConfiguration, MeshSource
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.sidecar import checks
from appmesh_inject.profiles.sidecar.containers import (
    GATEWAY,
    NODE,
    SHORT_GATEWAY,
    SHORT_NODE,
    SidecarSet,
    redirected_by_ecs,
)
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.identity import represented
from appmesh_inject.profiles.sidecar.profile import SidecarProfile
from appmesh_inject.profiles.sidecar.template import JoinedText, Members, Slot, Values
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.model import Container

# What the stock image's shell can do by itself: it has bash, and no curl. Envoy answers HTTP/1.1 only.
ASKS_WHETHER_LIVE = (
    "exec 3<>/dev/tcp/127.0.0.1/",
    Slot.ADMIN_PORT,
    "; printf 'GET /ready HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' >&3; grep -q LIVE <&3",
)

NODE_ENVOY: Members = {
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
        "Command": ["CMD", "bash", "-c", JoinedText(ASKS_WHETHER_LIVE)],
        "Interval": 5,
        "Timeout": 2,
        "Retries": 3,
        "StartPeriod": 10,
    },
    "DependsOn": [{"ContainerName": Slot.X_RAY_NAME, "Condition": "START"}],
    "User": Slot.IGNORED_UID,
    "Ulimits": [{"Name": "nofile", "SoftLimit": 15000, "HardLimit": 15000}],
}

GATEWAY_ENVOY: Members = {
    **{name: member for name, member in NODE_ENVOY.items() if name != "User"},
    "Environment": [{"Name": "ENABLE_ENVOY_XRAY_TRACING", "Value": Slot.X_RAY}],
}


def _node(*, is_api: bool) -> SidecarSet:
    return redirected_by_ecs(NODE_ENVOY, "StandaloneEnvoyImage", SHORT_NODE, is_api=is_api, redirects=True)


def _gateway(*, is_api: bool) -> SidecarSet:
    return redirected_by_ecs(GATEWAY_ENVOY, "StandaloneEnvoyImage", SHORT_GATEWAY, is_api=is_api, redirects=False)


class Standalone(SidecarProfile):
    """Compiles the mesh for each workload into the command of its envoy."""

    open_slot = Slot.COMMAND
    consumes_mesh = True

    def closing(
        self, context: Context, sidecar_set: SidecarSet, envoy: Container, values: Values
    ) -> tuple[Json, tuple[Finding, ...]]:
        """The command that runs the compiled configuration."""
        compiled = _configuration(context, envoy, values)
        found = checks.configuration(context, sidecar_set, compiled, envoy, values[Slot.APP_PORTS])
        return compiled.command, (*compiled.findings, *found)

    def is_injected(self, context: SidecarContext) -> bool:
        """Whether the task was injected before, and the mesh has left the document since."""
        if context.settings.mesh_stack is not None or context.meshes.given is not None:
            return False
        if not MeshSource(context.workload.scope.resources).is_empty:
            return False
        entries = (entry for branch in context.task.branches for entry in branch.lists["app"].entries)
        containers = (container for entry in entries for container, _ in entry.containers if container)
        return any(_carries_a_configuration(container.command) for container in containers)


def _carries_a_configuration(command: Json) -> bool:
    return isinstance(command, list) and command[:1] == [CONFIGURATION_FLAG]


def _configuration(context: Context, envoy: Container, values: Values) -> EnvoyConfiguration:
    """What the task's envoy runs, by the mesh that its settings name and the variables that it has."""
    settings, scope = context.settings, context.workload.scope
    source = context.meshes.source(settings, scope)
    if source is None:
        message = "the mesh of the stack that MeshStack names is not at hand"
        hint = "Deploy the macro with MeshStacks, or render with --mesh FILE"
        found = context.finding("AM330", context.setting_path("MeshStack"), message, hint)
        return EnvoyConfiguration(None, findings=(found,))
    return context.meshes.configuration(
        source,
        settings,
        is_gateway=represented(context.requested, scope) == GATEWAY,
        scope=scope,
        environment={name: scalar(value) for name, value in envoy.variables.items()},
        admin_port=scalar(values[Slot.ADMIN_PORT]),
        place=context.setting_path("Envoy"),
        subject=context.workload.name,
    )


PROFILE = Standalone(
    STANDALONE,
    {
        ("cloudformation", NODE): _node(is_api=False),
        ("cloudformation", GATEWAY): _gateway(is_api=False),
        ("ecs", NODE): _node(is_api=True),
        ("ecs", GATEWAY): _gateway(is_api=True),
    },
)
