"""Profile `standalone`: a stock Envoy, whose configuration is compiled from the mesh resources. Needs no App Mesh.

The container definitions are our own, for the image `envoyproxy/envoy`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from appmesh_inject.cfn.document import Edit, Json, edited, map_at
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.command_forms import is_ours
from appmesh_inject.mesh.meshes import setting_of_name
from appmesh_inject.mesh.task_configuration import EnvoyConfiguration, task_configuration
from appmesh_inject.mesh.template_mesh import has_mesh
from appmesh_inject.profiles.context import Context, DocumentContext
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.sidecar import admin_port, checks, unpacking
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
from appmesh_inject.profiles.sidecar.profile import Closing, SidecarProfile
from appmesh_inject.profiles.sidecar.template import JoinedText, Members, Slot, Values, left_open
from appmesh_inject.profiles.unavailable_stacks import unavailable_stacks
from appmesh_inject.settings.table import AUTO, COMPRESSED, STANDALONE
from appmesh_inject.workloads import quotas
from appmesh_inject.workloads.model import Container

# Uses bash alone, since the stock image has no curl. Envoy's admin interface needs HTTP/1.1.
READINESS_CHECK = (
    "exec 3<>/dev/tcp/127.0.0.1/",
    Slot.ADMIN_PORT,
    "; printf 'GET /ready HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' >&3; grep -q LIVE <&3",
)

# Envoy asks for live weights with the task's role. Without this it looks for the instance's role as well.
NO_INSTANCE_ROLE: Members = {"Name": "AWS_EC2_METADATA_DISABLED", "Value": Slot.LIVE_WEIGHTS}

NODE_ENVOY: Members = {
    "Name": "envoy",
    "Image": Slot.ENVOY_IMAGE,
    "Essential": True,
    "Command": Slot.COMMAND,
    "Environment": [
        # Stops the image's entrypoint from changing the user, which only root can do. `User` sets the user already.
        {"Name": "ENVOY_UID", "Value": "0"},
        {"Name": "ENABLE_ENVOY_XRAY_TRACING", "Value": Slot.X_RAY},
        NO_INSTANCE_ROLE,
    ],
    "HealthCheck": {
        "Command": ["CMD", "bash", "-c", JoinedText(READINESS_CHECK)],
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
    "Environment": [{"Name": "ENABLE_ENVOY_XRAY_TRACING", "Value": Slot.X_RAY}, NO_INSTANCE_ROLE],
}


def _node(*, is_api: bool) -> SidecarSet:
    return redirected_by_ecs(NODE_ENVOY, "StandaloneEnvoyImage", SHORT_NODE, is_api=is_api, redirects=True)


def _gateway(*, is_api: bool) -> SidecarSet:
    return redirected_by_ecs(GATEWAY_ENVOY, "StandaloneEnvoyImage", SHORT_GATEWAY, is_api=is_api, redirects=False)


class Standalone(SidecarProfile):
    """Compiles the mesh for each workload, into the command of its envoy."""

    open_slot = Slot.COMMAND
    consumes_mesh = True

    def plan(self, context: Context) -> Plan | Skip:
        """The plan, with a compressed configuration if the settings leave that open and a plain one does not fit."""
        if context.settings.live_weights:
            from appmesh_inject.profiles.live_weights import outside_of_a_template

            if problems := tuple(outside_of_a_template(context)):
                return Plan(findings=problems)
        planned = super().plan(context)
        if context.settings.configuration != AUTO or isinstance(planned, Skip):
            return planned
        differs = any(finding.code == "AM206" for finding in planned.findings)
        if not differs and not _is_too_large(context, planned):
            return planned
        settings = context.settings._replace(configuration=COMPRESSED)
        compressed = super().plan(replace(context, requested=context.requested._replace(settings=settings)))
        # An envoy that is there already may have been compressed.
        return planned if differs and isinstance(compressed, Plan) else compressed

    def finish(self, template: Json, decided: Sequence[Decided], whole: DocumentContext) -> Plan:
        """What the template needs once for all tasks with live weights."""
        notes = [each.plan.notes for each in decided if each.plan is not None]
        if not (any(notes) or whole.defaults.values.get("LiveWeights")):
            return Plan()
        # Imported here, since few templates need it and every import prolongs a cold start.
        from appmesh_inject.profiles.live_weights import LiveTask, added, told_to_other_stacks

        exported, findings = told_to_other_stacks(whole)
        tasks = [task for task in notes if isinstance(task, LiveTask)]
        plan = added(template, tasks, exported, whole.deployment.live_weights_role) if tasks or exported else Plan()
        return Plan(plan.changes, (*findings, *plan.findings))

    def closing(self, context: Context, sidecar_set: SidecarSet, envoy: Container, values: Values) -> Closing:
        """The command that runs the compiled configuration, and findings about the configuration."""
        compiled = _configuration(context, envoy, values)
        findings = tuple(checks.configuration(context, sidecar_set, compiled, envoy, values[Slot.APP_PORTS]))
        if context.settings.configuration == COMPRESSED and envoy.command == left_open(Slot.COMMAND):
            findings = (*findings, *unpacking.obstacles(context, envoy))
        used = admin_port.outside_uses(context, envoy, values[Slot.ADMIN_PORT])
        taken = admin_port.app_clash(context, values[Slot.APP_PORTS], values[Slot.ADMIN_PORT])
        found = (*compiled.findings, *findings, *used, *taken)
        if compiled.live is None:
            return Closing(compiled.command, found, None, compiled.bootstrap)
        # Imported here, since few tasks need it and every import prolongs a cold start.
        from appmesh_inject.profiles.live_weights import live_task

        return Closing(compiled.command, found, live_task(context, compiled.live), compiled.bootstrap)

    def about_kept_envoy(self, context: Context) -> Iterable[Finding]:
        """A finding if the envoy that OnExisting keeps should follow live weights."""
        from appmesh_inject.profiles.live_weights import kept_envoy

        return kept_envoy(context)

    def is_injected(self, context: SidecarContext) -> bool:
        """Whether the task was injected before, by any version, together with the removal of the mesh from the
        template. If another mesh is given for what is not a template, or with OnExisting: Replace, the task is
        compared with that."""
        is_elsewhere = context.settings.mesh_stack.names or context.meshes.given_meshes
        is_template = context.kind.name == "cloudformation"
        if is_elsewhere and (not is_template or context.settings.on_existing == "Replace"):
            return False
        if has_mesh(context.workload.scope.resources):
            return False
        entries = (entry for branch in context.task.branches for entry in branch.lists["app"].entries)
        containers = (container for entry in entries for container, _ in entry.containers if container)
        return any(is_ours(container.command) for container in containers)


def _is_too_large(context: Context, planned: Plan) -> bool:
    if any(finding.is_error for finding in planned.findings):
        return False
    path = context.workload.properties
    changes = [Edit(edit.kind, edit.path[len(path) :], edit.value) for edit in planned.changes]
    properties = edited(map_at(context.document, path), changes)
    assert isinstance(properties, dict)
    return quotas.is_too_large(properties)


def _configuration(context: Context, envoy: Container, values: Values) -> EnvoyConfiguration:
    """The configuration of the task's envoy, compiled from the mesh and the envoy's environment variables."""
    settings, scope = context.settings, context.workload.scope
    if unavailable := unavailable_stacks(context):
        return EnvoyConfiguration(None, findings=(unavailable,))
    return task_configuration(
        context.meshes,
        context.meshes.of_task(settings, scope, context.document),
        settings,
        is_gateway=represented(context.requested, scope) == GATEWAY,
        scope=scope,
        environment={name: scalar(value) for name, value in envoy.variables.items()},
        admin_port=scalar(values[Slot.ADMIN_PORT]),
        place=context.setting_path("Envoy"),
        name_place=context.setting_path(setting_of_name(settings)),
        subject=context.workload.name,
        document=context.document,
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
