"""`adopt --profile standalone`: from sidecars for App Mesh to an Envoy that does not need it, in one step."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import run

TEMPLATE = """\
# The shop
Parameters:
  Port: {Type: Number, Default: 8080}
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop}}
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: web
      Spec:
        Listeners: [{PortMapping: {Port: 8080, Protocol: http}}]
        ServiceDiscovery: {DNS: {Hostname: web.shop.local}}
  Task:
    Type: AWS::ECS::TaskDefinition   # on Fargate
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
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
        - Name: app   # the app itself
          Image: web
          PortMappings: [{ContainerPort: !Ref Port}]
          DependsOn: [{ContainerName: envoy, Condition: HEALTHY}]
        - Name: envoy
          Image: public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod
          Essential: true
          User: '1337'
          PortMappings: [{ContainerPort: 9090}]
          HealthCheck:
            Command: [CMD-SHELL, "curl -s http://localhost:9901/server_info | grep state | grep -q LIVE"]
            Interval: 5
            Timeout: 2
            Retries: 3
          LogConfiguration: {LogDriver: json-file}
          Environment:
            - {Name: APPMESH_RESOURCE_ARN, Value: !Ref Node}
            - {Name: APPMESH_METRIC_EXTENSION_VERSION, Value: 1}
            - {Name: ENVOY_LOG_LEVEL, Value: debug}
            - {Name: AWS_REGION, Value: us-east-1}
            - {Name: ENABLE_ENVOY_STATS_TAGS, Value: "1"}
"""


def test_app_mesh_settings_are_dropped_and_the_mesh_compiles(tmp_path: Path) -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE)
    assert ran.code == 0, ran.err
    assert "Task: adopted (profile standalone)" in ran.err
    for gone in (
        "aws-appmesh-envoy",
        "APPMESH_RESOURCE_ARN",
        "METRIC_EXTENSION",
        "curl",
        "ENVOY_LOG_LEVEL",
        "AWS_REGION",
    ):
        assert gone not in ran.out
    for kept in ("# The shop", "# on Fargate", "# the app itself", "ResourceArn: !Ref Node", "LogLevel: debug", "9090"):
        assert kept in ran.out
    rendered = run("render", "-", "--output-format", "json", stdin=ran.out)
    assert rendered.code == 0, rendered.err
    resources = json.loads(rendered.out)["Resources"]
    assert list(resources) == ["Task"]
    app, envoy = resources["Task"]["Properties"]["ContainerDefinitions"]
    assert app["DependsOn"] == [{"ContainerName": "envoy", "Condition": "HEALTHY"}]
    assert envoy["Command"][0] == "--config-yaml"
    assert {"Name": "ENABLE_ENVOY_STATS_TAGS", "Value": "1"} in envoy["Environment"]
    assert envoy["LogConfiguration"] == {"LogDriver": "json-file"}


def test_a_mapping_of_the_admin_port_needs_a_decision() -> None:
    template = TEMPLATE.replace("ContainerPort: 9090", "ContainerPort: 9901")
    ran = run("adopt", "-", "--profile", "standalone", stdin=template)
    assert (ran.code, ran.out) == (1, "")
    assert "AM332" in ran.err
    assert "StatsPort" in ran.err
    ran = run("adopt", "-", "--profile", "standalone", "--stats-port", "9901", stdin=template)
    assert ran.code == 0, ran.err
    rendered = run("render", "-", "--output-format", "json", stdin=ran.out)
    assert rendered.code == 0, rendered.err
    envoy = json.loads(rendered.out)["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    assert "/dev/tcp/127.0.0.1/9902;" in envoy["HealthCheck"]["Command"][-1]


def test_a_mesh_that_does_not_compile_is_refused() -> None:
    without_discovery = TEMPLATE.replace("VirtualNodeName: web\n", "VirtualNodeName: other\n").replace(
        "APPMESH_RESOURCE_ARN, Value: !Ref Node", "APPMESH_RESOURCE_ARN, Value: mesh/shop/virtualNode/web"
    )
    ran = run("adopt", "-", "--profile", "standalone", stdin=without_discovery)
    assert (ran.code, ran.out) == (1, "")
    assert "AM308" in ran.err


def test_the_mesh_can_be_in_another_file(tmp_path: Path) -> None:
    text = TEMPLATE
    literals = {"!Ref Node": "mesh/shop/virtualNode/web", "!Ref Port": "8080", "!GetAtt Mesh.MeshName": "shop"}
    for short, written in literals.items():
        text = text.replace(short, written)
    document: Any = yaml.safe_load(text)
    task = document["Resources"].pop("Task")
    mesh = tmp_path / "mesh.json"
    mesh.write_text(json.dumps(document))
    alone = json.dumps({"Resources": {"Task": task}})
    ran = run("adopt", "-", "--profile", "standalone", "--mesh", str(mesh), stdin=alone)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["Resources"]["Task"]["Metadata"]["AppMesh"]["Profile"] == "standalone"


def test_adopt_accepts_only_profile_standalone() -> None:
    assert run("adopt", "-", "--profile", "ga", stdin=TEMPLATE).code == 2


def test_the_socket_of_sds_is_kept(tmp_path: Path) -> None:
    """The compiler reads the variable, as App Mesh's image did."""
    secret = "TLS: {Mode: STRICT, Certificate: {SDS: {SecretName: web}}}"
    template = TEMPLATE.replace("Protocol: http}}]", f"Protocol: http}}, {secret}}}]").replace(
        "APPMESH_METRIC_EXTENSION_VERSION, Value: 1", "APPMESH_SDS_SOCKET_PATH, Value: /run/sds.sock"
    )
    ran = run("adopt", "-", "--profile", "standalone", stdin=template)
    assert ran.code == 0, ran.err
    assert "/run/sds.sock" in ran.out
    assert "AM320" not in run("lint", "-", stdin=ran.out).out


def test_each_variable_that_is_left_out_is_named() -> None:
    more = "\n            - ".join(
        f"{{Name: {name}, Value: '1'}}"
        for name in ("APPNET_ENVOY_RESTART_COUNT", "ENVOY_STATS_FLUSH_INTERVAL", "APPMESH_RESOURCE_CLUSTER", "MINE")
    )
    ran = run("adopt", "-", "--profile", "standalone", stdin=f"{TEMPLATE.rstrip()}\n            - {more}\n")
    assert ran.code == 0, ran.err
    for name in (
        "APPMESH_METRIC_EXTENSION_VERSION",
        "APPNET_ENVOY_RESTART_COUNT",
        "ENVOY_STATS_FLUSH_INTERVAL",
        "APPMESH_RESOURCE_CLUSTER",
    ):
        assert ran.err.count(f"warning AM655 Task: {name} is left out") == 1
    assert "{Name: MINE, Value: '1'}" in ran.out or "Name: MINE" in ran.out
    assert "AM353" not in run("lint", "-", stdin=ran.out).out


def test_the_log_level_warn_of_the_user_guide_is_kept() -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE.replace("Value: debug", "Value: warn"))
    assert ran.code == 0, ran.err
    assert "LogLevel: warning" in ran.out
    back = run("adopt", "-", stdin=TEMPLATE.replace("Value: debug", "Value: warn"))
    assert "LogLevel: warn\n" in back.out
    rendered = run(
        "render", "-", "--output-format", "json", stdin=ran.out.replace("LogLevel: warning", "LogLevel: warn")
    )
    envoy = json.loads(rendered.out)["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    assert envoy["Command"][-2:] == ["-l", "warning"]


@pytest.mark.parametrize(
    "arn",
    [
        "!GetAtt Node.Arn",
        "!GetAtt [Node, Arn]",
        '!Sub "${Node}"',
        '!Sub "${Node.Arn}"',
        '!Join ["", [!GetAtt Node.Arn]]',
        "mesh/shop@111122223333/virtualNode/web",
        '!Sub "arn:aws:appmesh:${AWS::Region}:${AWS::AccountId}:mesh/shop@${AWS::AccountId}/virtualNode/web"',
    ],
)
def test_the_ways_to_write_the_arn_of_a_node(arn: str) -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE.replace("Value: !Ref Node", f"Value: {arn}"))
    assert ran.code == 0, ran.err
    rendered = run("render", "-", "--output-format", "json", stdin=ran.out)
    assert rendered.code == 0, rendered.err
    resources = json.loads(rendered.out)["Resources"]
    assert "mesh/shop/virtualNode/web" in resources["Task"]["Properties"]["ContainerDefinitions"][1]["Command"][1]


def test_nodes_here_and_the_mesh_there(tmp_path: Path) -> None:
    """The mesh in a base template: --mesh adds it to the nodes of this one. Without it its egress filter is not
    known."""
    mesh = "  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop}}\n"
    base = tmp_path / "base.yaml"
    base.write_text(f"Resources:\n{mesh}")
    here = TEMPLATE.replace(mesh, "").replace("!GetAtt Mesh.MeshName", "shop")
    ran = run("adopt", "-", "--profile", "standalone", stdin=here)
    assert ran.code == 0, ran.err
    assert "AM358" in ran.err
    both = run("adopt", "-", "--profile", "standalone", "--mesh", str(base), stdin=here)
    assert both.code == 0, both.err
    assert "AM358" not in both.err


@pytest.mark.parametrize(
    ("stacks", "written"), [(["shop-base"], "shop-base"), (["shop-base", "shop-prices"], ["shop-base", "shop-prices"])]
)
def test_adopt_writes_the_stacks_of_the_mesh(stacks: list[str], written: object, tmp_path: Path) -> None:
    """The template's own node, and the mesh of a base stack, whose template --mesh gives for the check."""
    mesh = "  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop}}\n"
    base = tmp_path / "base.yaml"
    base.write_text(f"Resources:\n{mesh}")
    here = TEMPLATE.replace(mesh, "").replace("!GetAtt Mesh.MeshName", "shop")
    flags = [flag for name in stacks for flag in ("--mesh-stack", name)]
    ran = run("adopt", "-", "--profile", "standalone", *flags, "--mesh", str(base), stdin=here)
    assert ran.code == 0, ran.err
    rendered = run("render", "-", "--mesh", str(base), "--output-format", "json", stdin=ran.out)
    assert rendered.code == 0, rendered.err
    assert json.loads(rendered.out)["Resources"]["Task"]["Metadata"]["AppMesh"]["MeshStack"] == written
    unchecked = run("adopt", "-", "--profile", "standalone", *flags, stdin=here)
    assert unchecked.code == 1
    assert "AM330" in unchecked.err
    assert "render with --mesh FILE" in unchecked.err


def test_adopt_writes_stacks_for_standalone_alone() -> None:
    ran = run("adopt", "-", "--mesh-stack", "shop-base", stdin=TEMPLATE)
    assert ran.code == 2
    assert "goes with --profile standalone" in ran.err
