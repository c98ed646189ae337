"""`adopt --profile service-connect`: from sidecars by hand to marks for Amazon ECS Service Connect."""

import json
from typing import Any

import pytest

from tests.cli.command import run

MESH = """\
# The shop
Parameters:
  Port: {Type: Number, Default: 8080}
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop, Spec: {EgressFilter: {Type: ALLOW_ALL}}}}
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: cart
      Spec:
        Listeners: [{PortMapping: {Port: 8080, Protocol: http}}]
        ServiceDiscovery: {DNS: {Hostname: cart-node}}
  Cart:
    Type: AWS::AppMesh::VirtualService
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualServiceName: cart.shop.local
      Spec: {Provider: {VirtualNode: {VirtualNodeName: !GetAtt Node.VirtualNodeName}}}
"""
TASK = """\
  Task:
    Type: AWS::ECS::TaskDefinition   # on Fargate
    Properties:
      NetworkMode: awsvpc
      Cpu: 512
      Memory: 1024
      ProxyConfiguration:
        Type: APPMESH
        ContainerName: envoy
        ProxyConfigurationProperties:
          - {Name: IgnoredUID, Value: '1337'}
          - {Name: ProxyIngressPort, Value: '15000'}
          - {Name: ProxyEgressPort, Value: '15001'}
          - {Name: AppPorts, Value: !Ref Port}
          - {Name: EgressIgnoredIPs, Value: '169.254.170.2,169.254.169.254'}
      ContainerDefinitions:
        # The sidecar
        - Name: envoy
          Image: public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod
          Essential: true
          User: '1337'
          HealthCheck:
            Command: [CMD-SHELL, "curl -s http://localhost:9901/server_info | grep state | grep -q LIVE"]
            Interval: 5
            Timeout: 2
            Retries: 3
          LogConfiguration: {LogDriver: json-file}
          Environment:
            - {Name: APPMESH_RESOURCE_ARN, Value: !Ref Node}
            - {Name: ENVOY_LOG_LEVEL, Value: debug}
            - {Name: ENABLE_ENVOY_XRAY_TRACING, Value: "1"}
        - Name: app   # the app itself
          Image: cart
          PortMappings: [{ContainerPort: !Ref Port}]
          DependsOn: [{ContainerName: envoy, Condition: HEALTHY}]
        - Name: helper
          Image: helper
          Essential: false
          DependsOn: [{ContainerName: envoy, Condition: START}, {ContainerName: app, Condition: START}]
        - Name: xray-daemon
          Image: public.ecr.aws/xray/aws-xray-daemon:latest
          User: "1337"
          Essential: true
          PortMappings: [{ContainerPort: 2000, Protocol: udp}]
"""
SERVICE = """\
  Service: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Task}}
"""
TEMPLATE = MESH + TASK + SERVICE

GATEWAY = """\
  Gateway:
    Type: AWS::AppMesh::VirtualGateway
    Properties:
      MeshName: shop
      VirtualGatewayName: edge
      Spec: {Listeners: [{PortMapping: {Port: 8088, Protocol: http}}]}
  Route:
    Type: AWS::AppMesh::GatewayRoute
    Properties:
      MeshName: shop
      VirtualGatewayName: edge
      GatewayRouteName: all
      Spec:
        HttpRoute:
          Match: {Prefix: /}
          Action: {Target: {VirtualService: {VirtualServiceName: cart.shop.local}}}
  GatewayTask:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      Memory: 512
      ContainerDefinitions:
        - Name: envoy
          Image: public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod
          Essential: true
          Environment: [{Name: APPMESH_RESOURCE_ARN, Value: RESOURCE}]
"""


def adopt(template: str, *options: str) -> Any:
    return run("adopt", "-", "--profile", "service-connect", *options, stdin=template)


def rendered(text: str) -> Any:
    ran = run("render", "-", "--output-format", "json", stdin=text)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["Resources"]


def test_sidecars_leave_and_what_refers_to_them_goes() -> None:
    ran = adopt(TEMPLATE)
    assert ran.code == 0, ran.err
    assert "Task: adopted (profile service-connect): ResourceArn, Envoy" in ran.err
    assert "warning AM457 Task: tracing and statistics of the envoy end: ENABLE_ENVOY_XRAY_TRACING" in ran.err
    for gone in ("aws-appmesh-envoy", "ProxyConfiguration", "ContainerName: envoy", "ENVOY_LOG_LEVEL", "LogLevel"):
        assert gone not in ran.out
    for kept in (
        "# The shop",
        "# on Fargate",
        "# the app itself",
        "Transform: AppMeshInject",
        "ResourceArn: !Ref Node",
    ):
        assert kept in ran.out
    containers = rendered(ran.out)["Task"]["Properties"]["ContainerDefinitions"]
    assert [each["Name"] for each in containers] == ["app", "helper", "xray-daemon"]
    assert "DependsOn" not in containers[0]
    assert containers[1]["DependsOn"] == [{"ContainerName": "app", "Condition": "START"}]


def test_the_result_is_that_of_a_mark_with_replace() -> None:
    """The profile itself would take the same out, and give the same configuration."""
    mark = "    Metadata: {AppMesh: {Profile: service-connect, ResourceArn: !Ref Node, OnExisting: Replace}}\n"
    by_hand = TEMPLATE.replace(
        "    Type: AWS::ECS::TaskDefinition   # on Fargate\n", f"    Type: AWS::ECS::TaskDefinition\n{mark}"
    )
    adopted, replaced = rendered(adopt(TEMPLATE).out), rendered(by_hand)
    assert adopted["Service"] == replaced["Service"]
    assert adopted["Task"]["Properties"] == replaced["Task"]["Properties"]
    assert adopted["Service"]["Properties"]["ServiceConnectConfiguration"]["LogConfiguration"] == {
        "LogDriver": "json-file"
    }


def test_adopted_templates_can_be_converted() -> None:
    ran = run("convert", "-", stdin=adopt(TEMPLATE).out)
    assert ran.code == 0, ran.err
    assert "AppMesh" not in ran.out
    assert "# the app itself" in ran.out


@pytest.mark.parametrize("arn", ["!Ref Gateway", "mesh/shop/virtualGateway/edge"])
def test_a_gateway_stays_standalone(arn: str) -> None:
    template = TEMPLATE + GATEWAY.replace("Value: RESOURCE", f"Value: {arn}")
    ran = adopt(template)
    assert ran.code == 0, ran.err
    assert "Task: adopted (profile service-connect)" in ran.err
    assert "GatewayTask: adopted (profile standalone): " in ran.err
    assert "Service Connect has no counterpart to a virtual gateway, which stays standalone" in ran.err
    resources = rendered(ran.out)
    assert resources["Service"]["Properties"]["ServiceConnectConfiguration"]["Enabled"] is True
    (envoy,) = resources["GatewayTask"]["Properties"]["ContainerDefinitions"]
    assert envoy["Image"].startswith("envoyproxy/envoy:")


def test_a_task_that_no_service_runs_is_refused() -> None:
    ran = adopt(MESH + TASK)
    assert (ran.code, ran.out) == (1, "")
    assert "error AM401 Task" in ran.err
    assert "Task: left alone: another problem stops the adoption" in ran.err


def test_what_refers_to_a_sidecar_in_another_way_is_refused() -> None:
    """Only the profile takes these out. So the result would not be the same, and nothing is written."""
    ran = adopt(
        TEMPLATE.replace("          Image: helper\n", "          Image: helper\n          Links: [envoy, app]\n")
    )
    assert (ran.code, ran.out) == (1, "")
    assert "error AM605" in ran.err


def test_task_definitions_in_json_have_no_ecs_service() -> None:
    variable = {"name": "APPMESH_RESOURCE_ARN", "value": "mesh/shop/virtualNode/cart"}
    image = "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod"
    envoy = {"name": "envoy", "image": image, "user": "1337", "environment": [variable]}
    app = {"name": "app", "image": "cart", "portMappings": [{"containerPort": 8080}]}
    task: Any = {"family": "cart", "networkMode": "awsvpc", "memory": "512", "containerDefinitions": [app, envoy]}
    ports = {"IgnoredUID": "1337", "ProxyIngressPort": "15000", "ProxyEgressPort": "15001", "AppPorts": "8080"}
    redirect = [{"name": name, "value": value} for name, value in ports.items()]
    task["proxyConfiguration"] = {"type": "APPMESH", "containerName": "envoy", "properties": redirect}
    ran = adopt(json.dumps(task))
    assert (ran.code, ran.out) == (1, "")
    assert "profile 'service-connect' does not support this kind of document" in ran.err


def test_the_stack_of_the_mesh_is_written_into_the_mark() -> None:
    ran = adopt(TEMPLATE, "--mesh-stack", "shop-base")
    assert ran.code == 1
    assert "AM330" in ran.err
    assert run("adopt", "-", "--profile", "service-connect", "--stats-port", "9901", stdin=TEMPLATE).code == 2
    ran = run("adopt", "-", "--profile", "ga", stdin=TEMPLATE)
    assert ran.code == 2
    assert "standalone and service-connect can be chosen" in ran.err


def test_mesh_resources_can_be_retained_in_the_same_step() -> None:
    ran = adopt(TEMPLATE, "--retain")
    assert ran.code == 0, ran.err
    assert ran.out.count("DeletionPolicy: Retain") == 3
    assert "AM365" not in run("convert", "-", stdin=ran.out).err


def test_lint_warns_of_what_only_app_mesh_needed() -> None:
    role = """\
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AWSAppMeshEnvoyAccess]
"""
    ran = adopt(TEMPLATE + role)
    assert "warning AM652 Role" in ran.err
    assert "AM652 Role" in run("lint", "-", stdin=ran.out).out
    assert "warning AM652 Role" in run("convert", "-", stdin=ran.out).err
