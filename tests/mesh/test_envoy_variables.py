"""Variables of the envoy container: the features that they enable, and the findings about them."""

from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh import compiling, parsing
from tests.mesh.cases import values
from tests.mesh.meshes import findings, mesh


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"ENABLE_ENVOY_XRAY_TRACING": {"Fn::ImportValue": "x"}}, "AM324"),
        ({"ENABLE_ENVOY_XRAY_TRACING": "yes"}, "AM324"),
        ({"ENABLE_ENVOY_XRAY_TRACING": "1", "ENABLE_ENVOY_JAEGER_TRACING": "1"}, "AM324"),
        ({"APPMESH_METRIC_EXTENSION_VERSION": "1"}, "AM353"),
        ({"ENVOY_STATS_CONFIG_FILE": "/x"}, "AM353"),
        ({"ENVOY_STATS_SINKS_CFG_FILE": "/x"}, "AM353"),
        ({"APPNET_AGENT_ADMIN_MODE": "uds"}, "AM353"),
        ({"APPMESH_RESOURCE_CLUSTER": "web"}, "AM353"),
        ({"ENVOY_ADMIN_ACCESS_LOG_FILE": "/dev/stdout"}, "AM353"),
        ({"ENVOY_INITIAL_FETCH_TIMEOUT": "0"}, "AM353"),
        ({"ENVOY_STATS_FLUSH_INTERVAL": "1s"}, "AM353"),
        ({"LISTENER_DRAIN_WAIT_TIME_S": "20"}, "AM353"),
        ({"AWS_XRAY_DAEMON_ADDRESS": "agent:2000"}, "AM353"),
    ],
)
def test_variables_of_the_container(environment: dict[str, Any], code: str) -> None:
    found = findings(mesh(), environment=environment, environment_path=("Envoy",))
    assert {f.code for f in found} == {code}
    assert all(f.path[0] == "Envoy" and f.path[1] in environment for f in found)


ON = "ENABLE_ENVOY_STATS_TAGS"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {ON: {"Fn::ImportValue": "x"}},
            f"{ON} switches a part of Envoy's configuration, and is not known when the macro runs. Write 0 or 1.",
        ),
        ({ON: "yes"}, f"{ON} switches a part of Envoy's configuration, and is neither 0 nor 1. Write 0 or 1."),
        (
            {"ENABLE_ENVOY_XRAY_TRACING": "1", "ENABLE_ENVOY_JAEGER_TRACING": "1"},
            "ENABLE_ENVOY_JAEGER_TRACING and ENABLE_ENVOY_XRAY_TRACING exclude each other. Switch one tracer on.",
        ),
    ],
)
def test_the_finding_about_a_variable(environment: dict[str, Any], said: str) -> None:
    assert {str(finding).partition(": ")[2] for finding in findings(mesh(), environment=environment)} == {said}


@pytest.mark.parametrize("value", ["0", 0, "false", "False", False, {"Ref": "Off"}])
def test_a_variable_that_is_off_changes_nothing(value: Any) -> None:
    options = compiling.Options(environment={ON: value}, scope=Scope(parameters={"Off": "0"}))
    model = parsing.parse(mesh(), Scope()).model
    plain = compiling.compile_node(model, "caller")
    assert compiling.compile_node(model, "caller", options) == plain


@pytest.mark.parametrize("value", ["1", 1, "true", "True", True, {"Ref": "On"}])
def test_an_enabled_feature_is_reported(value: Any) -> None:
    options = compiling.Options(environment={ON: value}, scope=Scope(parameters={"On": "1"}))
    compiled = compiling.compile_node(parsing.parse(mesh(), Scope()).model, "caller", options)
    assert (compiled.findings, "stats_config" in compiled.bootstrap) == ((), True)


@pytest.mark.parametrize(
    ("environment", "part"),
    [
        (
            {"ENABLE_ENVOY_DATADOG_TRACING": "1", "DATADOG_TRACER_ADDRESS": "agent", "DATADOG_TRACER_PORT": 99},
            {"address": "agent", "port_value": "99"},
        ),
        (
            {"ENABLE_ENVOY_JAEGER_TRACING": "1", "JAEGER_TRACER_ADDRESS": "agent", "JAEGER_TRACER_PORT": "99"},
            {"address": "agent", "port_value": "99"},
        ),
        ({"ENABLE_ENVOY_JAEGER_TRACING": "1", "JAEGER_TRACER_VERSION": "JSON"}, "HTTP_JSON"),
        ({"ENABLE_ENVOY_JAEGER_TRACING": "1", "JAEGER_TRACER_VERSION": "PROTO"}, "HTTP_PROTO"),
        (
            {"ENABLE_ENVOY_XRAY_TRACING": "1", "XRAY_DAEMON_HOST": "agent", "XRAY_DAEMON_PORT": "99"},
            {"protocol": "UDP", "address": "agent", "port_value": "99"},
        ),
        ({"ENABLE_ENVOY_XRAY_TRACING": "1", "XRAY_SEGMENT_NAME": "mine"}, "mine"),
        (
            {"ENABLE_ENVOY_XRAY_TRACING": "1"},
            {"inline_string": '{"version":2,"default":{"fixed_target":1,"rate":0.05}}'},
        ),
        (
            {"ENABLE_ENVOY_XRAY_TRACING": "1", "XRAY_SAMPLING_RULE_MANIFEST": "/data/rules.json"},
            {"filename": "/data/rules.json"},
        ),
        (
            {"ENABLE_ENVOY_DOG_STATSD": "1", "STATSD_SOCKET_PATH": "/run/dsd.socket"},
            {"pipe": {"path": "/run/dsd.socket"}},
        ),
        ({"ENABLE_ENVOY_DATADOG_TRACING": "1"}, "envoy-apps/caller"),
        ({"ENABLE_ENVOY_DATADOG_TRACING": "1", "DD_SERVICE": "mine"}, "mine"),
        (
            {"ENABLE_ENVOY_DOG_STATSD": "1", "STATSD_ADDRESS": "", "STATSD_PORT": None},
            {"protocol": "UDP", "address": "127.0.0.1", "port_value": "8125"},
        ),
        (
            {"ENABLE_ENVOY_DOG_STATSD": "1", "STATSD_ADDRESS": "agent", "STATSD_PORT": {"Ref": "Port"}},
            {"protocol": "UDP", "address": "agent", "port_value": {"Ref": "Port"}},
        ),
    ],
)
def test_a_variable_changes_an_enabled_feature(environment: dict[str, Any], part: Any) -> None:
    options = compiling.Options(environment=environment)
    compiled = compiling.compile_node(parsing.parse(mesh(), Scope()).model, "caller", options)
    assert compiled.findings == ()
    assert part in list(values(compiled.bootstrap))


def test_files_of_telemetry_are_files_that_envoy_reads() -> None:
    environment: dict[str, Any] = {
        "ENABLE_ENVOY_XRAY_TRACING": "1",
        "XRAY_SAMPLING_RULE_MANIFEST": "/data/rules.json",
        "ENABLE_ENVOY_DOG_STATSD": "0",
        "STATSD_SOCKET_PATH": "/run/dsd.socket",
    }
    model = parsing.parse(mesh(), Scope()).model
    compiled = compiling.compile_node(model, "caller", compiling.Options(environment=environment))
    assert compiled.files == ("/data/rules.json",)
