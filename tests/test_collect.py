"""What addresses lead to, over a small web: what is taken, and what fails alone."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.jobs import NewItem
from corpus.selection import Selection
from tests import web as hostile
from tests.collecting import done, polled, settings_for, titles
from tests.web import Web, item, opened, page, rss


@pytest.fixture
def engine(data_folder: Path) -> Iterator[Engine]:
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        yield engine


def test_a_page_is_taken_with_what_it_says_of_itself(engine: Engine, web: Web) -> None:
    job = done(engine, web.gives("/p/1", page("Skelmouth")))
    assert (job.added, job.failed, job.is_finished) == (1, 0, True)
    ((_, article),) = engine.store.all_current("default")
    assert (article.title, article.publisher) == ("Skelmouth reopens", "Coast Times")
    assert article.url == web.url + "/p/1" and article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)
    assert done(engine, web.url + "/p/1").unchanged == 1
    web.gives("/p/1", page("Skelmouth", cost=6))
    assert done(engine, web.url + "/p/1").revised == 1


def test_a_slow_site_keeps_no_other_waiting(engine: Engine, web: Web) -> None:
    let_go = threading.Event()

    def waits(handler: BaseHTTPRequestHandler) -> None:
        let_go.wait(15)
        hostile.missing(handler)

    with opened() as other:
        slow, quick = web.does("/slow", waits), other.gives("/p/1", page("Skelmouth"))
        later = web.gives("/p/2", page("Calder"))
        job_id = engine.jobs.create("default", [NewItem(slow), NewItem(later), NewItem(quick)])
        seen: list[set[str]] = []

        def look() -> None:
            seen.append(titles(engine))
            let_go.set()

        engine.collector.work(job_id, look)
    # One address of a site at a time: the third does not wait for the first, the second does.
    assert seen[0] == {"Skelmouth reopens"} and seen[-1] == {"Skelmouth reopens", "Calder reopens"}


def test_one_bad_address_of_many_is_named_and_the_rest_lands(engine: Engine, web: Web) -> None:
    good = [web.gives(f"/p/{n}", page(f"Port{n}", cost=n)) for n in range(3)]
    bad = {
        "/gone": "status 404",
        "/inside": "public internet",
        "/cut": "cannot be read",
        "/bomb": "more than",
        "/private/x": "robots.txt",
        "/empty": "",
        "/picture": "",
    }
    web.redirects("/inside", "http://169.254.169.254/latest")
    web.does("/cut", hostile.cut_off)
    web.does("/bomb", hostile.bomb("gzip"))
    web.gives("/robots.txt", b"User-agent: *\nDisallow: /private", "text/plain")
    web.gives("/empty", b"")
    web.gives("/picture", b"\x89PNG\r\n\x1a\n" + bytes(200), "image/png")
    job = done(engine, good[0], *(web.url + path for path in bad), *good[1:], "http://10.0.0.1/x")
    assert (job.added, job.failed, job.total, job.done) == (3, 8, 11, 11)
    reasons = {failure.url.removeprefix(web.url): failure.reason for failure in job.failures}
    for path, reason in bad.items():
        assert reason in reasons[path] and reasons[path], path
    assert titles(engine) == {f"Port{n} reopens" for n in range(3)}


def test_a_dripping_answer_is_given_the_time_that_is_set(data_folder: Path, web: Web) -> None:
    with Engine(read_settings(**settings_for(data_folder), fetch_timeout=0.5)) as engine:
        urls = web.does("/drips", hostile.dripping), web.gives("/p/1", page("Skelmouth"))
        clock = time.monotonic()
        job = done(engine, *urls)
        assert time.monotonic() - clock < 8
        assert job.added == 1 and job.failures[0].reason == "127.0.0.1 took more than 0.5 seconds to answer."
    assert read_settings().fetch_timeout == 10


def test_a_wrong_charset_is_read_right(engine: Engine, web: Web) -> None:
    text = (
        page("Skelmouth")
        .decode()
        .replace("Ines Tolland", "Inês Tölland")
        .replace("<head>", "<head><meta charset=utf-8>")
    )
    done(engine, web.gives("/p", text.encode("windows-1252"), "text/html; charset=iso-8859-1"))
    ((_, article),) = engine.store.all_current("default")
    assert "Inês Tölland" in article.body


def test_a_feed_is_told_by_its_content_and_leads_to_its_articles(engine: Engine, web: Web) -> None:
    for name in ("a", "b"):
        web.gives(f"/{name}", page(name.upper()))
    job = done(engine, web.gives("/feed", rss(item("/a"), item("/b"), item("/missing")), "text/html"))
    assert (job.added, job.failed, job.total) == (2, 1, 4)


def test_what_the_feed_says_counts_before_a_guess(engine: Engine, web: Web) -> None:
    text = "".join(f"<p>{hostile.TEXT.format(name='Orrin', cost=n)}</p>" for n in (2, 3))
    web.gives("/p", f"<html><body><article><h1>Orrin</h1>{text}</article></body></html>".encode())
    said = item("/p", "The headline of the feed", "Sat, 04 May 2024 08:00:00 GMT")
    done(engine, web.gives("/feed", rss(said), "application/rss+xml"))
    ((_, article),) = engine.store.all_current("default")
    assert article.published_at == datetime(2024, 5, 4, 8, tzinfo=UTC) and "published_at" not in article.guessed
    assert article.publisher == "Coast Times"


def test_the_language_of_a_feed_is_found_by_its_filter(engine: Engine, web: Web) -> None:
    text = "".join(f"<p>{hostile.TEXT.format(name='Orrin', cost=n)}</p>" for n in (2, 3))
    web.gives("/p", f"<html><body><article><h1>Orrin</h1>{text}</article></body></html>".encode())
    done(engine, web.gives("/feed", rss("<language>en-us</language>", item("/p")), "application/rss+xml"))
    ((_, article),) = engine.store.page(Selection(languages=("en",)), 10)
    assert article.language == "en"


def test_a_feed_with_whole_articles_needs_no_pages_but_speaks_for_its_own_site_only(engine: Engine, web: Web) -> None:
    whole = "".join(f"<p>{hostile.TEXT.format(name='Orrin', cost=n)}</p>" for n in range(5))
    content = f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[{whole}]]></content:encoded>"
    feed = rss(item("/own", "Own", more=content), item("http://other.example/foreign", "Foreign", more=content))
    job = done(engine, web.gives("/feed", feed, "application/rss+xml"))
    assert web.asked["/own"] == 0 and titles(engine) == {"Own"}
    assert job.failed == 1 and "other.example" in job.failures[0].url


def test_sitemaps_lead_to_sitemaps_but_not_for_ever(engine: Engine, web: Web) -> None:
    def index(to: str) -> bytes:
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{to}</loc></sitemap></sitemapindex>'.encode()

    for n in range(9):
        web.gives(f"/map{n}", index(f"{web.url}/map{n + 1}"), "text/xml")
    job = done(engine, web.url + "/map0")
    assert job.is_finished and job.total == 4 and web.asked["/map5"] == 0
    web.gives("/loop", index(f"{web.url}/loop"), "text/xml")
    assert done(engine, web.url + "/loop").total == 1


def test_what_a_cut_sitemap_leaves_out_is_a_notice_and_no_failure(engine: Engine, web: Web) -> None:
    web.gives("/a", page("A"))
    old = "".join(f"<url><loc>{web.url}/old</loc><lastmod>2001-01-01</lastmod></url>" for _ in range(2_000))
    listed = (
        f"<url><loc>{web.url}/a</loc><lastmod>2024-05-03</lastmod></url>{old}<url><loc>ftp://x.example/</loc></url>"
    )
    web.gives("/old", page("Old"))
    job = done(engine, web.gives("/map.xml", f"<urlset>{listed}</urlset>".encode(), "application/xml"))
    assert (job.added, job.total, job.failed) == (2, 3, 0)
    assert [(notice.url, notice.message) for notice in job.notices] == [
        (web.url + "/map.xml", "Of its 2,002 entries only the newest 2,000 are taken.")
    ]


def test_addresses_that_are_not_of_the_web_are_named_together(engine: Engine, web: Web) -> None:
    page_url = web.gives("/p", page("Port"))
    places = [*(f"ftp://x/{n}" for n in range(300)), page_url, "mailto:desk@x.example"]
    listed = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'.encode()
    job = done(engine, web.gives("/map.xml", sitemap, "application/xml"))
    assert job.added == 1 and job.total == 2
    assert [failure.reason for failure in job.failures] == [
        "301 of its addresses are neither http nor https, the first ftp://x/0."
    ]


def test_what_of_a_table_was_not_taken_is_told_by_its_row(engine: Engine, web: Web) -> None:
    rows = b"title,body\nA,It opened.\nB,\nC,\n"
    job = done(engine, web.gives("/t.csv", rows, "text/csv"))
    (failure,) = job.failures
    assert failure.reason.startswith("Row 3: The article has no text") and "1 more" in failure.reason


def table(rows: int, *bad: int) -> bytes:
    """Row 2 is the first below the head, as in the reasons."""
    lines = [f"Ferry {n},{'' if n in bad else f'Ferry {n} sails.'}" for n in range(2, rows + 2)]
    return ("title,body\n" + "\n".join(lines)).encode()


def test_many_rows_are_stored_in_pieces_between_which_questions_go(data_folder: Path, web: Web) -> None:
    url = web.gives("/t.csv", table(120, 100, 110), "text/csv")
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        job_id = engine.jobs.create("default", [NewItem(url)])
        with engine.indexer.courtesy.question():  # each piece waits for it a moment, not for ever
            engine.collector.start(poll=False)
            assert until(lambda: engine.store.coverage("default").articles > 0)
            stored = engine.store.coverage("default").articles
            engine.collector.close()
            assert stored < 118 and not engine.jobs.job(job_id).is_finished
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        engine.collector.work(job_id)
        job = engine.jobs.job(job_id)
        assert engine.store.coverage("default").articles == job.added + job.unchanged == 118 and job.unchanged >= stored
        assert (
            job.failures[0].reason.startswith("Row 100: The article has no text") and "1 more" in job.failures[0].reason
        )
        assert not engine.indexer.keywords.waiting() and engine.indexer.keywords.search("119", "default", 5)


def until(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not (so := is_so()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return so


def test_a_feed_that_takes_too_much_fails_alone(engine: Engine, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every element's name is kept with the namespace before it: a gigabyte out of one megabyte.
    names = "".join(f"<a{n}/>" for n in range(120_000))
    greedy = f'<urlset xmlns="http://www.sitemaps.org/{"x" * 8_000}">{names}</urlset>'
    good = web.gives("/p/1", page("Skelmouth"))
    job = done(engine, web.gives("/map", greedy.encode(), "text/xml"), good)
    assert job.added == 1 and "512 MB" in job.failures[0].reason and "/map" in job.failures[0].url
    monkeypatch.setattr("corpus.worker._DEADLINE_SECONDS", 0.5)
    slow = web.gives("/feed", rss(*(item(f"/{n}") for n in range(40_000))), "application/rss+xml")
    job = done(engine, slow)
    assert "too long" in job.failures[0].reason
    monkeypatch.undo()
    assert done(engine, web.gives("/rss", rss(item("/p/1")), "application/rss+xml")).unchanged == 1


def test_fetching_stops_when_asked_and_never_blocks_a_question(engine: Engine, web: Web) -> None:
    engine.jobs.create("default", [NewItem(web.does("/slow", hostile.silent))])
    engine.collector.start(poll=False)
    time.sleep(0.3)
    assert engine.searcher.search("When did the port reopen?", Selection()).passages == ()
    clock = time.monotonic()
    engine.collector.close(patience=1)
    assert time.monotonic() - clock < 5


def test_a_packed_sitemap_leads_to_its_articles_and_says_what_it_leaves_out(engine: Engine, web: Web) -> None:
    web.gives("/a", page("A"))
    raw = f"<urlset><url><loc>{web.url}/a</loc></url><url><loc>ftp://x.example/</loc></url></urlset>".encode()
    job = done(engine, web.gives("/map.xml.gz", gzip.compress(raw), "application/gzip"))
    assert (job.added, job.total) == (1, 2) and "ftp://x.example/" in job.failures[0].reason
    cut = done(engine, web.gives("/cut.xml.gz", gzip.compress(raw)[:-12], "application/gzip"))
    assert "damaged gzip" in cut.failures[0].reason
    engine.feeds.add("default", web.gives("/feed.xml.gz", gzip.compress(raw), "application/x-gzip"))
    assert [job.total for job in polled(engine)] == [2]
