"""AWS::ECS::TaskDefinition for LocalEmu, which has none: registered with its ECS, so that it can be described."""

from localemu.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from tests.e2e.inside.api_names import as_api, input_shape

ARN = "TaskDefinitionArn"
REGISTER = input_shape("ecs", "RegisterTaskDefinition")


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
