"""What the page on CI says of action and hook is what they have; and the address that only a publisher knows."""

import re

import yaml

from tests.conftest import REPOSITORY
from tests.docs.pages import fences


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
