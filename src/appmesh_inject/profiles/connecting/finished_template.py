"""Checks the ECS services of a finished template, together with the tasks that they run and with each other.

No other tool does: cfn-lint finds a handful of these mistakes, and emulators of AWS drop the configuration.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.exclusion import compatible
from appmesh_inject.cfn.intrinsics import Leaf, Literal, Scope, known, leaves
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.profiles.connecting import shapes, surroundings
from appmesh_inject.profiles.connecting.ecs_services import SERVICE_TYPE, named_task
from appmesh_inject.profiles.connecting.namespaces import in_cloud_map
from appmesh_inject.profiles.connecting.port_mappings import port_mappings, port_names
from appmesh_inject.profiles.connecting.validation import LIMIT, broken, is_enabled
from appmesh_inject.workloads.detect import TASK_DEFINITION_TYPE


class Mistake(NamedTuple):
    """A mistake in a finished template. code: of the finding that is about such a mistake."""

    logical_id: str
    code: str
    path: Path
    message: str


def mistakes(template: Mapping[str, Json], parameters: Mapping[str, Json] = NOTHING) -> Iterator[Mistake]:
    """What Service Connect would refuse of the ECS services in a finished template, and of the tasks that they run."""
    resources = template["Resources"]
    assert isinstance(resources, dict)
    scope = Scope(parameters, resources=resources)
    names = MeshNames(resources, scope)
    conditions = template.get("Conditions")
    discovered = _Discovered(names, conditions if isinstance(conditions, dict) else {})
    for logical_id, resource in resources.items():
        properties = _properties(resource, SERVICE_TYPE)
        path: Path = ("Resources", logical_id, "Properties")
        key = "ServiceConnectConfiguration"
        enabled = [leaf for leaf in leaves(properties.get(key), scope, (*path, key)) if is_enabled(leaf)]
        if not enabled:
            continue
        for problem in surroundings.of_service(properties, path, scope):
            yield Mistake(logical_id, problem.code, problem.path, problem.message)
        yield from _of_order(logical_id, resource, resources)
        for leaf in enabled:
            ports: dict[str, Json] = {}
            network: Json = None
            run = [named_task(task.written) for task in leaves(properties.get("TaskDefinition"), leaf.scope)]
            for task in run:
                if task is not None and task in resources:
                    yield from _of_task(task, resources[task], leaf.scope)
                    task_properties = _properties(resources[task], TASK_DEFINITION_TYPE)
                    ports |= port_names(task_properties, leaf.scope)
                    network = known(task_properties.get("NetworkMode"), leaf.scope)
            for each in broken(leaf.written, ports, leaf.scope, leaf.path, network):
                yield Mistake(logical_id, LIMIT, each.path, each.message)
            yield from discovered.clashes(logical_id, resource.get("Condition"), leaf)


def _of_task(logical_id: str, resource: Json, scope: Scope) -> Iterator[Mistake]:
    properties = _properties(resource, TASK_DEFINITION_TYPE)
    path: Path = ("Resources", logical_id, "Properties")
    for problem in surroundings.of_task(properties, path, scope):
        yield Mistake(logical_id, problem.code, problem.path, problem.message)
    if any(
        isinstance(leaf.written, dict) and isinstance(leaf.reading, Literal) for leaf in _redirects(properties, scope)
    ):
        yield Mistake(logical_id, "AM207", (*path, "ProxyConfiguration"), "stands beside Service Connect")
    for mapping in port_mappings(properties, scope, path):
        for name, member in (("Name", shapes.PORT_NAME), ("AppProtocol", shapes.APP_PROTOCOL)):
            if name in mapping.written:
                place = (*mapping.path, name)
                for each in shapes.broken_member(mapping.written[name], member, mapping.scope, place):
                    yield Mistake(logical_id, LIMIT, each.path, each.message)


def _redirects(properties: Mapping[str, Json], scope: Scope) -> Sequence[Leaf]:
    return leaves(properties["ProxyConfiguration"], scope) if "ProxyConfiguration" in properties else ()


def _of_order(logical_id: str, resource: Json, resources: Mapping[str, Json]) -> Iterator[Mistake]:
    assert isinstance(resource, dict)
    waits = resource.get("DependsOn", [])
    for name in waits if isinstance(waits, list) else [waits]:
        other = resources.get(str(name))
        condition = other.get("Condition") if isinstance(other, dict) else None
        if condition is not None and condition != resource.get("Condition"):
            path: Path = ("Resources", logical_id, "DependsOn")
            yield Mistake(logical_id, "AM460", path, f"depends on {name}, which exists only under a condition")


class _Discovered:
    """The discovery names of a template, and under which outcomes of conditions they exist."""

    def __init__(self, names: MeshNames, conditions: Mapping[str, Json]) -> None:
        self.names = names
        self.conditions = conditions
        self.found: dict[tuple[str, str], list[Mapping[str, bool]]] = {}

    def clashes(self, logical_id: str, condition: Json, leaf: Leaf) -> Iterator[Mistake]:
        """Names that the namespace has twice, or that a service of Cloud Map has there."""
        assert isinstance(leaf.written, dict)
        outcomes = {**leaf.scope.assumed, **({condition: True} if isinstance(condition, str) else {})}
        written = leaf.written.get("Namespace")
        namespace = self.names.key(written)
        taken = in_cloud_map(written, self.names)
        services = leaf.written.get("Services")
        for index, service in enumerate(services if isinstance(services, list) else ()):
            name = known(service.get("DiscoveryName"), leaf.scope) if isinstance(service, dict) else None
            if not isinstance(name, str):
                continue
            others = self.found.setdefault((namespace, name), [])
            if name in taken or any(self._can_be(outcomes, other) for other in others if other is not outcomes):
                path = (*leaf.path, "Services", index, "DiscoveryName")
                yield Mistake(logical_id, "AM415", path, f"the namespace already has a service '{name}'")
            others.append(outcomes)

    def _can_be(self, one: Mapping[str, bool], other: Mapping[str, bool]) -> bool:
        return compatible(self.conditions, (*one.items(), *other.items()))


def _properties(resource: Json, kind: str) -> Mapping[str, Json]:
    if not isinstance(resource, dict) or resource.get("Type") != kind:
        return {}
    properties = resource.get("Properties")
    return properties if isinstance(properties, dict) else {}
