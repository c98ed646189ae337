"""The commands adopt and remove: files, exit codes, and different styles of text."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws

from appmesh_inject.cfn.document import Edit
from appmesh_inject.migrate import adoption
from appmesh_inject.workloads.ecs_api import READ_ONLY
from tests.cli.command import run
from tests.migrate.cases import ROOT, meant

TASK = """\
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      Memory: 512
      ContainerDefinitions:
        - Name: in
          Image: envoy
          Environment:
            - Name: APPMESH_RESOURCE_ARN
              Value: mesh/apps/virtualGateway/in
          HealthCheck: {Command: [CMD, ok]}
        - {Name: agent, Essential: false}
"""


def adopted(text: str, *options: str) -> str:
    ran = run("adopt", "-", *options, stdin=text)
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Transform: AWS::Serverless-2016-10-31\n", "Transform:\n  - AppMeshInject\n  - AWS::Serverless-2016-10-31\n"),
        ("Transform: [AWS::LanguageExtensions]\n", "Transform: [AppMeshInject, AWS::LanguageExtensions]\n"),
        ("Transform: []\n", "Transform: [AppMeshInject]\n"),
        (
            "Transform:\n# first\n- A # one\n- B\n",
            "Transform:\n# first\n- AppMeshInject\n- A # one\n- B\n",
        ),
        (
            "Transform:\n    Name: AWS::Include\n    Parameters:\n        Location: s3://here\n",
            "Transform:\n    - AppMeshInject\n    - Name: AWS::Include\n      Parameters:\n          Location: s3://here\n",
        ),
        (
            "Transform: {Name: AWS::Include, Parameters: {Location: s3://here}} # there\n",
            "Transform:\n  - AppMeshInject\n  - {Name: AWS::Include, Parameters: {Location: s3://here}} # there\n",
        ),
        ("Transform: 123456789012::AppMeshInject\n", "Transform: 123456789012::AppMeshInject\n"),
        (
            "# The top.\nAWSTemplateFormatVersion: '2010-09-09' # yes\n",
            "# The top.\nAWSTemplateFormatVersion: '2010-09-09' # yes\nTransform: AppMeshInject\n",
        ),
        (
            "# The top.\n\nDescription: |\n  Some text.\n\n",
            "# The top.\n\nTransform: AppMeshInject\nDescription: |\n  Some text.\n\n",
        ),
    ],
)
def test_the_call_comes_first(before: str, after: str) -> None:
    out = adopted(before + TASK)
    assert out.startswith(after + "Resources:\n")
    removed = run("remove", "-", stdin=out).out
    assert removed.count("AppMeshInject") == 0
    if "Transform" in before and "::AppMeshInject" not in before:
        assert "Transform" in removed or before == "Transform: []\n"


def test_the_macro_may_have_another_name() -> None:
    assert adopted(TASK, "--macro-name", "Mesh").startswith("Transform: Mesh\n")


def test_line_ends_stay(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_bytes(TASK.replace("\n", "\r\n").encode())
    assert run("adopt", str(file), "--in-place").code == 0
    text = file.read_bytes().decode()
    assert text.count("\n") == text.count("\r\n")
    assert text.replace("\r\n", "\n") == adopted(TASK)


def test_a_file_may_end_without_a_line_end() -> None:
    other = TASK.rstrip() + "\n  Last:\n    Type: AWS::ECS::TaskDefinition"
    assert adopted(other).endswith("  Last:\n    Type: AWS::ECS::TaskDefinition")
    assert adopted(TASK.rstrip()).rstrip() == adopted(TASK).rstrip()


def test_deployment_defaults_apply_when_adopting() -> None:
    out = adopted(TASK, "--deployment-parameter", "Profile=ga", "--deployment-parameter", "GaEnvoyImage=envoy")
    assert "Profile" not in out
    assert "Image" not in out


def test_a_parameter_value_decides_what_a_name_refers_to() -> None:
    text = "Parameters: {Arn: {Type: String}}\n" + TASK.replace("mesh/apps/virtualGateway/in", "!Ref Arn")
    given = adopted(text, "--parameter", "Arn=mesh/apps/virtualGateway/in")
    assert "ResourceArn: !Ref Arn" in given
    assert "ResourceArn" not in adopted(text)


@pytest.mark.parametrize("command", ["adopt", "remove"])
def test_output_goes_to_the_given_destination(command: str, tmp_path: Path) -> None:
    file, other = tmp_path / "template.yaml", tmp_path / "other.yaml"
    file.write_text(TASK)
    out = run(command, str(file)).out
    assert run(command, str(file), "-o", str(other)).out == ""
    assert (file.read_text(), other.read_text()) == (TASK, out)
    assert run(command, str(file), "--in-place").out == ""
    assert file.read_text() == out
    assert run(command, str(file), "--in-place", "-o", str(other)).code == 2
    assert run(command, "-", "--in-place", stdin=TASK).code == 2


@pytest.mark.parametrize("command", ["adopt", "remove"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Resources:\n\tWeb: 1\n", "2:1: error: this is not valid YAML"),
        ("Resources: {A: 1, A: 2}\n", "1:19: error: the key 'A' occurs twice"),
        ('{"Resources": {"A": 1, "A": 2}}', "the key 'A' occurs twice"),
        ("a: [\n", "this is not valid YAML"),
        ("", "the file is empty"),
        ("a: 1\n", "this is not a CloudFormation template"),
    ],
)
def test_an_unreadable_file_gets_one_message(command: str, text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text)
    ran = run(command, str(file), "--in-place")
    assert ran.code == 1
    assert says in ran.err
    assert file.read_text() == text


def test_a_refusal_writes_nothing(tmp_path: Path) -> None:
    refused = (ROOT / "refused-twins" / "template.yaml").read_text()
    file, other = tmp_path / "template.yaml", tmp_path / "other.yaml"
    file.write_text(refused)
    assert run("adopt", str(file), "--in-place").code == 1
    assert run("adopt", str(file), "-o", str(other)).code == 1
    assert file.read_text() == refused
    assert not other.exists()


def test_adopt_checks_what_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the marks were wrong for whatever reason, nothing would be written."""
    changes = adoption._changes

    def wrong(*given: Any) -> list[Edit]:
        texts = [json.dumps(edit.value).replace("virtualGateway/in", "virtualGateway/out") for edit in changes(*given)]
        return [edit._replace(value=json.loads(text)) for edit, text in zip(changes(*given), texts, strict=True)]

    monkeypatch.setattr(adoption, "_changes", wrong)
    ran = run("adopt", "-", stdin=TASK)
    assert (ran.code, ran.out) == (1, "")
    assert "would not render as it does now" in ran.err


def test_a_task_definition_comes_back_by_its_tags_and_the_printed_flags(tmp_path: Path) -> None:
    for name in ("ecs-tags", "ecs-flags"):
        before = ROOT / name / "template.json"
        ran = run("adopt", str(before), "-o", str(tmp_path / "task.json"))
        said = [line for line in ran.err.splitlines() if "render the result with" in line]
        flags = shlex.split(said[0].partition("render the result with ")[2]) if said else []
        assert bool(flags) is (name == "ecs-flags")
        rendered = run("render", str(tmp_path / "task.json"), *flags)
        assert rendered.code == 0, rendered.err
        one, other = json.loads(before.read_text()), json.loads(rendered.out)
        tags = [tag for tag in other.pop("tags") if not tag["key"].startswith("AppMesh:")]
        assert tags == one.pop("tags", [])
        assert meant(_capitals(other)) == meant(_capitals(one))


def _capitals(value: object) -> object:
    """Which lists of CloudFormation have no order."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _capitals(member) for key, member in value.items()}
    return [_capitals(item) for item in value] if isinstance(value, list) else value


HAND_WRITTEN: dict[str, Any] = {
    "family": "web",
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "requiresCompatibilities": ["FARGATE"],
    "proxyConfiguration": {
        "type": "APPMESH",
        "containerName": "envoy",
        "properties": [
            {"name": "AppPorts", "value": "9080"},
            {"name": "EgressIgnoredIPs", "value": "169.254.170.2,169.254.169.254"},
            {"name": "IgnoredUID", "value": "1337"},
            {"name": "ProxyEgressPort", "value": "15001"},
            {"name": "ProxyIngressPort", "value": "15000"},
        ],
    },
    "containerDefinitions": [
        {"name": "app", "image": "web", "essential": True, "portMappings": [{"containerPort": 9080}]},
        {
            "name": "envoy",
            "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod",
            "essential": True,
            "user": "1337",
            "environment": [{"name": "APPMESH_RESOURCE_ARN", "value": "mesh/apps/virtualNode/web"}],
        },
    ],
}


VARIABLE = {"name": "APPMESH_VIRTUAL_NODE_NAME", "value": "mesh/apps/virtualNode/web"}
"""The application may have the variable, too, to know its node."""


def test_an_application_with_an_appmesh_variable_is_kept() -> None:
    app, envoy = HAND_WRITTEN["containerDefinitions"]
    task = HAND_WRITTEN | {"containerDefinitions": [app | {"environment": [VARIABLE]}, envoy]}
    ran = run("remove", "-", stdin=json.dumps(task))
    assert (ran.code, json.loads(ran.out)["containerDefinitions"]) == (0, task["containerDefinitions"][:1])
    adopted = run("adopt", "-", stdin=json.dumps(task))
    assert (adopted.code, json.loads(adopted.out)["containerDefinitions"]) == (0, task["containerDefinitions"][:1])

    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n"
    with_variable = f"  - {{name: app, image: web, env: [{json.dumps(VARIABLE)}]}}\n"
    by_image = "  - {name: front, image: aws-appmesh-envoy}\n"
    ran = run("remove", "-", stdin=head + with_variable + by_image)
    assert (ran.code, ran.out) == (0, head + with_variable)
    ran = run("remove", "-", stdin=head + by_image)
    assert (ran.code, ran.out, "error AM607 pod/web" in ran.err) == (1, "", True)
    assert "a pod needs one. Take the whole object out of the document." in ran.err


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The output of `aws ecs describe-task-definition` for a task definition with tags."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    with mock_aws():
        ecs = boto3.client("ecs", region_name="us-east-1")
        ecs.register_task_definition(**HAND_WRITTEN, tags=[{"key": "Team", "value": "shop"}])
        answer: Any = ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
        del answer["ResponseMetadata"]
        answer["tags"] = [{"key": "Team", "value": "shop"}]
        yield json.dumps(answer, default=str, indent=4)


def test_output_of_describe_task_definition_can_be_adopted_and_registered(described: str) -> None:
    adopted = run("adopt", "-", stdin=described)
    assert adopted.code == 0, adopted.err
    assert "<stdin>: this is output of describe-task-definition; the result is input for register" in adopted.err
    (said,) = (line for line in adopted.err.splitlines() if "render the result with" in line)
    flags = shlex.split(said.partition("render the result with ")[2])
    assert [each["name"] for each in json.loads(adopted.out)["containerDefinitions"]] == ["app"]
    rendered = run("render", "-", *flags, stdin=adopted.out)
    assert rendered.code == 0, rendered.err
    wanted = json.loads(rendered.out)
    assert {"key": "Team", "value": "shop"} in wanted["tags"]
    ecs = boto3.client("ecs", region_name="us-east-1")
    revision: Any = ecs.register_task_definition(**wanted)["taskDefinition"]
    before = json.loads(described)["taskDefinition"]
    assert revision["revision"] == before["revision"] + 1
    redirects = (each["proxyConfiguration"]["properties"] for each in (revision, before))
    one, other = (sorted(each, key=lambda item: item["name"]) for each in redirects)
    assert one == other
    assert [each["name"] for each in revision["containerDefinitions"]] == ["app", "envoy"]


@pytest.mark.parametrize("query", ["taskDefinition", None])
def test_a_described_task_definition_without_sidecars_can_be_registered(described: str, query: str | None) -> None:
    """With `--query taskDefinition`, the output has members that cannot be registered."""
    content = json.loads(described)
    ran = run("remove", "-", stdin=json.dumps(content[query] if query else content))
    assert ran.code == 0, ran.err
    assert "web: removed: envoy container" in ran.err
    boto3.client("ecs", region_name="us-east-1").register_task_definition(**json.loads(ran.out))


def test_members_that_cannot_be_registered_are_left_out() -> None:
    model = botocore.session.get_session().get_service_model("ecs")
    described = model.shape_for("TaskDefinition").members
    registered = model.operation_model("RegisterTaskDefinition").input_shape.members
    assert set(described) - set(registered) == READ_ONLY


@pytest.mark.parametrize("command", ["render", "lint"])
def test_findings_have_places_in_described_task_definitions(command: str, described: str) -> None:
    line = next(n for n, text in enumerate(described.splitlines(), 1) if '"networkMode"' in text)
    ran = run(command, "-", "--mesh-name", "a", "--virtual-node-name", "b", stdin=described.replace("awsvpc", "bridge"))
    assert ran.code == 1
    assert f"<stdin>:{line}:9: error AM201 web: " in ran.out + ran.err


def test_a_file_without_task_definitions_is_unchanged() -> None:
    for command in ("adopt", "remove"):
        ran = run(command, "-", stdin="Resources: {A: {Type: AWS::SNS::Topic}}\n")
        assert (ran.code, ran.out) == (0, "Resources: {A: {Type: AWS::SNS::Topic}}\n")
        assert "there is no AWS::ECS::TaskDefinition" in ran.err


@pytest.mark.parametrize("is_list", [False, True])
@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_a_manifest_in_json_leaves_the_mesh(is_list: bool, indent: int | str | None) -> None:
    app = {"name": "app", "image": "x/y:1"}
    variable = {"name": "APPMESH_VIRTUAL_NODE_NAME", "value": "mesh/apps/virtualNode/web"}
    envoy = {"name": "envoy", "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1", "env": [variable]}

    def manifest(annotations: dict[str, str], *containers: object) -> object:
        metadata = {"name": "web", "annotations": annotations}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [*containers]}}
        return {"apiVersion": "v1", "kind": "List", "items": [pod, pod]} if is_list else pod

    before = manifest({"a": "b", "appmesh.k8s.aws/mesh": "apps"}, app, envoy)
    ran = run("remove", "-", stdin=json.dumps(before, indent=indent))
    assert ran.code == 0, ran.err
    assert ran.out == json.dumps(manifest({"a": "b"}, app), indent=indent)
