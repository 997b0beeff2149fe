"""A conversation on the chat page: follow-ups, settings, what is kept, shared and copied, and how an answer is shown."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browsing import Watched, ask_and_wait
from tests.running import Server

pytestmark = pytest.mark.browser

ILL = "How many people are ill in Quernby?"
BREAKWATER = "What broke the Skelmouth breakwater?"
LAMPS = "For how many hours was the lighthouse at Penmarrow Head dark?"
FIRST_FERRY = "When does the first ferry leave?"


def sent(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return body


@pytest.fixture
def chat(watched: Watched, stocked: Server) -> Iterator[Page]:
    """The chat page, which must neither complain nor ask another host."""
    yield watched.open(stocked.url)
    assert not [complaint for complaint in watched.complaints if "cannot be read" not in complaint]
    assert watched.hosts <= {stocked.url.removeprefix("http://")}


def test_a_follow_up_is_sent_with_what_was_said_and_shows_how_it_was_understood(chat: Page) -> None:
    ask_and_wait(chat, BREAKWATER)
    with chat.expect_request("**/v1/ask") as request:
        ask_and_wait(chat, "When did it begin to break?")
    history = sent(request.value)["history"]
    assert [turn["role"] for turn in history] == ["user", "assistant"]
    assert history[0]["content"] == BREAKWATER
    read = chat.get_by_label("How the question was read")
    expect(read).to_contain_text("Understood as “")
    with chat.expect_request("**/v1/ask") as request:
        chat.get_by_role("button", name="Ask again without heeding: Understood as").click()
    assert sent(request.value)["history"] == []
    expect(read).to_contain_text("Not heeded: the conversation")


def test_filters_narrow_what_is_asked_and_are_named(chat: Page) -> None:
    chat.locator("#filters summary").click()
    chat.get_by_label("Tarrow Coast Gazette").check()
    chat.get_by_label("Published from").fill("2024-01-01")
    chat.get_by_label("Language").select_option("en")
    expect(chat.locator("#filters-value")).to_have_text("Filters (3)")
    chat.keyboard.press("Escape")
    with chat.expect_request("**/v1/ask") as request:
        ask_and_wait(chat, "Which enzyme makes fireflies glow?")
    assert sent(request.value)["filters"] == {
        "publishers": ["Tarrow Coast Gazette"], "languages": ["en"], "published_from": "2024-01-01",
    }  # fmt: skip
    status = chat.locator(".turn-status")
    expect(status).to_contain_text("Only Tarrow Coast Gazette · Only in English · Published since 1 January 2024")
    outlets = chat.locator(".nearest .dateline bdi").all_text_contents()
    assert outlets and set(outlets) == {"Tarrow Coast Gazette"}
    with chat.expect_request("**/v1/ask") as request:
        chat.get_by_role("button", name="Ask without filters").click()
    assert "filters" not in sent(request.value)
    expect(chat.locator("#filters-value")).to_have_text("Filters")
    chat.locator("#filters summary").click()
    chat.get_by_label("Tarrow Coast Gazette").check()
    expect(chat.locator("#filters-value")).to_have_text("Filters (1)")
    chat.get_by_role("button", name="Clear filters").click()
    expect(chat.locator("#filters-value")).to_have_text("Filters")


def test_an_abstention_says_what_is_covered_and_shows_the_nearest_passages(chat: Page) -> None:
    expect(chat.locator("#hero-coverage")).to_contain_text("articles")
    ask_and_wait(chat, "Which enzyme makes fireflies glow?")
    expect(chat.locator(".abstention")).to_contain_text("10 December 2019 to 6 November 2025")
    expect(chat.locator(".nearest .source:visible")).to_have_count(3)
    words = chat.locator(".nearest [data-passage]").first.text_content()
    chat.locator(".nearest .source-title").first.click()
    expect(chat.locator("#panel mark").first).to_be_visible()
    marked = chat.locator("#panel mark").all_text_contents()
    assert "".join("".join(marked).split()) == "".join(str(words).split())


def test_differing_reports_are_told_once_each_with_its_source(chat: Page) -> None:
    ask_and_wait(chat, ILL)
    differences = chat.get_by_label("Differing reports")
    expect(differences).to_contain_text("Reports changed over time")
    assert differences.locator(".told-value").count() >= 2
    expect(chat.get_by_label("Notices")).to_have_count(0)
    number = differences.locator(".chip").last.get_attribute("data-chip")
    differences.locator(".chip").last.click()
    quote = chat.locator(f'[data-citation="{number}"]').text_content()
    expect(chat.locator("#panel mark")).to_have_text([str(quote)])


def test_who_speaks_is_said_beside_the_quote(chat: Page) -> None:
    ask_and_wait(chat, ILL)
    expect(chat.locator(".source-voice").first).to_contain_text("In the words of")


def test_copies_of_one_text_are_one_source(chat: Page) -> None:
    ask_and_wait(chat, LAMPS)
    expect(chat.locator(".sources .section-count")).to_contain_text("1 independent source")
    expect(chat.locator(".source-copies")).to_contain_text("The same text, counted once:")
    chat.locator(".answer .chip").first.click()
    expect(chat.locator("#panel")).to_contain_text("The same text elsewhere")
    expect(chat.locator("#panel .below a")).to_have_count(1)


def test_an_earlier_day_gives_its_wording_and_says_that_there_is_a_later_one(chat: Page) -> None:
    chat.locator("#as-of summary").click()
    chat.get_by_label("Answer as of this day").fill("2025-03-02")
    ask_and_wait(chat, FIRST_FERRY)
    expect(chat.locator(".answer")).to_contain_text("6:10")
    expect(chat.locator(".later")).to_contain_text("changed after that day")
    chat.locator(".answer .chip").first.click()
    expect(chat.locator("#panel .story-byline")).to_contain_text("an earlier wording, changed since")
    chat.locator("#panel").get_by_role("button", name="Revision 2").click()
    expect(chat.locator("#panel .story-text")).to_contain_text("6:20")
    expect(chat.get_by_role("link", name="What changed")).to_have_attribute("href", "/changes/ferry?from=1&to=2")
    with chat.expect_request("**/v1/ask") as request:
        chat.get_by_role("button", name="Ask as of today").click()
    assert "as_of" not in sent(request.value)
    expect(chat.locator("[data-turn]").last.locator(".answer")).to_contain_text("6:20")


def test_a_shared_link_restores_question_and_settings(chat: Page, stocked: Server) -> None:
    chat.locator("#as-of summary").click()
    chat.get_by_label("Answer as of this day").fill("2025-10-01")
    chat.locator("#filters summary").click()
    chat.get_by_label("Harbour Ledger").check()
    chat.keyboard.press("Escape")
    ask_and_wait(chat, BREAKWATER)
    chat.get_by_role("button", name="Copy link").click()
    expect(chat.get_by_role("button", name="Copied")).to_be_visible()
    link = str(chat.evaluate("navigator.clipboard.readText()"))
    assert link.startswith(f"{stocked.url}/?")
    other = chat.context.browser.new_context()  # type: ignore[union-attr]
    page = other.new_page()
    with page.expect_request("**/v1/ask") as request:
        page.goto(link)
    body = sent(request.value)
    assert (body["question"], body["as_of"]) == (BREAKWATER, "2025-10-01")
    assert body["filters"] == {"publishers": ["Harbour Ledger"]}
    expect(page.locator(".sources")).to_be_visible()
    expect(page.locator("#as-of-value")).to_have_text("1 October 2025")
    page.locator("#filters summary").click()
    expect(page.get_by_role("checkbox", name="Harbour Ledger")).to_be_checked()
    assert page.url == f"{stocked.url}/"
    other.close()


def test_conversations_are_kept_in_the_browser_and_can_be_opened_and_deleted(chat: Page) -> None:
    ask_and_wait(chat, BREAKWATER)
    ask_and_wait(chat, "Which enzyme makes fireflies glow?")
    chat.get_by_role("button", name="New conversation").click()
    ask_and_wait(chat, LAMPS)
    chat.reload()
    expect(chat.get_by_role("heading", name=LAMPS)).to_be_visible()
    expect(chat.locator(".sources")).to_be_visible()
    chat.get_by_role("button", name="History").click()
    items = chat.locator(".history-item")
    expect(items).to_have_count(2)
    expect(items.first).to_contain_text(LAMPS)
    expect(items.last).to_contain_text("2 questions")
    asked: list[str] = []
    chat.on("request", lambda request: asked.append(request.url))
    items.last.locator(".history-open").click()
    expect(chat.locator("[data-turn]")).to_have_count(2)
    expect(chat.locator(".abstention")).to_be_visible()
    chat.locator(".answer .chip").first.click()
    expect(chat.locator("#panel mark").first).to_be_visible()
    assert not [url for url in asked if url.endswith("/v1/ask")]
    chat.keyboard.press("Escape")
    chat.get_by_role("button", name="History").click()
    chat.get_by_role("button", name=f"Delete: {LAMPS}").click()
    expect(items).to_have_count(1)
    chat.get_by_role("button", name="Delete all").click()
    chat.get_by_role("button", name="Delete all 1 for good?").click()
    expect(chat.locator("#history-empty")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(chat.locator("#hero")).to_be_visible()
    assert chat.evaluate("localStorage.length") == 0
    chat.reload()
    expect(chat.locator("#hero")).to_be_visible()


def test_copying_as_text_gives_the_quotes_without_markup(chat: Page, stocked: Server) -> None:
    ask_and_wait(chat, BREAKWATER)
    chat.get_by_role("button", name="Copy as text").click()
    expect(chat.get_by_role("button", name="Copied")).to_be_visible()
    copied = str(chat.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(f"{BREAKWATER}\n\n")
    assert "\n[1] Harbour Ledger, 18 September 2025: Dredging" in copied
    assert f"{stocked.url}/read/" in copied
    assert "**" not in copied and "](" not in copied


def test_an_answer_is_announced_once_and_keeps_the_focus(chat: Page) -> None:
    chat.get_by_label("Your question").fill(BREAKWATER)
    chat.get_by_role("button", name="Ask", exact=True).click()
    chat.locator('[data-status="answered"]').wait_for()
    said = chat.locator("#announcer p")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("dredging in 2021")
    assert "[1]" not in str(said.text_content())
    assert chat.evaluate("document.activeElement.id") in ("question", "ask")


def test_nothing_is_animated_for_those_who_ask_for_that(chat: Page) -> None:
    ask_and_wait(chat, BREAKWATER)
    chat.locator(".answer .chip").first.click()
    expect(chat.locator("#panel mark").first).to_be_visible()
    assert chat.evaluate("document.getAnimations().length") == 0
    chat.emulate_media(reduced_motion="no-preference")
    names = "['.statement', '#panel'].map(name => getComputedStyle(document.querySelector(name)).animationName)"
    assert chat.evaluate(names) == ["appear", "enter"]


def test_a_starter_asks_with_one_press_and_the_question_box_is_next(chat: Page) -> None:
    starter = chat.locator(".starter").first
    question = starter.inner_text()
    starter.focus()
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("heading", name=question)).to_be_visible()
    expect(chat.get_by_label("Your question")).to_be_focused()


def test_everything_is_reached_from_the_keyboard(chat: Page) -> None:
    ask_and_wait(chat, BREAKWATER)
    first = "document.querySelector('a, button, input, textarea, summary').className"
    assert chat.evaluate(first) == "skip-link"
    chat.locator(".skip-link").focus()
    reached: list[str] = []
    while "ask" not in reached and len(reached) < 40:
        chat.keyboard.press("Tab")
        reached.append(chat.evaluate("(e => e.id || e.dataset.chip || e.textContent.trim())(document.activeElement)"))
        outline = chat.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        # The box around the question draws its focus.
        assert outline != "none" or reached[-1] == "question", reached
    wanted = ["articles-link", "new-conversation", "open-history", "1", "Copy as Markdown",
              "Copy link", "Ask again", "question", "As of today", "Filters", "ask"]  # fmt: skip
    places = [reached.index(name) for name in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_shifts_while_the_page_fills_and_answers(chat: Page, width: int) -> None:
    chat.set_viewport_size({"width": width, "height": 860})
    # As browsers do, what follows an input within half a second is not counted.
    chat.add_init_script("""
        window.shifts = [];
        new PerformanceObserver(list => list.getEntries().filter(entry => !entry.hadRecentInput).forEach(entry =>
            window.shifts.push([entry.value, entry.sources.map(source => source.node?.outerHTML?.slice(0, 80)).join()])
        )).observe({ type: "layout-shift", buffered: true });
    """)
    chat.reload()
    expect(chat.locator(".shelf-item").first).to_be_visible()
    expect(chat.locator("#hero-coverage")).not_to_be_empty()
    # Typed, as only keys are inputs: the question box grows with what is written.
    chat.get_by_label("Your question").press_sequentially(ILL)
    chat.keyboard.press("Enter")
    expect(chat.locator(".differences")).to_be_visible(timeout=15_000)
    chat.wait_for_timeout(600)  # so that the last input is half a second ago, also when the answer comes at once
    assert chat.evaluate("window.shifts") == []
    chat.evaluate("document.querySelector('.answer').before(document.createElement('hr'))")
    chat.wait_for_timeout(600)
    assert chat.evaluate("window.shifts") != []  # One would have been seen.


def test_a_conversation_that_cannot_be_read_is_let_go(chat: Page) -> None:
    broken = {"id": "b", "format": 1, "title": "x", "changed": "2026", "turns": [{"question": "x"}]}
    chat.evaluate(
        """broken => {
            localStorage.setItem("dateline.conversation.default.b", JSON.stringify(broken));
            localStorage.setItem("dateline.conversation.default.c", "{");
            sessionStorage.setItem("dateline.current.default", "b");
        }""",
        broken,
    )
    with chat.expect_console_message(lambda message: message.type == "warning"):
        chat.reload()
    expect(chat.locator("#hero")).to_be_visible()
    ask_and_wait(chat, BREAKWATER)
    expect(chat.locator(".sources")).to_be_visible()
    assert chat.title() == f"{BREAKWATER} - Dateline"


def test_the_page_states_its_language_title_and_description(chat: Page) -> None:
    assert chat.evaluate("document.documentElement.lang") == "en"
    assert chat.title() == "Dateline"
    assert len(str(chat.locator('meta[name="description"]').get_attribute("content"))) > 50
