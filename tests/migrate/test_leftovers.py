"""`adopt --profile standalone` and `lint` warn of what only App Mesh needed."""

import json

import pytest

from appmesh_inject.files import documents
from appmesh_inject.migrate.leftovers import leftovers
from appmesh_inject.settings.images import APP_MESH_ACCOUNTS
from tests.cli.command import run
from tests.migrate.test_adopt_standalone import TEMPLATE

LEFT = TEMPLATE.replace(
    "Resources:\n",
    """  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /aws/service/appmesh/envoy}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AWSAppMeshEnvoyAccess"]
      Policies:
        - PolicyName: mesh
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["appmesh:StreamAggregatedResources", "appmesh:Describe*"], Resource: "*"}
  Images:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: {Statement: {Resource: !Sub "arn:aws:ecr:us-east-1:840364872350:repository/envoy"}}
""",
    1,
)


KINDS = [("AM651", "Image"), ("AM652", "Role"), ("AM653", "Role"), ("AM654", "Images")]


def warned(text: str) -> list[tuple[str, str]]:
    """Code and subject of each warning about what is left."""
    said = [line.split(": warning ")[1].split(" ") for line in text.splitlines() if ": warning AM65" in line]
    return [(code, subject.rstrip(":")) for code, subject, *_ in said]


def test_each_is_listed_once_with_its_place_and_what_to_do() -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=LEFT)
    assert ran.code == 0, ran.err
    assert [each for each in warned(ran.err) if each[0] != "AM655"] == KINDS
    first = next(line for line in ran.err.splitlines() if "AM651" in line)
    assert first.startswith("<stdin>:4:")
    assert "Take it out" in first


def test_lint_says_the_same_of_what_was_adopted() -> None:
    adopted = run("adopt", "-", "--profile", "standalone", stdin=LEFT).out
    assert warned(run("lint", "-", stdin=adopted).out) == KINDS
    problems = json.loads(run("lint", "-", "--format", "json", stdin=adopted).out)["problems"]
    results = json.loads(run("lint", "-", "--format", "sarif", stdin=adopted).out)["runs"][0]["results"]
    for codes in ([each["code"] for each in problems], [each["ruleId"] for each in results]):
        assert [code for code in codes if code.startswith("AM65")] == [code for code, _ in KINDS]


def test_lint_says_the_same_of_service_connect() -> None:
    service = "  Service: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Task}}\n"
    mark = "    Metadata: {AppMesh: {Profile: service-connect, ResourceArn: !Ref Node, OnExisting: Replace}}\n"
    marked = LEFT.replace("Resources:\n", f"Resources:\n{service}", 1).replace(
        "# on Fargate\n", f"# on Fargate\n{mark}"
    )
    ran = run("lint", "-", stdin=marked)
    assert warned(ran.out) == KINDS
    assert "stock Envoy" not in ran.out


def test_they_count_where_warnings_do() -> None:
    assert run("adopt", "-", "--profile", "standalone", "--strict", stdin=LEFT).code == 1
    adopted = run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE).out
    assert not warned(run("lint", "-", stdin=adopted).out)


def test_lint_says_nothing_where_tasks_still_need_app_mesh() -> None:
    assert not warned(run("lint", "-", stdin=run("adopt", "-", stdin=LEFT).out).out)


def test_each_variable_that_goes_is_named_with_its_place() -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE)
    assert warned(ran.err) == [("AM655", "Task")]
    line = next(n for n, text in enumerate(TEMPLATE.splitlines(), 1) if "METRIC_EXTENSION" in text)
    assert f"<stdin>:{line}:15: warning AM655 Task: APPMESH_METRIC_EXTENSION_VERSION is left out" in ran.err
    assert "AWS_REGION is left out, since it only led to App Mesh" in ran.err


POLICY = """\
Transform: AppMeshInject
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop}}
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: shop
      VirtualNodeName: web
      Spec:
        Listeners: [{PortMapping: {Port: 8080, Protocol: http}}]
        ServiceDiscovery: {DNS: {Hostname: web.shop.local}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {Profile: standalone, MeshName: shop, VirtualNodeName: web}}
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{Name: app, Image: web, PortMappings: [{ContainerPort: 8080}]}]
  Copy:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryPolicyText:
        Statement: [{Effect: Allow, Principal: {AWS: WHO}, Action: WHAT}]
"""


def found(principal: str, action: str, more: str = "") -> list[tuple[str, str]]:
    text = POLICY.replace("WHO", principal).replace("WHAT", action) + more
    return [(each.code, each.subject) for each in leftovers(documents.parsed("", text).content)]


@pytest.mark.parametrize("account", sorted(APP_MESH_ACCOUNTS))
@pytest.mark.parametrize("principal", ["{}", '"{}"', "arn:aws:iam::{}:root", "!Sub 'arn:aws-cn:iam::{}:root'"])
def test_every_account_of_app_meshs_images_is_known(account: str, principal: str) -> None:
    assert found(principal.format(account), "ecr:*") == [("AM654", "Copy")]


@pytest.mark.parametrize("action", ["appmesh:*", "AppMesh:StreamAggregatedResources", "[ecr:*, appmesh-preview:Get*]"])
def test_actions_of_app_mesh_are_found(action: str) -> None:
    assert found('"1234567890123"', action) == [("AM653", "Copy")]


def test_what_looks_alike_is_not_listed() -> None:
    more = "      Tags: [{Key: 'appmesh:team', Value: a}]\nDescription: needs AWSAppMeshEnvoyAccess\n"
    assert not found('"98403648723501"', "ecr:appmesh", more)
