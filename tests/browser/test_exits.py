"""The page of `exits` in Chromium: it opens without asking anybody, and can be read on any screen and on paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.exits.cases import GOLDEN
from tests.exits.test_command import hostile

COLOUR = REPOSITORY / "examples" / "standalone" / "template.yaml"
SHOWS = "section.answers"


@pytest.fixture(scope="session")
def colour(folder: Path) -> Path:
    page, traffic = folder / "exits.html", folder / "traffic.yaml"
    assert run("exits", str(COLOUR), "--traffic-template", "-o", str(traffic)).code == 0
    arguments = (str(COLOUR), "--traffic", str(traffic), "--format", "html", "-o", str(page))
    assert run("exits", *arguments).code == 0
    return page


def overflows(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_it_says_which_way_to_take(opened: Opener, colour: Path, screenshots: Path | None) -> None:
    page = opened(colour, shows=SHOWS)
    assert "keeps every route and every protection" in page.inner_text(SHOWS)
    assert page.locator("article").count() == 4
    assert page.locator("article#alb").inner_text().count("$") >= 3
    if screenshots:
        page.screenshot(path=screenshots / "exits.png", full_page=True)


def test_a_row_opens_by_mouse_and_by_key(opened: Opener, colour: Path, screenshots: Path | None) -> None:
    page = opened(colour, shows=SHOWS)
    row = page.locator("details", has_text="colors")
    assert not row.locator("h4", has_text="weights").is_visible()
    row.locator("summary").click()
    assert row.locator("h4", has_text="weights: 70/10/10/10").is_visible()
    assert row.locator("li", has_text="A rule forwards to up to five target groups").first.is_visible()
    if screenshots:
        page.screenshot(path=screenshots / "exits-row.png", full_page=True)
    row.locator("summary").press("Enter")
    assert not row.locator("h4", has_text="weights").is_visible()


@pytest.mark.parametrize("width", (1440, 800, 390))
@pytest.mark.parametrize("dark", (False, True))
def test_it_fits_every_screen(opened: Opener, colour: Path, width: int, dark: bool, screenshots: Path | None) -> None:
    page = opened(colour, width=width, dark=dark, shows=SHOWS)
    for summary in page.locator("summary").all():
        summary.click()
    assert not overflows(page)
    if screenshots:
        page.screenshot(path=screenshots / f"exits-{width}-{'dark' if dark else 'light'}.png", full_page=True)


def test_what_matters_can_be_told_from_its_background(opened: Opener, colour: Path) -> None:
    """At least 4.5 to 1, as WCAG 2 asks of text."""
    contrast = """
    (element) => {
      const light = (text) => text.match(/[0-9.]+/g).slice(0, 3).map(Number).map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
      const style = getComputedStyle(element);
      const [a, b] = [light(style.color), light(style.backgroundColor)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }"""
    for dark in (False, True):
        page = opened(colour, dark=dark, shows=SHOWS)
        for verdict in ("keeps", "changes", "loses", "cannot"):
            assert page.locator(f".badge.{verdict}").first.evaluate(contrast) >= 4.5


def test_long_names_do_not_push_the_columns_apart(opened: Opener, folder: Path) -> None:
    page = folder / "limits.html"
    run("exits", str(GOLDEN / "limits" / "mesh.yaml"), "--format", "html", "-o", str(page))
    assert not overflows(opened(page, width=390, shows=SHOWS))


def test_names_stay_text(opened: Opener, folder: Path, tmp_path: Path) -> None:
    page = folder / "hostile-exits.html"
    run("exits", hostile(tmp_path), "--format", "html", "-o", str(page))
    found = opened(page, shows=SHOWS)
    assert found.locator("script").count() == 0
    assert "<script>alert(1)</script>" in found.inner_text("section.rows")
