"""`event` prints CloudFormation's event, and `invoke` runs the macro's handler on it."""

import json
import os
from typing import Any

import pytest

from tests.cli.command import SNIPPET, TEMPLATE, run

PARAMETERS = """\
  Count: {Type: Number, Default: 3}
  Flag: {Type: String, Default: true}
  List: {Type: CommaDelimitedList, Default: 'a, b'}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Ami: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/a,b'}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  None: {Type: String}
"""


def event(template: str, *options: str) -> dict[str, Any]:
    ran = run("event", "-", *options, stdin=template)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_the_event_is_as_cloudformation_documents_it() -> None:
    template = TEMPLATE.replace(
        "Transform: AppMeshInject",
        "Transform: [{Name: AppMeshInject, Parameters: {LogLevel: debug}}, Other]\nParameters:\n" + PARAMETERS.rstrip(),
    )
    found = event(template, "--parameter", "Subnets=x,y", "--parameter", "None=", "--app-ports", "1")
    assert list(found) == [
        "region",
        "accountId",
        "fragment",
        "transformId",
        "params",
        "requestId",
        "templateParameterValues",
    ]
    assert found["transformId"] == f"{found['accountId']}::AppMeshInject"
    assert found["params"] == {"LogLevel": "debug", "AppPorts": "1"}
    assert list(found["fragment"]) == ["AWSTemplateFormatVersion", "Parameters", "Resources"]
    assert found["templateParameterValues"] == {
        "Count": "3",
        "Flag": "true",
        "List": ["a", "b"],
        "Subnets": ["x", "y"],
        "Ami": "/a,b",
        "Secret": "hunter2",
        "None": "",
    }


def test_the_event_of_a_template_has_its_snippets_processed() -> None:
    found = event("Transform: AppMeshInject\n" + SNIPPET)
    names = [each["Name"] for each in found["fragment"]["Resources"]["Web"]["Properties"]["ContainerDefinitions"]]
    assert names == ["app", "envoy", "proxyinit"]


def test_the_event_of_a_snippet_has_the_surrounding_fragment() -> None:
    found = event(SNIPPET, "--snippet", "Web", "--macro-name", "AppMeshInject")
    assert found["params"] == {"MeshName": "apps", "VirtualNodeName": "web"}
    assert list(found["fragment"]) == ["NetworkMode", "Memory", "ContainerDefinitions"]


def test_an_unknown_snippet_is_wrong_usage() -> None:
    ran = run("event", "-", "--snippet", "Wbe", stdin=SNIPPET)
    assert (ran.code, ran.out) == (2, "")
    assert "there is no Fn::Transform of AppMeshInject in a resource 'Wbe': did you mean 'Web'?" in ran.err


def test_a_refused_snippet_prevents_the_event() -> None:
    ran = run("event", "-", stdin="Transform: AppMeshInject\n" + SNIPPET.replace("awsvpc", "host"))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("<stdin>:11:7: error AM201 Web: ")


def test_invalid_parameters_prevent_the_event() -> None:
    wrong = TEMPLATE.replace("Transform: AppMeshInject", "Transform: {Name: AppMeshInject, Parameters: 1}")
    ran = run("event", "-", stdin=wrong)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("<stdin>:2:34: error AM112: the Parameters of the transform must be a map")


@pytest.mark.parametrize("template", [TEMPLATE, SNIPPET])
def test_event_and_invoke_give_what_render_gives(template: str) -> None:
    options = ["--snippet", "Web"] if template == SNIPPET else []
    ran = run("invoke", "-", stdin=run("event", "-", *options, stdin=template).out)
    response = json.loads(ran.out)
    rendered = json.loads(run("render", "-", "--output-format", "json", stdin=template).out)
    assert ran.code == 0
    assert response["status"] == "success"
    assert response["requestId"] == "00000000-0000-0000-0000-000000000000"
    assert response["fragment"] == (rendered["Resources"]["Web"]["Properties"] if options else rendered)


def test_the_functions_log_goes_to_stderr_without_secrets() -> None:
    template = TEMPLATE.replace("Resources:", f"Parameters:\n{PARAMETERS}Resources:")
    ran = run("invoke", "-", stdin=event_text(template))
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert any(line.get("message") == "Template transformed" for line in lines)
    assert any(line.get("function_name") == "AppMeshInjectFunction" for line in lines)
    assert "hunter2" not in ran.err


def event_text(template: str) -> str:
    return run("event", "-", stdin=template).out


def test_a_refusal_is_a_response_and_exit_code_1() -> None:
    ran = run("invoke", "-", stdin=event_text(TEMPLATE.replace("awsvpc", "host")))
    response = json.loads(ran.out)
    assert (ran.code, response["status"]) == (1, "failed")
    assert response["errorMessage"].startswith("AM201 Web ")


def test_deployment_parameters_are_the_functions_variables_for_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LogLevel", "off")
    monkeypatch.setenv("Profile", "nonsense of the shell")
    ran = run("invoke", "-", "--deployment-parameter", "LogLevel=debug", stdin=event_text(TEMPLATE))
    environment = json.loads(ran.out)["fragment"]["Resources"]["Web"]["Properties"]["ContainerDefinitions"][1][
        "Environment"
    ]
    assert {"Name": "ENVOY_LOG_LEVEL", "Value": "debug"} in environment
    assert [os.environ[name] for name in ("LogLevel", "Profile")] == ["off", "nonsense of the shell"]
    ran = run("invoke", "-", "--deployment-parameter", "LogLevl=debug", stdin="{}")
    assert (ran.code, "there is no deployment parameter 'LogLevl': did you mean 'LogLevel'?" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the file is empty"),
        ("{", "1:2: error: this is not valid JSON: expecting property name enclosed in double quotes"),
        ("a: 1", "this is not JSON, so it is not a macro event"),
        ("[1]", "this is not a macro event: it has no fragment."),
        ("{}", "this is not a macro event: it has no fragment. 'appmesh-inject event' makes one from a template"),
    ],
)
def test_input_that_is_not_an_event_gets_one_message(text: str, sentence: str) -> None:
    ran = run("invoke", "-", stdin=text)
    assert sentence in ran.err
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)


def test_an_event_of_any_shape_gets_a_response() -> None:
    strange = {"fragment": {"Resources": {"A": None}}, "params": [], "templateParameterValues": 3}
    ran = run("invoke", "-", stdin=json.dumps(strange))
    assert (ran.code, json.loads(ran.out)["status"]) == (0, "success")


def test_an_event_with_a_lone_surrogate_is_answered_like_in_lambda() -> None:
    ran = run("invoke", "-", stdin=r'{"requestId": "r", "fragment": {"Description": "\ud800", "Resources": {}}}')
    assert ran.code == 1
    response = json.loads(ran.out)
    assert response["errorMessage"].startswith("AM004 Description: ")
    assert response["fragment"] == {}
