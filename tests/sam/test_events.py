"""Every file in `events/` is a macro event that the handler answers as CloudFormation expects.

A file there is picked up by being there. One named `failing*` is refused; all others inject every task definition
that is marked and leave the rest alone.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from appmesh_inject.findings import CODES, Severity
from appmesh_inject.limits import MACRO_MESSAGE_CHARACTERS
from appmesh_inject.macro import handler, transformed
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS

EVENTS = Path(__file__).parents[2] / "events"
ALL = sorted(EVENTS.glob("*.json"))
FAILING = [path for path in ALL if path.stem.startswith("failing")]
WORKING = [path for path in ALL if path not in FAILING]

MISTAKES = {"failing": {"AM101", "AM107", "AM201", "AM202"}}
"""The codes of the mistakes that were put into an event, by the event's name."""

CONTEXT = cast(
    LambdaContext,
    SimpleNamespace(
        function_name="AppMeshInjectFunction",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:AppMeshInjectFunction",
        aws_request_id="1b0a2c4e-0000-4000-8000-000000000000",
    ),
)


@pytest.fixture(autouse=True)
def _deployed_without_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DEPLOYMENT_PARAMETERS:
        monkeypatch.delenv(name, raising=False)


def _read(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))


def _task_definitions(fragment: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Properties of each task definition, and whether it is marked; a snippet is, by being handed to the macro."""
    if "Resources" not in fragment:
        yield fragment, True
        return
    for resource in fragment["Resources"].values():
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            properties = resource["Properties"]
            tags = [tag["Key"] for tag in properties.get("Tags", [])]
            in_metadata = "AppMesh" in resource.get("Metadata", {})
            yield properties, in_metadata or any(tag.startswith("AppMesh:") for tag in tags)


def test_there_is_an_event_of_each_kind() -> None:
    assert {"metadata", "tags", "snippet", "defaults", "failing"} <= {path.stem for path in ALL}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_event_is_whole_and_formatted(path: Path) -> None:
    event = _read(path)
    assert list(event) == [
        "region",
        "accountId",
        "fragment",
        "transformId",
        "params",
        "requestId",
        "templateParameterValues",
    ]
    assert event["transformId"] == f"{event['accountId']}::AppMeshInject"
    assert path.read_text(encoding="utf-8") == json.dumps(event, indent=2) + "\n"


@pytest.mark.parametrize("path", WORKING, ids=lambda path: path.stem)
def test_sidecars_come_after_the_containers_of_marked_tasks(path: Path) -> None:
    event = _read(path)
    response = handler(_read(path), CONTEXT)
    assert response.keys() == {"requestId", "status", "fragment"}
    assert (response["requestId"], response["status"]) == (event["requestId"], "success")

    before = list(_task_definitions(event["fragment"]))
    after = list(_task_definitions(cast(dict[str, Any], response["fragment"])))
    assert any(marked for _, marked in before)
    for (given, marked), (returned, _) in zip(before, after, strict=True):
        containers, injected = given["ContainerDefinitions"], returned["ContainerDefinitions"]
        assert injected[: len(containers)] == containers
        added = [container["Name"] for container in injected[len(containers) :]]
        assert added == (["envoy", "proxyinit"] if marked else [])
        assert {**returned, "ContainerDefinitions": containers} == given


@pytest.mark.parametrize("path", FAILING, ids=lambda path: path.stem)
def test_failing_event_names_every_mistake(path: Path) -> None:
    event = _read(path)
    response = handler(_read(path), CONTEXT)
    assert response.keys() == {"requestId", "status", "fragment", "errorMessage"}
    assert (response["requestId"], response["status"]) == (event["requestId"], "failed")
    assert response["fragment"] == event["fragment"]
    message = response["errorMessage"]
    assert len(message) <= MACRO_MESSAGE_CHARACTERS
    named = {line.split()[0] for line in message.splitlines()}
    assert named == MISTAKES[path.stem]
    assert all(CODES[code].severity is Severity.ERROR for code in named)


def test_deployment_parameters_reach_the_function_as_environment_variables() -> None:
    event = _read(EVENTS / "tags.json")
    outcome = transformed(event, {"LogLevel": "debug", "PreviewEnvoyImage": "envoy:1", "IgnoredUID": ""})
    [(properties, _)] = _task_definitions(cast(dict[str, Any], outcome.document))
    envoy = properties["ContainerDefinitions"][1]
    assert envoy["Image"] == "envoy:1"
    assert {"Name": "ENVOY_LOG_LEVEL", "Value": "debug"} in envoy["Environment"]
    assert envoy["User"] == "1337"
