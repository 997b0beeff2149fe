"""Articles as content systems give them in JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput
from corpus.reader import read_bytes

HTML = "<p>The ferry <b>stops</b> &amp; waits.</p>\n<p>It sails again.</p>"
PLAIN = "The ferry stops & waits.\nIt sails again."
WHEN = datetime(2024, 4, 2, 6, tzinfo=UTC)
AT = "https://coast.example/2024/ferry/"
WORDPRESS: dict[str, Any] = {
    "id": 1, "date": "2024-04-02T08:00:00", "date_gmt": "2024-04-02T06:00:00", "guid": {"rendered": "https://coast.example/?p=1"},
    "status": "publish", "link": AT, "title": {"rendered": "Ferry &#8216;stops&#8217;"}, "author": 7,
    "content": {"rendered": HTML, "protected": False},
}  # fmt: skip
GHOST: dict[str, Any] = {
    "id": "65f0", "title": "Ferry ‘stops’", "html": HTML, "status": "published", "published_at": "2024-04-02T06:00:00.000Z",
    "created_at": "2024-04-01T06:00:00.000Z", "canonical_url": None,
}  # fmt: skip
DRUPAL: dict[str, Any] = {
    "type": "node--article", "id": "c1d2", "links": {"self": {"href": "https://coast.example/jsonapi/1"}},
    "attributes": {
        "drupal_internal__nid": 1, "langcode": "en", "status": True, "title": "Ferry ‘stops’",
        "created": "2024-04-02T06:00:00+00:00", "path": {"alias": "/ferry"},
        "body": {"value": HTML, "format": "basic_html", "processed": HTML, "summary": ""},
    },
}  # fmt: skip
ARC: dict[str, Any] = {
    "type": "story", "_id": "ABC", "canonical_url": "/2024/ferry/", "headlines": {"basic": "Ferry ‘stops’"},
    "first_publish_date": "2024-04-02T06:00:00Z", "credits": {"by": [{"type": "author", "name": "Ann"}]},
    "content_elements": [
        {"type": "text", "content": "The ferry <b>stops</b> &amp; waits."}, {"type": "image", "caption": "A pier"},
        {"type": "quote", "content_elements": [{"type": "text", "content": "It sails again."}]},
    ],
}  # fmt: skip
OWN = {"title": "Ferry ‘stops’", "body": PLAIN, "date": "2024-04-02T06:00:00Z"}


def found(value: object, name: str = "a.json") -> list[IncomingArticle]:
    outcomes = [one.outcome for one in read_bytes(json.dumps(value).encode(), name, "default")]
    assert all(isinstance(one, IncomingArticle) for one in outcomes), outcomes
    return outcomes  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("value", "authors", "url", "named"),
    [
        ([WORDPRESS], (), AT, None),
        (WORDPRESS, (), AT, None),
        ({**WORDPRESS, "_embedded": {"author": [{"id": 7, "name": "Ann"}]}}, ("Ann",), AT, None),
        ({"db": [{"meta": {}, "data": {"posts": [GHOST], "tags": []}}]}, (), None, "65f0"),
        ({"posts": [{**GHOST, "url": AT, "authors": [{"name": "Ann"}]}], "meta": {}}, ("Ann",), AT, "65f0"),
        ({"jsonapi": {}, "data": [DRUPAL]}, (), None, "c1d2"),
        ({"data": DRUPAL}, (), None, "c1d2"),
        (ARC, ("Ann",), None, "ABC"),
        ({"type": "results", "content_elements": [ARC]}, ("Ann",), None, "ABC"),
        ({"hits": {"total": 1, "hits": [{"_id": "e1", "_source": OWN}]}}, (), None, "e1"),
        ({"items": [{"sys": {}, "fields": {**OWN, "id": "c1"}}]}, (), None, "c1"),
        ({"response": {"status": "ok", "results": [{"id": "g1", "webUrl": AT, "fields": OWN}]}}, (), AT, "g1"),
        ({"@type": "NewsArticle", "headline": OWN["title"], "articleBody": PLAIN, "datePublished": "2024-04-02T06:00:00Z",
          "author": {"@type": "Person", "name": "Ann"}, "url": AT}, ("Ann",), AT, None),
    ],
)  # fmt: skip
def test_a_post_comes_with_its_title_text_time_and_address(
    value: object, authors: tuple[str, ...], url: str | None, named: str | None
) -> None:
    (article,) = found(value)
    assert (article.title, article.body, article.published_at) == ("Ferry ‘stops’", PLAIN, WHEN)
    assert (article.authors, article.url, article.id) == (authors, url, named)


def test_each_post_is_an_article_also_in_lines() -> None:
    other = {**WORDPRESS, "link": AT + "2"}
    assert [one.url for one in found([WORDPRESS, other])] == [AT, AT + "2"]
    lines = "\n".join(map(json.dumps, (WORDPRESS, other))).encode()
    assert [one.outcome.body for one in read_bytes(lines, "a.jsonl", "default")] == [PLAIN] * 2  # type: ignore[union-attr]


def test_what_is_not_published_is_left_out_and_said_to_be() -> None:
    drafts = [{**GHOST, "status": "draft"}, {"attributes": {**DRUPAL["attributes"], "status": False}}]
    *refused, taken = read_bytes(json.dumps({"posts": [*drafts, GHOST]}).encode(), "a.json", "default")
    assert all("not published" in str(one.outcome) for one in refused)
    assert isinstance(taken.outcome, IncomingArticle)


def test_an_article_of_ones_own_is_read_as_it_was() -> None:
    own = {**OWN, "data": [{"n": 1}], "fields": {"title": "other", "body": "other"}, "id": "x", "attributes": 3}
    (article,) = found(own)
    assert (article.title, article.body, article.id) == (OWN["title"], PLAIN, "x")
    assert found({"articles": []}) == []


def test_an_address_of_any_name_names_a_lone_article() -> None:
    (article,) = found({**OWN, "link": AT})
    assert (article.id, article.url) == (None, AT)


def test_of_what_holds_no_text_the_fields_are_named() -> None:
    (one,) = read_bytes(b'{"headline": "T", "lede": {"a": 1}, "paragraphs": []}', "a.json", "default")
    assert isinstance(one.outcome, InvalidInput)
    assert "Its fields are: headline, lede, paragraphs" in str(one.outcome)


@pytest.mark.parametrize("value", [{"db": 3}, {"data": {"data": {}}}, {"hits": [[]]}, {"posts": [None, 3]}, [[[]]]])
def test_envelopes_of_nothing_hurt_nobody(value: object) -> None:
    for one in read_bytes(json.dumps(value).encode(), "a.json", "default"):
        assert isinstance(one.outcome, InvalidInput)
