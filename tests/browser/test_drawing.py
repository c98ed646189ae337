"""What the page draws: the first view fits and can be read, groups fold, weights are widths, and it can be saved."""

import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.graph_page import DESKTOP, LEGIBLE, PHONE, heads, is_whole, letters, part, settled

SIZES = [DESKTOP, PHONE, (1024, 700)]


def drawn(page: Page) -> int:
    return page.locator(".drawing .part").count()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["colour", "gateway", "shop", "large"])
def test_the_first_view_fits_and_can_be_read(
    opened: Opener, pages: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    page = opened(pages[name], width=size[0], height=size[1])
    settled(page)
    assert is_whole(page)
    assert letters(page) >= LEGIBLE - 0.1
    page.keyboard.press("p")
    settled(page)
    assert is_whole(page)
    assert letters(page) >= LEGIBLE - 0.1


def test_closing_the_panel_gives_the_drawing_its_room(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["shop"])
    settled(page)
    before = page.locator(".drawing").bounding_box()
    page.click("button[aria-label^='Close or open the panel']")
    settled(page)
    after = page.locator(".drawing").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"] + 300
    expect(page.locator("aside")).to_be_hidden()
    assert is_whole(page)


def test_a_view_that_was_moved_stays(opened: Opener, colour: Path) -> None:
    page = opened(colour)
    settled(page)
    page.keyboard.press("+")
    page.keyboard.press("+")
    large = letters(page)
    page.keyboard.press("p")
    settled(page)
    assert letters(page) > large * 0.9


def test_two_hundred_nodes_are_usable(opened: Opener, pages: dict[str, Path]) -> None:
    begun = time.monotonic()
    page = opened(pages["large"])
    settled(page)
    assert time.monotonic() - begun < 20
    expect(page.locator("nav a")).to_have_count(662)
    expect(page.locator(".said")).to_contain_text("Folded by file")
    assert drawn(page) == 8
    begun = time.monotonic()
    page.fill("input[type=search]", "prices-7")
    expect(page.locator(".said")).to_contain_text("with those who call it")
    # The hits and the way to them from the team's first service.
    expect(page.locator(part(page, "node", "prices-7") + ".matching")).to_have_count(1)
    expect(page.locator(part(page, "node", "prices-3") + ".traced")).to_have_count(1)
    page.fill("input[type=search]", "")
    page.click("nav a:text-is('prices-7')")
    page.wait_for_selector("svg .part.chosen")
    page.click("aside section:has(h3:text('May call')) a >> nth=0")
    heads(page, "Virtual service")
    assert time.monotonic() - begun < 10
    assert drawn(page) < 60
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.select_option("select", "")
    expect(page.locator(".drawing .part")).to_have_count(662, timeout=30_000)


def test_groups_fold_by_gateway_service_or_file_and_open(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["large"])
    page.select_option("select", "gateway")
    expect(page.locator(".drawing .part.folded title")).to_have_text(
        ["web", "mobile", "partners"], use_inner_text=False
    )
    page.select_option("select", "file")
    page.dblclick(part(page, "group", "prices.json"))
    expect(page.locator(".said")).to_contain_text("Inside prices.json")
    # The members, and the groups around them.
    assert page.locator(".drawing .part.service").count() == 25
    names = set(page.locator(".drawing .part.group title").all_text_contents())
    assert names == {"payment.json", "search.json", "delivery.json"}
    page.click("text=Back to all groups")
    expect(page.locator(".drawing .part")).to_have_count(8)
    page.click(part(page, "group", "stock.json"))
    heads(page, "stock.json")
    page.click("aside a:has-text('stock-3.large.local')")
    heads(page, "Virtual service")
    expect(page.locator(part(page, "service", "stock-3.large.local") + ".chosen")).to_have_count(1)


def test_folded_by_service_the_calls_between_services_remain(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["shop"])
    page.select_option("select", "service")
    expect(page.locator(".drawing .part.service.folded")).to_have_count(12)
    source = page.locator(".drawing .part.folded", has=page.locator("title:text-is('cart.shop.local')"))
    calls = page.locator(f".drawing .edge.calls[data-source='{source.get_attribute('data-id')}']")
    assert calls.count() == 3


def test_tasks_can_be_hidden(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["colour"])
    assert page.locator(".drawing .part.task").count() == 3
    page.keyboard.press("t")
    expect(page.locator(".drawing .part.task")).to_have_count(0)
    expect(page.locator(".said")).to_contain_text("Without tasks")
    # A link still leads to one.
    page.click("nav a:text-is('Black')")
    heads(page, "Black")
    expect(page.locator(".drawing .part.task.chosen")).to_have_count(1)
    page.click("text=Everything")
    expect(page.locator(".drawing .part.task")).to_have_count(0)


def test_what_is_too_small_says_what_to_fold(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["shop"])
    page.select_option("select", "")
    settled(page)
    assert letters(page) < LEGIBLE
    expect(page.locator(".said")).to_contain_text("Too small to read")
    for words in ("Close the panel", "Hide tasks", "Fold by gateway", "Fold by service"):
        expect(page.locator(".said button", has_text=words)).to_have_count(1)
    page.click(".said button:text-is('Fold by service')")
    settled(page)
    assert letters(page) >= LEGIBLE
    assert is_whole(page)


def test_weights_are_widths_in_the_order_of_the_route(opened: Opener, colour: Path) -> None:
    page = opened(colour)

    def place(name: str) -> float:
        box = page.locator(part(page, "node", name)).bounding_box()
        assert box is not None
        return box["x"] + box["y"]

    # The route names white first, at 80%.
    assert place("white") < place("black")
    widths = page.eval_on_selector_all(
        ".drawing .edge.weighted > path", "paths => paths.map((path) => parseFloat(getComputedStyle(path).strokeWidth))"
    )
    assert widths == [pytest.approx(5.8), pytest.approx(2.2)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_four_targets_stand_in_the_order_of_the_route(
    opened: Opener, pages: dict[str, Path], size: tuple[int, int]
) -> None:
    page = opened(pages["example"], width=size[0], height=size[1])
    page.select_option("select", "")
    settled(page)
    boxes = {}
    for colour in ("white", "black", "blue", "red"):
        box = page.locator(part(page, "node", f"colorteller-{colour}")).bounding_box()
        assert box is not None
        boxes[colour] = box["x"] + box["y"]
    assert sorted(boxes, key=lambda colour: boxes[colour]) == ["white", "black", "blue", "red"]


def test_the_legend_has_what_is_drawn(opened: Opener, pages: dict[str, Path]) -> None:
    words = ["Virtual service", "Virtual router", "Virtual node", "Task definition", "calls", "by share: 10%, 80%"]
    expect(opened(pages["colour"]).locator(".key .entry text.label")).to_have_text(
        [*words, "is run by", "added by the injection", "findings"]
    )
    folded = opened(pages["large"]).locator(".key .entry text.label")
    expect(folded).to_have_text(["File", "calls", "findings"])


def test_the_drawing_is_saved_as_svg(opened: Opener, pages: dict[str, Path], tmp_path: Path) -> None:
    page = opened(pages["shop"], dark=True)
    with page.expect_download() as download:
        page.click("button:text-is('SVG')")
    assert download.value.suggested_filename == "shop.svg"
    file = tmp_path / "shop.svg"
    download.value.save_as(file)
    root = ElementTree.fromstring(file.read_text())
    space = {"s": "http://www.w3.org/2000/svg"}
    assert "cart.shop.local" in {title.text for title in root.iterfind(".//s:title", space)}
    style = root.find("s:style", space)
    assert style is not None
    assert "var(" not in str(style.text)
    assert root.findall(".//s:g[@class='legend']/s:g", space)


def test_load_balancers_and_ecs_services_are_drawn(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["shop"])
    page.click("nav a:text-is('web-front')")
    heads(page, "Load balancer")
    expect(page.locator(part(page, "balancer", "web-front") + ".chosen")).to_have_count(1)
    expect(page.locator("aside")).to_contain_text("HTTPS 443")
    page.click("aside a:text-is('web')")
    heads(page, "Virtual gateway")
    page.click("aside section:has(h3:text('Runs as')) a")
    heads(page, "ECS service")
    expect(page.locator("aside")).to_contain_text("2 tasks")
    expect(page.locator("aside")).to_contain_text("shop-production")


def test_service_connect_endpoints_stand_in_the_place_of_envoys(opened: Opener, pages: dict[str, Path]) -> None:
    page = opened(pages["service-connect"])
    page.click(part(page, "endpoint", "cart"))
    heads(page, "Service Connect endpoint")
    expect(page.locator("aside")).to_contain_text("cart.shop.local:80")
    expect(page.locator("aside")).to_contain_text("http-8080")
    expect(page.locator(part(page, "ecs", "Service") + ".traced")).to_have_count(1)
    assert "envoy" not in " ".join(page.locator(".drawing .part.task").all_text_contents())
