"""The function's package of a release, deployed by `sam deploy` as the guide says, beside the macro of `sam build`."""

import zipfile
from pathlib import Path

from tests.cli.command import TEMPLATE
from tests.docs.running import published
from tests.e2e.engine import Engine
from tests.e2e.sam import sam
from tests.e2e.stacks import Stack
from tests.packaging.conftest import build, one


def test_the_package_is_deployed_and_its_macro_works(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    ran = build(published(tmp_path / "repository"), tmp_path / "dist")
    assert ran.returncode == 0, ran.stderr
    package = tmp_path / "macro"
    zipfile.ZipFile(one(tmp_path / "dist", "*-sam.zip")).extractall(package)
    deployed = sam(
        "deploy",
        "--stack-name",
        "released",
        "--parameter-overrides",
        "MacroName=Released",
        engine=engine,
        folder=package,
    )
    assert "Successfully created/updated stack - released" in deployed

    stack = Stack(engine, "by-the-release")
    stack.deploy(TEMPLATE.replace("Transform: AppMeshInject", "Transform: Released"))
    (task,) = stack.task_definitions().values()
    assert [container["name"] for container in task["containerDefinitions"]] == ["app", "envoy", "proxyinit"]
