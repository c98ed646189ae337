"""Where LocalEmu finds our parts. They are imported when they are needed, as its own are."""

from typing import Any

from localemu.runtime import hooks
from localemu.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin
from localemu.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class ProcessExecutorPlugin(RuntimeExecutorPlugin):  # type: ignore[misc]
    name = "process"

    def load(self, *_: Any, **__: Any) -> Any:
        from tests.e2e.inside.executor import ProcessExecutor

        return ProcessExecutor


class ResourcePlugin(CloudFormationResourceProviderPlugin):  # type: ignore[misc]
    def __init__(self) -> None:
        self.factory: Any = None


class TaskDefinitionPlugin(ResourcePlugin):
    name = "AWS::ECS::TaskDefinition"

    def load(self) -> None:
        from tests.e2e.inside.task_definition import TaskDefinitionProvider

        self.factory = TaskDefinitionProvider


class EcsServicePlugin(ResourcePlugin):
    name = "AWS::ECS::Service"

    def load(self) -> None:
        from tests.e2e.inside.ecs_service import EcsServiceProvider

        self.factory = EcsServiceProvider


class HttpNamespacePlugin(ResourcePlugin):
    name = "AWS::ServiceDiscovery::HttpNamespace"

    def load(self) -> None:
        from tests.e2e.inside.http_namespace import HttpNamespaceProvider

        self.factory = HttpNamespaceProvider


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def answer_deployments_when_done() -> None:
    from localemu.aws.handlers import run_custom_response_handlers

    from tests.e2e.inside.deployments import answer_when_done

    run_custom_response_handlers.append(answer_when_done)
