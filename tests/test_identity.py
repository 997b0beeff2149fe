"""Whose article a document may say it is."""

import json

import pytest

from corpus.article import IncomingArticle
from corpus.identity import same_site
from corpus.reader import read_bytes
from tests.documents import read


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.coast.com/a", "http://m.coast.com/b", True),
        ("https://news.coast.co.uk/a", "https://coast.co.uk", True),
        ("https://a.co.uk/a", "https://b.co.uk", False),
        ("https://ana.github.io/a", "https://bo.github.io/a", False),
        ("https://192.0.2.1/a", "https://192.0.2.1/b", True),
        ("https://192.0.2.1/a", "https://192.0.2.2/a", False),
        ("https://coast.com@evil.com/", "https://coast.com/", False),
        ("https://localhost/a", "https://localhost:81/b", True),
        ("no address", "no address", False),
    ],
)
def test_sites(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


FETCHED = "https://evil.com/feed"
VICTIM = {"title": "T", "body": "Not so.", "id": "a-17", "url": "https://reuters.com/world/1", "collection": "desk"}


def fetched(data: bytes, name: str) -> list[IncomingArticle]:
    found = [one.outcome for one in read_bytes(data, name, "default", url=FETCHED)]
    assert all(isinstance(one, IncomingArticle) for one in found), found
    return [one for one in found if isinstance(one, IncomingArticle)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", json.dumps(VICTIM).encode()),
        ("a.jsonl", json.dumps(VICTIM).encode() + b"\n" + json.dumps(VICTIM).encode()),
        ("a.csv", b"title,body,id,url,collection\nT,Not so.,a-17,https://reuters.com/world/1,desk\n"),
        ("a.md", b"---\ntitle: T\nid: a-17\nurl: https://reuters.com/world/1\ncollection: desk\n---\nNot so."),
    ],
)
def test_fetched_records_cannot_say_they_are_another_sites(name: str, data: bytes) -> None:
    for article in fetched(data, name):
        assert article.id != "a-17" and "reuters" not in str(article.url) and article.collection == "default"


def test_fetched_records_of_their_own_site_keep_their_address_and_stay_apart() -> None:
    lines = [{"body": f"Text {n}.", "url": f"https://www.evil.com/{n}", "id": "a-17"} for n in range(2)]
    found = fetched("\n".join(map(json.dumps, lines)).encode(), "a.jsonl")
    assert [one.url for one in found] == ["https://www.evil.com/0", "https://www.evil.com/1"]
    assert [one.id for one in found] == [None, None]
    nameless = fetched(b'[{"body": "One."}, {"body": "Two."}]', "a.json")
    assert len({one.id for one in nameless}) == 2


def test_a_relative_address_that_was_fetched_is_of_its_site() -> None:
    (article,) = fetched(b"---\ntitle: T\nurl: /posts/9/\n---\nIt opened.", "a.md")
    assert article.url == "https://evil.com/posts/9/"


def test_records_from_disk_are_taken_at_their_word() -> None:
    article = read(json.dumps(VICTIM).encode(), "a.json")
    assert (article.id, article.url, article.collection) == ("a-17", "https://reuters.com/world/1", "desk")
