"""Pages whose commands need a CloudFormation, followed at the top of a clone with LocalEmu behind `sam` and `aws`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.following import ENGINE, followed
from tests.docs.pages import PAGES, README, name
from tests.docs.running import Shell, published, reader
from tests.e2e.engine import PYTHON, REPOSITORY, Engine, started
from tests.e2e.local import INSTALLED, UNCOMPILED, variables
from tests.e2e.sam import SAM, sam
from tests.e2e.stacks import Stack

DEPLOYED = [page for page in (*PAGES, README) if f"<!-- not run: {ENGINE} -->" in page.read_text()]


WEB = """
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      Memory: "512"
      ContainerDefinitions:
        - { Name: app, Image: "registry.example.com/web:1" }
"""


@pytest.fixture
def engine_with_web(artefact: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine for each page, since pages change how the macro is deployed. It has what their readers have: the macro,
    and a stack and a task definition `web`."""
    with started(tmp_path_factory.mktemp("localemu")) as engine:
        sam("deploy", engine=engine)
        Stack(engine, "web").deploy(WEB)
        yield engine


@pytest.mark.parametrize("page", DEPLOYED, ids=name)
def test_page(page: Path, engine_with_web: Engine, tmp_path: Path) -> None:
    clone = published(tmp_path / "clone")
    for each in INSTALLED:
        (clone / each).symlink_to(REPOSITORY / each)
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in (SAM, PYTHON.with_name("aws")):
        (programs / program.name).symlink_to(program)
    # A page starts after the deployment of the macro, with what SAM has built for it.
    shutil.copytree(REPOSITORY / ".aws-sam", clone / ".aws-sam")
    environment = {**reader(tmp_path, clone), **variables(engine_with_web), **UNCOMPILED}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    with Shell(clone, environment) as shell:
        assert followed(page, clone, shell, reached=ENGINE) == page.read_text()
