"""App ports that nobody named are held to the same limits as those that are."""

from typing import Any, cast

import pytest

from appmesh_inject.cfn.document import Json, map_at
from appmesh_inject.injection import inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation


@pytest.mark.parametrize(
    ("ports", "codes"),
    [([9080], []), (list(range(9000, 9015)), []), (list(range(9000, 9016)), ["AM108"]), ([15000], ["AM115"])],
)
def test_inferred_ports_are_checked(ports: list[int], codes: list[str]) -> None:
    container: Json = {"Name": "app", "PortMappings": [{"ContainerPort": port} for port in ports]}
    properties: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [container]}
    mark: Json = {"MeshName": "apps", "VirtualNodeName": "web"}
    task: Json = {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": mark}, "Properties": properties}
    outcome = inject({"Resources": {"Web": task}}, CloudFormation(Level((), {}), {}))
    assert [finding.code for finding in outcome.findings] == codes


def app_ports(*mappings: Any) -> Json:
    """The app ports that are inferred of containers with these mappings, one each."""
    containers: Json = [{"Name": f"app{n}", "Image": "web", "PortMappings": each} for n, each in enumerate(mappings)]
    snippet: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": containers}
    request = Level((), {"MeshName": "apps", "VirtualNodeName": "web"})
    outcome = inject(snippet, CloudFormation(request, {"Port": "9082"}))
    assert not outcome.findings, [str(finding) for finding in outcome.findings]
    proxy_init = map_at(outcome.document, ("ContainerDefinitions", len(mappings) + 1))
    environment: Any = proxy_init["Environment"]
    (ports,) = [each["Value"] for each in environment if each["Name"] == "APPMESH_APP_PORTS"]
    return cast(Json, ports)


def test_ports_that_only_a_deployment_knows_are_one_where_they_are_written_alike() -> None:
    of_a, of_b = {"Fn::ImportValue": "a"}, {"Fn::ImportValue": "b"}
    assert app_ports([{"ContainerPort": of_a}, {"ContainerPort": of_b}], [{"ContainerPort": of_a}]) == {
        "Fn::Join": ["", [of_a, ",", of_b]]
    }
    macro = {"Fn::Transform": {"Name": "Port", "Parameters": {"A": 1}}}
    turned = {"Fn::Transform": {"Parameters": {"A": 1}, "Name": "Port"}}
    assert app_ports([{"ContainerPort": macro}], [{"ContainerPort": turned}]) == macro


def test_a_parameters_port_is_one_with_its_value() -> None:
    parameter = {"Ref": "Port"}
    assert app_ports([{"ContainerPort": parameter}], [{"ContainerPort": 9082}]) == parameter


def test_tcp_is_what_no_protocol_means() -> None:
    gone = {"Ref": "AWS::NoValue"}
    mappings = [{"ContainerPort": 80, "Protocol": gone}, {"ContainerPort": 81, "Protocol": "TCP"}]
    assert app_ports([*mappings, {"ContainerPort": 82, "Protocol": "udp"}, gone], gone) == "80,81"
