"""The parts of the README that say what code says: generated, and compared."""

import re
from pathlib import Path

import pytest

from appmesh_inject.findings import CODES
from appmesh_inject.settings import TABLE, TO_COME
from tests.conftest import REPOSITORY

README = REPOSITORY / "README.md"


def table(*rows: tuple[str, ...]) -> str:
    heading, *body = rows
    lines = [heading, tuple("---" for _ in heading), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def settings() -> str:
    available = {name: row for name, row in TABLE.items() if set(row.profiles) - TO_COME}
    return table(
        ("Setting", "Meaning", "Default"),
        *((f"`{name}`", row.meaning, row.default) for name, row in available.items()),
    )


def findings() -> str:
    return table(
        ("Code", "Severity", "What is wrong", "What to do"),
        *((code, row.severity, row.mistake, row.cure) for code, row in CODES.items()),
    )


@pytest.mark.parametrize(("part", "generated"), [("settings", settings()), ("findings", findings())])
def test_generated_part(part: str, generated: str, update_golden: bool) -> None:
    pattern = re.compile(rf"(<!-- {part}: generated -->\n\n).*?(\n\n<!-- end -->)", re.DOTALL)
    text = README.read_text()
    if update_golden:
        README.write_text(pattern.sub(lambda found: found[1] + generated + found[2], text))
    (found,) = pattern.finditer(README.read_text())
    assert found[0] == found[1] + generated + found[2]


def test_every_file_that_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\((?!http|#)([^)#]+)", README.read_text()):
        assert (REPOSITORY / name).exists(), name


def test_no_path_of_one_machine_is_in_the_docs() -> None:
    for path in [README, *Path(REPOSITORY / "docs").rglob("*.md")]:
        assert not re.search(r"/(root|home|work|tmp)/", path.read_text()), path
