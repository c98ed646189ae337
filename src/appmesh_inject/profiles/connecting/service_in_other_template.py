"""What to write into another template, where the ECS service of a task is in none at hand."""

import json
from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.connecting.configuration import Configured
from appmesh_inject.profiles.connecting.ecs_services import schedules
from appmesh_inject.profiles.connecting.named_port_mappings import as_number
from appmesh_inject.profiles.connecting.schema import CONFIGURATION, Shape


def without_service(done: Configured) -> Finding:
    """The finding that no ECS service here runs the task, with what to write where it is."""
    context = done.task.context
    starts = list(schedules(context.workload.scope.resources, done.task.name))
    # Without the log, whose options can hold a token.
    value = {name: it for name, it in (done.value or {}).items() if name in ("Enabled", "Services")}
    value["Namespace"] = done.namespace.outside
    message = "no AWS::ECS::Service of this template runs the task"
    hint = "Put the service into this template"
    if starts:
        message += f", and {starts[0]} starts tasks without one"
        hint = "Mark it Profile: standalone, since Service Connect is for services alone; or put one into this template"
    hint += ". Or, for a service elsewhere, take the mark and the sidecars out here, "
    if ports := _named_ports(done):
        hint += f"give the ports their names, {json.dumps(ports)}, "
    hint += f"and write there ServiceConnectConfiguration: {json.dumps(_in_order(value, CONFIGURATION))}"
    if _has_function(value):
        hint += ". Write values for its functions, which mean this template"
    return context.finding("AM401", context.workload.path, message, hint)


def _in_order(value: Json, shape: Shape) -> Json:
    """The value with its members in the order of the reference, whatever that of the user's fragments is."""
    if isinstance(value, list):
        return [_in_order(item, shape) for item in value]
    if not isinstance(value, dict) or function(value) is not None:
        return value
    known = [name for name in shape if name in value]
    others = sorted(name for name in value if name not in shape)
    inner = {name: shape[name].shape or {} for name in known}
    return {name: _in_order(value[name], inner.get(name, {})) for name in (*known, *others)}


def _has_function(value: Json) -> bool:
    if isinstance(value, list):
        return any(map(_has_function, value))
    if not isinstance(value, dict):
        return False
    return function(value) is not None or any(map(_has_function, value.values()))


def _named_ports(done: Configured) -> list[Json]:
    """The port mappings of the entries, with the names that the configuration gives their ports."""
    services = done.value.get("Services") if done.value else None
    names = [
        (it.get("DiscoveryName"), it.get("PortName"))
        for it in (services if isinstance(services, list) else ())
        if isinstance(it, dict)
    ]
    found: list[Json] = []
    for entry in done.entries:
        listener = entry.endpoint.listener
        protocol: Mapping[str, Json] = {"AppProtocol": listener.protocol} if listener.protocol != "tcp" else {}
        for name in (port for discovery, port in names if discovery == entry.discovery_name):
            mapping = {"ContainerPort": as_number(listener.port.written), "Name": name, **protocol}
            found += [mapping] if mapping not in found else []
    return found
