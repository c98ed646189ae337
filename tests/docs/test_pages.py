"""Every page of docs/ is followed: its files are written, its commands run, and what it shows is what they print."""

import json
import re
import textwrap
import tomllib
from pathlib import Path

import pytest
import yaml
from cfnlint.api import lint_all

from appmesh_inject.findings import CODES
from tests.conftest import REPOSITORY
from tests.docs.pages import GENERATED, PAGES, Fence, fences, holds, matches, name
from tests.docs.running import Shell, published, reader

BESIDE = ("deploy", "events", "examples")
"""Folders of the repository that pages name as a reader sees them at the top of it."""

REASONS = {
    "needs an AWS account",
    "needs a cluster",
    "a name of yours stands in it",
}
"""Why a command of a page is not run by any test; tests/e2e runs those that need a CloudFormation."""

ELSEWHERE = {"tutorial.md": "tests/e2e/test_tutorial.py follows it: it takes minutes, and Python 3.12"}

MAKEFILE = (REPOSITORY / "Makefile").read_text()


FOLLOWED = [page for page in PAGES if name(page) not in ELSEWHERE and GENERATED not in page.read_text()]


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("repository"))


@pytest.mark.parametrize("page", FOLLOWED, ids=name)
def test_page(page: Path, repository: Path, tmp_path: Path, update_golden: bool) -> None:
    text = page.read_text()
    for folder in BESIDE:
        (tmp_path / folder).symlink_to(REPOSITORY / folder)
    with Shell(tmp_path, reader(tmp_path, repository)) as shell:
        changed = followed(text, page, tmp_path, shell)
    if update_golden:
        page.write_text(changed)
    assert changed == page.read_text()


def followed(text: str, page: Path, folder: Path, shell: Shell) -> str:
    """The page with what its commands print in place of what it shows; where it shows a part, that is compared."""
    seen = [path.read_text() for path in linked(page)]
    printed = ""
    edits: list[tuple[tuple[int, int], str]] = []
    templates: list[Path] = []
    refused: set[Path] = set()
    for fence in fences(text):
        where = f"{name(page)}:{fence.line}"
        if fence.title:
            file = folder / fence.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence.text)
            parsed(fence)
            seen.append(fence.text)
            templates += [file] if fence.language == "yaml" and re.search("^Resources:", fence.text, re.M) else []
        elif fence.language == "sh":
            if fence.reason:
                assert fence.reason in REASONS, where
                continue
            if all(re.match(r"(make |#|$)", line) for line in fence.text.splitlines()):
                targets = re.findall(r"^make (?:\w+=\S+ )*([a-z0-9-]+)", fence.text, re.M)
                assert [each for each in targets if f"\n{each}:" not in MAKEFILE] == [], where
                continue
            code, printed = shell.run(fence.text)
            assert code == fence.exit_code, f"{where}: exit code {code}\n{printed}"
            seen.append(printed)
            refused |= {path for path in templates if code and path.name in fence.text}
        elif fence.language == "text":
            if "..." in fence.text:
                assert matches(fence.text, printed), f"{where}: what comes out is\n{printed}"
            else:
                lines = "\n".join(line.rstrip() for line in printed.splitlines())
                edits.append((fence.span, textwrap.indent(lines, fence.indent) + "\n"))
        else:
            assert any(holds(each, fence.text) for each in seen), f"{where}: shows what nothing on the page has"
    for path in templates:
        if path not in refused:
            arguments = rendering(text, path.name)
            code, rendered = shell.run(f"appmesh-inject render {arguments} 2>/dev/null")
            assert code == 0, path
            assert linted(rendered) == [], path
    for (start, end), new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text


def linted(template: str) -> list[str]:
    """cfn-lint's errors and warnings, without those that say of each App Mesh resource that App Mesh is gone."""
    found = [match for match in lint_all(template) if not match.rule.id.startswith("I")]
    return [str(match) for match in found if "Resource type 'AWS::AppMesh::" not in match.message]


def rendering(page: str, template: str) -> str:
    """The arguments with which a page renders one of its templates."""
    found = re.search(rf"^appmesh-inject render (.*\b{re.escape(template)}\b.*?)( -o \S+)?$", page, re.M)
    return found[1] if found else template


def linked(page: Path) -> list[Path]:
    """The files of the repository that a page links to, its pictures aside."""
    links = re.findall(r"\]\((?!http|#)([^)#\s]+)", page.read_text())
    files = [(page.parent / link).resolve() for link in links]
    return [file for file in files if file.is_file() and file.suffix in (".yaml", ".json", ".py", ".toml")]


def parsed(fence: Fence) -> None:
    """Raises where a file is not in its own language."""
    if fence.language == "yaml":
        list(yaml.load_all(fence.text, Loader=CfnLoader))
    elif fence.language == "json":
        json.loads(fence.text)
    elif fence.language == "toml":
        tomllib.loads(fence.text)


class CfnLoader(yaml.SafeLoader):
    """YAML with the short forms of functions."""


CfnLoader.add_multi_constructor("!", lambda loader, tag, node: None)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_codes_are_findings(page: Path) -> None:
    assert set(re.findall(r"AM\d{3}", page.read_text())) <= set(CODES)


def test_every_page_is_in_the_navigation() -> None:
    navigation = (REPOSITORY / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    assert set(re.findall(r"[\w/-]+\.md", navigation)) == {name(page) for page in PAGES}
