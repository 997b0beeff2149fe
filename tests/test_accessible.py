"""The pages before axe-core, in every main state, light and dark, on a wide screen and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ask, ask_and_wait
from tests.running import Server

pytestmark = pytest.mark.browser

# Everything that axe knows, the size of targets included, which it leaves out by itself.
ALL = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
# The other colours change nothing but the contrast.
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
SIZES: dict[str, Any] = {"wide": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}


def faults(page: Page) -> list[str]:
    """What axe holds against the page as it stands, light and dark: the rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = []
    for scheme, options in (("light", ALL), ("dark", CONTRAST)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
        found += [f"{scheme}, {fault['id']}: {node['html'][:160]}" for fault in violations for node in fault["nodes"]]
    page.emulate_media(color_scheme="light")
    return found


def start(page: Page) -> None:
    expect(page.locator(".shelf-item").first).to_be_visible()


def filters(page: Page) -> None:
    page.locator("#filters summary").click()
    expect(page.locator(".filter-outlet").first).to_be_visible()


def as_of(page: Page) -> None:
    page.locator("#as-of summary").click()


def answered(page: Page) -> None:
    page.keyboard.press("Escape")
    ask_and_wait(page, "How many people are ill in Quernby?")
    expect(page.locator(".differences")).to_be_visible()


def panel(page: Page) -> None:
    page.locator(".answer .chip").first.click()
    expect(page.locator("#panel mark").first).to_be_visible()


def preview(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.locator(".answer .chip").last.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("tooltip")).to_be_visible()


def abstained(page: Page) -> None:
    ask_and_wait(page, "What did the Skelmouth Courier say about fireflies in November 2024?")
    expect(page.locator(".abstention")).to_be_visible()


def history(page: Page) -> None:
    page.get_by_role("button", name="History").click()
    expect(page.get_by_role("dialog", name="Conversations")).to_be_visible()


def failed(page: Page) -> None:
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    ask(page, "What now?")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#connection")).not_to_be_empty()
    page.context.set_offline(False)


STATES: list[Callable[[Page], None]] = [start, filters, as_of, answered, panel, preview, abstained, history, failed]
PAGES = [
    "/articles", "/articles?q=breakwater&look=text&publisher=Harbour+Ledger", "/articles?q=nothing-like-it",
    "/read/ferry?rev=1&start=0&end=27", "/read/arabic", "/changes/ferry", "/read/unknown",
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_in_any_state(chromium: Browser, stocked: Server, size: str) -> None:
    context = chromium.new_context(viewport=SIZES[size], reduced_motion="reduce")
    page = context.new_page()
    page.goto(stocked.url)
    found = {}
    for state in STATES:
        state(page)
        found[state.__name__] = faults(page)
    for path in PAGES:
        page.goto(stocked.url + path)
        found[path] = faults(page)
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}
