"""README, CONTRIBUTING and the page on testing name what is there, and no page names a path of one machine."""

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

README = REPOSITORY / "README.md"
OF_THE_CODE = (REPOSITORY / "CONTRIBUTING.md", REPOSITORY / "docs" / "explanation" / "testing.md")
PACKAGE = REPOSITORY / "src" / "appmesh_inject"


def test_every_file_that_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\((?!http|#)([^)#]+)", README.read_text()):
        assert (REPOSITORY / name).exists(), name


@pytest.mark.parametrize("page", OF_THE_CODE, ids=lambda page: page.name)
def test_every_file_and_module_that_the_pages_on_the_code_name_is_there(page: Path) -> None:
    """Moved code takes its name along in these pages."""
    text = page.read_text()
    names = set(re.findall(r"`([\w.-]+(?:/[\w.-]+)*(?:\.(?:py|json|yaml|md|txt)|/))`", text))
    folders = (REPOSITORY, PACKAGE, REPOSITORY / "tests" / "hostile")
    made_up = {"input.yaml", "options.yaml", "tests/reference/examples/CODE.yaml"}
    made_up |= {"package.json", "package-lock.json", "fuzz/found/"}
    assert names
    assert {name for name in names if not any((folder / name).exists() for folder in folders)} <= made_up
    modules = re.findall(r"^\| `([\w.]+)` \| \d+ \|", text, re.MULTILINE)
    places = [PACKAGE.joinpath(*module.split(".")) for module in modules]
    assert [place for place in places if not place.is_dir() and not place.with_suffix(".py").exists()] == []


def test_no_path_of_one_machine_is_in_the_docs() -> None:
    for path in [README, *(REPOSITORY / "docs").rglob("*.md")]:
        assert not re.search(r"/(root|home|work|tmp)/", path.read_text()), path
