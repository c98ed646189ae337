"""App ports that nobody named: taken from what the app's containers map."""

from collections.abc import Iterable

from appmesh_inject.cfn.document import Path
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.settings.list_types import ListValue, listed
from appmesh_inject.settings.types import quoted
from appmesh_inject.workloads.model import ContainerEntry, Port


def inferred(
    context: SidecarContext, entries: Iterable[ContainerEntry], path: Path, scope: Scope
) -> tuple[ListValue, list[Finding]]:
    """The TCP ports of the containers, in order, each once, and what stands in the way of knowing them.

    A port counts where it is mapped whatever the conditions say. One that exists in a branch alone cannot be in
    a list that holds for all branches: a finding asks for AppPorts.
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
            f"port {quoted(port.written)} is mapped under a condition only, which the list of ports cannot follow",
            "Say which ports the proxy takes: set AppPorts",
        )
        for port in uncertain
        if port.key not in certain
    )
    items = tuple(port.written for port in certain.values())
    if not items and not findings:
        findings.append(
            Finding(
                "AM106",
                context.workload.name,
                path,
                "no app port is found: no container maps a TCP port",
                "Set AppPorts, or give the app's container its PortMappings",
            )
        )
    return ListValue(items, listed(items, scope), len(items)), findings
