"""Pictures of the graph's page for people to look at: make test-graph SCREENSHOTS=FOLDER."""

from itertools import product
from pathlib import Path

import pytest

from tests.browser.conftest import Opener
from tests.browser.graph_page import DESKTOP, PHONE, settled

SHOTS = {
    "colour": ("", "router-1", "task-1"),
    "shop": ("", "router-1", "ecs-1"),
    "large": ("", "node-50", "group-file-cart.json"),
    "service-connect": ("", "endpoint-1"),
}
"""What is chosen, by page."""

SIZES = dict((DESKTOP, PHONE))


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", SHOTS)
def test_screenshots(opened: Opener, pages: dict[str, Path], screenshots: Path | None, name: str, width: int) -> None:
    if screenshots is None:
        pytest.skip("pictures for people: --screenshots FOLDER")
    for chosen, shade in product(SHOTS[name], ("light", "dark")):
        page = opened(pages[name], width=width, height=SIZES[width], dark=shade == "dark")
        page.evaluate("id => { location.hash = id }", chosen)
        settled(page)
        page.screenshot(path=screenshots / f"{name}-{chosen or 'all'}-{width}-{shade}.png")
