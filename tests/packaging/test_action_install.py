"""The action installs what the lock has, and lints with it. `make test-packaging`."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.action import Run
from tests.cli.command import TEMPLATE
from tests.conftest import REPOSITORY

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
    installed = dict(re.findall(r"^([\w.-]+)==(\S+)$", listed, re.MULTILINE))
    lock = (REPOSITORY / "requirements" / "user.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    assert {name.lower(): version for name, version in installed.items()}.items() <= pinned.items()
    assert len(installed) > 10
