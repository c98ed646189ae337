"""The CDK example: synthesized by the CDK itself, then injected. `make test-cdk`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject import Action, Injected, inject
from tests.conftest import REPOSITORY

PYTHON = os.environ.get("CDK_PYTHON", "")

pytestmark = pytest.mark.skipif(not PYTHON, reason="CDK_PYTHON is not set: make test-cdk")


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the templates."""
    folder = tmp_path_factory.mktemp("cdk")
    app = REPOSITORY / "examples" / "cdk" / "app.py"
    subprocess.run([PYTHON, str(app)], env={**os.environ, "CDK_OUTDIR": str(folder)}, check=True, cwd=app.parent)
    return folder


def injected(folder: Path, stack: str) -> Injected:
    template = json.loads((folder / f"{stack}.template.json").read_text())
    assert template["Transform"] == "AppMeshInject"
    result = inject(template)
    assert [str(finding) for finding in result.findings if finding.is_error] == []
    assert {report.name.rstrip("0123456789ABCDEF"): report.action for report in result.reports} == {
        "Web": Action.INJECTED,
        "Cart": Action.INJECTED,
    }
    return result


def test_the_example_is_synthesized_and_injected(synthesized: Path) -> None:
    text = json.dumps(injected(synthesized, "Shop").template)
    assert text.count('"Name": "envoy"') == 2
    assert "cart.shop.local" in text


def test_its_second_stack_joins_service_connect(synthesized: Path) -> None:
    resources: Any = injected(synthesized, "ConnectedShop").template["Resources"]
    configured = {
        name.partition("Service")[0]: resource["Properties"]["ServiceConnectConfiguration"].get("Services", [])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::ECS::Service"
    }
    assert configured["Web"] == []
    (entry,) = configured["Cart"]
    assert entry["ClientAliases"] == [{"Port": 9080, "DnsName": "cart.shop.local"}]
    assert "envoy" not in json.dumps(resources)
