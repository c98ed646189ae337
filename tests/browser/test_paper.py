"""The page on paper: one drawing, and what is known of all parts on as few pages as that needs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener


def printed(page: Page) -> tuple[int, str]:
    """How many pages of A4 there are, and what stands under the drawing."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    text = page.inner_text("#printed")
    # This sends both events itself.
    paper = page.pdf(format="A4")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)), text


@pytest.mark.parametrize(("name", "most"), [("colour", 3), ("shop", 12), ("large", 45)])
def test_paper_has_the_drawing_and_each_part_on_few_pages(
    opened: Opener, pages: dict[str, Path], name: str, most: int
) -> None:
    page = opened(pages[name], dark=True)
    parts = page.evaluate("JSON.parse(document.getElementById('graph').textContent).parts")
    count, text = printed(page)
    assert count <= most
    for part in parts:
        assert part["name"] in text
    assert page.locator(".drawing svg").count() == 1
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("header .tools")).to_be_hidden()
    expect(page.locator(".said")).to_be_hidden()


def test_paper_says_routes_callers_and_what_envoys_get(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    _, text = printed(page)
    assert re.search(r"teller\s+/\*\s+white\s+80%", text)
    assert "white.shop.local:9080" in text
    # What all three Envoys have stands there once.
    assert text.count("AM356") == 1
    assert "all 3" in text
