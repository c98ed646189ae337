"""What a pull request gets: the comment that the action writes, and the metadata of action and hook."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.command import TEMPLATE
from tests.conftest import REPOSITORY
from tests.docs.pages import fences

COMPARE = REPOSITORY / ".ci" / "compare.sh"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose base commit has one template, which the work tree changes."""
    folder = tmp_path / "repository"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "web.yaml").write_text(TEMPLATE)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


def compared(repository: Path) -> tuple[str, str]:
    """The comment, and what later steps see."""
    program = Path(sys.executable).parent / "appmesh-inject"
    comment, output = repository.parent / "comment.md", repository.parent / "output"
    base = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, check=True, capture_output=True, text=True)
    environment = {**os.environ, "BASE": base.stdout.strip(), "FILES": "templates", "GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", COMPARE, program, comment], cwd=repository, env=environment, check=True)
    trees = subprocess.run(["git", "worktree", "list"], cwd=repository, check=True, capture_output=True, text=True)
    assert len(trees.stdout.splitlines()) == 1, "nothing of ours is left behind"
    return comment.read_text(), output.read_text()


def test_the_comment_shows_what_will_be_deployed(repository: Path) -> None:
    file = repository / "templates" / "web.yaml"
    file.write_text(TEMPLATE.replace("VirtualNodeName: web", "VirtualNodeName: shop"))
    comment, output = compared(repository)
    assert comment.startswith("<!-- appmesh-inject -->\n## What will be deployed\n")
    assert "+          Value: mesh/apps/virtualNode/shop" in comment
    assert output == "differs=true\n"


def test_a_change_that_changes_nothing_says_so(repository: Path) -> None:
    (repository / "templates" / "web.yaml").write_text(TEMPLATE + "# a comment\n")
    comment, output = compared(repository)
    assert "nothing changes" in comment
    assert output == "differs=false\n"


def test_a_refused_template_has_no_half_of_a_comparison(repository: Path) -> None:
    (repository / "templates" / "web.yaml").write_text(TEMPLATE.replace("awsvpc", "bridge"))
    comment, _ = compared(repository)
    assert "```" not in comment
    assert "the macro refuses a file" in comment


def test_what_a_user_writes_is_never_part_of_a_script() -> None:
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_page_gives_the_action_and_the_hook_what_they_have() -> None:
    page = (REPOSITORY / "docs" / "guides" / "ci.md").read_text()
    files = {fence.title: yaml.safe_load(fence.text) for fence in fences(page) if fence.title.startswith(".")}
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text())
    (step,) = (step for step in files[".github/workflows/mesh.yaml"]["jobs"]["mesh"]["steps"] if "with" in step)
    assert set(step["with"]) <= set(action["inputs"])
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    (repository,) = files[".pre-commit-config.yaml"]["repos"]
    assert repository["hooks"] == [{"id": hook["id"]}]


def test_the_hook_runs_a_command_that_is_there() -> None:
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"].split()[:2] == ["appmesh-inject", "lint"]
    assert hook["language"] == "python"


def test_the_address_that_is_not_known_has_one_placeholder_and_each_page_says_what_to_write() -> None:
    """A made-up address would be somebody's."""
    places = [*REPOSITORY.glob("*.*"), *REPOSITORY.glob("docs/**/*.*"), *REPOSITORY.glob("examples/**/*.*")]
    texts = {path: path.read_text() for path in places if path.suffix in (".md", ".yml", ".yaml", ".toml", ".1")}
    owners = {
        path: set(re.findall(r"(?:uses: |github\.com/)([\w.-]+)/appmesh-inject\b", text))
        for path, text in texts.items()
    }
    assert set().union(*owners.values()) == {"OWNER"}
    for path in (path for path, found in owners.items() if found):
        explained = texts[path].index("`OWNER")
        assert explained < texts[path].index("/OWNER/appmesh-inject"), path.name
