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


class TaskDefinitionPlugin(CloudFormationResourceProviderPlugin):  # type: ignore[misc]
    name = "AWS::ECS::TaskDefinition"

    def __init__(self) -> None:
        self.factory: Any = None

    def load(self) -> None:
        from tests.e2e.inside.task_definition import TaskDefinitionProvider

        self.factory = TaskDefinitionProvider


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def answer_deployments_when_done() -> None:
    from localemu.aws.handlers import run_custom_response_handlers

    from tests.e2e.inside.deployments import answer_when_done

    run_custom_response_handlers.append(answer_when_done)
