"""Jobs and feeds over a small web: what is taken, what fails alone, and what a killed process leaves."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.errors import InvalidInput, NotFound
from corpus.jobs import Job, NewItem
from corpus.selection import Selection
from tests import web as hostile
from tests.running import serve
from tests.test_cli import DATELINE
from tests.web import Web, item, opened, page, rss

ROOT = Path(__file__).parent.parent


@pytest.fixture
def web() -> Iterator[Web]:
    with opened() as web:
        yield web


def settings_for(data: Path) -> dict[str, Any]:
    return {"data": data, "sample": False, "fetch_allow": "127.0.0.1", "fetch_interval": 0}


@pytest.fixture
def engine(data_folder: Path) -> Iterator[Engine]:
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        yield engine


def done(engine: Engine, *urls: str) -> Job:
    job_id = engine.jobs.create("default", [NewItem(url) for url in urls])
    engine.collector.work(job_id)
    return engine.jobs.job(job_id)


def polled(engine: Engine) -> list[Job]:
    ids = engine.collector.poll(everything=True)
    for job_id in ids:
        engine.collector.work(job_id)
    return [engine.jobs.job(job_id) for job_id in ids]


def titles(engine: Engine) -> set[str]:
    return {article.title for _, article in engine.store.all_current("default")}


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


def test_a_failing_feed_is_left_alone_for_longer_each_time(engine: Engine, web: Web) -> None:
    engine.feeds.add("default", web.gives("/feed", b"", status=503, Retry_After="7200"))
    (job,) = polled(engine)
    assert job.failed == 1 and "status 503" in job.failures[0].reason
    (feed,) = engine.feeds.all()
    assert feed.failures == 1 and feed.error and feed.next_poll_at - datetime.now(UTC) > timedelta(minutes=110)
    web.gives("/feed", b"<rss", "text/xml")
    for _ in range(3):
        polled(engine)
    (feed,) = engine.feeds.all()
    assert feed.failures == 4 and feed.next_poll_at - datetime.now(UTC) > timedelta(minutes=100)


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


def test_jobs_and_feeds_over_http(data_folder: Path, web: Web) -> None:
    web.gives("/a", page("A"))
    web.gives("/b", page("B"))
    feed = web.gives("/feed", rss(item("/b", "B")), "application/rss+xml")
    for server in serve(Engine(read_settings(**settings_for(data_folder)))):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
            begun = http.post("/v1/ingest", json={"urls": [web.url + "/a", web.url + "/none"]})
            assert begun.status_code == 202 and begun.headers["location"] == f"/v1/jobs/{begun.json()['id']}"
            job = finished(http, begun.json()["id"])
            assert (job["added"], job["failed"]) == (1, 1) and job["failures"][0]["url"].endswith("/none")

            assert http.post("/v1/feeds", json={"url": feed}).status_code == 201
            deadline = time.monotonic() + 30
            while http.get("/v1/articles").json()["data"][0]["title"] != "B reopens" and time.monotonic() < deadline:
                time.sleep(0.1)
            assert {a["title"] for a in http.get("/v1/articles").json()["data"]} == {"A reopens", "B reopens"}
            (listed,) = http.get("/v1/feeds").json()["data"]
            assert listed["url"] == feed and listed["title"] == "Coast Times"
            (again,) = http.post("/v1/feeds/poll").json()["data"]
            assert finished(http, again["id"])["total"] == 1
            assert len(http.get("/v1/jobs").json()["data"]) == 3
            assert http.delete("/v1/feeds", params={"url": feed}).status_code == 204

            wrongs: list[dict[str, Any]] = [
                {"urls": []},
                {"urls": ["file:///x"]},
                {"urls": ["http://x/"], "more": 1},
                {},
            ]
            for wrong in wrongs:
                problem = http.post("/v1/ingest", json=wrong)
                assert problem.status_code == 422 and problem.json()["detail"], wrong
            assert http.get("/v1/jobs/none").status_code == 404
            assert http.delete("/v1/feeds", params={"url": feed}).status_code == 404


def finished(http: httpx.Client, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (job := http.get(f"/v1/jobs/{job_id}").json())["status"] != "finished":
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    return dict(job)


def test_addresses_and_feeds_on_the_command_line(data_folder: Path, web: Web, tmp_path: Path) -> None:
    environment = {
        **os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0", "DATELINE_FETCH_ALLOW": "127.0.0.1",
        "DATELINE_FETCH_INTERVAL": "0",
    }  # fmt: skip

    def run(*arguments: str, code: int = 0) -> str:
        process = subprocess.run([DATELINE, *arguments], env=environment, capture_output=True, text=True, timeout=120)
        assert process.returncode == code, process.stderr
        return process.stdout

    a, feed = web.gives("/a", page("A")), web.gives("/feed", rss(item("/b", "B")), "application/rss+xml")
    web.gives("/b", page("B"))
    assert "1 added" in run("ingest", a)
    (tmp_path / "c.md").write_text("---\ntitle: C\n---\nThe pilots met on Monday.")
    mixed = run("ingest", str(tmp_path / "c.md"), a, web.url + "/none", code=1)
    assert "1 added" in mixed and "1 unchanged, 1 failed" in mixed
    assert run("ingest", "http://169.254.169.254/", code=2)
    assert "No feeds" in run("feeds", "list")
    assert feed in run("feeds", "add", feed)
    assert json.loads(run("feeds", "poll", "--json"))[0]["added"] == 1
    assert "Coast Times" in run("feeds", "list")
    assert "No longer" in run("feeds", "remove", feed)
    run("feeds", "remove", feed, code=2)


_WORKER = """
import sys
from pathlib import Path
from api.engine import Engine
from api.settings import read_settings
engine = Engine(read_settings(data=Path(sys.argv[1]), sample=False, fetch_allow="127.0.0.1", fetch_interval=0))
print("ready", flush=True)
engine.collector.work(report=lambda: print("one", flush=True))
engine.close()
"""


def test_a_killed_job_goes_on_and_ends_as_if_nothing_had_been(data_folder: Path, web: Web, tmp_path: Path) -> None:
    def slowly(body: bytes) -> object:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(0.02)
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.send_header("Content-Type", "text/html")
            handler.end_headers()
            handler.wfile.write(body)

        return answer

    for n in range(14):
        web.does(f"/p/{n}", slowly(page(f"Port{n}", cost=n)))  # type: ignore[arg-type]
    feed = web.gives(
        "/feed", rss(*(item(f"/p/{n}", f"Port{n}") for n in range(14)), item("/none")), "application/rss+xml"
    )
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        engine.feeds.add("default", feed)
        (job_id,) = engine.collector.poll(everything=True)
    for after in (1, 4, 9):
        process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(data_folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        time.sleep(0.01 * after)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        engine.collector.work(job_id)
        job = engine.jobs.job(job_id)
        assert (job.total, job.done, job.failed, job.added + job.unchanged) == (16, 16, 1, 14)
        assert titles(engine) == {f"Port{n} reopens" for n in range(14)}
        assert all(len(engine.store.revisions("default", a.id)) == 1 for _, a in engine.store.all_current("default"))


def test_fetching_stops_when_asked_and_never_blocks_a_question(engine: Engine, web: Web) -> None:
    engine.jobs.create("default", [NewItem(web.does("/slow", hostile.silent))])
    engine.collector.start(poll=False)
    time.sleep(0.3)
    assert engine.searcher.search("When did the port reopen?", Selection()).passages == ()
    clock = time.monotonic()
    engine.collector.close(patience=1)
    assert time.monotonic() - clock < 5


def test_a_slow_site_does_not_keep_the_command_from_ending(data_folder: Path, web: Web) -> None:
    environment = {
        **os.environ,
        "DATELINE_DATA": str(data_folder),
        "DATELINE_SAMPLE": "0",
        "DATELINE_FETCH_ALLOW": "127.0.0.1",
    }
    url = web.does("/slow", hostile.silent)
    process = subprocess.Popen([DATELINE, "ingest", url], env=environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not web.asked["/slow"] and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143


def test_a_server_polls_so_nobody_else_watches(data_folder: Path) -> None:
    environment = {**os.environ, "DATELINE_DATA": str(data_folder)}
    for served in serve(Engine(read_settings(**settings_for(data_folder)))):
        served.engine.ownership.announce(served.url)
        done = subprocess.run(
            [str(DATELINE), "feeds", "poll", "--watch"], env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 2 and "A server is running" in done.stderr
