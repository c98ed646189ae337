"""The edge towards CloudFormation."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from appmesh_inject import macro
from appmesh_inject.findings import Finding
from appmesh_inject.tree import Json

SECRET = "hunter2-do-not-show"


class Context:
    function_name = "AppMeshInjectFunction"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:AppMeshInjectFunction"
    aws_request_id = "lambda-request"


def call(event: dict[str, Any]) -> dict[str, Any]:
    context: Any = Context()
    response = macro.handler(event, context)
    json.dumps(response)
    return dict(response)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What the function wrote to its log since it was last asked: log lines and metrics."""
    stream = io.StringIO()
    monkeypatch.setattr(macro.logger.registered_handler, "stream", stream)

    def read() -> str:
        written = stream.getvalue() + "".join(capsys.readouterr())
        stream.truncate(0)
        stream.seek(0)
        return written

    return read


def event(fragment: Json, **more: Json) -> dict[str, Any]:
    return {
        "region": "us-east-1",
        "accountId": "123456789012",
        "fragment": fragment,
        "transformId": "123456789012::AppMeshInject",
        "params": {},
        "requestId": "a-request",
        "templateParameterValues": {},
        **more,
    }


def template(**mark: Json) -> dict[str, Json]:
    container: Json = {
        "Name": "app",
        "Image": "web",
        "PortMappings": [{"ContainerPort": 9080}],
        "Environment": [{"Name": "PASSWORD", "Value": SECRET}],
    }
    properties: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [container]}
    task: Json = {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": mark}, "Properties": properties}
    return {"Resources": {"Web": task}}


def names(response: dict[str, Any]) -> list[str]:
    containers = response["fragment"]["Resources"]["Web"]["Properties"]["ContainerDefinitions"]
    return [container["Name"] for container in containers]


def test_success() -> None:
    response = call(event(template(MeshName="apps", VirtualNodeName="web")))
    assert response["requestId"] == "a-request"
    assert response["status"] == "success"
    assert "errorMessage" not in response
    assert names(response) == ["app", "envoy", "proxyinit"]


def test_failure_names_the_mistakes_and_returns_the_fragment_as_it_was() -> None:
    fragment = template(VirtualNode="web")
    response = call(event(fragment))
    assert response["status"] == "failed"
    assert response["fragment"] == fragment
    assert "AM101 Web Resources/Web/Metadata/AppMesh/VirtualNode: unknown setting" in response["errorMessage"]
    assert "AM104 Web" in response["errorMessage"]


def test_deployment_parameters_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LogLevel", "debug")
    monkeypatch.setenv("PreviewEnvoyImage", "registry.example.com/envoy:1")
    monkeypatch.setenv("PreviewProxyInitImage", "")
    response = call(event(template(MeshName="apps", VirtualNodeName="web")))
    _, envoy, proxyinit = response["fragment"]["Resources"]["Web"]["Properties"]["ContainerDefinitions"]
    assert envoy["Image"] == "registry.example.com/envoy:1"
    assert {"Name": "ENVOY_LOG_LEVEL", "Value": "debug"} in envoy["Environment"]
    assert proxyinit["Image"].endswith("aws-appmesh-proxy-route-manager:latest")


def test_params_of_the_transform_are_settings() -> None:
    response = call(event(template(VirtualNodeName="web"), params={"MeshName": "apps"}))
    assert names(response) == ["app", "envoy", "proxyinit"]


def test_a_bug_becomes_a_failed_response_that_names_the_request(
    monkeypatch: pytest.MonkeyPatch, logged: Callable[[], str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(macro, "inject", broken)
    response = call(event(template()))
    assert response["status"] == "failed"
    assert response["requestId"] == "a-request"
    assert "a-request" in response["errorMessage"]
    assert "RuntimeError" not in response["errorMessage"]
    lines = [json.loads(line) for line in logged().splitlines()]
    (error,) = [line for line in lines if line.get("level") == "ERROR"]
    assert error["request_id"] == "a-request"
    assert error["exception_name"] == "RuntimeError"
    assert any("broken" in place for place in error["exception_at"])
    assert "a bug" not in str(lines)


@pytest.mark.parametrize("wrong", [None, [], "text", 7, {"Resources": []}, {"Resources": {"Web": None}}])
def test_any_fragment_gets_a_response(wrong: Json) -> None:
    assert call(event(wrong))["status"] in ("success", "failed")


def test_no_value_of_the_template_is_logged(logged: Callable[[], str]) -> None:
    parameters: Json = {"Secret": SECRET}
    call(event(template(MeshName="apps", VirtualNodeName="web"), templateParameterValues=parameters))
    call(event(template(MeshName="apps", Enabled={"Ref": "Secret"}), templateParameterValues=parameters))
    written = logged()
    assert "Template transformed" in written
    assert SECRET not in written


def test_an_error_text_never_shows_a_parameters_value() -> None:
    fragment = template(MeshName="apps", VirtualNodeName="web", Enabled={"Ref": "Secret"}, AppPorts=[{"Ref": "Secret"}])
    response = call(event(fragment, templateParameterValues={"Secret": SECRET}))
    assert response["status"] == "failed"
    assert "parameter 'Secret'" in response["errorMessage"]
    assert SECRET not in response["errorMessage"]


def test_every_log_line_has_the_request_and_the_metrics_count_by_profile(logged: Callable[[], str]) -> None:
    call(event(template(MeshName="apps", VirtualNodeName="web")))
    lines = [json.loads(line) for line in logged().splitlines()]
    assert all(line["request_id"] == "a-request" for line in lines)
    metrics = [line for line in lines if "_aws" in line]
    assert [line["Templates"] for line in metrics if "Templates" in line] == [[1.0]]
    (injected,) = [line for line in metrics if "TaskDefinitionsInjected" in line]
    assert injected["TaskDefinitionsInjected"] == [1.0]
    assert injected["profile"] == "preview"


def finding(number: int, length: int) -> Finding:
    return Finding("AM104", f"Task{number}", ("Resources", f"Task{number}"), "x" * length, "Add it")


def test_a_long_message_keeps_the_first_findings_whole_and_says_how_many_more() -> None:
    findings = [finding(number, 200) for number in range(20)]
    text = macro.message(findings)
    lines = text.splitlines()
    assert len(text) <= 1000
    assert lines[:-1] == [str(each) for each in findings[: len(lines) - 1]]
    assert lines[-1] == f"and {20 - len(lines) + 1} more: run appmesh-inject lint"


@pytest.mark.parametrize("count", [1, 2])
def test_one_endless_finding_is_cut(count: int) -> None:
    text = macro.message([finding(number, 5000) for number in range(count)])
    assert len(text) <= 1000
    assert text.endswith("run appmesh-inject lint")
