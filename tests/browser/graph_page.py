"""What tests of the graph's page look for."""

from playwright.sync_api import Page, expect

DESKTOP, PHONE = (1440, 900), (390, 844)
LEGIBLE = 9.0
"""Pixels that letters of a name are high, at least."""


def part(page: Page, kind: str, name: str) -> str:
    """The selector of a box."""
    found = page.locator(f"svg .part.{kind}").filter(has=page.locator(f"title:text-is('{name}')"))
    return f"svg .part[data-id='{found.get_attribute('data-id')}']"


def heads(page: Page, text: str) -> None:
    """The panel is about this; it follows the address, which takes a moment."""
    expect(page.locator("aside > h2")).to_contain_text(text)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"))


def settled(page: Page) -> None:
    """Waits until the drawing fits the frame, which follows the legend's height."""
    page.wait_for_timeout(300)


def letters(page: Page) -> float:
    """The height of the letters of names, in pixels."""
    scale = page.evaluate("document.querySelector('.drawing .part .box').getScreenCTM().a")
    return float(scale) * 14


def is_whole(page: Page) -> bool:
    """Whether all boxes are inside of the frame."""
    return bool(
        page.evaluate(
            """() => {
              const frame = document.querySelector('.drawing').getBoundingClientRect();
              return [...document.querySelectorAll('.drawing .part')].map((part) => part.getBoundingClientRect()).every(
                (box) => box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1
                  && box.bottom <= frame.bottom + 1);
            }"""
        )
    )
