"""What a template says in confidence stays in the template: canaries in it, and a look at all that is written.

A parameter's value may be nowhere but in the returned fragment. What a template says itself may be quoted where it is
the mistake; the values of environment variables and the names of secrets never.
"""

import contextlib
import copy
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject import macro
from appmesh_inject.settings.table import TABLE
from tests.cli.command import run
from tests.hostile.contract import answered
from tests.hostile.seeds import event, task

CANARY = re.compile("canary-[a-z0-9]+|77[0-9]{3}", re.IGNORECASE)

PARAMETERS: dict[str, Any] = {
    "Text": "canary-parameter",
    "Path": "canary-with/a-slash",
    "Texts": ["canary-first", "canary-second"],
    "Number": "77001",
    "Secret": "canary-noecho",
    "Stored": "canary-ssm",
    "Fragment": '{"canary-json": ["canary-json2"',
}
DECLARED: dict[str, Any] = {
    "Text": {"Type": "String"},
    "Path": {"Type": "String"},
    "Texts": {"Type": "CommaDelimitedList"},
    "Number": {"Type": "Number"},
    "Secret": {"Type": "String", "NoEcho": True},
    "Stored": {"Type": "AWS::SSM::Parameter::Value<String>"},
    "Fragment": {"Type": "String"},
}
MARK = {"MeshName": "apps", "VirtualNodeName": "web"}
PROFILES = ("preview", "ga", "standalone", "service-connect")

CONFIDENTIAL: dict[str, Any] = {
    "Environment": [{"Name": "PASSWORD", "Value": "canary-environment"}, {"Name": "PORT", "Value": "77002"}],
    "Secrets": [{"Name": "TOKEN", "ValueFrom": "canary-secret"}],
    "LogConfiguration": {"LogDriver": "splunk", "Options": {"splunk-token": "canary-log"}},
    "DockerLabels": {"canary-label": "canary-label"},
    "Command": ["canary-command"],
}


def template(mark: dict[str, Any], container: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    containers = [
        {"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 9080}], **CONFIDENTIAL, **(container or {})}
    ]
    header = {"Name": "x-tenant", "Match": {"Exact": "canary-header"}}
    route = {
        "HttpRoute": {
            "Match": {"Prefix": "/", "Headers": [header]},
            "Action": {"WeightedTargets": [{"VirtualNode": "web", "Weight": 1}]},
        }
    }
    listener = {"PortMapping": {"Port": 9080, "Protocol": "http"}}
    named = {"MeshName": "apps"}
    return {
        "Transform": "AppMeshInject",
        "Parameters": DECLARED,
        "Resources": {
            "Web": task(mark, **{"ContainerDefinitions": containers, **properties}),
            "WebService": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": {"Ref": "Web"}}},
            "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": named},
            "Name": {
                "Type": "AWS::AppMesh::VirtualService",
                "Properties": {
                    **named,
                    "VirtualServiceName": "web.local",
                    "Spec": {"Provider": {"VirtualNode": {"VirtualNodeName": "web"}}},
                },
            },
            "Node": {
                "Type": "AWS::AppMesh::VirtualNode",
                "Properties": {**named, "VirtualNodeName": "web", "Spec": {"Listeners": [listener]}},
            },
            "Router": {
                "Type": "AWS::AppMesh::VirtualRouter",
                "Properties": {**named, "VirtualRouterName": "r", "Spec": {"Listeners": [listener]}},
            },
            "Route": {
                "Type": "AWS::AppMesh::Route",
                "Properties": {**named, "VirtualRouterName": "r", "RouteName": "r", "Spec": route},
            },
        },
    }


def templates() -> Iterator[tuple[str, dict[str, Any]]]:
    """A parameter at every place that something is decided by, in each profile."""
    for profile in PROFILES:
        mark = {**MARK, "Profile": profile}
        yield f"{profile}: as it should be", template(mark)
        for parameter in PARAMETERS:
            ref = {"Ref": parameter}
            where = f"{profile} {parameter}"
            for setting in TABLE:
                yield f"{where}: setting {setting}", template({**mark, setting: ref})
                yield f"{where}: listed in {setting}", template({**mark, setting: [ref]})
                yield f"{where}: within {setting}", template({**mark, setting: {"Name": ref, "User": ref}})
            for name in ("Name", "Image", "Memory", "User", "Essential", "DependsOn", "PortMappings"):
                yield f"{where}: container's {name}", template(mark, {name: ref})
            yield f"{where}: port", template(mark, {"PortMappings": [{"ContainerPort": ref, "Protocol": ref}]})
            for name in ("NetworkMode", "Memory", "RequiresCompatibilities", "ContainerDefinitions", "Tags"):
                yield f"{where}: task's {name}", template(mark, **{name: ref})
            yield f"{where}: envoy", template({**mark, "Envoy": {"Name": ref}}, {"Name": ref})
            agent = {"Name": ref, "Image": "fluent-bit", "User": ref, "Memory": ref}
            yield f"{where}: agent", template(mark, agent, Memory=ref)
            existing = {"Name": ref, "Environment": [{"Name": "APPMESH_VIRTUAL_NODE_NAME", "Value": ref}]}
            yield f"{where}: existing", template(mark, existing)
            waits = {
                **mark,
                "WaitForEnvoy": ref,
                "Envoy": {"DependsOn": [{"ContainerName": ref, "Condition": "START"}]},
            }
            yield f"{where}: waits", template(waits, {"Name": ref})
            for step in ("MeshName", "VirtualNodeName", "Spec"):
                changed = template(mark)
                changed["Resources"]["Node"]["Properties"][step] = ref
                yield f"{where}: node's {step}", changed
            for step in ("Port", "Protocol"):
                changed = template(mark)
                spec = changed["Resources"]["Node"]["Properties"]["Spec"]
                spec["Listeners"] = [{"PortMapping": {"Port": 9080, "Protocol": "http", step: ref}}]
                yield f"{where}: listener's {step}", changed
            for step in ("VirtualServiceName", "Spec"):
                changed = template(mark)
                changed["Resources"]["Name"]["Properties"][step] = ref
                yield f"{where}: service's {step}", changed
            for member in ("Enabled", "Services", "AccessLogConfiguration", "Other"):
                yield f"{where}: fragment's {member}", template({**mark, "ServiceConnect": {member: ref}})
            mapping = {"ContainerPort": 9080, "Name": ref, "AppProtocol": ref}
            yield f"{where}: port's name", template(mark, {"PortMappings": [mapping, {"ContainerPort": ref}]})
            for kind in ("Exact", "Regex", "Range"):
                changed = template(mark)
                http = changed["Resources"]["Route"]["Properties"]["Spec"]["HttpRoute"]
                http["Match"]["Headers"][0]["Match"] = {kind: ref}
                yield f"{where}: header's {kind}", changed
            for variable in ("ENVOY_ADMIN_ACCESS_PORT", "ENABLE_ENVOY_XRAY_TRACING", "DATADOG_TRACER_PORT"):
                for value in (ref, "canary-variable"):
                    environment = [
                        {"Name": variable, "Value": value},
                        {"Name": "ENABLE_ENVOY_DATADOG_TRACING", "Value": "1"},
                    ]
                    yield f"{where}: {variable}", template({**mark, "Envoy": {"Environment": environment}})


TEMPLATES = dict(templates())


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(macro.logger.registered_handler, "stream", stream)
    return stream


def answer(request: dict[str, Any], log: io.StringIO) -> str:
    """What the function writes for the event: log, metrics, standard streams and the error text."""
    streams = io.StringIO()
    with contextlib.redirect_stdout(streams), contextlib.redirect_stderr(streams):
        response = answered(request)
    written: str = log.getvalue() + streams.getvalue() + response.get("errorMessage", "")
    log.seek(0)
    log.truncate()
    assert "request_id" in written
    return written


def leaks(written: str) -> list[str]:
    return [match[0] for match in CANARY.finditer(re.sub('"(timestamp|Timestamp)": ?[^,]*', "", written))]


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_confidential_is_written_by_the_function(profile: str, log: io.StringIO) -> None:
    refused = 0
    for name, document in TEMPLATES.items():
        if name.startswith(profile):
            written = answer(event(document, templateParameterValues=PARAMETERS), log)
            refused += "AM" in written
            assert not leaks(written), f"{name}: {leaks(written)} in {written}"
    assert refused > 50, "the canaries are to be at places where something is wrong with them"


@pytest.mark.parametrize("snippet", [True, False])
def test_nothing_confidential_of_a_snippet_is_written(snippet: bool, log: io.StringIO) -> None:
    """Where no declaration says which parameters are secret."""
    for parameter in PARAMETERS:
        for setting in TABLE:
            resource = template(MARK, {"Name": {"Ref": parameter}})["Resources"]["Web"]
            resource.pop("Metadata")
            fragment = resource["Properties"] if snippet else resource
            params = {**MARK, setting: {"Ref": parameter}}
            written = answer(event(fragment, params=params, templateParameterValues=PARAMETERS), log)
            assert not leaks(written), f"{setting}: {written}"


@pytest.mark.parametrize("error", [KeyError, ValueError, RecursionError, UnicodeError])
def test_the_log_of_a_bug_names_the_code_alone(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def broken(*_: object, **__: object) -> None:
        canary = "canary-local"
        try:
            raise error(canary)
        except error as first:
            raise error(f"canary-message {canary}") from first

    monkeypatch.setattr(macro, "inject", broken)
    context: Any = type("Context", (), dict.fromkeys(("function_name", "memory_limit_in_mb"), "x"))()
    context.invoked_function_arn = context.aws_request_id = "x"
    with contextlib.redirect_stderr(log), contextlib.redirect_stdout(log):
        response = macro.handler(event(template(MARK), templateParameterValues=PARAMETERS), context)
    written = log.getvalue() + response["errorMessage"]
    assert not leaks(written)
    assert error.__name__ in written
    assert "test_secrets.py" in written
    assert "broken" in written


def test_no_variable_of_the_environment_makes_the_function_log_its_event(log: io.StringIO, tmp_path: Path) -> None:
    request = tmp_path / "event.json"
    request.write_text(json.dumps(event(template(MARK), templateParameterValues=PARAMETERS)))
    code = (
        "import json, sys; from tests.hostile.contract import Context; from appmesh_inject import macro;"
        "macro.handler(json.load(open(sys.argv[1])), Context())"
    )
    debugging = {"POWERTOOLS_LOGGER_LOG_EVENT": "true", "POWERTOOLS_DEV": "true", "POWERTOOLS_LOG_LEVEL": "DEBUG"}
    ran = subprocess.run(
        [sys.executable, "-c", code, str(request)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **debugging},
        cwd=Path(__file__).parents[2],
    )
    assert "Template transformed" in ran.stdout
    assert not leaks(ran.stdout + ran.stderr)


COMMANDS = ("render", "lint")
SOME = list(TEMPLATES)[::350]


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_confidential_is_said_by_the_command_line(command: str, name: str, tmp_path: Path) -> None:
    """The rendered document on stdout is the returned fragment. `event` prints its event by design, and is no part
    of this."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(copy.deepcopy(TEMPLATES[name])))
    given = [f"--parameter={key}={','.join(v) if isinstance(v, list) else v}" for key, v in PARAMETERS.items()]
    ran = run(command, str(file), *given)
    said = ran.err + (ran.out if command == "lint" else "")
    assert ran.code in (0, 1), ran.err
    assert not parameters_in(said), said


def parameters_in(written: str) -> list[str]:
    """Values of parameters, and what is confidential in containers. cfn-lint quotes what it finds wrong in a file that
    the user has at hand."""
    values = [value for each in PARAMETERS.values() for value in (each if isinstance(each, list) else [each])]
    secret = [*values, "canary-environment", "canary-secret", "canary-log"]
    return [value for value in secret if value in written]


def test_invoke_says_nothing_confidential(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    document = template({**MARK, "Enabled": {"Ref": "Text"}})
    file.write_text(json.dumps(event(document, templateParameterValues=PARAMETERS)))
    ran = run("invoke", str(file))
    assert not leaks(ran.err), ran.err
    response = json.loads(ran.out)
    assert "the value of parameter 'Text'" in response["errorMessage"]
    assert not leaks(response["errorMessage"])
