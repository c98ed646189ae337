"""The page in a real browser: click, read, follow, search, keys, colours, size; and never a request."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.graph_page import PHONE, focused, heads, part
from tests.cli.command import run
from tests.graph.cases import hostile


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


def test_the_whole_configuration_can_be_copied(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(part(page, "task", "Caller"))
    page.click("aside button.copy")
    expect(page.locator("aside button.copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText().then(JSON.parse)")
    assert copied["node"]["id"] == "mesh/apps/virtualNode/caller"
    assert copied["static_resources"]["listeners"]
    # Without the clipboard's interface the text is selected and copied as by hand.
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    page.click(part(page, "task", "White"))
    page.click("aside button.copy")
    expect(page.locator("aside button.copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText().then(JSON.parse)")["node"]["id"].endswith("/white")


def test_a_finding_leads_to_its_part_and_to_the_lines_of_the_file(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    finding = page.locator("aside .notes li", has_text="AM356")
    finding.locator("a").click()
    heads(page, "teller")
    expect(page.locator(f"{part(page, 'router', 'teller')}.chosen")).to_have_count(1)
    note = page.locator("aside .notes li", has_text="AM356")
    expect(note).to_contain_text("input.yaml:42:3")
    expect(note.locator("mark")).to_have_text("  42  Route:\n")


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


def test_what_a_search_finds_is_drawn_with_its_callers(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    page.fill("input[type=search]", "task bla")
    expect(page.locator("nav a")).to_have_text(["Black"])
    expect(page.locator("svg .part.matching")).to_have_count(1)

    def opacity(kind: str, name: str) -> str:
        return str(page.eval_on_selector(part(page, kind, name), "found => getComputedStyle(found).opacity"))

    # From the caller to the task, and nothing else.
    for kind, name in (("task", "Black"), ("node", "black"), ("router", "teller"), ("node", "caller")):
        assert opacity(kind, name) == "1"
    assert float(opacity("node", "white")) < 0.5
    expect(page.locator("svg .edge.up")).to_have_count(4)
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


def test_a_hostile_name_does_nothing(opened: Opener, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    run("graph", str(hostile(tmp_path)), "-o", str(file))
    page = opened(file)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.click("svg .part.task")
    heads(page, "<img src=x")
    assert page.locator("img").count() == 0


def test_a_hostile_name_in_a_group_does_nothing(opened: Opener, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    run("graph", str(hostile(tmp_path)), "-o", str(file))
    page = opened(file)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.select_option("select", "service")
    page.keyboard.press("t")
    page.click("svg .part >> nth=0")
    assert page.locator("img").count() == 0
