"""The edge towards CloudFormation."""

import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from appmesh_inject import macro
from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Outcome, Report
from appmesh_inject.limits import LAMBDA_RESPONSE_BYTES, MACRO_MESSAGE_CHARACTERS
from appmesh_inject.mesh import stack_meshes
from tests.golden.cases import ROOT, Case
from tests.hostile.seeds import event

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


@pytest.mark.parametrize(
    ("account", "has_own"), [("111122223333", False), ("444455556666", True), (None, False)], ids=str
)
def test_another_account_than_the_macros_gets_a_role_for_live_weights(
    monkeypatch: pytest.MonkeyPatch, account: str | None, has_own: bool
) -> None:
    role = "arn:aws:iam::111122223333:role/live-weights"
    monkeypatch.setenv("LiveWeightsRole", role)
    case = Case(ROOT / "cloudformation/live-weights")
    given = event(case.document, templateParameterValues=case.parameters)
    resources = call({**given, "accountId": account})["fragment"]["Resources"]
    used = {"Fn::GetAtt": ["AppMeshInjectLiveWeightsRole", "Arn"]} if has_own else role
    assert resources["AppMeshInjectLiveWeights"]["Properties"]["Role"] == used
    assert ("AppMeshInjectLiveWeightsRole" in resources) is has_own


def test_params_of_the_transform_are_settings() -> None:
    response = call(event(template(VirtualNodeName="web"), params={"MeshName": "apps"}))
    assert names(response) == ["app", "envoy", "proxyinit"]


def test_a_bug_becomes_a_failed_response_that_names_the_request(
    monkeypatch: pytest.MonkeyPatch, logged: Callable[[], str]
) -> None:
    def broken(*_: object, **__: object) -> None:
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


def test_the_log_says_what_led_to_a_bug(monkeypatch: pytest.MonkeyPatch, logged: Callable[[], str]) -> None:
    def broken(*_: object, **__: object) -> None:
        try:
            _ = event(None)["secret"]
        except KeyError:
            raise RuntimeError("a bug") from None

    monkeypatch.setattr(macro, "inject", broken)
    call(event(template()))
    (error,) = [line for line in map(json.loads, logged().splitlines()) if line.get("level") == "ERROR"]
    places = error["exception_at"]
    (then,) = [index for index, place in enumerate(places) if place == "then RuntimeError"]
    assert places[then - 1].startswith("test_macro.py:") and places[then - 1].endswith(" broken")
    assert places[-1].startswith("test_macro.py:") and places[-1].endswith(" broken")
    assert places[-1] != places[then - 1]


@pytest.mark.parametrize(("fragment", "status"), [({"Resources": {}}, "success"), (None, "failed")])
def test_an_event_without_a_request_id_gets_an_empty_one(fragment: Json, status: str) -> None:
    without = {name: value for name, value in event(fragment).items() if name != "requestId"}
    response = call(without)
    assert (response["requestId"], response["status"]) == ("", status)


@pytest.mark.parametrize("odd", [None, [], "text", 7])
def test_an_event_that_is_none_gets_a_response(odd: Any) -> None:
    context: Any = Context()
    assert dict(macro.handler(odd, context))["status"] == "failed"


@pytest.mark.parametrize("odd", [None, [], "text", 7])
def test_params_and_values_that_are_none_count_as_absent(odd: Json) -> None:
    fragment = template(MeshName="apps", VirtualNodeName="web")
    assert call(event(fragment, params=odd, templateParameterValues=odd))["status"] == "success"


def test_a_mistake_in_the_params_has_its_place() -> None:
    response = call(event(template(MeshName="apps", VirtualNodeName="web"), params={"Nonsense": 1}))
    assert response["errorMessage"].startswith("AM101 Transform/Parameters/Nonsense: unknown setting 'Nonsense'")


@pytest.mark.parametrize(("given", "decides"), [("true", True), (True, True), (["true"], False), ([["true"]], False)])
def test_values_of_parameters_are_texts_and_lists_of_texts(given: Json, decides: bool) -> None:
    fragment = template(MeshName="apps", VirtualNodeName="web", Enabled={"Ref": "Switch"})
    response = call(event(fragment, templateParameterValues={"Switch": given}))
    assert (response["status"] == "success") is decides
    if given == ["true"]:
        assert "the value of parameter 'Switch' is not" in response["errorMessage"]
    if given == [["true"]]:
        assert "its value is not known when the macro runs" in response["errorMessage"]


def test_the_stacks_that_the_deployment_names_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Reading:
        def __init__(self, allowed: Any) -> None:
            self.allowed = allowed

        def meshes(self, names: Sequence[str]) -> list[None]:
            asked.extend(names)
            assert list(self.allowed) == ["mesh", "other-*"]
            return [None for _ in names]

    monkeypatch.setattr(stack_meshes, "Stacks", Reading)
    monkeypatch.setenv("MeshStacks", "mesh,other-*")
    fragment = template(Profile="standalone", MeshName="apps", VirtualNodeName="web", MeshStack="mesh")
    assert "AM330" in call(event(fragment))["errorMessage"]
    assert set(asked) == {"mesh"}


@pytest.mark.parametrize("wrong", [None, [], "text", 7, {"Resources": []}, {"Resources": {"Web": None}}])
def test_any_fragment_gets_a_response(wrong: Json) -> None:
    assert call(event(wrong))["status"] in ("success", "failed")


def test_no_value_of_the_template_is_logged(logged: Callable[[], str]) -> None:
    parameters: Json = {"Secret": SECRET}
    call(event(template(MeshName="apps", VirtualNodeName="web"), templateParameterValues=parameters))
    call(event(template(MeshName="apps", Enabled={"Ref": "Secret"}), templateParameterValues=parameters))
    written = logged()
    assert '"Template transformed"' in written
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
    assert {line["service"] for line in metrics} == {"AppMeshInject"}
    described = [each for line in metrics for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    assert {each["Unit"] for each in described} == {"Count"}


def test_the_log_line_counts(logged: Callable[[], str]) -> None:
    fragment = template(MeshName="apps", VirtualNodeName="web", LogLevel="loud")
    api: dict[str, Json] = {"Type": "AWS::ECS::TaskDefinition", "Properties": {}}
    marked: Json = {**api, "Metadata": {"AppMesh": {"Profile": "ga", "Region": "", "MeshName": "a", "Enabled": False}}}
    resources: Any = fragment["Resources"]
    call(event({"Resources": {**resources, "Api": api, "Off": marked}}))
    (line,) = [line for line in map(json.loads, logged().splitlines()) if line.get("message") == "Template transformed"]
    assert line["task_definitions"] == {"preview.refused": 1, "preview.skipped": 1, "ga.refused": 1}
    assert line["findings"] == {"AM102": 2}


def large(size: int, character: str = "x") -> dict[str, Json]:
    """A resource, as a snippet of ours hands it over, with text of this length that is no part of the task definition:
    a template is held to a tighter limit."""
    mark: Json = {"MeshName": "apps", "VirtualNodeName": "web"}
    resource: Any = template()["Resources"]
    return {**resource["Web"], "Metadata": {"About": character * size, "AppMesh": mark}}


def test_a_response_may_be_as_large_as_lambda_answers_and_no_larger(logged: Callable[[], str]) -> None:
    base = len(json.dumps(call(event(large(0)))["fragment"]))
    room = LAMBDA_RESPONSE_BYTES - MACRO_MESSAGE_CHARACTERS - base
    assert call(event(large(room)))["status"] == "success"
    logged()
    response = call(event(large(room + 1)))
    assert response["errorMessage"] == (
        "AM003 the processed fragment has 6,290,457 bytes, and a Lambda function returns at most 6,291,456. "
        "Split the template, or shorten the settings that all its tasks share."
    )
    (line,) = [line for line in map(json.loads, logged().splitlines()) if line.get("message") == "Template transformed"]
    assert (line["task_definitions"], line["findings"]) == ({"preview.refused": 1}, {"AM003": 1})


def test_half_a_character_in_what_comes_out_is_refused_and_left_out() -> None:
    fragment = template(MeshName="apps", VirtualNodeName="web")
    fragment["Description"] = "x\ud800"
    response = call(event(fragment))
    assert (response["status"], response["fragment"]) == ("failed", {})
    assert response["errorMessage"] == (
        "AM004 Description: a text contains half a character (a lone surrogate), which a Lambda function cannot return."
        " Write the whole character, or remove it."
    )


@pytest.mark.parametrize("number", [1e400, -1e400, float("nan")])
def test_a_number_that_json_cannot_express_is_refused_and_left_out(number: float) -> None:
    fragment = template(MeshName="apps", VirtualNodeName="web")
    fragment["Metadata"] = {"Limits": [1, {"Most": number}]}
    response = call(event(fragment))
    assert (response["status"], response["fragment"]) == ("failed", {})
    assert response["errorMessage"] == (
        "AM005 Metadata/Limits/1/Most: a number is infinite or none at all (1e400, for example), which JSON"
        " cannot express. Write a number that is in range."
    )


def test_half_a_character_in_what_is_refused_is_left_out() -> None:
    fragment = {**template(MeshName="apps"), "Description": "x\ud800"}
    response = call(event(fragment))
    assert response["fragment"] == {}
    assert "AM105" in response["errorMessage"]
    whole = template(MeshName="apps")
    assert call(event(whole))["fragment"] == whole


def test_what_cannot_be_written_for_its_depth_is_refused(
    monkeypatch: pytest.MonkeyPatch, logged: Callable[[], str]
) -> None:
    deep: Any = "x"
    for _ in range(20_000):
        deep = [deep]
    report = Report("Web", ("Resources", "Web"), Action.INJECTED, "", "ga")
    monkeypatch.setattr(macro, "half_character", lambda _: None)  # it would take its time
    monkeypatch.setattr(macro, "transformed", lambda *_: Outcome(deep, (report,), ()))
    response = call(event({"Resources": {}}))
    assert response["errorMessage"].startswith("AM002 the template is nested deeper than 200 levels")
    assert response["fragment"] == {"Resources": {}}
    (line,) = [line for line in map(json.loads, logged().splitlines()) if line.get("message") == "Template transformed"]
    assert (line["task_definitions"], line["findings"]) == ({"ga.refused": 1}, {"AM002": 1})


def test_what_grows_when_it_is_written_as_json_is_measured() -> None:
    """A control character has one byte in Python's memory, and six in the response."""
    response = call(event(large(1_400_000, "\x01")))
    assert response["errorMessage"].startswith("AM003 the processed fragment has 8,4")


def test_a_template_that_is_too_deep_is_refused_and_comes_back() -> None:
    deep: Any = "info"
    for number in range(2000):
        deep = {"Fn::If": [f"A{number}", deep, "info"]}
    too_deep = (
        "AM002 the template is nested deeper than 200 levels, so it cannot be read. "
        "Reduce the nesting of maps, lists and functions."
    )
    fragment = template(MeshName="apps", VirtualNodeName="web", LogLevel=deep)
    context: Any = Context()
    response = macro.handler(event(fragment), context)
    assert response["errorMessage"] == too_deep
    assert response["fragment"] is fragment
    shallow = template(VirtualNodeName="web")
    response = macro.handler(event(shallow, params={"LogLevel": deep}), context)
    assert response["errorMessage"] == too_deep
    assert response["fragment"] is shallow


def finding(number: int, length: int) -> Finding:
    return Finding("AM104", f"Task{number}", ("Resources", f"Task{number}"), "x" * length, "Add it")


def lengths(*each: int) -> list[Finding]:
    """Findings whose lines have these lengths."""
    empty = len(str(finding(0, 0)))
    return [finding(number, length - empty) for number, length in enumerate(each)]


@pytest.mark.parametrize(
    ("findings", "lines", "last"),
    [
        (lengths(1000), 1, None),
        (lengths(499, 500), 2, None),
        (lengths(499, 501), 1, "and 1 more: run appmesh-inject lint"),
        (lengths(964, 500), 1, "and 1 more: run appmesh-inject lint"),
        (lengths(965, 500), 0, "... and 1 more: run appmesh-inject lint"),
        (lengths(965, 50, 50), 0, "... and 2 more: run appmesh-inject lint"),
        (lengths(300, 300, 300, 300), 3, "and 1 more: run appmesh-inject lint"),
        (lengths(300, 300, 362, 300), 3, "and 1 more: run appmesh-inject lint"),
        (lengths(300, 300, 363, 300), 2, "and 2 more: run appmesh-inject lint"),
        (lengths(1001), 0, "... run appmesh-inject lint"),
    ],
)
def test_the_message_has_as_many_whole_findings_as_go_into_it(
    findings: list[Finding], lines: int, last: str | None
) -> None:
    text = macro.message(findings)
    assert len(text) <= 1000
    whole = "".join(f"{each}\n" for each in findings[:lines])
    if lines and last:
        assert text == whole + last
    elif last:
        assert text == str(findings[0])[: 1000 - len(last)] + last
    else:
        assert text == whole.removesuffix("\n")


def test_warnings_are_no_error_text() -> None:
    assert macro.message([Finding("AM252", "Web", (), "x", "y"), finding(0, 1)]) == str(finding(0, 1))


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
