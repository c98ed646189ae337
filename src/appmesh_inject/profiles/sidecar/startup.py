"""Which containers start once envoy is healthy. Never in a circle: what envoy waits for cannot wait for envoy."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import mapped
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Situation, wrapped
from appmesh_inject.settings.list_types import Names
from appmesh_inject.settings.types import one_of
from appmesh_inject.workloads.model import Container


class Order(NamedTuple):
    """Containers that get a dependency on envoy, each with its new definition; and what is wrong."""

    waiting: tuple[tuple[Container, Mapping[str, Json]], ...] = ()
    findings: tuple[Finding, ...] = ()


def order(
    situation: Situation, apps: Collection[Container], sidecars: Mapping[str, Container], envoy: Json, enabled: Json
) -> Order:
    """The start order of one branch. `sidecars`: by role, as they will be; `envoy`: the name of the envoy."""
    if not situation.form.waits or "envoy" not in sidecars:
        return Order()
    dialect = situation.dialect
    named = situation.settings.wait_for_envoy
    ahead = _ahead_of(sidecars["envoy"], [*apps, *sidecars.values()], situation)
    if named is None:
        chosen = [app for app in apps if app.name not in ahead and situation.runtime(app).essential]
        findings: list[Finding] = []
    else:
        chosen = [app for app in apps if app.name in named.names and app.name not in ahead]
        findings = [*_unknown(situation, named, apps), *_circular(situation, named, ahead)]
    if chosen and not situation.runtime(sidecars["envoy"]).has_health_check:
        findings.append(
            situation.finding(
                "AM215",
                sidecars["envoy"].path,
                "envoy has no health check, and containers that wait for it to be healthy would never start",
                "Give it a HealthCheck, or set WaitForEnvoy: []",
            )
        )

    def under(dependency: Json, conditions: Mapping[str, bool]) -> Json:
        scope = situation.workload.scope.assuming_all(conditions)
        return wrapped(dependency, mapped(enabled, scope, lambda leaf: leaf.written))

    waiting: list[tuple[Container, Mapping[str, Json]]] = []
    for app in chosen:
        definition = dialect.waiting(app, envoy, under)
        if definition is None:
            findings.append(_unreadable(situation, app))
        elif definition is not app.definition:
            waiting.append((app, definition))
    return Order(tuple(waiting), tuple(findings))


def _ahead_of(envoy: Container, containers: Iterable[Container], situation: Situation) -> frozenset[str]:
    """Names of the containers that `envoy` waits for, directly or not."""
    waits = {container.name: situation.runtime(container).waits_for for container in containers}
    ahead: set[str] = set()
    open_names = set(situation.runtime(envoy).waits_for)
    while open_names:
        name = open_names.pop()
        ahead.add(name)
        open_names |= waits.get(name, frozenset()) - ahead
    return frozenset(ahead)


def _unknown(situation: Situation, named: Names, apps: Collection[Container]) -> Iterable[Finding]:
    there = sorted(name for name in (situation.plain(app).name for app in apps) if name)
    known = {app.name for app in apps}
    for name in named.names:
        if name not in known:
            yield situation.finding(
                "AM214",
                situation.place("WaitForEnvoy"),
                f"WaitForEnvoy names {named.shown(name)}, which is no container of the task",
                f"Write {one_of(there) if len(there) > 1 else (there or ['[]'])[0]}",
            )


def _circular(situation: Situation, named: Names, ahead: Collection[str]) -> Iterable[Finding]:
    for name in named.names:
        if name in ahead:
            yield situation.finding(
                "AM213",
                situation.place("WaitForEnvoy"),
                f"{named.shown(name)} cannot wait for envoy, since envoy waits for it",
                "Take it out of WaitForEnvoy, or out of the envoy's DependsOn",
            )


def _unreadable(situation: Situation, app: Container) -> Finding:
    return situation.finding(
        "AM103",
        app.path,
        "what the container depends on is not known when the macro runs",
        "Write its DependsOn out, or set WaitForEnvoy",
    )
