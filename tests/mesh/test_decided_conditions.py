"""Conditions and values of a template's own mesh that its parameters decide."""

import json
from typing import Any

import pytest

from tests.cli.command import run
from tests.hostile.contract import answered

TEMPLATE = """\
Transform: AppMeshInject
Metadata: {AppMesh: {Profile: standalone, MeshName: shop}}
Parameters:
  Stage: {Type: String, Default: prod, AllowedValues: [dev, prod]}
  Secure: {Type: String}
Conditions:
  IsProd: !Equals [!Sub "${Stage}", prod]
  IsSecure: !Equals [!Ref Secure, "yes"]
  IsHome: !Equals [!Ref "AWS::Region", eu-west-1]
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop}}
  Web:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: shop
      VirtualNodeName: web
      Spec:
        Listeners: [{PortMapping: {Port: 8080, Protocol: !If [IsProd, http2, http]}}]
        Backends: !If [IsProd, [{VirtualService: {VirtualServiceName: audit.local}}], !Ref "AWS::NoValue"]
        ServiceDiscovery: {DNS: {Hostname: web.local}}
  Audit:
    Type: AWS::AppMesh::VirtualService
    Condition: IsProd
    Properties:
      MeshName: shop
      VirtualServiceName: audit.local
      Spec: {Provider: {VirtualNode: {VirtualNodeName: audit}}}
  AuditNode:
    Type: AWS::AppMesh::VirtualNode
    Condition: IsProd
    Properties:
      MeshName: shop
      VirtualNodeName: audit
      Spec: {Listeners: [{PortMapping: {Port: 8080, Protocol: http}}], ServiceDiscovery: {DNS: {Hostname: audit.local}}}
  WebTask:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {VirtualNodeName: web}}
    Properties: &task
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{Name: app, Image: web, PortMappings: [{ContainerPort: 8080}]}]
  AuditTask:
    Type: AWS::ECS::TaskDefinition
    Condition: IsProd
    Metadata: {AppMesh: {VirtualNodeName: audit}}
    Properties: *task
"""


def rendered(*options: str, template: str = TEMPLATE) -> dict[str, Any]:
    ran = run("render", "-", "--output-format", "json", *options, stdin=template)
    assert ran.code == 0, ran.err
    resources: dict[str, Any] = json.loads(ran.out)["Resources"]
    return resources


def envoys(resources: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name, task in resources.items():
        for container in task["Properties"]["ContainerDefinitions"]:
            if container["Name"] == "envoy":
                found[name] = json.dumps(container["Command"])
    return found


def test_conditions_that_a_default_decides() -> None:
    commands = envoys(rendered())
    assert set(commands) == {"WebTask", "AuditTask"}
    assert "cds_egress_shop_audit_http_8080" in commands["WebTask"]


def test_conditions_that_a_given_parameter_decides() -> None:
    """A task that does not exist needs no node, which does not exist either."""
    commands = envoys(rendered("--parameter", "Stage=dev"))
    assert set(commands) == {"WebTask"}
    assert "audit" not in commands["WebTask"]


@pytest.mark.parametrize(
    ("condition", "name", "value"), [("IsSecure", "Secure", "yes"), ("IsHome", "AWS::Region", "eu-west-1")]
)
def test_a_parameter_without_a_value_is_named_and_can_be_given(condition: str, name: str, value: str) -> None:
    template = TEMPLATE.replace("Protocol: !If [IsProd, http2", f"Protocol: !If [{condition}, http2")
    ran = run("render", "-", stdin=template)
    assert ran.code == 1
    assert "AM301 Web Protocol: " in ran.err
    assert f"Give its value: --parameter {name}=..." in ran.err
    assert "http2" in json.dumps(rendered("--parameter", f"{name}={value}", template=template))
    existing = TEMPLATE.replace("Condition: IsProd", f"Condition: {condition}", 2)
    refused = run("render", "-", stdin=existing)
    assert "AM309" in refused.err
    assert f"Give its value: --parameter {name}=..." in refused.err


def test_the_macro_knows_its_region_and_account_and_the_command_line_is_told_them() -> None:
    """CloudFormation's event carries both, and nothing else of what pseudo parameters give."""
    template = TEMPLATE.replace("Protocol: !If [IsProd, http2", "Protocol: !If [IsHome, http2")
    at_home = ran_event(template, "--parameter", "AWS::Region=eu-west-1")
    assert (at_home["region"], "AWS::Region" in at_home["templateParameterValues"]) == ("eu-west-1", False)
    for region, is_http2 in (("eu-west-1", True), ("us-east-1", False)):
        response = answered({**at_home, "region": region})
        assert response["status"] == "success"
        assert ("cds_ingress_shop_web_http2_8080" in json.dumps(response["fragment"])) is is_http2
    named = template.replace('"AWS::Region", eu-west-1', '"AWS::StackName", web')
    refused = run("render", "-", stdin=named)
    assert "AM301 Web Protocol: " in refused.err
    assert "--parameter" not in refused.err, "no macro will ever know it"


def ran_event(template: str, *options: str) -> dict[str, Any]:
    ran = run("event", "-", *options, stdin=template)
    assert ran.code == 0, ran.err
    event: dict[str, Any] = json.loads(ran.out)
    return event
