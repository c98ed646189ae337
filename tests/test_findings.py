"""Findings as text: in one line, in order, and where each is explained."""

from pathlib import Path

from appmesh_inject.findings import CODES, DOCS, Finding, Severity, one_line, ordered, page

REPOSITORY = Path(__file__).parent.parent


def test_every_code_has_its_heading_on_the_page() -> None:
    headings = {f"#{line.removeprefix('### ').lower()}" for line in (REPOSITORY / DOCS).read_text().splitlines()}
    for code, row in CODES.items():
        file, mark, anchor = page(code).partition("#")
        assert file == DOCS
        assert mark + anchor in headings
        assert (row.severity is Severity.WARNING) == (int(code[3:]) >= 51 or code.startswith("AM9"))


def test_what_cannot_be_printed_is_escaped_and_all_else_stays() -> None:
    assert one_line("é\\n") == "é\\n"
    assert one_line("é\n\x1b[2J\u202e") == "é\\n\\x1b[2J\\u202e"


def test_errors_come_first_then_the_places() -> None:
    warning = Finding("AM252", "A", ("Resources", "A"), "m", "h")
    late, early = Finding("AM104", "B", ("x", 10), "m", "h"), Finding("AM104", "B", ("x", 9), "m", "h")
    assert ordered([warning, late, early, warning]) == (early, late, warning)
