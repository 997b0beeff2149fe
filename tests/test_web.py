"""The chat page in a real browser against a real server, sometimes over a bad line."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browsing import DONE, Watched, ask, push
from tests.running import Server

pytestmark = pytest.mark.browser

QUESTION = "Why does Putin avoid a meeting with Zelenskiy?"
UNKNOWN = "Which enzyme makes fireflies glow?"


def test_how_the_question_was_read_is_shown_and_taken_back_with_a_click(watched: Watched, server: Server) -> None:
    page = watched.open(server.url)
    ask(page, "What did the Skelmouth Courier write in November 2024?")
    read = page.get_by_label("How the question was read")
    expect(read).to_contain_text("Looking in Skelmouth Courier first")
    expect(read).to_contain_text("Reading “in November 2024” as 1 November 2024 to 30 November 2024")
    done = page.locator("[data-turn]" + DONE)
    expect(done).to_be_visible()
    page.get_by_role("button", name="Ask again without heeding: Looking in").click()
    expect(read).to_contain_text("Not heeded: outlets")
    expect(read).not_to_contain_text("Looking in")
    expect(read).to_contain_text("in November 2024")
    expect(done).to_be_visible()
    page.get_by_role("button", name="Heed again").click()
    expect(read).to_contain_text("Looking in Skelmouth Courier first")
    assert watched.complaints == []


def test_the_empty_page_says_what_is_covered_and_offers_articles(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    expect(page.locator("#hero-coverage")).to_contain_text("articles")
    expect(page.locator("#hero-coverage")).to_contain_text("2025")
    first = page.locator(".shelf-item").first
    title = first.inner_text()
    first.click()
    expect(page.locator("#panel h2")).to_have_text(title)
    expect(page.locator("#panel mark")).to_have_count(0)


def test_an_answer_has_statements_chips_and_sources(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, QUESTION)
    expect(page.locator(".sources")).to_be_visible()
    chips = page.locator(".answer [data-chip]").evaluate_all("chips => chips.map(chip => chip.dataset.chip)")
    quotes = page.locator("[data-citation]").evaluate_all("quotes => quotes.map(quote => quote.dataset.citation)")
    assert page.locator(".answer [data-statement]").count() >= 1
    assert sorted(set(chips)) == sorted(quotes) == [str(n + 1) for n in range(len(quotes))]
    expect(page.locator(".sources")).to_contain_text(f"{len(quotes)} passages")
    expect(page.locator(".sources")).to_contain_text("independent source")
    assert watched.complaints == []
    assert watched.hosts == {urlsplit(server.url).netloc}


def test_a_chip_opens_the_article_at_the_exact_quote(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, QUESTION)
    expect(page.locator(".sources")).to_be_visible()
    quote = page.locator(".source-quote").first.inner_text()
    page.locator(".answer .chip").first.click()
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    assert "\n".join(page.locator("#panel mark").all_text_contents()) == quote
    expect(page.locator("#panel")).to_contain_text("Revision 1")
    link = page.get_by_role("link", name="Open as a page").get_attribute("href")
    page.goto(f"{server.url}{link}")
    assert page.locator("mark").first.text_content() == quote
    expect(page.locator("#passage")).to_be_in_viewport()


def test_a_quote_after_the_emoji_of_a_bundled_article_is_marked_exactly(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, "How much did Lantern Tide 2024 cost?")
    expect(page.locator(".source-title").filter(has_text="🏮").first).to_be_visible()
    page.locator(".answer .chip").first.click()
    quote = page.locator(".source-quote").first.text_content()
    expect(page.locator("#panel mark")).to_have_text([str(quote)])
    assert "£142,000" in str(quote)


def test_a_quote_after_emoji_and_combining_marks_is_marked_exactly(own_server: Server, watched: Watched) -> None:
    sentence = "The tall ships 🎉 docked at Mallin quay at noon on Saturday."
    before = "🚢🚢 Crowds came early 👨‍👩‍👧‍👦 and the x\u0323\u0301 garlands flew over Mallin.\n\nBells rang 👩‍🍳."
    body = f"{before} {sentence} Nobody slept."
    push(
        own_server,
        {"title": "Tall ships reach Mallin", "body": body, "publisher": "Harbour Echo", "collection": "harbour"},
    )
    page = watched.open(f"{own_server.url}/?collection=harbour")
    ask(page, "When did the tall ships dock at Mallin quay?")
    expect(page.locator(".sources")).to_be_visible()
    for n in range(page.locator(".source-quote").count()):
        quote = page.locator(".source-quote").nth(n).text_content()
        page.locator(".source-number").nth(n).click()
        expect(page.locator("#panel mark")).to_have_text([str(quote)])
    assert sentence in page.locator(".source-quote").all_text_contents()


def test_hovering_or_focusing_a_chip_shows_the_quote(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, QUESTION)
    expect(page.locator(".sources")).to_be_visible()
    quote = page.locator(".source-quote").first.inner_text()
    page.locator(".answer .chip").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(quote)
    expect(page.get_by_role("tooltip")).to_contain_text("Dateline Explainer, 20 August 2025")
    expect(page.get_by_role("tooltip")).not_to_contain_text("false")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.mouse.move(0, 0)
    page.locator(".answer .chip").first.focus()
    expect(page.get_by_role("tooltip")).to_contain_text(quote)


def test_escape_closes_the_panel_and_gives_the_focus_back(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, QUESTION)
    chip = page.locator(".answer .chip").first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(chip).to_be_focused()


def test_on_a_phone_the_panel_is_a_dialog_that_back_closes(server: Server, watched: Watched) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 800})
    page = watched.open(server.url)
    ask(page, QUESTION)
    page.locator(".answer .chip").first.click()
    expect(page.get_by_role("dialog", name="Article")).to_be_visible()
    assert page.evaluate("document.getElementById('main').inert")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator(".answer .statement").first).to_be_visible()


def test_an_abstention_is_shown_as_one_with_the_nearest_passages(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, UNKNOWN)
    expect(page.locator(".abstention")).to_be_visible()
    expect(page.locator(".turn-status")).to_contain_text("No answer")
    assert page.locator(".answer, .sources, .failure").count() == 0
    page.locator(".nearest summary").click()
    text = page.locator(".nearest .source-quote").first.inner_text()
    page.locator(".nearest .source-title").first.click()
    expect(page.locator("#panel mark").first).to_be_visible()
    assert (page.locator("#panel mark").first.text_content() or "?") in text


def test_a_question_as_of_a_day_before_everything_is_not_answered(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    page.locator("#as-of summary").click()
    page.get_by_label("Answer as of this day").fill("2001-01-01")
    with page.expect_request("**/v1/ask") as sent:
        ask(page, QUESTION)
    assert json.loads(sent.value.post_data or "")["as_of"] == "2001-01-01"
    expect(page.locator(".abstention")).to_be_visible()
    expect(page.locator(".turn-status")).to_contain_text("As of 1 January 2001")


def test_hostile_text_is_shown_as_text(own_server: Server, watched: Watched) -> None:
    evil = "<img src=http://evil.example/x.png onerror=alert(1)>"
    body = (
        f"Inspectors found the zorbium leak {evil} at the Harrowgate plant on 3 May 2024. "
        "![x](http://evil.example/p.png)\n\n<script>document.title='owned'</script> The zorbium plant at Harrowgate "
        "was closed. **Ignore** [this](javascript:alert(1))."
    )
    title = "<script>alert(1)</script> Zorbium leak ![t](http://evil.example/t.png)"
    push(
        own_server,
        {"title": title, "body": body, "publisher": "<b>Evil</b> Post", "url": "https://evil.example/a?<script>"},
    )
    page = watched.open(own_server.url)
    ask(page, "Where did inspectors find the zorbium leak?")
    expect(page.locator(".answer")).to_contain_text(evil)
    expect(page.locator(".source-title").first).to_have_text(title)
    page.locator(".answer .chip").first.hover()
    page.locator(".answer .chip").first.click()
    expect(page.locator("#panel")).to_contain_text("<script>document.title='owned'</script>")
    expect(page.locator("#panel mark").first).to_contain_text(evil)
    assert page.locator("main img, main script, #panel img, #panel script").count() == 0
    page.goto(f"{own_server.url}{page.get_by_role('link', name='Open as a page').get_attribute('href')}")
    expect(page.locator("mark")).to_contain_text(evil)
    assert "owned" not in page.title()
    assert watched.complaints == []
    assert watched.hosts == {urlsplit(own_server.url).netloc}


def test_copying_gives_markdown_with_the_citations(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, QUESTION)
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(f"**{QUESTION}**\n")
    assert "[1]" in copied
    assert "\n1. “" in copied
    assert f"[passage](<{server.url}/read/" in copied


def test_follow_ups_stack_and_a_new_conversation_clears_them(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    ask(page, QUESTION)
    expect(page.locator(".sources")).to_have_count(1)
    ask(page, UNKNOWN)
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.get_by_role("heading", name=UNKNOWN)).to_be_in_viewport()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#hero")).to_be_visible()


def test_events_are_read_wherever_the_chunks_are_cut(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    text = ": hello\r\nevent: a\r\nid: 1\r\ndata: é🚢\r\n\r\ndata: x\rdata:  y\r\r: ping\n\nevent: b\ndata\n\n"
    text += "event: none\n\ndata: cut off"
    read = """async ([text, size]) => {
        const { eventsOf } = await import("/web/sse.js");
        const bytes = new TextEncoder().encode(text);
        let at = 0;
        const stream = new ReadableStream({ pull(c) {
            if (at >= bytes.length) return c.close();
            c.enqueue(bytes.slice(at, at + size)); at += size;
        }});
        const found = [];
        for await (const e of eventsOf(stream)) found.push([e.event, e.data]);
        return found;
    }"""
    for size in (1, 2, 3, 5, 7, 1000):
        assert page.evaluate(read, [text, size]) == [["a", "é🚢"], ["message", "x\n y"], ["b", ""]], size


def test_offsets_are_converted_as_python_counts(server: Server, watched: Watched) -> None:
    page = watched.open(server.url)
    text = "a🚢e\u0301👩‍🍳\n𝔘z"
    cut = "async ([t, s, e]) => (await import('/web/offsets.js')).sliceCodePoints(t, s, e)"
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 1):
            assert page.evaluate(cut, [text, start, end]) == text[start:end]
    bad_spans: list[list[object]] = [[-1, 2], [2, 1], [0, len(text) + 1], [1.5, 2], [None, 2]]
    for span in bad_spans:
        assert page.evaluate(cut, [text, *span]) is None


@dataclass
class BadLine:
    """A relay in front of the server: cuts streams into small pieces, and can hold, cut or refuse questions."""

    url: str
    hold_after: str | None = None
    cut_after: str | None = None
    refusal: dict[str, Any] | None = None
    go_on: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def bad_line(server: Server) -> Iterator[BadLine]:
    line = BadLine("")

    class Relay(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.relay(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if line.refusal is None:
                self.relay(body)
                return
            self.send_response(line.refusal["status"])
            self.send_header("Content-Type", "application/problem+json")
            self.end_headers()
            self.wfile.write(json.dumps(line.refusal).encode())

        def relay(self, body: bytes | None) -> None:
            upstream = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
            kept = {name: self.headers[name] for name in ("Accept", "Content-Type") if self.headers[name]}
            upstream.request(self.command, self.path, body, kept)
            response = upstream.getresponse()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            try:
                self.pass_on(response, is_stream="event-stream" in (response.getheader("Content-Type") or ""))
            except (BrokenPipeError, ConnectionResetError):
                pass  # The page has stopped listening, as it may.
            finally:
                upstream.close()

        def pass_on(self, response: http.client.HTTPResponse, *, is_stream: bool) -> None:
            event = ""
            for row in response:
                for at in range(0, len(row), 7) if is_stream else [0]:
                    self.wfile.write(row[at : at + 7] if is_stream else row)
                    self.wfile.flush()
                event = row.decode().removeprefix("event:").strip() if row.startswith(b"event:") else event
                if is_stream and not row.strip():
                    if event == line.cut_after:
                        return
                    if event == line.hold_after:
                        line.go_on.wait(20)

    relay = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    line.url = f"http://127.0.0.1:{relay.server_port}"
    thread = threading.Thread(target=relay.serve_forever, daemon=True)
    thread.start()
    yield line
    line.go_on.set()
    relay.shutdown()
    relay.server_close()
    thread.join()


def test_stop_keeps_what_was_already_said(bad_line: BadLine, watched: Watched) -> None:
    bad_line.hold_after = "answer.delta"
    page = watched.open(bad_line.url)
    ask(page, QUESTION)
    expect(page.locator(".statement")).to_have_count(1)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".stopped")).to_contain_text("already checked is kept")
    expect(page.locator(".statement")).to_have_count(1)
    bad_line.hold_after = None
    bad_line.go_on.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".sources")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)


def test_what_is_shown_does_not_move_while_the_rest_arrives(bad_line: BadLine, watched: Watched) -> None:
    bad_line.hold_after = "answer.delta"
    page = watched.open(bad_line.url)
    ask(page, QUESTION)
    chip = page.locator(".answer .chip").first
    chip.wait_for()
    time.sleep(0.2)  # The scroll to the new question has ended.
    before = chip.bounding_box()
    bad_line.hold_after = None
    bad_line.go_on.set()
    expect(page.locator(".sources")).to_be_visible()
    assert chip.bounding_box() == before


def test_a_connection_that_breaks_is_explained_and_can_be_tried_again(bad_line: BadLine, watched: Watched) -> None:
    bad_line.cut_after = "answer.delta"
    page = watched.open(bad_line.url)
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("connection broke")
    bad_line.cut_after = None
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sources")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_problem_is_shown_in_its_own_words(bad_line: BadLine, watched: Watched) -> None:
    bad_line.refusal = {"status": 503, "detail": "the article store cannot be read: the disk is full"}
    page = watched.open(bad_line.url)
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("The article store cannot be read: the disk is full.")


def test_a_server_that_is_gone_is_named_as_such(bad_line: BadLine, watched: Watched) -> None:
    page = watched.open(bad_line.url)
    expect(page.locator(".shelf-item").first).to_be_visible()
    page.context.set_offline(True)
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
