"""Who uses Envoy's admin port from outside of the task: App Mesh's image answered there, `standalone` does not."""

from collections.abc import Iterable, Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Scope, known
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import kind_of
from appmesh_inject.profiles.context import Context
from appmesh_inject.workloads.containers import EcsContainerReader
from appmesh_inject.workloads.model import Container

USUAL = "9901"
"""App Mesh's image had its admin interface there, and so has `standalone`."""

_SERVICE, _TARGETS = "AWS::ECS::Service", "AWS::ElasticLoadBalancingV2::TargetGroup"
_CLAIM = "from outside of the task nothing answers there: Envoy's admin interface listens on 127.0.0.1 only"


def free_port(taken: Iterable[Json]) -> str:
    """The first port from the usual one on that is not among `taken`."""
    ports = {str(port) for port in taken}
    return next(port for port in map(str, range(int(USUAL), 65536)) if port not in ports)


def listener_ports(resources: Mapping[str, Json], scope: Scope) -> Iterator[Json]:
    """The ports of all listeners of the mesh, where they are known."""
    for name in resources:
        spec = _properties(resources, name).get("Spec") if kind_of(resources[name]) else None
        listeners = spec.get("Listeners") if isinstance(spec, Mapping) else None
        for listener in listeners if isinstance(listeners, list) else ():
            mapping = listener.get("PortMapping") if isinstance(listener, Mapping) else None
            if isinstance(mapping, Mapping):
                yield known(mapping.get("Port"), scope)


def outside_uses(context: Context, envoy: Container, admin_port: Json) -> Iterator[Finding]:
    """A finding for each health check and port mapping that leads to the admin port."""
    admin = {USUAL, str(known(admin_port, envoy.scope))} - {str(context.settings.stats_port)}
    if _maps(context, envoy, admin):
        hint = "Take the PortMapping out, or let Envoy answer /ready and /stats/prometheus there: set StatsPort"
        message = f"the envoy container maps the admin port, and {_CLAIM}"
        yield context.finding("AM332", context.setting_path("Envoy"), message, hint)
    resources = context.workload.scope.resources
    for logical_id in _target_groups(context, resources):
        path: Path = ("Resources", logical_id, "Properties", "HealthCheckPort")
        port = _properties(resources, logical_id).get("HealthCheckPort")
        if str(known(port, context.workload.scope)) in admin:
            message = f"{logical_id} checks the health of the task at Envoy's admin port, and {_CLAIM}"
            hint = "Check a listener's port, or set StatsPort and HealthCheckPath: /ready"
            yield context.finding("AM332", path, message, hint)


def _maps(context: Context, envoy: Container, admin: set[str]) -> bool:
    reader = context.kind.containers
    if not isinstance(reader, EcsContainerReader):
        return False
    names = reader.names
    mappings = envoy.definition.get(names["PortMappings"])
    return any(
        isinstance(mapping, Mapping) and str(known(mapping.get(names["ContainerPort"]), envoy.scope)) in admin
        for mapping in (mappings if isinstance(mappings, list) else ())
    )


def _target_groups(context: Context, resources: Mapping[str, Json]) -> Iterator[str]:
    """The target groups of the services that run the task; if the template has no such service, those that no other
    service uses."""
    services = [_properties(resources, name) for name in resources if _type(resources, name) == _SERVICE]
    own = [each for each in services if _refers(each.get("TaskDefinition"), context.workload.name, context)]
    for name in resources:
        if _type(resources, name) == _TARGETS:
            users = [each for each in services if _balances(each, name, context)]
            if any(each in own for each in users) or not (own or users):
                yield name


def _balances(service: Mapping[str, Json], target_group: str, context: Context) -> bool:
    balancers = service.get("LoadBalancers")
    return any(
        isinstance(each, Mapping) and _refers(each.get("TargetGroupArn"), target_group, context)
        for each in (balancers if isinstance(balancers, list) else ())
    )


def _refers(value: Json, logical_id: str, context: Context) -> bool:
    """Whether a value refers to a resource, in one of the branches of its Fn::Ifs at least."""
    if isinstance(value, Mapping):
        if "Fn::If" in value and isinstance(value["Fn::If"], list):
            return any(_refers(each, logical_id, context) for each in value["Fn::If"][1:])
        return value in ({"Ref": logical_id}, {"Fn::GetAtt": [logical_id, "Arn"]}, {"Fn::Sub": f"${{{logical_id}}}"})
    return False


def _type(resources: Mapping[str, Json], logical_id: str) -> Json:
    resource = resources[logical_id]
    return resource.get("Type") if isinstance(resource, Mapping) else None


def _properties(resources: Mapping[str, Json], logical_id: str) -> Mapping[str, Json]:
    resource = resources[logical_id]
    properties = resource.get("Properties") if isinstance(resource, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}
