"""ECS services, load balancers and Service Connect endpoints in the graph."""

from pathlib import Path
from typing import Any

from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.graph.cases import GOLDEN, graph
from tests.graph.shop import write_shop
from tests.graph.test_graph import lines, part, section, texts

TASK = """\
Metadata: {AppMesh: {Profile: ga, MeshName: apps}}
Parameters:
  Count: {Type: String, Default: '4'}
  Targets: {Type: String, Default: 'arn:of:a:target-group'}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {VirtualNodeName: web}}
    Properties:
      NetworkMode: awsvpc
      Memory: '1024'
      ContainerDefinitions: [{Name: app, Image: web, PortMappings: [{ContainerPort: 8080}]}]
"""


def of_service(folder: Path, service: str, more: str = "") -> Any:
    file = folder / "template.yaml"
    file.write_text(f"{TASK}  Service:\n    Type: AWS::ECS::Service\n    Properties: {service}\n{more}")
    return graph(file)


def facts(found: Any) -> dict[str, str]:
    return dict(texts(section(found, "")["rows"]))


def test_the_service_stands_between_the_node_and_its_task(tmp_path: Path) -> None:
    found = of_service(tmp_path, "{TaskDefinition: !Ref Task, DesiredCount: !Ref Count, ServiceName: web-1}")
    assert lines(found) == {
        ("missing web", "ecs web-1", "runs", ""),
        ("ecs web-1", "task Task", "runs", ""),
    }
    assert facts(part(found, "ecs", "web-1"))["Tasks"] == "4 tasks"
    assert part(found, "ecs", "web-1")["lines"][0]["text"] == "4 tasks"


def test_the_count_without_a_number(tmp_path: Path) -> None:
    for service, more, words in (
        ("{TaskDefinition: !Ref Task}", "", "1 task"),
        ("{TaskDefinition: !Ref Task, SchedulingStrategy: DAEMON}", "", "a task on each instance"),
        (
            "{TaskDefinition: !Ref Task, DesiredCount: 2}",
            "  Scale:\n    Type: AWS::ApplicationAutoScaling::ScalableTarget\n"
            "    Properties: {MinCapacity: 2, MaxCapacity: 9, ResourceId: !Sub 'service/main/${Service.Name}'}\n",
            "2 to 9 tasks",
        ),
    ):
        assert facts(part(of_service(tmp_path, service, more), "ecs", "Service"))["Tasks"] == words


def test_load_balancers_stand_in_front_of_gateways(tmp_path: Path) -> None:
    found = graph(write_shop(tmp_path))
    assert ("balancer web-front", "gateway web", "calls", "HTTPS 443") in lines(found)
    assert texts(section(part(found, "balancer", "web-front"), "Sends")["rows"]) == [["HTTPS 443", "web"]]
    called_by = section(part(found, "node", "account"), "Called by")
    assert texts(called_by["rows"]) == [["web"]]


def test_rules_and_weights_of_a_load_balancer(tmp_path: Path) -> None:
    elb = "AWS::ElasticLoadBalancingV2"
    more = f"""\
  Balancer: {{Type: {elb}::LoadBalancer, Properties: {{Scheme: internal}}}}
  Group: {{Type: {elb}::TargetGroup}}
  Other: {{Type: {elb}::TargetGroup}}
  Listener:
    Type: {elb}::Listener
    Properties: {{LoadBalancerArn: !Ref Balancer, Protocol: HTTP, Port: 80, DefaultActions: [{{Type: fixed-response}}]}}
  Rule:
    Type: {elb}::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Conditions: [{{Field: path-pattern, PathPatternConfig: {{Values: [/a/*, /b/*]}}}}]
      Actions:
        - Type: forward
          ForwardConfig:
            TargetGroups: [{{TargetGroupArn: !Ref Group, Weight: 3}}, {{TargetGroupArn: !Ref Other, Weight: 1}}]
"""
    found = of_service(tmp_path, "{TaskDefinition: !Ref Task, LoadBalancers: [{TargetGroupArn: !Ref Group}]}", more)
    assert ("balancer Balancer", "missing web", "calls", "HTTP 80 /a/* or /b/*") in lines(found)
    (edge,) = [edge for edge in found["edges"] if edge["meaning"] == "calls"]
    assert edge["share"] == 0.75


def test_a_target_group_of_another_stack(tmp_path: Path) -> None:
    found = of_service(tmp_path, "{TaskDefinition: !Ref Task, LoadBalancers: [{TargetGroupArn: !Ref Targets}]}")
    assert ("missing arn:of:a:target-group", "missing web", "calls", "") in lines(found)


def test_endpoints_and_aliases_stand_in_the_place_of_envoys() -> None:
    found = graph(GOLDEN / "service-connect-minimal" / "input.yaml")
    endpoints = [each for each in found["parts"] if each["kind"] == "endpoint"]
    assert endpoints
    for each in endpoints:
        assert all(line["is_added"] and ":" in line["text"] for line in each["lines"])
        assert each["raw"][0]["content"]["ClientAliases"]
        # Node, endpoint, service, task: nothing skips a step.
        (service,) = [edge["target"] for edge in found["edges"] if edge["source"] == each["id"]]
        (node,) = [edge["source"] for edge in found["edges"] if edge["target"] == each["id"]]
        kinds = {part["id"]: part["kind"] for part in found["parts"]}
        assert (kinds[node], kinds[service]) == ("node", "ecs")
    tasks = [each for each in found["parts"] if each["kind"] == "task"]
    assert not any("envoy" in line["text"] for each in tasks for line in each["lines"])


def test_a_converted_template_shows_its_endpoints_as_its_own(tmp_path: Path) -> None:
    converted = tmp_path / "converted.yaml"
    assert run("convert", str(REPOSITORY / "examples" / "service-connect.yaml"), "-o", str(converted)).code == 0
    found = graph(converted)
    endpoint = part(found, "endpoint", "cart")
    assert endpoint["lines"] == [{"text": "cart.shop.local:8080", "is_added": False}]
    assert ("endpoint cart", "ecs CartService", "runs", "") in lines(found)


def test_the_namespace_that_is_added_has_its_name() -> None:
    found = graph(GOLDEN / "service-connect-order" / "input.yaml")
    service = part(found, "ecs", "AService")
    assert [line["text"] for line in service["lines"]] == ["1 task", "in namespace shop"]
    assert service["raw"][0]["title"] == "ServiceConnectConfiguration"
    assert facts(part(found, "endpoint", "a"))["Alias"] == "a:80"
