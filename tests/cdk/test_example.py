"""The CDK examples: synthesized by the CDK itself, then injected. `make test-cdk`."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from appmesh_inject import Action, Injected, inject
from tests.conftest import REPOSITORY

PYTHON = os.environ.get("CDK_PYTHON", "")
MODULES = REPOSITORY / ".node" / "cdk" / "node_modules"
EXAMPLES = REPOSITORY / "examples"
STACKS = ("Shop", "ConnectedShop")

pytestmark = pytest.mark.skipif(not PYTHON, reason="CDK_PYTHON is not set: make test-cdk")

Templates = dict[str, dict[str, Any]]


def synthesized(folder: Path, *commands: list[str]) -> Templates:
    """What the program writes where its first lines say: into cdk.out, in the folder where it is called."""
    environment = {name: value for name, value in os.environ.items() if name != "CDK_OUTDIR"}
    for command in commands:
        ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    files = {stack: folder / "cdk.out" / f"{stack}.template.json" for stack in STACKS}
    return {stack: cast(dict[str, Any], json.loads(file.read_text())) for stack, file in files.items()}


@pytest.fixture(scope="module")
def in_python(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = shutil.copytree(EXAMPLES / "cdk", tmp_path_factory.mktemp("python") / "cdk")
    return synthesized(folder, [PYTHON, "app.py"])


@pytest.fixture(scope="module")
def in_typescript(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("typescript") / "cdk"
    shutil.copytree(EXAMPLES / "cdk-typescript", folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(MODULES)
    return synthesized(folder, ["npm", "run", "--silent", "check"], ["npm", "run", "--silent", "synth"])


@pytest.fixture(params=["in_python", "in_typescript"])
def templates(request: pytest.FixtureRequest) -> Templates:
    return cast(Templates, request.getfixturevalue(request.param))


def injected(template: dict[str, Any]) -> Injected:
    assert template["Transform"] == "AppMeshInject"
    result = inject(template)
    assert [str(finding) for finding in result.findings if finding.is_error] == []
    assert {report.name.rstrip("0123456789ABCDEF"): report.action for report in result.reports} == {
        "Web": Action.INJECTED,
        "Cart": Action.INJECTED,
    }
    return result


def test_the_example_is_synthesized_and_injected(templates: Templates) -> None:
    text = json.dumps(injected(templates["Shop"]).template)
    assert text.count('"Name": "envoy"') == 2
    assert "cart.shop.local" in text


def test_its_second_stack_joins_service_connect(templates: Templates) -> None:
    resources: Any = injected(templates["ConnectedShop"]).template["Resources"]
    configured = {
        name.partition("Service")[0]: resource["Properties"]["ServiceConnectConfiguration"].get("Services", [])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::ECS::Service"
    }
    assert configured["Web"] == []
    (entry,) = configured["Cart"]
    assert entry["ClientAliases"] == [{"Port": 9080, "DnsName": "cart.shop.local"}]
    assert "envoy" not in json.dumps(resources)


def test_both_languages_say_the_same(in_python: Templates, in_typescript: Templates) -> None:
    for stack in STACKS:
        assert _without_notes(in_python[stack]) == _without_notes(in_typescript[stack])


def _without_notes(template: dict[str, Any]) -> dict[str, Any]:
    """The resources without what the CDK notes about itself."""
    return {
        name: {**resource, "Metadata": {"AppMesh": resource.get("Metadata", {}).get("AppMesh")}}
        for name, resource in template["Resources"].items()
        if resource["Type"] != "AWS::CDK::Metadata"
    }
