"""Whether a task definition and the ECS service that runs it can use Service Connect at all.

Source: ECS developer guide, "Service Connect components" and "Service Connect considerations".
"""

from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import NO_VALUE, Absent, Leaf, Literal, Scope, known, leaves
from appmesh_inject.cfn.text_joining import number
from appmesh_inject.profiles.connecting.port_mappings import containers
from appmesh_inject.profiles.connecting.unassigned_finding import UnassignedFinding
from appmesh_inject.settings.types import shown_literal

Properties = Mapping[str, Json]

_LAUNCH_TYPES = ("EXTERNAL", "MANAGED_INSTANCES")
_CONTROLLERS = ("CODE_DEPLOY", "EXTERNAL")
_SMALLEST_CPU, _SMALLEST_MEMORY = 256, 512


def of_service(properties: Properties, path: Path, scope: Scope) -> Iterator[UnassignedFinding]:
    """Problems of an AWS::ECS::Service. path: of its properties."""
    for leaf in _at(properties, path, scope, "DeploymentController", "Type"):
        if _value(leaf) in _CONTROLLERS:
            message = f"the deployment controller {_value(leaf)} does not support Service Connect"
            hint = "Use ECS, whose strategies include BLUE_GREEN, LINEAR and CANARY"
            yield UnassignedFinding("AM403", leaf.path, message, hint)
    for leaf in _at(properties, path, scope, "LaunchType"):
        if _value(leaf) in _LAUNCH_TYPES:
            message = f"Service Connect does not support the launch type {_value(leaf)}"
            yield UnassignedFinding("AM404", leaf.path, message, "Run the service on Fargate or on EC2")
    for leaf in _at(properties, path, scope, "PlatformVersion"):
        version = str(_value(leaf)).split(".")
        if all(part.isdigit() for part in version) and list(map(int, version)) < [1, 4, 0]:
            message = "Service Connect needs platform version 1.4.0 of Fargate or later"
            yield UnassignedFinding("AM404", leaf.path, message, "Write LATEST, or take PlatformVersion out")


def of_task(properties: Properties, path: Path, scope: Scope) -> Iterator[UnassignedFinding]:
    """Problems of an AWS::ECS::TaskDefinition. path: of its properties."""
    yield from _network(properties, path, scope)
    if known(properties.get("NetworkMode"), scope) == "bridge":
        for container in containers(properties, scope, path):
            if "Hostname" in container.written:
                message = "a container has a Hostname, which Service Connect does not support in NetworkMode bridge"
                yield UnassignedFinding(
                    "AM404", (*container.path, "Hostname"), message, "Take Hostname out, or use awsvpc"
                )
    for leaf in _at(properties, path, scope, "RuntimePlatform", "OperatingSystemFamily"):
        if str(_value(leaf)).startswith("WINDOWS"):
            yield UnassignedFinding(
                "AM404", leaf.path, "Service Connect does not support Windows", "Run the task on Linux"
            )
    for leaf in _launch_types(properties, path, scope):
        if _value(leaf) in _LAUNCH_TYPES:
            message = f"Service Connect does not support the launch type {_value(leaf)}"
            yield UnassignedFinding("AM404", leaf.path, message, "Run the task on Fargate or on EC2")
    yield from _memory(properties, path, scope)


def is_smallest(properties: Properties, scope: Scope) -> bool:
    """Whether a task has the smallest size of Fargate."""
    on_fargate = "FARGATE" in [_value(leaf) for leaf in _launch_types(properties, (), scope)]
    cpu, memory = (number(known(properties.get(name), scope)) for name in ("Cpu", "Memory"))
    return on_fargate and cpu is not None and memory is not None and cpu <= _SMALLEST_CPU and memory <= _SMALLEST_MEMORY


def _network(properties: Properties, path: Path, scope: Scope) -> Iterator[UnassignedFinding]:
    for leaf in leaves(properties.get("NetworkMode", NO_VALUE), scope, (*path, "NetworkMode")):
        if isinstance(leaf.reading, Absent):
            message = "NetworkMode is not given, and Service Connect needs awsvpc or bridge"
            yield UnassignedFinding("AM201", leaf.path, message, "Set NetworkMode: awsvpc")
        elif isinstance(leaf.reading, Literal) and leaf.reading.value not in ("awsvpc", "bridge"):
            message = f"NetworkMode is {shown_literal(leaf.reading)}, and Service Connect needs awsvpc or bridge"
            yield UnassignedFinding("AM201", leaf.path, message, "Set NetworkMode: awsvpc")


def _memory(properties: Properties, path: Path, scope: Scope) -> Iterator[UnassignedFinding]:
    for leaf in leaves(properties.get("Memory", NO_VALUE), scope, (*path, "Memory")):
        if isinstance(leaf.reading, Absent):
            message = "the task has no Memory, which Service Connect requires"
            yield UnassignedFinding(
                "AM405", leaf.path, message, "Set Memory of the task, larger than its containers' in sum"
            )
            return
    most = number(known(properties.get("Memory"), scope))
    containers = properties.get("ContainerDefinitions")
    listed = containers if isinstance(containers, list) else []
    taken = sum(number(known(it.get("Memory"), scope)) or 0 for it in listed if isinstance(it, dict))
    if most is not None and taken >= most:
        message = "the containers may use all the memory of the task, and nothing is left for the proxy"
        yield UnassignedFinding("AM405", (*path, "Memory"), message, "Set a larger Memory of the task, by 64 at least")


def _launch_types(properties: Properties, path: Path, scope: Scope) -> Iterator[Leaf]:
    name = "RequiresCompatibilities"
    for leaf in leaves(properties.get(name), scope, (*path, name)):
        items = leaf.reading.value if isinstance(leaf.reading, Literal) else None
        for index, item in enumerate(items if isinstance(items, list) else []):
            yield from leaves(item, leaf.scope, (*leaf.path, index))


def _at(properties: Properties, path: Path, scope: Scope, name: str, inner: str | None = None) -> Sequence[Leaf]:
    """The values that a member can have, or a member of that member."""
    found = leaves(properties[name], scope, (*path, name)) if name in properties else ()
    if inner is None:
        return found
    return [
        value
        for leaf in found
        if isinstance(leaf.written, dict) and inner in leaf.written
        for value in leaves(leaf.written[inner], leaf.scope, (*leaf.path, inner))
    ]


def _value(leaf: Leaf) -> Json:
    return leaf.reading.value if isinstance(leaf.reading, Literal) else None
