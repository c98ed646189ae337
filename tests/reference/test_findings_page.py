"""Every finding leads to its place on one page, and that page says what the code says."""

import re

from appmesh_inject.findings import CODES, DOCS, page
from tests.conftest import REPOSITORY
from tests.reference import findings_page

PAGE = REPOSITORY / DOCS
PACKAGED = REPOSITORY / "src/appmesh_inject/cli/findings.md"
"""The copy that `explain` prints from."""


def test_the_page_is_what_the_code_makes(update_golden: bool) -> None:
    text = findings_page.page()
    if update_golden:
        PAGE.write_text(text)
        PACKAGED.write_text(text)
    assert PAGE.read_text() == PACKAGED.read_text() == text


def test_every_code_has_its_place() -> None:
    anchors = {heading.lower() for heading in re.findall(r"^### (\w+)$", PAGE.read_text(), re.MULTILINE)}
    assert {page(code).partition("#")[2] for code in CODES} == anchors


def test_there_is_more_to_say_of_every_code_than_its_row() -> None:
    explained = findings_page.explanations()
    assert set(explained) == set(CODES)
    for code, text in explained.items():
        assert set(text) == {"why", "see", "out"}
        assert text["out"], code
        assert all(isinstance(said, str) for said in (text["why"], text["see"], *text["out"])), code


def test_every_code_has_a_cause_a_cure_and_an_example() -> None:
    sections = dict(re.findall(r"^### (AM\d+)\n(.*?)(?=^##|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    for code, row in CODES.items():
        assert row.mistake in sections[code]
        assert row.cure in sections[code]
        assert "```yaml" in sections[code]
        assert f"> {code} " in sections[code] or f"> {code}: " in sections[code]
