"""Checks the ECS services of a finished template, together with the tasks that they run and with each other.

No other tool does: cfn-lint finds a handful of these mistakes, and emulators of AWS drop the configuration.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path, shown
from appmesh_inject.cfn.exclusive_conditions import compatible
from appmesh_inject.cfn.intrinsics import Leaf, Literal, Scope, known, leaves
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.profiles.connecting import prerequisites, schema
from appmesh_inject.profiles.connecting.ecs_services import named_task
from appmesh_inject.profiles.connecting.namespaces import identity, in_cloud_map
from appmesh_inject.profiles.connecting.port_mappings import port_mappings, port_names
from appmesh_inject.profiles.connecting.schema import LIMIT
from appmesh_inject.profiles.connecting.validation import broken, is_enabled
from appmesh_inject.resource_types import ECS_SERVICE, TASK_DEFINITION

_CORRECT_IT = "Correct it, since ECS refuses such a service"
_OTHER_NAME = "Give one of the two another name"


class Mistake(NamedTuple):
    """A mistake in a finished template. code: of the finding that is about such a mistake."""

    logical_id: str
    code: str
    path: Path
    message: str
    hint: str = _CORRECT_IT
    is_ours: bool = False


def findings(
    template: Mapping[str, Json], parameters: Mapping[str, Json], tasks: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """What ECS would refuse of the ECS services that run one of the task definitions `tasks`, or of all. The rules that
    are only ours are left out: they are for what is built, and not for what was there or is written by hand."""
    found = mistakes(template, parameters, tasks)
    return tuple(dict.fromkeys(_finding(each) for each in found if not each.is_ours))


def _finding(mistake: Mistake) -> Finding:
    code, path = mistake.code, mistake.path
    message = f"{shown(path[3:])} {mistake.message}" if code == LIMIT else mistake.message
    return Finding(code, mistake.logical_id, path, message, mistake.hint)


def mistakes(
    template: Mapping[str, Json], parameters: Mapping[str, Json] = NOTHING, tasks: Collection[str] | None = None
) -> Iterator[Mistake]:
    """What Service Connect would refuse of the ECS services in a finished template, and of the tasks that they run.

    tasks: the task definitions whose services are checked; None for all. Of other services only the names count, which
    are unique in a namespace.
    """
    resources = template["Resources"]
    assert isinstance(resources, dict)
    scope = Scope(parameters)
    conditions = template.get("Conditions")
    taken = _TakenNames(MeshNames(resources, scope), conditions if isinstance(conditions, dict) else {})
    services = [_service(logical_id, resource, scope) for logical_id, resource in resources.items()]
    # Those that are checked come last, so that a name is found a second time at one of them.
    in_order = sorted((each for each in services if each.enabled), key=lambda it: (it.runs(tasks), it.logical_id))
    for service in in_order:
        clashes = list(taken.clashes(service))
        if service.runs(tasks):
            yield from _of_service(service, resources, scope)
            yield from dict.fromkeys(_of_tasks(service, resources, taken.conditions))
            yield from clashes


class _Service(NamedTuple):
    """An ECS service. condition: under which it exists. enabled: its configurations that switch Service Connect on, one
    for each branch that has one. tasks: the task definitions that it runs in any branch."""

    logical_id: str
    condition: Json
    properties: Mapping[str, Json]
    enabled: Sequence[Leaf]
    tasks: Sequence[str]

    @property
    def path(self) -> Path:
        return ("Resources", self.logical_id, "Properties")

    def runs(self, tasks: Collection[str] | None) -> bool:
        return tasks is None or any(task in tasks for task in self.tasks)


def _service(logical_id: str, resource: Json, scope: Scope) -> _Service:
    properties = _properties(resource, ECS_SERVICE)
    path = ("Resources", logical_id, "Properties", "ServiceConnectConfiguration")
    enabled = [leaf for leaf in leaves(properties.get(path[-1]), scope, path) if is_enabled(leaf)]
    tasks = [named_task(leaf.written) for leaf in leaves(properties.get("TaskDefinition"), scope)]
    known_tasks = [task for task in tasks if task is not None]
    condition = resource.get("Condition") if isinstance(resource, dict) else None
    return _Service(logical_id, condition, properties, enabled, known_tasks)


def _of_service(service: _Service, resources: Mapping[str, Json], scope: Scope) -> Iterator[Mistake]:
    logical_id = service.logical_id
    for problem in prerequisites.of_service(service.properties, service.path, scope):
        yield Mistake(logical_id, *problem)
    for leaf in service.enabled:
        ports: dict[str, Json] | None = {}
        network: Json = None
        for way in leaves(service.properties.get("TaskDefinition"), leaf.scope):
            properties = _properties(resources.get(named_task(way.written) or ""), TASK_DEFINITION)
            ports = None if ports is None or not properties else {**ports, **port_names(properties, leaf.scope)}
            network = known(properties.get("NetworkMode"), leaf.scope)
        for each in broken(leaf.written, ports, leaf.scope, leaf.path, network):
            yield Mistake(logical_id, LIMIT, each.path, each.message, is_ours=each.is_ours)


def _of_tasks(service: _Service, resources: Mapping[str, Json], conditions: Mapping[str, Json]) -> Iterator[Mistake]:
    """The mistakes of the tasks that a service runs, where Service Connect is switched on."""
    for leaf in service.enabled:
        for way in leaves(service.properties.get("TaskDefinition"), leaf.scope):
            task = named_task(way.written)
            if task is not None and task in resources:
                yield from _of_task(task, resources[task], way.scope, conditions)


def _of_task(logical_id: str, resource: Json, scope: Scope, conditions: Mapping[str, Json]) -> Iterator[Mistake]:
    properties = _properties(resource, TASK_DEFINITION)
    path: Path = ("Resources", logical_id, "Properties")
    for problem in prerequisites.of_task(properties, path, scope):
        yield Mistake(logical_id, *problem)
    if any(isinstance(leaf.reading, Literal) for leaf in _redirects(properties, scope)):
        message = "the task has a ProxyConfiguration, and a task with Service Connect must have none"
        yield Mistake(logical_id, "AM207", (*path, "ProxyConfiguration"), message, "Take it out")
    named: dict[str, list[Scope]] = {}
    for mapping in port_mappings(properties, scope, path):
        for member, shape in (
            ("Name", schema.PORT_NAME),
            ("AppProtocol", schema.APP_PROTOCOL),
        ):
            if member in mapping.written:
                place = (*mapping.path, member)
                for each in schema.broken_member(mapping.written[member], shape, mapping.scope, place):
                    yield Mistake(logical_id, LIMIT, each.path, each.message)
        name = known(mapping.written.get("Name"), mapping.scope)
        if isinstance(name, str):
            others = named.setdefault(name, [])
            if any(compatible(conditions, (*one.assumed.items(), *mapping.scope.assumed.items())) for one in others):
                yield Mistake(logical_id, LIMIT, (*mapping.path, "Name"), "gives a name a second time")
            others.append(mapping.scope)


def _redirects(properties: Mapping[str, Json], scope: Scope) -> Sequence[Leaf]:
    found = leaves(properties["ProxyConfiguration"], scope) if "ProxyConfiguration" in properties else ()
    return [leaf for leaf in found if isinstance(leaf.written, dict)]


class _TakenNames:
    """The names that the namespaces of a template have, and under which outcomes of conditions."""

    def __init__(self, names: MeshNames, conditions: Mapping[str, Json]) -> None:
        self.names = names
        self.conditions = conditions
        self.found: dict[tuple[str, str], list[Mapping[str, bool]]] = {}

    def clashes(self, service: _Service) -> Iterator[Mistake]:
        """Names of a service that its namespace has already, of another service or of one of Cloud Map."""
        for leaf in service.enabled:
            yield from self._clashes(service, leaf)

    def _clashes(self, service: _Service, leaf: Leaf) -> Iterator[Mistake]:
        assert isinstance(leaf.written, dict)
        outcomes = {**leaf.scope.assumed, **({service.condition: True} if isinstance(service.condition, str) else {})}
        written = leaf.written.get("Namespace")
        namespace = identity(written, self.names)
        in_dns = in_cloud_map(written, self.names)
        services = leaf.written.get("Services")
        for index, each in enumerate(services if isinstance(services, list) else ()):
            if not isinstance(each, dict):
                continue
            path = (*leaf.path, "Services", index)
            discovered = known(each.get("DiscoveryName", each.get("PortName")), leaf.scope)
            if isinstance(discovered, str) and (
                discovered in in_dns or self._is_taken(namespace, discovered, outcomes)
            ):
                message = f"the namespace already has a service '{discovered}'"
                yield Mistake(service.logical_id, "AM415", (*path, "DiscoveryName"), message, _OTHER_NAME)
            name, port = _alias(each, leaf.scope)
            if isinstance(name, str) and port is not None and self._is_taken(namespace, f"{name}:{port}", outcomes):
                message = f"the namespace already has the name '{name}' with port {port}"
                yield Mistake(service.logical_id, "AM414", (*path, "ClientAliases"), message, _OTHER_NAME)

    def _is_taken(self, namespace: str, name: str, outcomes: Mapping[str, bool]) -> bool:
        """Whether a name is there already. That of one and the same configuration is found by its own check."""
        others = self.found.setdefault((namespace, name), [])
        taken = any(
            compatible(self.conditions, (*outcomes.items(), *other.items()))
            for other in others
            if other is not outcomes
        )
        others.append(outcomes)
        return taken


def _alias(service: Mapping[str, Json], scope: Scope) -> tuple[Json, Json]:
    aliases = service.get("ClientAliases")
    first = aliases[0] if isinstance(aliases, list) and aliases and isinstance(aliases[0], dict) else {}
    return known(first.get("DnsName"), scope), scalar(known(first.get("Port"), scope))


def _properties(resource: Json, kind: str) -> Mapping[str, Json]:
    if not isinstance(resource, dict) or resource.get("Type") != kind:
        return {}
    properties = resource.get("Properties")
    return properties if isinstance(properties, dict) else {}
