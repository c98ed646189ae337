"""The README names what is there, and neither it nor the pages name a path of one machine."""

import re

from tests.conftest import REPOSITORY

README = REPOSITORY / "README.md"


def test_every_file_that_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\((?!http|#)([^)#]+)", README.read_text()):
        assert (REPOSITORY / name).exists(), name


def test_no_path_of_one_machine_is_in_the_docs() -> None:
    for path in [README, *(REPOSITORY / "docs").rglob("*.md")]:
        assert not re.search(r"/(root|home|work|tmp)/", path.read_text()), path
