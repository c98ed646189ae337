"""Makes containers wait until envoy is healthy, except those that envoy itself waits for."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Changes, Edit, Json
from appmesh_inject.cfn.intrinsics import mapped
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import where_enabled
from appmesh_inject.profiles.sidecar.containers import ENVOY
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.settings.list_types import NameList
from appmesh_inject.settings.types import one_of
from appmesh_inject.workloads.model import Container


class StartOrder(NamedTuple):
    """The edits that make containers wait for envoy, and findings."""

    changes: Changes = ()
    findings: tuple[Finding, ...] = ()


def start_order(
    context: SidecarContext, apps: Collection[Container], sidecars: Mapping[str, Container], envoy: Json, enabled: Json
) -> StartOrder:
    """The start order of one branch. sidecars: by role, as they will be. envoy: its name."""
    if not context.sidecar_set.waits or ENVOY not in sidecars:
        return StartOrder()
    named = context.settings.wait_for_envoy
    ahead = ahead_of(sidecars[ENVOY], [*apps, *sidecars.values()])
    if named is None:
        routing = _routing_logs(apps, sidecars)
        chosen = [app for app in apps if app.name not in ahead | routing and app.essential]
        findings: list[Finding] = []
    else:
        chosen = [app for app in apps if app.name in named.names and app.name not in ahead]
        findings = [*_unknown(context, named, apps), *_circular(context, named, ahead)]
    if chosen and sidecars[ENVOY].health_check is None:
        findings.append(
            context.finding(
                "AM215",
                sidecars[ENVOY].path,
                "envoy has no health check, so containers that wait until it is healthy would never start",
                "Give it a HealthCheck, or set WaitForEnvoy: []",
            )
        )

    def under(dependency: Json, conditions: Mapping[str, bool]) -> Json:
        scope = context.workload.scope.assuming_all(conditions)
        return where_enabled(dependency, mapped(enabled, scope, lambda leaf: leaf.written))

    changes: list[Edit] = []
    for app in chosen:
        edits = context.kind.containers.waiting(app, envoy, under)
        if edits is None:
            findings.append(_unreadable(context, app))
        else:
            changes += edits
    return StartOrder(changes, tuple(findings))


def ahead_of(envoy: Container, containers: Iterable[Container]) -> frozenset[str]:
    """Names of the containers that `envoy` waits for, directly or indirectly."""
    waits = {container.name: container.waits_for for container in containers}
    ahead: set[str] = set()
    open_names = set(envoy.waits_for)
    while open_names:
        name = open_names.pop()
        ahead.add(name)
        open_names |= waits.get(name, frozenset()) - ahead
    return frozenset(ahead)


def _routing_logs(apps: Collection[Container], sidecars: Mapping[str, Container]) -> frozenset[str | None]:
    """Names of the containers that route logs, and of those that they wait for. ECS starts a router before the
    containers that log to it, unless the router itself waits for one."""
    everyone = [*apps, *sidecars.values()]
    routers = [container for container in everyone if container.routes_logs]
    return frozenset(name for router in routers for name in (router.name, *ahead_of(router, everyone)))


def _unknown(context: SidecarContext, named: NameList, apps: Collection[Container]) -> Iterable[Finding]:
    choices = sorted(name for name in (context.as_written(app).name for app in apps) if name)
    known = {app.name for app in apps}
    for name in named.names:
        if name not in known:
            yield context.finding(
                "AM214",
                context.setting_path("WaitForEnvoy"),
                f"WaitForEnvoy names {named.shown(name)}, which is not a container of the task",
                f"Write {one_of(choices) if len(choices) > 1 else (choices or ['[]'])[0]}",
            )


def _circular(context: SidecarContext, named: NameList, ahead: Collection[str]) -> Iterable[Finding]:
    for name in named.names:
        if name in ahead:
            yield context.finding(
                "AM213",
                context.setting_path("WaitForEnvoy"),
                f"{named.shown(name)} cannot wait for envoy, since envoy waits for it",
                "Remove it from WaitForEnvoy, or from the envoy's DependsOn",
            )


def _unreadable(context: SidecarContext, app: Container) -> Finding:
    return context.finding(
        "AM103",
        app.path,
        "the container's DependsOn is not known when the macro runs",
        "Write it out, or set WaitForEnvoy",
    )
