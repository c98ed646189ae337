"""Infers the app ports from the port mappings of the app's containers."""

from collections.abc import Iterable

from appmesh_inject.cfn.document import Path
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.settings.list_types import ListValue, listed
from appmesh_inject.settings.table import PREVIEW
from appmesh_inject.settings.types import quoted
from appmesh_inject.workloads.model import ContainerEntry, Port


def inferred(
    context: SidecarContext, entries: Iterable[ContainerEntry], path: Path, scope: Scope
) -> tuple[ListValue, list[Finding]]:
    """The TCP ports of the containers, in order and without duplicates, and findings about ports that cannot be used.

    A port is used if it is mapped whatever the outcomes of conditions are. The list of app ports is the same for all
    outcomes, so a port mapped only under a condition is a finding that asks for AppPorts.
    """
    reader = context.kind.containers
    certain: dict[str, Port] = {}
    uncertain: list[Port] = []
    findings: list[Finding] = []
    for entry in entries:
        branches: list[dict[str, Port]] = []
        for container, _ in entry.containers:
            mapped, problems = reader.ports(container, context.workload.name) if container else ((), ())
            findings += problems
            branches.append({port.key: port for port in mapped if port.certain})
            uncertain += (port for port in mapped if not port.certain)
        for branch in branches:
            for key, port in branch.items():
                if all(key in other for other in branches):
                    certain.setdefault(key, port)
                else:
                    uncertain.append(port)
    findings += (
        Finding(
            "AM113",
            context.workload.name,
            port.path,
            f"port {quoted(port.written)} is mapped only under a condition, on which the app ports cannot depend",
            "List the app ports in AppPorts",
        )
        for port in uncertain
        if port.key not in certain
    )
    items = tuple(port.written for port in certain.values())
    if not items and not findings:
        none = " (AppPorts: [] if the task takes no traffic from the mesh)"
        none = "" if context.settings.profile == PREVIEW else none
        findings.append(
            Finding(
                "AM106",
                context.workload.name,
                path,
                "there is no app port: no container maps a TCP port",
                f"Set AppPorts{none}, or add PortMappings to the app's container",
            )
        )
    return ListValue(items, listed(items, scope), len(items)), findings
