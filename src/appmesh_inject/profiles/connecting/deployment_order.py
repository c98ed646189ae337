"""Makes callers wait for servers: a task resolves only the names that existed when its service was deployed.

Source: ECS developer guide, "Service Connect components", deployment order.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Edit, Json, append, replace
from appmesh_inject.cfn.intrinsics import NO_VALUE, if_
from appmesh_inject.cfn.references import dependencies
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import kind_of

Edge = tuple[str, str]
"""The logical IDs of a caller's ECS service and of the server's."""


class Order(NamedTuple):
    changes: Sequence[Edit]
    findings: Sequence[Finding]


def deployment_order(resources: Mapping[str, Json], edges: Iterable[Edge]) -> Order:
    """The edits that make each caller's service wait for the servers' services, where that closes no circle."""
    remaining = {name: resource for name, resource in resources.items() if kind_of(resource) is None}
    graph = {name: set(others) for name, others in dependencies(remaining).items()}
    waits: dict[str, list[str]] = {}
    findings: list[Finding] = []
    for caller, server in sorted(set(edges)):
        if caller == server or server in graph[caller]:
            continue
        if _reaches(graph, server, caller):
            message = f"calls {server}, which is deployed after it: its tasks learn the name at their next deployment"
            hint = f"Deploy the stack, then {caller} once more: aws ecs update-service --force-new-deployment"
            findings.append(Finding("AM460", caller, ("Resources", caller), message, hint))
            continue
        graph[caller].add(server)
        waits.setdefault(caller, []).append(server)
    changes = [edit for caller, servers in waits.items() for edit in _waiting(resources, caller, servers)]
    return Order(changes, findings)


def _reaches(graph: Mapping[str, set[str]], start: str, end: str) -> bool:
    seen, open_names = set(), [start]
    while open_names:
        name = open_names.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            open_names += graph[name]
    return False


def _waiting(resources: Mapping[str, Json], caller: str, servers: Sequence[str]) -> list[Edit]:
    resource = resources[caller]
    assert isinstance(resource, dict)
    own = resource.get("Condition")
    certain = [name for name in servers if _condition(resources[name]) in (None, own)]
    edits: list[Edit] = []
    if certain:
        present = resource.get("DependsOn", [])
        before = present if isinstance(present, list) else [present]
        edits.append(replace(("Resources", caller, "DependsOn"), [*before, *certain]))
    # DependsOn cannot name a resource that may not exist. A Ref under the same condition makes it wait, too.
    perhaps = [
        if_(condition, {"Ref": name}, NO_VALUE)
        for name in servers
        if name not in certain and (condition := _condition(resources[name])) is not None
    ]
    if perhaps:
        edits.append(_after(caller, resource, perhaps))
    return edits


def _after(caller: str, resource: Mapping[str, Json], items: Sequence[Json]) -> Edit:
    path = ("Resources", caller, "Metadata")
    metadata = resource.get("Metadata")
    if not isinstance(metadata, dict):
        return replace(path, {"AppMeshInject": {"After": list(items)}})
    section = metadata.get("AppMeshInject")
    if not isinstance(section, dict):
        return replace((*path, "AppMeshInject"), {"After": list(items)})
    return append((*path, "AppMeshInject", "After"), *items)


def _condition(resource: Json) -> str | None:
    condition = resource.get("Condition") if isinstance(resource, dict) else None
    return condition if isinstance(condition, str) else None
