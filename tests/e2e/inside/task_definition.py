"""AWS::ECS::TaskDefinition for LocalEmu, which has none: registered with its ECS, so that it can be described.

The names of the resource's properties are looked up in botocore's description of the API. What ECS does not know fails
the stack, and does not vanish.
"""

from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from localemu.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

ARN = "TaskDefinitionArn"
REGISTER = (
    ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")
    .operation_model("RegisterTaskDefinition")
    .input_shape
)

ALIASES = {"proxyconfigurationproperties": "properties"}
"""Names that differ by more than the case of a letter."""


def as_api(value: Any, shape: Any, path: str = "Properties") -> Any:
    """A property as the API takes it: its names, and numbers and truth values for texts that say them."""
    kind = shape.type_name
    expected = {"structure": dict, "map": dict, "list": list}.get(kind)
    if expected is not None and not isinstance(value, expected):
        raise ValueError(f"{path}: a {kind} is expected")
    if kind == "structure":
        members = {name.lower(): name for name in shape.members}
        api = {}
        for name, member in value.items():
            found = members.get(ALIASES.get(name.lower(), name.lower()))
            if found is None:
                raise ValueError(f"{path}: extraneous key [{name}] is not permitted")
            api[found] = as_api(member, shape.members[found], f"{path}/{name}")
        return api
    if kind == "list":
        return [as_api(item, shape.member, f"{path}/{index}") for index, item in enumerate(value)]
    if kind == "map":
        return {name: as_api(member, shape.value, f"{path}/{name}") for name, member in value.items()}
    if kind in ("integer", "long"):
        return int(value)
    if kind == "boolean":
        return str(value).lower() == "true"
    return str(value)


class TaskDefinitionProvider(ResourceProvider):  # type: ignore[misc]
    TYPE = "AWS::ECS::TaskDefinition"
    SCHEMA = {  # noqa: RUF012 - as LocalEmu's own
        "typeName": TYPE,
        "primaryIdentifier": [f"/properties/{ARN}"],
        "readOnlyProperties": [f"/properties/{ARN}"],
        "properties": {},
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model.setdefault("Family", f"{request.stack_name}{request.logical_resource_id}")
        asked = as_api({name: value for name, value in model.items() if name != ARN}, REGISTER)
        registered = request.aws_client_factory.ecs.register_task_definition(**asked)
        model[ARN] = registered["taskDefinition"]["taskDefinitionArn"]
        return self.read(request)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        """A task definition never changes: another one takes its place."""
        return self.create(request)

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        request.aws_client_factory.ecs.deregister_task_definition(taskDefinition=request.desired_state[ARN])
        return self.read(request)

    def read(self, request: ResourceRequest) -> ProgressEvent:
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=request.desired_state)
