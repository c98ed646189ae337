"""The pages in docs/: their commands run, their links lead somewhere, and their codes are findings."""

import re
import shlex
from pathlib import Path

import pytest

from appmesh_inject.findings import CODES
from tests.cli.command import run
from tests.conftest import REPOSITORY

PAGES = sorted((REPOSITORY / "docs").glob("*.md"))
COMMANDS = [
    (page, line[1]) for page in PAGES for line in re.finditer(r"^    appmesh-inject (.+)$", page.read_text(), re.M)
]


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=lambda value: getattr(value, "name", value))
def test_command(page: Path, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    ran = run(*shlex.split(command))
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_codes(page: Path) -> None:
    text = page.read_text()
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for link in re.findall(r"\]\((?!http)([^)]+)\)", text):
        file, _, anchor = link.partition("#")
        assert not file or (page.parent / file).exists(), link
        assert file or anchor in headings, link
    assert set(re.findall(r"AM\d{3}", text)) <= set(CODES)
