"""The cases cover every variant that occurs in AWS's public samples, one row for each."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from appmesh_inject.files import documents
from tests.migrate.cases import cases

ENVOY_VARIABLES = {"APPMESH_RESOURCE_ARN", "APPMESH_VIRTUAL_NODE_NAME"}


def tasks() -> Iterator[Mapping[str, Any]]:
    """The original task definitions of all cases that are adopted."""
    for case in cases():
        if not case.expected("adopted").exists() or case.name == "anchors":
            continue
        content: Any = documents.load(str(case.input)).content
        for resource in content.get("Resources", {}).values():
            if isinstance(resource, dict) and resource.get("Type") == "AWS::ECS::TaskDefinition":
                yield resource["Properties"]


def variables(container: Any) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in container.get("Environment", [])}


def is_envoy(container: Any) -> bool:
    return not ENVOY_VARIABLES.isdisjoint(variables(container))


def is_x_ray(container: Any) -> bool:
    return "xray" in str(container.get("Image"))


TASKS = [task for task in tasks() if all("Name" in each for each in task["ContainerDefinitions"])]
CONTAINERS = [container for task in TASKS for container in task["ContainerDefinitions"]]
ENVOYS = [container for container in CONTAINERS if is_envoy(container)]
REDIRECTS = [task["ProxyConfiguration"] for task in TASKS if isinstance(task.get("ProxyConfiguration"), dict)]

ORDERS = """
- [app, envoy]
- [app, envoy, agent]
- [envoy]
- [app, xray, envoy]
- [agent, envoy, app]
- [envoy, app]
- [envoy, agent]
- [app, xray, agent, envoy]
- [app, envoy, app]
- [agent, envoy]
- [app, app, envoy, agent]
- [app, envoy, proxyinit]
"""

ENVOY_SHAPES = """
Name: [envoy, app]
Image: [{Ref: EnvoyImage}, Fn::Sub]
Essential: [true]
User: ['1337', 1337, null]
Ulimits: [[{Name: nofile, HardLimit: 15000, SoftLimit: 15000}], null]
LogConfiguration: [null]
PortMappings: [null]
DockerLabels: [{ECS_PROMETHEUS_METRICS_PATH: /stats/prometheus, ECS_PROMETHEUS_EXPORTER_PORT: '9901'}, null]
DependsOn: [[{ContainerName: xray, Condition: START}], null]
Secrets: [[{Name: CertSecret, ValueFrom: {Ref: CertSecret}}], null]
"""

VARIABLES = """
APPMESH_RESOURCE_ARN: [Fn::Sub, {Ref: Node}, {Ref: Gateway}, {Ref: NodeArn}, Fn::Join, mesh/apps/virtualNode/web]
APPMESH_VIRTUAL_NODE_NAME: [Fn::Sub, Fn::Join, {Ref: NodeArn}, mesh/apps/virtualNode/web]
ENVOY_LOG_LEVEL: [debug, warning, info, {Ref: EnvoyLogLevel}, null]
ENABLE_ENVOY_DOG_STATSD: ['1', 1, null]
STATSD_PORT: ['8125', null]
ENABLE_ENVOY_STATS_TAGS: ['1', 1, null]
APPMESH_METRIC_EXTENSION_VERSION: [1, null]
ENABLE_ENVOY_XRAY_TRACING: ['1', null]
CERTIFICATE_NAME: [colorteller_white, null]
AWS_REGION: [{Ref: 'AWS::Region'}, null]
APPMESH_PREVIEW: ['1', null]
APPMESH_LOG_LEVEL: [debug, null]
APPMESH_XDS_ENDPOINT: [{Ref: AppMeshXdsEndpoint}, null]
"""

APP_PORTS = """
['9080', {Ref: ContainerPort}, {'Fn::Sub': '${ContainerPort}'}, '8080', '80', '4567', '3000', '5432', '6379', '7777',
 '5555,6666']
"""


def kind(container: Any) -> str:
    if is_envoy(container):
        return "envoy"
    if is_x_ray(container):
        return "xray"
    name = str(container["Name"])
    return "agent" if "agent" in name else "proxyinit" if name == "proxyinit" else "app"


def has(values: list[Any], shape: Any) -> bool:
    """Whether one of the values is this variant, or calls this function."""
    is_call = isinstance(shape, str) and shape.startswith("Fn::")
    return any(isinstance(value, dict) and shape in value if is_call else _same(value, shape) for value in values)


def _same(value: Any, shape: Any) -> bool:
    return json.dumps(value, sort_keys=True) == json.dumps(shape, sort_keys=True)


@pytest.mark.parametrize("order", yaml.safe_load(ORDERS), ids=",".join)
def test_order(order: list[str]) -> None:
    assert order in [[kind(container) for container in task["ContainerDefinitions"]] for task in TASKS]


@pytest.mark.parametrize("member", yaml.safe_load(ENVOY_SHAPES))
def test_property_of_envoy(member: str) -> None:
    found = [envoy.get(member) for envoy in ENVOYS]
    assert [shape for shape in yaml.safe_load(ENVOY_SHAPES)[member] if not has(found, shape)] == []


@pytest.mark.parametrize("name", yaml.safe_load(VARIABLES))
def test_variable_of_envoy(name: str) -> None:
    found = [variables(envoy).get(name) for envoy in ENVOYS]
    assert [shape for shape in yaml.safe_load(VARIABLES)[name] if not has(found, shape)] == []


@pytest.mark.parametrize("group", ["Fn::ImportValue", {"Ref": "LogGroup"}, "Fn::Sub"], ids=str)
def test_log_group(group: Any) -> None:
    assert has(
        [envoy["LogConfiguration"]["Options"].get("awslogs-group") for envoy in ENVOYS if "LogConfiguration" in envoy],
        group,
    )


@pytest.mark.parametrize("command", ["/server_info | grep state | grep -q LIVE", "curl -s http://localhost:9901/ready"])
@pytest.mark.parametrize("times", [(5, 2, 3), (5, 10, 10)])
def test_health_check(command: str, times: tuple[int, int, int]) -> None:
    checks = [envoy["HealthCheck"] for envoy in ENVOYS if "HealthCheck" in envoy]
    found = [
        (check["Command"][1], (check.get("Interval"), check.get("Timeout"), check.get("Retries"))) for check in checks
    ]
    assert any(written.endswith(command) and given == times for written, given in found)
    assert {check.get("StartPeriod") for check in checks} >= {None, 10, 60}


def test_port_mappings() -> None:
    found = [[each["ContainerPort"] for each in envoy.get("PortMappings", [])] for envoy in ENVOYS]
    for wanted in (
        [9901, 15000, 15001],
        [9901],
        [],
        [9901, 80],
        [9080, 9901],
        [9901, {"Ref": "ContainerPort"}],
        [1111, 2222],
    ):
        assert wanted in found


@pytest.mark.parametrize("app_ports", yaml.safe_load(APP_PORTS), ids=str)
def test_app_ports(app_ports: Any) -> None:
    said = [
        {each["Name"]: each["Value"] for each in redirect["ProxyConfigurationProperties"]} for redirect in REDIRECTS
    ]
    assert has([each.get("AppPorts") for each in said], app_ports)


def test_x_ray_daemons_and_agents() -> None:
    daemons = [container for container in CONTAINERS if is_x_ray(container)]
    assert {each["Name"] for each in daemons} == {"xray", "xray-daemon"}
    assert {"PortMappings" in each for each in daemons} == {True, False}
    assert {"Cpu" in each for each in daemons} == {True, False}
    agents = [container for container in CONTAINERS if kind(container) == "agent"]
    assert {each["Name"] for each in agents} == {"cw-agent", "cwagent", "cloudwatch-agent-prometheus"}
    assert {each.get("User") for each in agents} == {None, "1337"}


def test_the_containers_that_wait_for_envoy() -> None:
    waiting = [
        {each["ContainerName"]: each["Condition"] for each in container["DependsOn"]}
        for container in CONTAINERS
        if kind(container) == "app" and isinstance(container.get("DependsOn"), list)
    ]
    for wanted in (
        {"envoy": "HEALTHY"},
        {"xray": "START", "envoy": "HEALTHY"},
        {"xray-daemon": "START", "envoy": "HEALTHY"},
        {"envoy": "START"},
    ):
        assert wanted in waiting
    assert any("DependsOn" not in container for container in CONTAINERS if kind(container) == "app")
    assert any(
        "Ulimits" in container and "HealthCheck" in container for container in CONTAINERS if kind(container) == "app"
    )


def test_task_properties() -> None:
    assert {str(task["Memory"]) for task in TASKS} >= {"256", "512", "1024", "8192"}
    assert {task.get("Cpu") for task in TASKS} >= {256, 512, 4096, None}
    launch = [task.get("RequiresCompatibilities") for task in TASKS]
    assert all(wanted in launch for wanted in (["FARGATE"], [{"Ref": "LaunchType"}], None))
    assert {"Family" in task for task in TASKS} == {True, False}
