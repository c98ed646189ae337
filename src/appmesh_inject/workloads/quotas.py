"""Checks a finished document against the quotas of AWS for whole documents, which `limits` lists."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.deployed_size import deployed_size, json_bytes
from appmesh_inject.cfn.document import NOTHING, Json, map_at, most_bytes
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding
from appmesh_inject.limits import RESOURCES_OF_A_TEMPLATE, TASK_DEFINITION_BYTES, TEMPLATE_BYTES
from appmesh_inject.mesh.command_forms import commands, configuration_part, form_of
from appmesh_inject.resource_types import TASK_DEFINITION
from appmesh_inject.settings.table import PLAIN
from appmesh_inject.workloads.detect import is_template
from appmesh_inject.workloads.member_names import CLOUDFORMATION, ECS_API, MemberNames
from appmesh_inject.workloads.model import Workload

# A function takes at least a quarter of the bytes that are counted for its value.
_CERTAINLY_SMALL = TASK_DEFINITION_BYTES // 4


class MostBytes(NamedTuple):
    """Upper bounds of the JSON bytes of a document: of each task definition in a template by name, and of the rest.

    Measuring exactly takes much longer, and hardly any document needs it.
    """

    rest: int
    tasks: Mapping[str, int] = NOTHING

    def is_small(self, workload: Workload) -> bool:
        """Whether a task definition is certain to be small enough."""
        return self.tasks.get(workload.name, self.rest) <= _CERTAINLY_SMALL


def most_bytes_of(document: Json) -> MostBytes:
    """The bounds of one document. Each part of it is looked at once."""
    if not is_template(document):
        return MostBytes(most_bytes(document))
    template = map_at(document, ())
    rest: dict[str, Json] = {}
    tasks: dict[str, int] = {}
    for name, resource in map_at(template, ("Resources",)).items():
        if isinstance(resource, dict) and resource.get("Type") == TASK_DEFINITION:
            tasks[name] = most_bytes((name, resource))
        else:
            rest[name] = resource
    return MostBytes(most_bytes({**template, "Resources": rest}), tasks)


def task_definition(document: Json, workload: Workload) -> tuple[Finding, ...]:
    """What is wrong with the size of a task definition; nothing about a pod's."""
    properties = map_at(document, workload.properties)
    names = _names(properties)
    if names is None or (size := _size(properties, names)) <= TASK_DEFINITION_BYTES:
        return ()
    carrying = list(commands(properties[names["ContainerDefinitions"]]))
    envoy = max((deployed_size(command[configuration_part(command)]) for command in carrying), default=0)
    parts = f", {envoy:,} of them for Envoy's configuration and {size - envoy:,} for the rest" if envoy else ""
    message = f"the task definition takes about {size:,} bytes{parts}, and ECS takes {TASK_DEFINITION_BYTES:,}"
    hint = "Move containers to another task, or put less text into them"
    if envoy > size - envoy:
        hint = "Split the task, or name fewer backends"
        if any(form_of(command) == PLAIN for command in carrying):
            hint = "Set Configuration: compressed, or name fewer backends: each takes about 800 bytes"
    return (Finding("AM319", workload.name, workload.path, message, hint),)


def is_too_large(properties: Mapping[str, Json]) -> bool:
    """Whether ECS refuses a task definition with these properties for its size."""
    if most_bytes(properties) <= _CERTAINLY_SMALL:
        return False
    names = _names(properties)
    return names is not None and _size(properties, names) > TASK_DEFINITION_BYTES


def _names(properties: Mapping[str, Json]) -> MemberNames | None:
    return next((names for names in (CLOUDFORMATION, ECS_API) if names["ContainerDefinitions"] in properties), None)


def _size(properties: Mapping[str, Json], names: MemberNames) -> int:
    return deployed_size({name: value for name, value in properties.items() if name != names["Tags"]})


def processed_template(document: Json, most: MostBytes) -> tuple[Finding, ...]:
    """What is wrong with the size of a template as it comes out; nothing about another document."""
    if not is_template(document):
        return ()
    return (*_bytes(document, most), *_resources(map_at(document, ("Resources",))))


def _bytes(template: Json, most: MostBytes) -> Sequence[Finding]:
    if most.rest + sum(most.tasks.values()) <= TEMPLATE_BYTES:
        return ()
    size = json_bytes(template)
    if size <= TEMPLATE_BYTES:
        return ()
    message = f"the processed template has {size:,} bytes, and CloudFormation takes {TEMPLATE_BYTES:,}"
    hint = "Split the template: each task carries its own sidecars and their configuration"
    if any(form_of(command) == PLAIN for command in commands(template)):
        hint = "Split the template; with Configuration: compressed, a task with more than a few backends takes less"
    return (Finding("AM329", "", (), message, hint),)


def _resources(resources: Mapping[str, Json]) -> Sequence[Finding]:
    """A loop makes resources later, and an unknown number of them: it counts as none."""
    count = len([name for name in resources if not name.startswith(LOOP)])
    if count <= RESOURCES_OF_A_TEMPLATE:
        return ()
    message = f"the processed template has {count} resources, and CloudFormation takes {RESOURCES_OF_A_TEMPLATE}"
    hint = "Split the template: move some of its resources to another stack, or to a nested one"
    return (Finding("AM331", "", (), message, hint),)
