"""ECS task definitions and Kubernetes manifests on the command line."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from tests.cli.command import run

TASK = {
    "family": "web",
    "networkMode": "awsvpc",
    "memory": "512",
    "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}],
}

MANIFESTS = """\
# What the shop runs
apiVersion: v1
kind: Service
metadata: {name: web}   # flow style stays
spec:
    ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment   # the web app
metadata:
  name: web
spec:
  template:
    metadata:
      annotations:
        appmesh.k8s.aws/mesh: "apps"
        appmesh.k8s.aws/virtualNode: web
    spec:
      containers:
        # the app
        - name: app
          image: 'web:1'
          args: ["--verbose", "yes"]
          ports:
            - containerPort: 8080
      volumes:
        - name: key
          secret: {secretName: key, defaultMode: 0644}
---
# nothing but a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  text: |
    --- is no marker here
"""


def names(containers: list[dict[str, Any]]) -> list[str]:
    return [container["name"] for container in containers]


@pytest.mark.parametrize("profile", ["preview", "ga"])
def test_a_task_definition_is_ready_to_register(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(
        "render", "-", "--mesh-name", "apps", "--virtual-node-name", "web", "--profile", profile, stdin=json.dumps(TASK)
    )
    assert ran.code == 0, ran.err
    assert "web: injected" in ran.err
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    wanted = json.loads(ran.out)
    with mock_aws():
        ecs = boto3.client("ecs", region_name="us-east-1")
        registered: Any = ecs.register_task_definition(**wanted)["taskDefinition"]
        described: Any = ecs.describe_task_definition(taskDefinition=registered["taskDefinitionArn"])["taskDefinition"]
    for container in wanted["containerDefinitions"]:
        (there,) = [each for each in described["containerDefinitions"] if each["name"] == container["name"]]
        assert container.items() <= there.items()
    assert described.get("proxyConfiguration") == wanted.get("proxyConfiguration")


def test_output_of_describe_task_definition_is_accepted() -> None:
    tags = [{"key": "AppMesh:MeshName", "value": "apps"}, {"key": "AppMesh:VirtualNodeName", "value": "web"}]
    read_only = {"taskDefinitionArn": "arn:x", "revision": 3, "status": "ACTIVE", "compatibilities": ["EC2"]}
    ran = run("render", "-", stdin=json.dumps({"taskDefinition": {**TASK, **read_only}, "tags": tags}))
    assert ran.code == 0, ran.err
    result = json.loads(ran.out)
    assert list(result) == [*TASK, "tags"]
    assert names(result["containerDefinitions"]) == ["app", "envoy", "proxyinit"]


def test_an_unmarked_task_definition_is_left_alone() -> None:
    ran = run("render", "-", stdin=json.dumps(TASK))
    assert ran.code == 0
    assert json.loads(ran.out) == TASK
    assert "web: skipped: not marked" in ran.err


def test_only_what_is_injected_changes_in_a_file_of_manifests(tmp_path: Path) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(MANIFESTS)
    ran = run("render", str(file), "--region", "us-west-2", "--log-level", "off")
    assert ran.code == 0, ran.err
    added = [line for line in ran.out.splitlines() if line not in MANIFESTS.splitlines()]
    left = [line for line in ran.out.splitlines() if line in MANIFESTS.splitlines()]
    assert left == MANIFESTS.splitlines()
    assert "          image: 111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.8.0.2-beta" in added
    pod = next(yaml.safe_load_all(ran.out.split("---\n", 1)[1]))["spec"]["template"]["spec"]
    assert names(pod["containers"]) == ["app", "envoy"]
    assert names(pod["initContainers"]) == ["proxyinit"]
    assert {"name": "ENVOY_LOG_LEVEL", "value": "off"} in pod["containers"][1]["env"]
    again = run("render", "-", "--region", "us-west-2", "--log-level", "off", stdin=ran.out)
    assert again.out == ran.out


@pytest.mark.parametrize("after_key", ["", "  # comment", "\n\n", "\n  # comment"])
@pytest.mark.parametrize("indent", ["", "  "])
def test_an_added_list_is_indented_like_the_others(indent: str, after_key: str) -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations: {text: 'a:'}\nspec:\n  # a: b\n"
    pod = f"{head}  containers:{after_key}\n  {indent}- name: app\n  {indent}  args: [x]\n"
    flags = ("--mesh-name", "apps", "--virtual-node-name", "web", "--region", "us-east-1", "--app-ports", "80")
    ran = run("render", "-", *flags, stdin=pod)
    assert f"\n  {indent}- name: envoy\n" in ran.out, ran.out
    assert f"\n  {indent}- name: proxyinit\n" in ran.out, ran.out


def test_manifests_in_json_and_as_a_list() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    pod |= {"spec": {"containers": [{"name": "app", "ports": [{"containerPort": 80}]}]}}
    items = {"apiVersion": "v1", "kind": "List", "items": [pod]}
    flags = ("--mesh-name", "apps", "--virtual-node-name", "web", "--region", "us-west-2")
    result = json.loads(run("render", "-", *flags, stdin=json.dumps(items)).out)
    assert names(result["items"][0]["spec"]["containers"]) == ["app", "envoy"]
    as_yaml = run("render", "-", *flags, "--output-format", "yaml", stdin=json.dumps(pod))
    assert names(yaml.safe_load(as_yaml.out)["spec"]["containers"]) == ["app", "envoy"]


def test_a_flag_without_a_node_name_does_not_mark_a_pod() -> None:
    manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n"
    ran = run("render", "-", "--region", "us-west-2", stdin=manifest)
    assert (ran.code, ran.out) == (0, manifest)
    assert "pod/web: skipped: not marked" in ran.err


def test_findings_have_their_place_in_the_file() -> None:
    broken = MANIFESTS.replace("containerPort: 8080", "containerPort: http")
    ran = run("lint", "-", "--region", "us-west-2", stdin=broken)
    assert ran.code == 1
    assert "<stdin>:26:15: error AM107 deployment/web" in ran.out
    assert "<stdin>: 1 error" in ran.out


def test_an_event_is_for_templates() -> None:
    ran = run("event", "-", stdin=json.dumps(TASK))
    assert ran.code == 1
    assert "not a CloudFormation template" in ran.err
