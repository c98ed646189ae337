"""The service-connect profile: what ECS has of services that are new, that move from standalone, and that go back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.colour_app import STANDALONE, TAKING_PART, moved, with_one_colour
from tests.e2e.checks import names
from tests.e2e.engine import CLUSTER, Engine
from tests.e2e.sam import sam
from tests.e2e.stacks import Stack
from tests.e2e.test_standalone import runs_the_mesh
from tests.e2e.variables import Shape

ONE_COLOUR = with_one_colour(STANDALONE)
OFF = {"enabled": False}
BASE = """
Transform: WithConnect
Metadata: {AppMesh: {Profile: service-connect, ExportMesh: true}}
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: connected-shop}}
  CartNode:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: cart
      Spec: {Listeners: [{PortMapping: {Port: 8080, Protocol: http}}], ServiceDiscovery: {DNS: {Hostname: cart.local}}}
  Cart:
    Type: AWS::AppMesh::VirtualService
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualServiceName: cart.local
      Spec: {Provider: {VirtualNode: {VirtualNodeName: !GetAtt CartNode.VirtualNodeName}}}
  WebNode:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: web
      Spec: {Backends: [{VirtualService: {VirtualServiceName: cart.local}}]}
"""
OF_ANOTHER_STACK = """
Transform: WithConnect
Metadata: {AppMesh: {Profile: service-connect, MeshName: connected-shop, MeshStack: connect-base}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {VirtualNodeName: NODE}}
    Properties:
      Family: connected-NODE
      NetworkMode: awsvpc
      Memory: "1024"
      ContainerDefinitions: [{Name: app, Image: app, PortMappings: [{ContainerPort: 8080}]}]
  AppService: {Type: AWS::ECS::Service, Properties: {Cluster: apps, TaskDefinition: !Ref Task, DesiredCount: 1}}
"""
ALIASES = {"gateway.colorapp.local:9080", "colorteller.colorapp.local:9080", "tcpecho.colorapp.local:2701"}


@pytest.fixture(scope="module")
def values(macro: Engine) -> Mapping[str, str]:
    subnets = macro.client("ec2").describe_subnets()["Subnets"]
    return {
        "Vpc": subnets[0]["VpcId"],
        "PublicSubnets": f"{subnets[0]['SubnetId']},{subnets[1]['SubnetId']}",
        "PrivateSubnets": subnets[0]["SubnetId"],
        "ClusterName": CLUSTER,
        "AllowedCidr": "203.0.113.0/24",
    }


def configurations(stack: Stack) -> dict[str, Any]:
    """The configuration that each service's deployment has, by logical id without its ending."""
    return {
        name.removesuffix("Service"): service["deployments"][0].get("serviceConnectConfiguration")
        for name, service in stack.ecs_services().items()
    }


def resolved(stack: Stack, service: str) -> set[str]:
    """The names that were there when a service was deployed: its tasks resolve no others."""
    return set(stack.ecs_services()[service]["events"][0]["message"].removeprefix("tasks resolve: ").split(", "))


def is_moved(stack: Stack) -> None:
    """As the profile moves the colour app: three services talk over Service Connect, and one Envoy is left."""
    found = configurations(stack)
    assert {name for name, each in found.items() if each not in (None, OFF)} == set(TAKING_PART)
    (arn,) = {found[name]["namespace"] for name in TAKING_PART}
    assert arn.startswith("arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-")
    assert {name: found[name].get("services") for name in TAKING_PART} == {
        "Gateway": [entry("http-9080", "gateway", 9080, "gateway.colorapp.local")],
        "ColortellerWhite": [
            entry("http-9080", "colorteller-white", 9080, "colorteller.colorapp.local", perRequestTimeoutSeconds=5)
        ],
        "Tcpecho": [entry("tcp-2701", "tcpecho", 2701, "tcpecho.colorapp.local", idleTimeoutSeconds=300)],
    }
    assert found["Gateway"]["accessLogConfiguration"] == {"format": "TEXT"}
    assert found["Gateway"]["logConfiguration"]["options"]["awslogs-group"] == f"/{stack.name}/sidecars"
    definitions = stack.task_definitions()
    assert {name for name, each in definitions.items() if "envoy" in names(each)} == {"IngressTask"}
    assert not any("proxyConfiguration" in each for each in definitions.values())
    types = {resource["Type"] for resource in stack.processed()["Resources"].values()}
    assert not any(each.startswith("AWS::AppMesh::") for each in types)


def entry(port: str, discovery: str, alias_port: int, alias: str, **timeout: int) -> dict[str, Any]:
    aliases = [{"port": alias_port, "dnsName": alias}]
    entry = {"portName": port, "discoveryName": discovery, "clientAliases": aliases}
    return {**entry, **({"timeout": timeout} if timeout else {})}


def is_standalone(stack: Stack) -> None:
    definitions = stack.task_definitions()
    assert all("envoy" in names(each) for each in definitions.values())
    runs_the_mesh(definitions["GatewayTask"], "colorteller.colorapp.local", "tcpecho.colorapp.local")
    assert not any("name" in mapping for mapping in port_mappings(definitions["ColortellerWhiteTask"]))


def port_mappings(definition: Mapping[str, Any]) -> list[Any]:
    return [mapping for each in definition["containerDefinitions"] for mapping in each.get("portMappings", ())]


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name.lower())
def test_a_new_stack_makes_servers_before_callers(shape: Shape, macro: Engine, values: Mapping[str, str]) -> None:
    macro.hand_over(shape)
    stack = Stack(macro, f"connected-{shape.name}".replace("_", "-"))
    stack.deploy(moved(ONE_COLOUR), values)
    is_moved(stack)
    assert resolved(stack, "GatewayService") == ALIASES
    processed = stack.processed()
    stack.delete()
    if shape == Shape.WITHOUT_TRANSFORM:
        # What says the order is ours: LocalEmu would go by the alphabet.
        del processed["Resources"]["GatewayService"]["DependsOn"]
        stack.deploy(json.dumps(processed), values)
        assert resolved(stack, "GatewayService") == ALIASES - {"tcpecho.colorapp.local:2701"}
        stack.delete()


def converted(template: str, folder: Path, *options: str) -> str:
    """What `appmesh-inject convert` writes."""
    path = folder / "template.yaml"
    path.write_text(template)
    ran = run("convert", str(path), *options)
    assert ran.code == 0, ran.err
    return ran.out


def test_a_stack_moves_and_goes_back(macro: Engine, values: Mapping[str, str], tmp_path: Path) -> None:
    """Once as the macro moves it, and once as `convert` writes it."""
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    stack = Stack(macro, "moving")
    stack.deploy(STANDALONE, values)
    is_standalone(stack)
    assert set(configurations(stack).values()) == {None}
    arns = {name: service["serviceArn"] for name, service in stack.ecs_services().items()}

    prepared = converted(ONE_COLOUR, tmp_path, "--prepare")
    stack.deploy(prepared, values)
    off = {name: OFF for name in configurations(stack) if name != "Ingress"}
    assert configurations(stack) == {**off, "Ingress": None}

    for template in (moved(prepared), converted(moved(prepared), tmp_path)):
        stack.deploy(template, values)
        is_moved(stack)
        assert resolved(stack, "GatewayService") == ALIASES

        stack.deploy(prepared, values)
        is_standalone(stack)
        assert configurations(stack) == {**off, "Ingress": None}
        # The namespace has gone with the move, which it could not while a service had a name in it.
        assert "ServiceConnectNamespace" not in stack.processed()["Resources"]

    # In place: a service that were replaced would meet its own names.
    assert {name: service["serviceArn"] for name, service in stack.ecs_services().items()} == arns
    stack.delete()


def test_stacks_meet_in_the_namespace_that_the_stack_of_the_mesh_makes(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    deploy = ("deploy", "--stack-name", "with-connect", "--parameter-overrides", "MacroName=WithConnect")
    sam(*deploy, "MeshStacks=connect-base", engine=macro)
    base = Stack(macro, "connect-base")
    base.deploy(BASE)
    cart, web = (Stack(macro, f"connect-{name}") for name in ("cart", "web"))
    for name, stack in {"cart": cart, "web": web}.items():
        stack.deploy(OF_ANOTHER_STACK.replace("NODE", name))
    found = configurations(cart)["App"]
    assert (found["enabled"], found["namespace"]) == (True, "connected-shop")
    assert found["services"] == [entry("http-8080", "cart", 8080, "cart.local")]
    assert resolved(web, "AppService") == {"cart.local:8080"}
    for stack in (web, cart, base):
        stack.delete()
    sam("delete", "--stack-name", "with-connect", "--no-prompts", engine=macro)
