"""Stacks: deployed by change set, as the console and `aws cloudformation deploy` do it, and looked into."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.e2e.engine import Engine

LONGEST = 60.0


@dataclass(frozen=True)
class Stack:
    """One stack's name, on one engine."""

    engine: Engine
    name: str

    @property
    def _cloudformation(self) -> Any:
        return self.engine.client("cloudformation")

    def status(self) -> str:
        """Its status; `gone` where there is no such stack."""
        try:
            return str(self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"])
        except ClientError:
            return "gone"

    def change_set(self, template: str, parameters: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """A change set that is done, or has failed: its description."""
        is_new = self.status() in ("gone", "REVIEW_IN_PROGRESS")
        asked = self._cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"change-{time.time_ns()}",
            ChangeSetType="CREATE" if is_new else "UPDATE",
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()],
            # No CAPABILITY_AUTO_EXPAND: a change set shows what the macro made before it is carried out.
            Capabilities=["CAPABILITY_IAM"],
        )
        described: Mapping[str, Any] = wait_for(
            lambda: self._cloudformation.describe_change_set(ChangeSetName=asked["Id"]),
            lambda description: not description["Status"].endswith(("PENDING", "IN_PROGRESS")),
        )
        return described

    def deploy(self, template: str, parameters: Mapping[str, str] | None = None) -> None:
        """Deploys it; whatever goes wrong stops the test, with the reason."""
        change_set = self.change_set(template, parameters)
        assert change_set["Status"] == "CREATE_COMPLETE", change_set.get("StatusReason")
        self._cloudformation.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        status = wait_for(self.status, lambda status: not status.endswith("IN_PROGRESS"))
        assert status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), self._failures()

    def _failures(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}" for each in events]

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName=self.name)
        status = wait_for(self.status, lambda status: not status.endswith("IN_PROGRESS"))
        assert status in ("gone", "DELETE_COMPLETE"), status

    def processed(self) -> dict[str, Any]:
        """The template as the transforms left it."""
        body = self._cloudformation.get_template(StackName=self.name, TemplateStage="Processed")["TemplateBody"]
        template: dict[str, Any] = body if isinstance(body, dict) else json.loads(body)
        return template

    def original(self) -> str:
        body = self._cloudformation.get_template(StackName=self.name, TemplateStage="Original")["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    def outputs(self) -> dict[str, str]:
        described = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", ())}

    def task_definitions(self) -> dict[str, dict[str, Any]]:
        """What ECS has of each task definition of the stack, by logical id."""
        arns = self._physical_ids("AWS::ECS::TaskDefinition")
        return {name: task_definition(self.engine, arn) for name, arn in arns.items()}

    def ecs_services(self) -> dict[str, dict[str, Any]]:
        """What ECS has of each service of the stack, by logical id."""
        return {name: ecs_service(self.engine, arn) for name, arn in self._physical_ids("AWS::ECS::Service").items()}

    def _physical_ids(self, kind: str) -> dict[str, str]:
        resources = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources if each["ResourceType"] == kind
        }


def task_definition(engine: Engine, arn: str) -> dict[str, Any]:
    """What `aws ecs describe-task-definition` says."""
    described = engine.client("ecs").describe_task_definition(taskDefinition=arn, include=["TAGS"])
    return {**described["taskDefinition"], "tags": described.get("tags", [])}


def ecs_service(engine: Engine, arn: str) -> dict[str, Any]:
    """What `aws ecs describe-services` says."""
    described = engine.client("ecs").describe_services(cluster=arn.split("/")[-2], services=[arn])
    (service,) = described["services"]
    return dict(service)


def wait_for(look: Callable[[], Any], is_done: Callable[[Any], bool]) -> Any:
    """What `look` gives as soon as it is done."""
    end = time.monotonic() + LONGEST
    while not is_done(seen := look()):
        assert time.monotonic() < end, f"still {seen} after {LONGEST:.0f} s"
        time.sleep(0.2)
    return seen
