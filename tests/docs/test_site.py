"""The site is built, its links lead somewhere, no page asks another host for anything, and it fits phones and desks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs import site
from tests.docs.pages import PAGES, name

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENS = {"phone": (390, 844), "desk": (1440, 900)}
PICTURES = ("index.html", "guides/moving-off-app-mesh.html", "explanation/compared.html", "reference/settings.html")


def test_the_site_is_whole_and_fits_a_phone_and_a_desk(pytestconfig: pytest.Config) -> None:
    assert site.main() == 0
    if not CHROMIUM:
        pytest.skip("there is no Chromium here to look at it with")
    assert list(_wrong_in_a_browser(pytestconfig.getoption("--screenshots"))) == []


def _wrong_in_a_browser(pictures: str | None) -> Iterator[str]:
    """What a reader would stumble over. pictures: the folder for screenshots."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for screen, (width, height) in SCREENS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            for path in sorted(name(page)[: -len(".md")] + ".html" for page in PAGES):
                page.goto((site.SITE / path).as_uri())
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    yield f"{path} is wider than a {screen}"
                if pictures and path in PICTURES:
                    page.screenshot(path=Path(pictures, f"site-{screen}-{path.replace('/', '-')}.png"))
        page.goto((site.SITE / "index.html").as_uri())
        page.keyboard.press("/")
        page.keyboard.type("admin port")
        found = page.get_by_text("Health checks and scrapers at Envoy's admin port").first
        found.wait_for(timeout=20_000)
        if pictures:
            page.screenshot(path=Path(pictures, "site-search.png"))
        browser.close()


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="b.html#there">b</a> <a href="c.html">c</a> <a href="#here">a</a>'
    )
    (tmp_path / "b.html").write_text(
        '<script src="https://example.com/a.js"></script><a href="https://example.com">e</a>'
    )
    (tmp_path / "a.css").write_text("a { background: url(https://example.com/a.png) }")
    assert len(list(site.problems(tmp_path))) == 4
