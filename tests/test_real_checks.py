"""What others say of the output: cfn-lint finds nothing new in it, and ECS's API (moto's) takes it as it is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.deployed import deployed
from tests.golden.cases import Case, cases
from tests.linting import lint

INJECTED = [case for case in cases("cloudformation") if not case.outcome.has_errors]
TEMPLATES = [case for case in INJECTED if isinstance(case.document, dict) and "Resources" in case.document]


@pytest.mark.parametrize("case", TEMPLATES, ids=lambda case: case.name)
def test_cfn_lint_finds_nothing_new(case: Case) -> None:
    new = lint(case.outcome.document) - lint(case.document)
    # A condition that only the mesh used stays in the template.
    assert {code for code, _ in new} <= {"W8001"}, new


def as_api(value: Any) -> Any:
    """A property of the resource as the API spells it: names begin with a small letter, ports are numbers."""
    if isinstance(value, list):
        return [as_api(item) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {key[0].lower() + key[1:]: as_api(member) for key, member in value.items() if key != "Options"}
    if "Options" in value:
        renamed["options"] = value["Options"]
    return {key: int(member) if key == "containerPort" else member for key, member in renamed.items()}


def task_definitions(resources: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, resource in resources.items():
        if name.startswith("Fn::ForEach::"):
            found |= task_definitions(resource[2])
        elif resource.get("Type") == "AWS::ECS::TaskDefinition":
            found[name] = resource["Properties"]
    return found


REGISTERED = [
    (case, name)
    for case in TEMPLATES
    if isinstance(case.outcome.document, dict)
    for name, properties in task_definitions(case.outcome.document["Resources"]).items()
    # A loop inside of the properties stands for some that only CloudFormation knows.
    if "Fn::ForEach::" not in json.dumps(properties)
]


@pytest.mark.parametrize(("case", "name"), REGISTERED, ids=lambda value: getattr(value, "name", value))
def test_ecs_takes_every_property_of_the_sidecars(
    case: Case, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    document: Any = case.outcome.document
    properties = deployed(task_definitions(document["Resources"])[name], case.parameters)
    wanted = as_api(properties["ContainerDefinitions"])
    with mock_aws():
        ecs = boto3.client("ecs", region_name="us-east-1")
        registered = ecs.register_task_definition(
            family="family",
            containerDefinitions=wanted,
            **{
                key: value
                for key, value in as_api(properties).items()
                if key in ("networkMode", "memory", "cpu", "requiresCompatibilities", "taskRoleArn", "executionRoleArn")
            },
        )
        arn = registered["taskDefinition"]["taskDefinitionArn"]
        described: Any = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    for container in wanted:
        (there,) = [each for each in described["containerDefinitions"] if each["name"] == container["name"]]
        assert container.items() <= there.items()
