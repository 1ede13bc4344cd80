"""Opening a page as a reader does, and reading what stands on it."""

import re

from playwright.sync_api import Page, expect

LAPTOP, PHONE = {"width": 1400, "height": 900}, {"width": 400, "height": 800}
READERS = [("fr-FR", LAPTOP), ("fr-FR", PHONE), ("en-GB", LAPTOP), ("en-GB", PHONE)]
NAMES = ["fr-1400", "fr-400", "en-1400", "en-400"]


def look(page: Page, address: str) -> Page:
    """Opens an address and waits until every region of the page can be used."""
    page.goto(address)
    expect(page.locator('[data-region="status"]')).to_have_count(1)
    expect(page.locator("[data-live][aria-busy]")).to_have_count(0, timeout=15_000)
    return page


def words(page: Page, selector: str) -> str:
    """The text of an element, every kind of space as one space."""
    return plain(page.locator(selector).first.inner_text())


def plain(text: str) -> str:
    """The same text with plain spaces."""
    return re.sub(r"\s+", " ", text).strip()


def drawn(page: Page, name: str) -> list[dict]:
    """The traces that plotly drew in a chart: name, x and y."""
    place = f"#chart-{name} .plot"
    page.wait_for_function("place => document.querySelector(place)?.data?.length > 0", arg=place)
    return page.evaluate(
        "place => document.querySelector(place).data.map(({name, x, y}) => ({name, x, y}))", place
    )


def fits(page: Page) -> bool:
    """Does nothing stick out of the window's width?"""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def ticks(page: Page, name: str) -> list[str]:
    """What stands beside the vertical axes of a chart, as it is written."""
    drawn(page, name)
    return page.locator(f"#chart-{name} [class$=tick] text[text-anchor=end]").all_text_contents()
