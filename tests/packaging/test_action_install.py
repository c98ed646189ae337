"""The action installs what the lock has, and lints with it. `make test-packaging`."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.action import Run
from tests.cli.command import TEMPLATE
from tests.conftest import REPOSITORY

PIN = r"^([\w.-]+)==(\S+)"

pytestmark = pytest.mark.skipif(not os.environ.get("PACKAGING"), reason="PACKAGING is not set: make test-packaging")


def test_the_action_runs_as_it_is_installed_by_itself(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "web.yaml").write_text(TEMPLATE)
    run = Run(tmp_path / "runner", workspace, event="push", is_installed=False).start()
    assert run.passed, run.printed
    assert run.outcomes["Install"] == "success"
    assert "Web: injected" in run.printed
    python = tmp_path / "runner" / "appmesh-inject" / "bin" / "python"
    listed = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
    installed = {(canonicalize_name(package), version) for package, version in re.findall(PIN, listed, re.MULTILINE)}
    assert len(installed) > 10
    assert installed <= set(re.findall(PIN, (REPOSITORY / "requirements" / "user.txt").read_text(), re.MULTILINE))
