"""What a task calls, and who serves it: in which order to deploy, and what no name leads to any more."""

from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import CloudMap, Dns, VirtualNode, VirtualService
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.parsing.cloud_map import facts
from appmesh_inject.mesh.scalars import host_key, shown
from appmesh_inject.profiles.connecting.configuration import Configured
from appmesh_inject.profiles.connecting.deployment_order import Edge
from appmesh_inject.profiles.connecting.endpoints import Endpoints, RunByTasks
from appmesh_inject.profiles.connecting.mesh_task import MeshTask
from appmesh_inject.profiles.connecting.resource_keys import key_of
from appmesh_inject.resource_types import CLOUD_MAP


def edges(tasks: Sequence[Configured], endpoints: Mapping[int, Endpoints]) -> Iterator[Edge]:
    """The pairs of ECS services of which the first calls the second. endpoints: by the identity of the mesh's
    compiler."""
    for caller in tasks:
        called = {key_of(service) for service in _called(caller.task)}
        nodes = {
            key_of(each.node) for each in endpoints[id(caller.task.compiler)].all if key_of(each.service) in called
        }
        for server in tasks:
            if server.task.source is not caller.task.source or server.value is None:
                continue
            if key_of(server.task.node) in nodes - {key_of(caller.task.node)}:
                yield from (
                    (one.logical_id, other.logical_id) for one in caller.task.running for other in server.task.running
                )


def _called(task: MeshTask) -> Iterator[VirtualService]:
    for backend in task.node.backends:
        service = task.compiler.shared.links.service(task.node, backend.service)
        if service is not None:
            yield service


def out_of_reach(task: MeshTask, endpoints: Endpoints, run_by_tasks: RunByTasks) -> Iterator[Finding]:
    """Findings about backends of a task that lead to a standalone task, which has no name in Service Connect."""
    for service in _called(task):
        if key_of(service) in endpoints.refused:
            continue
        for endpoint in (each for each in endpoints.all if each.service is service):
            node = endpoint.node
            if key_of(node) not in run_by_tasks.standalone - run_by_tasks.connected:
                continue
            path = task.context.setting_path("Profile")
            name = shown(service.name, service.logical_id)
            if host_key(service.name) == _dns_name(node):
                message = f"calls {name}, which stays standalone: the name leads to its tasks by DNS alone"
                hint = "Nothing needs to be done; retries and timeouts of the mesh end for this call"
                yield task.context.finding("AM461", path, message, hint)
            else:
                message = f"calls {name}, which a standalone task serves, and no name leads there"
                hint = f"Convert the task of {node.logical_id} as well, or leave this one standalone"
                yield task.context.finding("AM417", path, message, hint)


def _dns_name(node: VirtualNode) -> str:
    found = node.discovery
    if isinstance(found, Dns):
        return host_key(found.hostname)
    return f"{found.service.key}.{found.namespace.key}".lower() if isinstance(found, CloudMap) else ""


def unserved(endpoints: Endpoints, run_by_tasks: RunByTasks) -> Iterator[Finding]:
    """Warnings about virtual services whose virtual node no task of the template runs, where no other template can."""
    for endpoint in endpoints.all if run_by_tasks.is_whole else ():
        service, node = endpoint.service, endpoint.node
        if key_of(node) not in run_by_tasks.all:
            message = f"no task of this template runs its virtual node {node.logical_id}, so it gets no endpoint here"
            hint = "Callers go by DNS, unless another stack serves it in the same namespace"
            yield Finding("AM466", service.logical_id, service.path, message, hint)


def without_callers(one: MeshTask, endpoints: Endpoints, run_by_tasks: RunByTasks) -> Iterator[Finding]:
    """A warning about a mesh all of whose callers stay standalone, so that nobody uses a name of Service Connect."""
    served = [key_of(each.service) for each in endpoints.all if key_of(each.node) in run_by_tasks.connected]
    callers = [endpoints.callers.get(service, frozenset()) for service in served]
    if callers and all(each and each <= run_by_tasks.standalone for each in callers):
        subject, path = (one.mesh.logical_id, one.mesh.path) if one.mesh else (one.name, one.context.workload.path)
        message = "no caller here uses a name of Service Connect: all of them stay standalone"
        hint = "Convert a caller as well, or leave all tasks standalone"
        yield Finding("AM463", subject, path, message, hint)


def dummies(tasks: Sequence[Configured]) -> Iterator[Finding]:
    """Warnings about Cloud Map records that only made the name of a virtual service resolve."""
    aliases = {host_key(entry.endpoint.service.name) for each in tasks for entry in each.entries}
    names = tasks[0].task.names if tasks else None
    for logical_id in _with_instances(names.resources) if names and aliases else ():
        if names and _full_name(logical_id, names) in aliases:
            message = "the name still resolves in DNS, to what an AWS::ServiceDiscovery::Instance says"
            hint = "When all callers are converted, take the service and its instance out"
            yield Finding("AM461", logical_id, ("Resources", logical_id), message, hint)


def _with_instances(resources: Mapping[str, Json]) -> Iterator[str]:
    """Logical IDs of the Cloud Map services that have an instance in the template."""
    for _, resource in sorted(resources.items()):
        if isinstance(resource, dict) and resource.get("Type") == f"{CLOUD_MAP}Instance":
            properties = resource.get("Properties")
            pointer = properties.get("ServiceId") if isinstance(properties, dict) else None
            target = (pointer.get("Ref") or pointer.get("Fn::GetAtt")) if isinstance(pointer, dict) else None
            name = target[0] if isinstance(target, list) and target else str(target).partition(".")[0]
            if name in resources:
                yield str(name)


def _full_name(logical_id: str, names: MeshNames) -> str:
    """The DNS name of a Cloud Map service of the template; empty if its namespace is not in it."""
    others = {
        name: resource
        for name, resource in names.resources.items()
        if name == logical_id or (isinstance(resource, dict) and resource.get("Type") != f"{CLOUD_MAP}Service")
    }
    _, services = facts(others, names)
    return f"{services[0].name}.{services[0].namespace}" if services and services[0].namespace else ""
