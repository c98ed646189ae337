"""The page in a real browser: click, read, follow, search, keys, colours, size, paper; and never a request."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.cli.command import run
from tests.graph.cases import COLOUR, GATEWAY, hostile

DESKTOP, PHONE = (1440, 900), (390, 844)


@pytest.fixture(scope="session")
def colour(folder: Path) -> Path:
    page = folder / "colour.html"
    assert run("graph", str(COLOUR), "-o", str(page)).code == 0
    return page


@pytest.fixture(scope="session")
def pages(folder: Path, colour: Path, large: Path) -> dict[str, Path]:
    gateway = folder / "gateway.html"
    run("graph", str(GATEWAY), "-o", str(gateway))
    return {"colour": colour, "gateway": gateway, "large": large}


def part(page: Page, kind: str, name: str) -> str:
    """The selector of a box."""
    found = page.locator(f"svg .part.{kind}").filter(has=page.locator(f"title:text-is('{name}')"))
    return f"svg .part[data-id='{found.get_attribute('data-id')}']"


def heads(page: Page, text: str) -> None:
    """The panel is about this; it follows the address, which takes a moment."""
    expect(page.locator("aside > h2")).to_contain_text(text)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"))


def test_click_a_router_and_read_its_routes(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.click(part(page, "router", "teller"))
    heads(page, "teller")
    routes = page.locator("aside section", has=page.get_by_role("heading", name="Routes"))
    expect(routes.locator("tbody tr")).to_have_text(["/*white80%", "/*black20%"])
    expect(page.locator("aside .notes")).to_contain_text("AM356")


def test_follow_a_call_across_services(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.click(part(page, "node", "caller"))
    page.click("aside >> text=teller.shop.local")
    heads(page, "Virtual service")
    page.click("aside section:has(h3:text('Routes')) >> text=white")
    heads(page, "white")
    expect(page.locator(f"{part(page, 'node', 'white')}.chosen")).to_have_count(1)
    page.click("aside section:has(h3:text('Runs as')) >> text=White")
    expect(page.locator("aside")).to_contain_text("Envoy: clusters")
    page.go_back()
    heads(page, "white")
    # What the caller can get to is marked, the tasks of others are not.
    page.click(part(page, "service", "teller.shop.local"))
    expect(page.locator("svg .edge.down path")).to_have_count(5)
    expect(page.locator(f"{part(page, 'task', 'Caller')}.traced")).to_have_count(0)


def test_what_the_envoy_of_a_task_gets(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.click(part(page, "task", "Caller"))
    for title in ("Containers", "Envoy: listeners", "Envoy: routes", "Envoy: clusters"):
        expect(page.locator("aside h3", has_text=title)).to_have_count(1)
    expect(page.locator("aside")).to_contain_text("white.shop.local:9080")


def test_the_keyboard_is_enough(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.focus("svg .part >> nth=0")
    assert focused(page) == "Virtual node caller"
    page.keyboard.press("Tab")
    assert focused(page) != "Virtual node caller"
    page.focus(part(page, "router", "teller"))
    page.keyboard.press("ArrowDown")
    assert focused(page) in ("Virtual node black", "Virtual node white")
    page.keyboard.press("ArrowUp")
    assert focused(page).startswith("Virtual router teller")
    page.keyboard.press("Enter")
    assert "teller" in focused(page)
    page.keyboard.press("Escape")
    assert focused(page).startswith("Virtual router teller")
    page.keyboard.press("Escape")
    heads(page, "Mesh")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("xray")
    page.keyboard.press("Enter")
    heads(page, "Black")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("zoom in")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_search(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.fill("input[type=search]", "task bla")
    expect(page.locator("nav a")).to_have_text(["Black"])
    expect(page.locator("svg .part.matching")).to_have_count(1)
    page.fill("input[type=search]", "no such thing")
    expect(page.locator("nav")).to_have_text("Nothing found")
    page.fill("input[type=search]", "")
    expect(page.locator("nav a")).to_have_count(8)
    expect(page.locator("svg.searching")).to_have_count(0)


def test_zoom(opened: Opener, colour: Path) -> None:
    page = opened(colour)

    def width() -> float:
        box = page.locator("svg .part >> nth=0").bounding_box()
        assert box is not None
        return box["width"]

    before = width()
    page.keyboard.press("+")
    assert width() > before * 1.3
    page.keyboard.press("0")
    assert abs(width() - before) < 1
    page.mouse.move(600, 450)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    assert width() > before * 1.1


@pytest.mark.parametrize("dark", [False, True])
def test_dark_mode_follows_the_system_and_the_button(opened: Opener, colour: Path, dark: bool) -> None:
    page = opened(colour, dark=dark)

    def is_dark() -> bool:
        return bool(page.evaluate("getComputedStyle(document.body).backgroundColor === 'rgb(18, 21, 28)'"))

    assert is_dark() is dark
    page.click("button[aria-label^='Dark']")
    assert is_dark() is not dark


def test_on_a_phone_the_panel_is_below_and_nothing_is_wider_than_the_screen(opened: Opener, colour: Path) -> None:
    page = opened(colour, width=PHONE[0], height=PHONE[1])
    page.click(part(page, "router", "teller"))
    figure, panel = page.locator("figure").bounding_box(), page.locator("aside").bounding_box()
    assert figure is not None
    assert panel is not None
    assert panel["y"] >= figure["y"] + figure["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_paper_has_the_drawing_and_everything_about_each_part(opened: Opener, colour: Path, folder: Path) -> None:
    page = opened(colour, dark=True)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#printed article")).to_have_count(8)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("header .tools")).to_be_hidden()
    assert page.pdf(path=str(folder / "page.pdf"))


def test_a_hostile_name_does_nothing(opened: Opener, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    run("graph", str(hostile(tmp_path)), "-o", str(file))
    page = opened(file)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.click("svg .part.task")
    heads(page, "<img src=x")
    assert page.locator("img").count() == 0


def test_two_hundred_nodes_are_usable(opened: Opener, large: Path) -> None:
    begun = time.monotonic()
    page = opened(large)
    assert time.monotonic() - begun < 20
    expect(page.locator("nav a")).to_have_count(650)
    assert 10 < page.locator("svg .part").count() < 100
    begun = time.monotonic()
    page.fill("input[type=search]", "node-42")
    page.click("nav a:text-is('node-42')")
    page.wait_for_selector("svg .part.chosen")
    page.click("aside section:has(h3:text('May call')) a >> nth=0")
    heads(page, "Virtual service")
    page.click("svg .part.chosen")
    assert time.monotonic() - begun < 10
    assert page.locator("svg .part").count() < 100
    page.keyboard.press("f")
    expect(page.locator("svg .part")).to_have_count(650, timeout=30_000)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_screenshots(opened: Opener, pages: dict[str, Path], screenshots: Path | None, size: tuple[int, int]) -> None:
    if screenshots is None:
        pytest.skip("pictures for people: --screenshots FOLDER")
    width, height = size
    shots = [("colour", "", False), ("colour", "router-1", True), ("colour", "task-1", False)]
    shots += [("gateway", "gateway-1", False), ("large", "", False), ("large", "node-50", True)]
    for name, chosen, dark in shots:
        page = opened(pages[name], width=width, height=height, dark=dark)
        page.evaluate("id => { location.hash = id }", chosen)
        page.wait_for_timeout(200)
        page.screenshot(path=screenshots / f"{name}-{chosen or 'all'}-{width}.png")
