"""The question box on the chat page: that it fits, what it is set to, and questions that are long."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from api.request_schemas import MOST_QUESTION
from tests.browsing import Watched, ask, ask_and_wait, push
from tests.running import Server

pytestmark = pytest.mark.browser

BREAKWATER = "What broke the Skelmouth breakwater?"
SETTINGS = {
    "as_of": "2025-09-30", "publisher": ["Harbour Ledger", "Skelmouth Courier"], "language": "en",
    "published_from": "2020-01-01", "policy": "mark",
}  # fmt: skip


@pytest.fixture
def chat(watched: Watched, server: Server) -> Iterator[Page]:
    """The chat page, which must not complain."""
    yield watched.open(server.url)
    assert watched.complaints == []


def link(server: Server, question: str, **settings: Any) -> str:
    return f"{server.url}/?{urlencode({'q': question, **settings}, doseq=True)}"


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def answered(page: Page) -> None:
    page.locator('[data-turn][data-status="answered"]').wait_for()


@pytest.mark.parametrize("width", [320, 375, 430, 600, 820])
@pytest.mark.parametrize("is_beside", [False, True])
def test_the_box_fits_with_a_day_and_filters_set(chat: Page, server: Server, width: int, is_beside: bool) -> None:
    chat.set_viewport_size({"width": width, "height": 800})
    chat.goto(link(server, BREAKWATER, **SETTINGS))
    answered(chat)
    expect(chat.locator("#filters-value")).to_have_text("Filters (4)")
    if is_beside:
        chat.locator(".answer .chip").first.click()
        expect(chat.locator("#panel mark").first).to_be_visible()
    assert fits(chat)
    box = chat.locator("#composer").bounding_box()
    assert box
    for name in ("#question", "#as-of summary", "#filters summary", "#ask"):
        part = chat.locator(name).bounding_box()
        assert part and box["x"] <= part["x"] and part["x"] + part["width"] <= box["x"] + box["width"], name


def test_the_day_and_filters_are_those_of_the_last_turn_after_a_reload_and_from_the_history(
    chat: Page, server: Server
) -> None:
    chat.goto(link(server, BREAKWATER, **SETTINGS))
    answered(chat)
    chat.reload()
    expect(chat.locator(".turn-status")).to_contain_text("As of 30 September 2025")
    expect(chat.locator("#as-of-value")).to_have_text("30 September 2025")
    expect(chat.locator("#filters-value")).to_have_text("Filters (4)")
    chat.get_by_role("button", name="New conversation").click()
    chat.locator("#as-of summary").click()
    chat.get_by_role("button", name="Back to today").click()
    chat.locator("#filters summary").click()
    chat.get_by_role("button", name="Clear filters").click()
    chat.keyboard.press("Escape")
    chat.get_by_role("button", name="History").click()
    chat.locator(".history-open").click()
    expect(chat.locator("#as-of-value")).to_have_text("30 September 2025")
    with chat.expect_request("**/v1/ask") as request:
        ask_and_wait(chat, "Who led the inquiry?")
    sent = json.loads(request.value.post_data or "{}")
    assert (sent["as_of"], sent["filters"]["publishers"]) == ("2025-09-30", SETTINGS["publisher"])


def test_what_was_asked_again_without_filters_is_followed_up_without_them(chat: Page, server: Server) -> None:
    chat.goto(link(server, "Which enzyme makes fireflies glow?", **SETTINGS))
    chat.get_by_role("button", name="Ask without filters").click()
    expect(chat.locator("#filters-value")).to_have_text("Filters")
    expect(chat.locator("#as-of-value")).to_have_text("30 September 2025")


@pytest.mark.parametrize(
    ("settings", "remark"),
    [
        ({"as_of": "garbage"}, "The link says as of “garbage”, which cannot be read and was left out."),
        ({"as_of": "2025-02-30"}, "The link says as of “2025-02-30”, which cannot be read and was left out."),
        (
            {"published_to": "x" * 60, "ignore": ["names", "dreams"]},
            f"The link says published to “{'x' * 40}…” and to ignore “dreams”, which cannot be read and were left out.",
        ),
        ({"as_of": "2025-12-01", "ignore": "names"}, None),
    ],
)
def test_what_cannot_be_read_of_a_link_is_said(
    chat: Page, server: Server, settings: dict[str, Any], remark: str | None
) -> None:
    chat.goto(link(server, BREAKWATER, **settings))
    answered(chat)
    expect(chat.locator(".turn-remark")).to_have_text([remark] if remark else [])


def test_a_collection_that_cannot_be_is_explained(watched: Watched, server: Server) -> None:
    words = "The collection name 'Bad Name!' is not valid: use up to 63 lower-case letters, digits, '-' and '_'."
    page = watched.open(f"{server.url}/?collection=Bad+Name!")
    expect(page.locator("#refusal")).to_have_text(words)
    ask(page, BREAKWATER)
    expect(page.get_by_role("alert").locator("p").first).to_have_text(words)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("#refusal")).to_be_hidden()


def test_a_question_near_the_limit_is_counted_and_one_over_it_is_kept(chat: Page) -> None:
    box, line, button = chat.get_by_label("Your question"), chat.locator("#question-length"), chat.locator("#ask")
    box.fill("🚢" * 1_000)
    expect(line).to_be_hidden()
    box.fill("🚢" * 3_999 + "\n")
    expect(line).to_have_text("3,999 of 4,000 characters")
    expect(button).to_be_enabled()
    box.fill("🚢" * (MOST_QUESTION + 1))
    expect(line).to_have_text("1 character too many: a question has at most 4,000.")
    expect(button).to_be_disabled()
    expect(chat.locator("#announcer")).to_contain_text("too many")
    chat.keyboard.press("Enter")
    expect(box).to_have_value("🚢" * (MOST_QUESTION + 1))
    expect(chat.locator("[data-turn]")).to_have_count(0)
    box.fill("short")
    expect(line).to_be_hidden()
    expect(button).to_be_enabled()


def test_a_link_with_a_question_over_the_limit_leaves_it_in_the_box(chat: Page, server: Server) -> None:
    chat.goto(link(server, "why " * 1_200, as_of="2025-09-30"))
    expect(chat.locator("#question-length")).to_have_text("799 characters too many: a question has at most 4,000.")
    expect(chat.locator("#as-of-value")).to_have_text("30 September 2025")
    expect(chat.locator("[data-turn]")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_question_is_cut_in_its_heading_until_it_is_asked_for(chat: Page, width: int) -> None:
    chat.set_viewport_size({"width": width, "height": 800})
    question = "What broke the breakwater at Skelmouth? " * (MOST_QUESTION // 40)
    ask(chat, question)
    heading = chat.locator(".turn-question")
    expect(heading).to_be_visible()
    lines = "e => Math.round(e.clientHeight / parseFloat(getComputedStyle(e).lineHeight))"
    assert heading.evaluate(lines) == 4
    more = chat.locator(".turn-rest")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    assert heading.evaluate(lines) > 10
    more.click()
    assert heading.evaluate(lines) == 4


def test_a_question_of_a_few_lines_is_shown_whole(chat: Page) -> None:
    ask_and_wait(chat, f"{BREAKWATER} " * 6)
    expect(chat.locator(".turn-question")).to_be_visible()
    expect(chat.locator(".turn-rest")).to_be_hidden()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("before 3 May 2024", "until 2 May 2024"),
        ("until 3 May 2024", "until 3 May 2024"),
        ("between 1 May 2024 and 3 May 2024", "1 May 2024 to 3 May 2024"),
        ("on 3 May 2024", "3 May 2024"),
        ("after 31 December 2023", "1 January 2024 to 1 February 2024"),
        ("since 31 December 2023", "31 December 2023 to 1 February 2024"),
    ],
)
def test_the_days_that_a_question_was_read_as_are_those_looked_at(
    chat: Page, server: Server, said: str, shown: str
) -> None:
    chat.goto(
        link(server, f"What happened in Skelmouth {said}?", as_of="2024-02-01" if "December" in said else "2025-12-01")
    )
    named = said.removeprefix("on ")
    expect(chat.get_by_label("How the question was read")).to_contain_text(f"Reading “{named}” as {shown}×")


def test_a_filter_that_a_link_sets_can_be_seen_and_taken_back(chat: Page, server: Server) -> None:
    chat.goto(link(server, BREAKWATER, publisher="Harbour Ledger", language="en"))
    chat.locator("#filters summary").click()
    expect(chat.get_by_label("Language")).to_have_value("en")
    outlet = chat.locator(".filter-outlet").filter(has_text="Harbour Ledger")
    expect(outlet.get_by_role("checkbox")).to_be_checked()
    expect(outlet.locator(".filter-count")).not_to_be_empty()


def test_a_word_longer_than_the_line_breaks_everywhere(watched: Watched, own_server: Server) -> None:
    word = "Krummhorn" * 40
    push(
        own_server,
        {"id": "long", "title": f"{word} opens", "publisher": word, "authors": [word], "url": f"https://{'a' * 60}.example/{word}",
         "body": f"The {word} opened on 3 May 2024. The mayor Ida Vale said “{word}” was a success.", "collection": "long"},
        {"id": "none", "title": "Ferry", "body": "The ferry left the quay at noon on Friday.", "collection": "long"},
    )  # fmt: skip
    watched.page.set_viewport_size({"width": 360, "height": 800})
    page = watched.open(f"{own_server.url}/?collection=long")
    expect(page.locator(".shelf-item").first).to_be_visible()
    assert overflowing(page) == []
    ask_and_wait(page, f"When did the {word} open, says “{word}”?")
    assert overflowing(page) == []
    page.locator("[data-turn] .source-title").first.click()
    expect(page.locator("#panel h2")).to_be_visible()
    assert overflowing(page) == []
    page.keyboard.press("Escape")
    ask_and_wait(page, f"Which enzyme makes {'firefly' * 60} glow?")
    expect(page.locator(".abstention")).to_be_visible()
    assert overflowing(page) == []
    page.get_by_role("button", name="History").click()
    assert overflowing(page) == []
    for path in ("/articles?collection=long", f"/articles?collection=long&q={word}", "/read/long?collection=long"):
        page.goto(own_server.url + path)
        assert overflowing(page) == [], path


def overflowing(page: Page) -> list[str]:
    """What is shown of the page and reaches over its right edge, or holds more than fits without cutting it off."""
    return list(
        page.evaluate("""[...document.body.querySelectorAll("*")].filter(e => {
            const box = e.getBoundingClientRect(), style = getComputedStyle(e);
            // A chip's room for a fingertip and the ground under the question box are larger than these.
            if (!e.checkVisibility() || e.matches(".chip, .composer-dock") || style.position === "absolute" || box.width <= 1) return false;
            const spills = style.overflowX === "visible" && style.display !== "inline" && e.scrollWidth > e.clientWidth + 1;
            return box.right > innerWidth + 1 || spills;
        }).map(e => `${e.tagName}#${e.id}.${e.className} ${e.textContent.slice(0, 30)}`)""")
    )
