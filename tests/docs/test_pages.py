"""Every page of docs/ is followed, names findings that exist, and can be found in the site."""

import re
from pathlib import Path

import pytest

from appmesh_inject.findings import CODES
from tests.conftest import REPOSITORY
from tests.docs.following import followed
from tests.docs.pages import BESIDE, DOCS, PAGES, fences, name
from tests.docs.running import Shell, published, reader

AT_HAND = ("deploy", "events", "examples")
"""Folders of the repository that pages name as a reader sees them at the top of it."""

ELSEWHERE = ("tutorial.md",)
"""tests/e2e/test_tutorial.py follows it: it deploys, which takes a minute and Python 3.12."""

FOLLOWED = [page for page in (*PAGES, *BESIDE) if name(page) not in ELSEWHERE]


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("repository"))


@pytest.mark.parametrize("page", FOLLOWED, ids=name)
def test_page(page: Path, repository: Path, tmp_path: Path, update_golden: bool) -> None:
    for folder in AT_HAND:
        (tmp_path / folder).symlink_to(REPOSITORY / folder)
    with Shell(tmp_path, reader(tmp_path, repository)) as shell:
        changed = followed(page, tmp_path, shell)
    if update_golden:
        page.write_text(changed)
    assert changed == page.read_text()


@pytest.mark.parametrize("page", (*PAGES, *BESIDE), ids=name)
def test_no_command_stands_where_it_is_not_seen(page: Path) -> None:
    text = page.read_text()
    assert len(re.findall(r"^ *```", text, re.MULTILINE)) == 2 * len(list(fences(text)))
    without = re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^ {4,}(?:appmesh-inject|aws|make|pip|sam) .*", without, re.MULTILINE) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_codes_are_findings(page: Path) -> None:
    assert set(re.findall(r"AM\d{3}", page.read_text())) <= set(CODES)


def test_every_page_is_in_the_navigation() -> None:
    navigation = (REPOSITORY / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    assert set(re.findall(r"[\w/-]+\.md", navigation)) == {name(page) for page in PAGES}


def test_the_first_page_lists_all_pages_in_the_order_of_the_navigation() -> None:
    navigation = (REPOSITORY / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    listed = re.findall(r"^- \[[^\]]+\]\(([\w/-]+\.md)\)", (DOCS / "index.md").read_text(), re.MULTILINE)
    assert listed == [page for page in re.findall(r"[\w/-]+\.md", navigation) if "/" in page]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_opens_with_what_it_is_for_in_one_line(page: Path) -> None:
    first = re.search(r"^# .+\n\n(.+)\n\n", page.read_text(), re.MULTILINE)
    assert first
    assert re.fullmatch(r"[A-Z`].{20,140}\.", first[1])
    assert ". " not in first[1]
