"""Pictures of the main states of the pages. With `--screenshots FOLDER` (`make screenshots`) they are kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ask_and_wait
from tests.running import Server

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
BREAKWATER = "What broke the Skelmouth breakwater?"


def start(page: Page) -> None:
    expect(page.locator(".shelf-item").first).to_be_visible()
    expect(page.locator("#hero-coverage")).not_to_be_empty()


def answer(page: Page) -> None:
    ask_and_wait(page, BREAKWATER)


def beside(page: Page) -> None:
    answer(page)
    page.locator(".answer .chip").first.click()
    expect(page.locator("#panel mark").first).to_be_in_viewport()


def differences(page: Page) -> None:
    ask_and_wait(page, "How many people are ill in Quernby?")
    expect(page.get_by_label("Differing reports")).to_be_visible()


def preview(page: Page) -> None:
    answer(page)
    page.locator(".answer .chip").first.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()


def abstention(page: Page) -> None:
    ask_and_wait(page, "What did the Skelmouth Courier say about fireflies in November 2024?")


def filters(page: Page) -> None:
    page.locator("#filters summary").click()
    page.get_by_role("checkbox", name="Harbour Ledger").check()


def conversations(page: Page) -> None:
    answer(page)
    page.get_by_role("button", name="History").click()


def nothing_to_do(page: Page) -> None: ...


# The first two stand in the README.
STATES: dict[str, tuple[Any, Any, str, Callable[[Page], None]]] = {
    "answer": (WIDE, "light", "/", beside),
    "differences": (WIDE, "dark", "/", differences),
    "state-preview": (WIDE, "dark", "/", preview),
    "state-start": (WIDE, "light", "/", start),
    "state-start-phone": (PHONE, "dark", "/", start),
    "state-answer-phone": (PHONE, "light", "/", answer),
    "state-beside-phone": (PHONE, "dark", "/", beside),
    "state-abstention": (WIDE, "light", "/", abstention),
    "state-abstention-phone": (PHONE, "dark", "/", abstention),
    "state-filters": (WIDE, "dark", "/", filters),
    "state-filters-phone": (PHONE, "light", "/", filters),
    "state-conversations": (WIDE, "light", "/", conversations),
    "state-articles": (WIDE, "light", "/articles", nothing_to_do),
    "state-articles-phone": (PHONE, "dark", "/articles?q=breakwater&look=text", nothing_to_do),
    "state-reader": (WIDE, "dark", "/read/ferry?start=0&end=30", nothing_to_do),
    "state-reader-arabic": (PHONE, "light", "/read/arabic", nothing_to_do),
    "state-changes": (WIDE, "light", "/changes/ferry", nothing_to_do),
}


@pytest.mark.parametrize("name", STATES)
def test_the_main_states_fit_the_window(
    pytestconfig: pytest.Config, tmp_path: Path, chromium: Browser, server: Server, stocked: Server, name: str
) -> None:
    size, scheme, path, act = STATES[name]
    folder: Path = pytestconfig.getoption("--screenshots") or tmp_path
    context = chromium.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    # The README shows the bundled articles only.
    page.goto((stocked if path.startswith(("/read", "/changes")) else server).url + path)
    act(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "something runs out of the window"
    page.screenshot(path=folder / f"{name}.png")
    _squeeze(folder / f"{name}.png")
    context.close()


def _squeeze(picture: Path) -> None:
    """A page needs few colours; 128 of them make the file a third as large."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)
