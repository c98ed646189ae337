"""A headless Chromium that counts what it asks for and what it complains about."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.graph.cases import COLOUR, GATEWAY, GOLDEN
from tests.graph.large import write_large_mesh
from tests.graph.shop import write_shop

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@dataclass
class Opened:
    """A page, with every request beyond its own file and everything that went wrong."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("there is no chromium: make test-graph installs it")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator["Opener"]:
    opener = Opener(browser)
    yield opener
    for each in opener.pages:
        assert each.requests == []
        assert each.complaints == []
        each.page.context.close()


@dataclass
class Opener:
    """Opens pages; when the test ends, none of them may have asked for or complained about anything."""

    browser: Browser
    pages: list[Opened] = field(default_factory=list)

    def __call__(
        self, file: Path, *, width: int = 1440, height: int = 900, dark: bool = False, shows: str = "svg.mesh"
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        one = Opened(context.new_page())
        self.pages.append(one)
        page = one.page
        own = file.as_uri()
        page.on("request", lambda r: None if r.url.startswith((own, "data:,", "blob:")) else one.requests.append(r.url))
        page.on("console", lambda m: one.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.goto(own)
        page.wait_for_selector(shows)
        return page


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="session")
def pages(folder: Path) -> dict[str, Path]:
    """Pages of `graph`, by name."""
    service_connect = GOLDEN / "service-connect-losses" / "input.yaml"
    files = {
        "colour": [str(COLOUR)],
        "gateway": [str(GATEWAY)],
        "service-connect": [str(service_connect)],
        "example": [str(REPOSITORY / "examples" / "standalone" / "template.yaml")],
        "shop": [write_shop(folder)],
        "large": write_large_mesh(folder),
    }
    for name, given in files.items():
        assert run("graph", *given, "-o", str(folder / f"{name}.html")).code == 0
    return {name: folder / f"{name}.html" for name in files}


@pytest.fixture(scope="session")
def colour(pages: dict[str, Path]) -> Path:
    return pages["colour"]


@pytest.fixture
def screenshots(pytestconfig: pytest.Config) -> Path | None:
    given = pytestconfig.getoption("--screenshots")
    if not given:
        return None
    Path(given).mkdir(parents=True, exist_ok=True)
    return Path(given)
