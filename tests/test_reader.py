from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.reader import render_article
from corpus.article import Article

SEEN = datetime(2024, 5, 3, 7, tzinfo=UTC)


def article(body: str = "First line.\n\nSecond line.", **changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": "a-17", "revision": 2, "title": "Harbour reopens", "body": body, "publisher": "Coast Times",
        "authors": ("Ana Ruiz", "Bo Lee"), "url": "https://coast.example/p/9", "language": "en",
        "published_at": datetime(2024, 5, 3, 6, tzinfo=UTC), "updated_at": None, "first_seen_at": SEEN,
    }  # fmt: skip
    return Article(**(values | changes))


class Page(HTMLParser):
    """What a browser would make of the page: tags with their attributes, text of the story, text of the marks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: list[str] = []
        self.paragraphs: list[str] = []
        self._open: list[str] = []
        self._in_story = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        self._in_story = self._in_story or dict(attrs).get("class") == "story-text"
        if tag == "mark":
            self.marks.append("")
        if tag == "p" and self._in_story:
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._in_story = False
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "mark" in self._open:
            self.marks[-1] += data
        if self._in_story and "p" in self._open:
            self.paragraphs[-1] += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_says_what_the_article_is() -> None:
    html = render_article(article(), None, None, (1, 2, 3))
    for words in ("Harbour reopens", "Coast Times", "Ana Ruiz, Bo Lee", "3 May 2024, 06:00 UTC", "Revision 2 of 3"):
        assert words in html
    page = Page(html)
    assert page.paragraphs == ["First line.", "Second line."]
    assert page.attributes("article")[0]["lang"] == "en"
    assert all(p.get("dir") == "auto" for p in page.attributes("p") if not p.get("class"))
    assert {"/web/style.css", "/web/reader.css"} <= {link["href"] for link in page.attributes("link")}
    assert [a["href"] for a in page.attributes("a") if "/read/" in str(a["href"])] == [
        "/read/a-17?rev=1",
        "/read/a-17?rev=3",
    ]


def test_the_span_is_marked_in_code_points() -> None:
    body = "🚢👩‍🍳 x\u0323\u0301 crowds. The port reopened.\nNext."
    start = body.index("The port")
    page = Page(render_article(article(body), start, start + len("The port reopened."), ()))
    assert page.marks == ["The port reopened."]
    assert page.attributes("mark") == [{"id": "passage"}]
    assert {"href": "#passage"} in page.attributes("a")


def test_a_span_over_paragraphs_is_marked_in_each_and_has_one_anchor() -> None:
    body = "One two.\n\n \nThree four.\nFive."
    page = Page(render_article(article(body), 4, body.index(" four"), ()))
    assert page.marks == ["two.", "Three"]
    assert page.attributes("mark") == [{"id": "passage"}, {}]


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, None), (0, None), (None, 4), (-1, 4), (4, 4), (5, 4), (0, 10_000), (10_000, 10_001), (11, 13)],
)
def test_a_bad_span_marks_nothing(start: int | None, end: int | None) -> None:
    page = Page(render_article(article(), start, end, ()))
    assert page.marks == []
    assert page.paragraphs == ["First line.", "Second line."]


def test_hostile_text_stays_text() -> None:
    evil = "<script>alert(1)</script> <img src=x onerror=alert(1)> \"' &amp; ![x](http://evil.example/p.png)"
    hostile = article(
        evil, title=evil, publisher=evil, authors=(evil,), language='"><script>', id='"><script>', collection=evil
    )
    page = Page(render_article(hostile, 0, 8, (1, 2)))
    assert [s.get("src") for s in page.attributes("script")] == ["/web/reader.js"]
    assert page.attributes("img") == []
    assert page.paragraphs == [evil]
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://a.example", "http://[", "https://", "", None],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert "Source:" not in render_article(article(url=url), None, None, ())


def test_the_source_is_linked_by_its_host_and_without_a_referrer() -> None:
    html = render_article(article(url="https://coast.example@evil.example/?a=1&b=2"), None, None, ())
    link = next(a for a in Page(html).attributes("a") if a.get("rel"))
    assert link["href"] == "https://coast.example@evil.example/?a=1&b=2"
    assert link["rel"] == "noopener noreferrer"
    assert "Source: evil.example" in html


def test_an_earlier_wording_says_so() -> None:
    assert "earlier wording" in render_article(article(is_current=False), None, None, (2, 3))


def test_what_is_not_known_is_left_out() -> None:
    bare = article(publisher=None, authors=(), url=None, language=None, published_at=None)
    html = render_article(bare, None, None, ())
    assert "None" not in html
    assert "lang" not in Page(html).attributes("article")[0]


def test_links_to_revisions_keep_the_collection_and_escape_the_id() -> None:
    html = render_article(article(id="https://a.example/x?y", collection="desk two"), None, None, (1, 2))
    assert "/read/https%3A%2F%2Fa.example%2Fx%3Fy?rev=1&collection=desk+two" in unescape(html)


@given(st.text(alphabet="ab <>&\"'🚢\u0301\nא"), st.integers(-2, 40), st.integers(-2, 40))
def test_any_body_and_span_give_the_body_back(body: str, start: int, end: int) -> None:
    page = Page(render_article(article(body), start, end, ()))
    assert page.paragraphs == [line for line in body.split("\n") if line.strip()]
    expected = body[start:end] if 0 <= start < end <= len(body) else ""
    assert page.marks == [line for line in expected.split("\n") if line.strip()]
