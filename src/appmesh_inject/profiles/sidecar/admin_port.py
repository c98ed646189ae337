"""Who uses Envoy's admin port from outside of the task: App Mesh's image answered there, `standalone` does not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Literal, Scope, known, leaves
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import kind_of
from appmesh_inject.profiles.context import Context
from appmesh_inject.resource_types import ECS_SERVICE, TARGET_GROUP, TASK_SET
from appmesh_inject.workloads.containers import EcsContainerReader
from appmesh_inject.workloads.model import Container

USUAL = "9901"
"""App Mesh's image had its admin interface there, and so has `standalone`."""

_SERVICES = (ECS_SERVICE, TASK_SET)
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


def app_clash(context: Context, app_ports: Json, admin_port: Json) -> Iterator[Finding]:
    """A finding if an app port is the admin port, too. app_ports: separated by commas, where they are known."""
    port = str(known(admin_port, context.workload.scope))
    if isinstance(app_ports, str) and port in app_ports.split(","):
        message = f"app port '{port}' is also the port of Envoy's admin interface"
        hint = "Change the app's port, or Envoy's: ENVOY_ADMIN_ACCESS_PORT in the Environment of the Envoy setting"
        yield context.finding("AM115", context.setting_path("AppPorts"), message, hint)


def outside_uses(context: Context, envoy: Container, admin_port: Json) -> Iterator[Finding]:
    """A finding for each health check and port mapping that leads to the admin port, under a condition that can be true
    at least."""
    admin = {USUAL, str(known(admin_port, envoy.scope))} - {str(context.settings.stats_port)}
    uses = list(_uses(context, envoy.definition, envoy.scope, admin))
    if not uses:
        return
    # Few templates come here, and what the parameters decide takes a while to find out.
    from appmesh_inject.mesh.value_resolution import deciding

    scope = deciding(envoy.scope)
    for path, message, hint in _uses(context, envoy.definition, scope, admin):
        yield context.finding("AM332", path, f"{message}, and {_CLAIM}", hint)


def _uses(
    context: Context, envoy: Mapping[str, Json], scope: Scope, admin: set[str]
) -> Iterator[tuple[Path, str, str]]:
    """Each use of one of the ports `admin`: its path, a message and a hint."""
    if _maps(context, envoy, scope, admin):
        hint = "Take the PortMapping out, or let Envoy answer /ready and /stats/prometheus there: set StatsPort"
        yield context.setting_path("Envoy"), "the envoy container maps the admin port", hint
    resources = scope.resources
    for logical_id in _of_task(context, list(_checked_at(admin, scope)), resources, scope):
        path: Path = ("Resources", logical_id, "Properties", "HealthCheckPort")
        message = f"{logical_id} checks the health of the task at Envoy's admin port"
        yield path, message, "Check a listener's port, or set StatsPort and HealthCheckPath: /ready"


def _checked_at(admin: set[str], scope: Scope) -> Iterator[str]:
    """The target groups that can exist, and whose health check can be at one of the ports `admin`."""
    resources = scope.resources
    for name in _with_port(resources):
        port = _properties(resources, name).get("HealthCheckPort")
        if _can_be(port, admin, scope) and _can_exist(resources[name], scope):
            yield name


def _with_port(resources: Mapping[str, Json]) -> Sequence[str]:
    """The target groups that name a port for health checks, which few do."""
    target_groups = [name for name, it in resources.items() if isinstance(it, dict) and it.get("Type") == TARGET_GROUP]
    return [name for name in target_groups if "HealthCheckPort" in _properties(resources, name)]


def _can_be(value: Json, ports: set[str], scope: Scope) -> bool:
    """Whether a value is one of the ports in a branch of its Fn::Ifs at least."""
    readings = (leaf.reading for leaf in leaves(value, scope))
    return any(isinstance(reading, Literal) and str(reading.value) in ports for reading in readings)


def _can_exist(resource: Json, scope: Scope) -> bool:
    condition = resource.get("Condition") if isinstance(resource, Mapping) else None
    return not isinstance(condition, str) or scope.assumed.get(condition, True)


def _maps(context: Context, envoy: Mapping[str, Json], scope: Scope, admin: set[str]) -> bool:
    reader = context.kind.containers
    if not isinstance(reader, EcsContainerReader):
        return False
    port = reader.names["ContainerPort"]
    mappings = _items(envoy.get(reader.names["PortMappings"]), scope)
    return any(_can_be(mapping.get(port), admin, within) for mapping, within in mappings)


def _items(value: Json, scope: Scope) -> Iterator[tuple[Mapping[str, Json], Scope]]:
    """The maps of a list, in every branch of the Fn::Ifs around the list and around each item."""
    for branch in leaves(value, scope):
        for item in branch.written if isinstance(branch.written, list) else ():
            for leaf in leaves(item, branch.scope):
                if isinstance(leaf.written, Mapping):
                    yield leaf.written, leaf.scope


def _of_task(
    context: Context, target_groups: Sequence[str], resources: Mapping[str, Json], scope: Scope
) -> Iterator[str]:
    """Those of the target groups that belong to the services that run the task; if the template has no such service,
    those that no other service uses."""
    if not target_groups:
        return
    names = (name for name in resources if _type(resources, name) in _SERVICES and _can_exist(resources[name], scope))
    services = [_properties(resources, name) for name in names]
    own = [each for each in services if _refers(each.get("TaskDefinition"), context.workload.name, scope)]
    for name in target_groups:
        users = [each for each in services if _balances(each, name, scope)]
        if any(each in own for each in users) or not (own or users):
            yield name


def _balances(service: Mapping[str, Json], target_group: str, scope: Scope) -> bool:
    balancers = _items(service.get("LoadBalancers"), scope)
    return any(_refers(each.get("TargetGroupArn"), target_group, within) for each, within in balancers)


def _refers(value: Json, logical_id: str, scope: Scope) -> bool:
    """Whether a value refers to a resource, in one of the branches of its Fn::Ifs at least."""
    reference: tuple[Json, ...] = (
        {"Ref": logical_id},
        {"Fn::GetAtt": [logical_id, "Arn"]},
        {"Fn::GetAtt": [logical_id, "TargetGroupArn"]},
        {"Fn::GetAtt": [logical_id, "TaskDefinitionArn"]},
        {"Fn::Sub": f"${{{logical_id}}}"},
    )
    return any(leaf.written in reference for leaf in leaves(value, scope))


def _type(resources: Mapping[str, Json], logical_id: str) -> Json:
    resource = resources[logical_id]
    return resource.get("Type") if isinstance(resource, Mapping) else None


def _properties(resources: Mapping[str, Json], logical_id: str) -> Mapping[str, Json]:
    resource = resources[logical_id]
    properties = resource.get("Properties") if isinstance(resource, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}
