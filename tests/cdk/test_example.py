"""The CDK example: synthesized by the CDK itself, then injected. `make test-cdk`."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from appmesh_inject import Action, inject
from tests.conftest import REPOSITORY

PYTHON = os.environ.get("CDK_PYTHON", "")

pytestmark = pytest.mark.skipif(not PYTHON, reason="CDK_PYTHON is not set: make test-cdk")


def test_the_example_is_synthesized_and_injected(tmp_path: Path) -> None:
    environment = {**os.environ, "CDK_OUTDIR": str(tmp_path)}
    app = REPOSITORY / "examples" / "cdk" / "app.py"
    subprocess.run([PYTHON, str(app)], env=environment, check=True, cwd=app.parent)
    template = json.loads((tmp_path / "Shop.template.json").read_text())
    assert template["Transform"] == "AppMeshInject"
    injected = inject(template)
    assert [str(finding) for finding in injected.findings if finding.is_error] == []
    assert {report.name.rstrip("0123456789ABCDEF"): report.action for report in injected.reports} == {
        "Web": Action.INJECTED,
        "Cart": Action.INJECTED,
    }
    text = json.dumps(injected.template)
    assert text.count('"Name": "envoy"') == 2
    assert "mesh/shop/virtualNode/cart" in text
