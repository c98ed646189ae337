"""The pages of the reference say what the code says."""

import json
import re
from collections.abc import Callable, Mapping

import jsonschema
import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.macro import Response
from appmesh_inject.settings.table import TABLE
from appmesh_inject.settings.types import InvalidValue
from tests.conftest import REPOSITORY
from tests.docs.pages import fences
from tests.reference import commands_page, exits_page, metrics_page, settings_page

FOLDER = REPOSITORY / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page.page,
    "command-line.md": commands_page.page,
    "metrics.md": metrics_page.page,
    "exits.md": exits_page.page,
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_makes(name: str, update_golden: bool) -> None:
    text = PAGES[name]()
    if update_golden:
        (FOLDER / name).write_text(text)
    assert (FOLDER / name).read_text() == text


def test_the_members_of_events_are_those_that_the_page_explains() -> None:
    page = (FOLDER / "events.md").read_text()
    asked, answered = (set(re.findall(r"`(\w+)`", cells)) for cells in _first_cells(page))
    (sent,) = (fence.text for fence in fences(page) if fence.title)
    assert asked == set(json.loads(sent))
    assert answered == set(Response.__annotations__)
    for event in (REPOSITORY / "events").glob("*.json"):
        assert set(json.loads(event.read_text())) <= asked


def _first_cells(page: str) -> list[str]:
    """The first column of each table that explains members."""
    tables = re.findall(r"^\| Member .*\n\|[ -|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    return ["\n".join(row.split("|")[1] for row in table.splitlines()) for table in tables]


@pytest.mark.parametrize("name", TABLE)
def test_the_example_of_a_setting_is_one_that_it_takes(name: str) -> None:
    example = settings_page.EXAMPLES[name]
    jsonschema.validate({name: example}, settings_page.SCHEMA)
    assert not isinstance(TABLE[name].read(example, Scope()), InvalidValue)


def test_a_setting_whose_value_must_be_known_says_so() -> None:
    unknown = {"Fn::ImportValue": "something"}
    refused = {name for name, row in TABLE.items() if isinstance(row.read(unknown, Scope()), InvalidValue)}
    fragments = {name for name, row in TABLE.items() if row.is_fragment}
    assert refused - fragments == settings_page.KNOWN | {"Enabled"}
