"""Files at the limits of what a user may have: the command line reads a long line once, whatever is on it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import TEMPLATE, run

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    appmesh.k8s.aws/mesh: apps
    appmesh.k8s.aws/virtualNode: web
    appmesh.k8s.aws/region: us-east-1
    text: "{}"
spec:
  containers:
    - name: app
      ports:
        - containerPort: 8080
"""


@pytest.mark.parametrize("text", ["a: #", "a:", "- ", "#", " "])
def test_a_long_line_of_a_manifest(text: str) -> None:
    manifest = POD.format(text * (300_000 // len(text)))
    ran = run("render", "-", "--region", "us-east-1", stdin=manifest)
    assert ran.code == 0, ran.err
    assert [each["name"] for each in yaml.safe_load(ran.out)["spec"]["containers"]] == ["app", "envoy"]


def template(**resources: Any) -> dict[str, Any]:
    marked = yaml.load(TEMPLATE.replace("!Sub ", ""), Loader=yaml.BaseLoader)
    return {**marked, "Resources": marked["Resources"] | resources}


@pytest.mark.parametrize("text", ["${", "${!", "${a"])
def test_a_long_text_that_may_name_a_task_definition(text: str, tmp_path: Path) -> None:
    long = {"Fn::Sub": text * (300_000 // len(text)) + "${Web}"}
    service = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": long}}
    old, new = template(Service=service), template(Service=service)
    new["Resources"]["Web"]["Properties"]["Memory"] = "1024"
    for name, content in {"old": old, "new": new}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    ran = run("diff", str(tmp_path / "old.json"), str(tmp_path / "new.json"))
    assert ran.code == 1, ran.err
    assert "redeployed: Service (new revision of Web)" in ran.out


@pytest.mark.parametrize("text", ["${", "${!", "${a", "mesh/"])
def test_a_long_text_that_may_name_a_virtual_node(text: str, tmp_path: Path) -> None:
    long = {"Fn::Sub": text * (20_000 // len(text))}
    content = template()
    variable = {"Name": "APPMESH_VIRTUAL_NODE_NAME", "Value": long}
    containers = content["Resources"]["Web"]["Properties"]["ContainerDefinitions"]
    containers.append({"Name": "envoy", "Image": "aws-appmesh-envoy", "Environment": [variable]})
    del content["Resources"]["Web"]["Metadata"]
    ran = run("adopt", "-", "-o", str(tmp_path / "adopted.json"), stdin=json.dumps(content))
    assert ran.code == 0
    assert ran.err.startswith("Web: adopted (profile ga)")
