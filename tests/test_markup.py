"""Bodies that are written in HTML where text was asked for: in records and tables."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from corpus.article import IncomingArticle
from corpus.markup import is_markup
from corpus.page import read_markup
from corpus.reader import read_bytes

BODY = (
    "<!-- wp:paragraph -->\n<p>The ferry stops for nine days,\nthe county &amp; its <a href='x'>operator</a> said.</p>\n\n"
    "<script>track('x');</script><figure><img src=x><figcaption>Photo: Ann</figcaption></figure><p>It sails again.</p>"
)
PLAIN = "The ferry stops for nine days, the county & its operator said.\nIt sails again."


def table(title: str, body: str) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([["title", "body"], [title, body]])
    return text.getvalue().encode()


FORMS: dict[str, Callable[[str, str], bytes]] = {
    "a.json": lambda title, body: json.dumps({"title": title, "body": body}).encode(),
    "a.jsonl": lambda title, body: json.dumps({"title": title, "body": body}).encode(),
    "a.csv": table,
}


@pytest.mark.parametrize("url", [None, "https://coast.example/a"])
@pytest.mark.parametrize("name", FORMS)
def test_a_body_in_html_is_stored_as_what_it_reads_as(name: str, url: str | None) -> None:
    (found,) = read_bytes(FORMS[name]("Ferry &#8216;stops&#8217;", BODY), name, "default", url=url)
    assert isinstance(found.outcome, IncomingArticle), found.outcome
    assert (found.outcome.title, found.outcome.body) == ("Ferry ‘stops’", PLAIN)


@pytest.mark.parametrize(
    "body", ["If a<b and c>d, then e.", "The tag <p> begins a paragraph.", "Fish & chips <at noon>.", "I <3 it."]
)
def test_signs_in_prose_are_no_markup(body: str) -> None:
    assert not is_markup(body)
    (found,) = read_bytes(FORMS["a.json"]("Q &amp; A", body), "a.json", "default")
    assert isinstance(found.outcome, IncomingArticle)
    assert (found.outcome.title, found.outcome.body) == ("Q &amp; A", body)


@pytest.mark.parametrize("body", ["One<br />two", "So <em>it</em> was", "<P class=x>It opened.", "<div>a</div>"])
def test_markup_is_known_by_what_prose_is_made_of(body: str) -> None:
    assert is_markup(body)


def test_lines_part_paragraphs_only_where_no_element_does() -> None:
    assert read_markup("It <em>opened</em>.\nIt closed.\n\nIt sank.").body == "It opened.\nIt closed.\nIt sank."
    assert read_markup("<p>It\nopened.</p>\n\nIt closed.").body == "It opened.\nIt closed."
    shown = read_markup(
        '[caption id="1" width="9"]<img src=x /> A pier[/caption]\n<b>It</b> opened.[gallery ids="1,2"]'
    )
    assert shown.body == "It opened."


def test_a_body_of_pictures_alone_fails_alone() -> None:
    rows = json.dumps([{"title": "A", "body": "<p><img src=x></p>"}, {"title": "B", "body": "<p>It opened.</p>"}])
    first, second = read_bytes(rows.encode(), "a.json", "default")
    assert isinstance(first.outcome, IncomingArticle) and first.outcome.body == ""
    assert isinstance(second.outcome, IncomingArticle) and second.outcome.body == "It opened."
