"""Feeds and sitemaps that are polled again and again."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.errors import InvalidInput, NotFound
from tests.collecting import polled, settings_for, titles
from tests.commands import dateline
from tests.running import serve
from tests.web import Web, item, opened, page, rss


@pytest.fixture
def engine(data_folder: Path) -> Iterator[Engine]:
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        yield engine


def test_a_subscription_takes_only_what_is_new_or_changed(engine: Engine, web: Web) -> None:
    web.gives("/a", page("A"))
    url = web.gives("/feed", rss(item("/a", "A")), "application/rss+xml", ETag='"1"')
    engine.feeds.add("default", url)
    with pytest.raises(InvalidInput, match="already"):
        engine.feeds.add("default", url)
    (first,) = polled(engine)
    assert (first.added, first.total) == (1, 2)
    (again,) = polled(engine)
    assert again.total == 1 and web.asked["/a"] == 1 and web.headers["/feed"]["if-none-match"] == '"1"'
    web.gives("/b", page("B"))
    web.gives("/feed", rss(item("/b", "B"), item("/a", "A")), "application/rss+xml", ETag='"2"')
    (third,) = polled(engine)
    assert (third.added, third.total) == (1, 2) and web.asked["/a"] == 1
    web.gives("/feed", b"", status=304)
    assert polled(engine)[0].failed == 0
    (feed,) = engine.feeds.all()
    assert feed.title == "Coast Times" and feed.failures == 0 and feed.next_poll_at > datetime.now(UTC)
    assert engine.collector.poll() == [], "not due yet"
    engine.feeds.remove("default", url)
    with pytest.raises(NotFound):
        engine.feeds.remove("default", url)
    assert titles(engine) == {"A reopens", "B reopens"}, "the articles stay"


def test_a_feed_is_left_alone_for_as_long_as_it_asks(engine: Engine, web: Web) -> None:
    engine.feeds.add("default", web.gives("/feed", b"", status=503, Retry_After="7200"))
    (job,) = polled(engine)
    assert job.failed == 1 and "status 503" in job.failures[0].reason
    (feed,) = engine.feeds.all()
    assert feed.failures == 1 and feed.error and feed.next_poll_at - datetime.now(UTC) > timedelta(minutes=110)


def test_a_failing_feed_is_left_alone_for_longer_each_time(engine: Engine, web: Web) -> None:
    engine.feeds.add("default", web.gives("/feed", b"<rss", "text/xml"))
    for _ in range(4):
        polled(engine)
    (feed,) = engine.feeds.all()
    assert feed.failures == 4 and feed.next_poll_at - datetime.now(UTC) > timedelta(minutes=100)


def test_a_site_that_asks_to_be_left_alone_is_polled_by_nobody_until_then(data_folder: Path, web: Web) -> None:
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        engine.feeds.add("default", web.gives("/feed", b"", status=429, Retry_After="7200"))
        engine.feeds.add("default", web.gives("/other", rss(), "application/rss+xml"))
        (job,) = polled(engine)
        assert job.failed == 1 and "status 429 and is left alone until" in job.failures[0].reason
        assert [notice.url for notice in job.notices] == [web.url + "/other"], "of one host"
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        (again,) = polled(engine)
        assert (again.failed, again.done) == (0, 2)
        assert all("left alone until" in notice.message for notice in again.notices) and len(again.notices) == 2
        assert (web.asked["/feed"], web.asked["/other"]) == (1, 0)
        first, second = engine.feeds.all()
        assert (first.failures, second.failures, second.polled_at) == (1, 0, None)
        for feed in (first, second):
            assert timedelta(minutes=110) < feed.next_poll_at - datetime.now(UTC) <= timedelta(hours=2)


def test_the_rest_of_a_site_is_never_shorter_than_the_interval(engine: Engine, web: Web) -> None:
    engine.feeds.add("default", web.gives("/feed", b"", status=503, Retry_After="60"))
    for _ in range(2):
        polled(engine)
        (feed,) = engine.feeds.all()
        assert feed.next_poll_at - datetime.now(UTC) > timedelta(minutes=14)


def test_articles_of_a_busy_site_are_not_tried_one_by_one_and_asked_for_at_the_next_poll(
    engine: Engine, web: Web
) -> None:
    with opened() as outlet:
        for n in range(3):
            outlet.gives(f"/{n}", b"", status=503, Retry_After="3600")
        listed = rss(*(item(f"{outlet.url}/{n}", f"N{n}") for n in range(3)))
        engine.feeds.add("default", web.gives("/feed", listed, "application/rss+xml"))
        (job,) = polled(engine)
        assert (job.failed, job.total, sum(outlet.asked[f"/{n}"] for n in range(3))) == (3, 4, 1)
        assert polled(engine)[0].total == 4, "the feed itself is on another site"


def test_an_article_that_was_not_to_be_had_is_asked_for_at_the_next_poll(engine: Engine, web: Web) -> None:
    web.gives("/a", page("A"))
    web.gives("/busy", b"", status=503)
    feed = rss(item("/a", "A"), item("/busy", "B"), item("/gone", "C"))
    engine.feeds.add("default", web.gives("/feed", feed, "application/rss+xml", ETag='"1"'))
    assert polled(engine)[0].failed == 2
    web.gives("/busy", page("Busy"))
    (again,) = polled(engine)
    assert "if-none-match" not in web.headers["/feed"], "the feed is asked for whole"
    assert (again.added, again.total, web.asked["/a"], web.asked["/gone"]) == (1, 2, 1, 1)
    (third,) = polled(engine)
    assert third.total == 1 and web.headers["/feed"]["if-none-match"] == '"1"'


def test_a_subscribed_sitemap_of_sitemaps_takes_only_what_is_new_or_changed(engine: Engine, web: Web) -> None:
    def listing(kind: str, inner: str, *links: str) -> bytes:
        places = "".join(f"<{inner}><loc>{web.url}{link}</loc></{inner}>" for link in links)
        return f'<{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</{kind}>'.encode()

    for name in ("a", "b"):
        web.gives(f"/{name}", page(name.upper()))
    engine.feeds.add("default", web.gives("/index", listing("sitemapindex", "sitemap", "/map"), "text/xml"))
    web.gives("/map", listing("urlset", "url", "/a"), "text/xml")
    assert polled(engine)[0].added == 1
    web.gives("/map", listing("urlset", "url", "/a", "/b"), "text/xml")
    (second,) = polled(engine)
    assert (second.added, second.total, web.asked["/a"], web.asked["/b"]) == (1, 3, 1, 1)
    assert polled(engine)[0].total == 2


def test_a_server_polls_so_nobody_else_watches(data_folder: Path) -> None:
    environment = {**os.environ, "DATELINE_DATA": str(data_folder)}
    for served in serve(Engine(read_settings(**settings_for(data_folder)))):
        served.engine.ownership.announce(served.url)
        done = dateline("feeds", "poll", "--watch", check=2, variables=environment)
        assert "A server is running" in done.stderr
