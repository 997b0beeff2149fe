"""The page of articles, and the reader in a browser and in another site's frame."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api.engine import Engine
from api.settings import read_settings
from corpus.jobs import NewItem
from tests.browsing import Watched, push
from tests.running import Server, serve
from tests.web import opened, silent


@pytest.fixture
def http(stocked: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stocked.url) as client:
        yield client


def titles(html: str) -> list[str]:
    return re.findall(r'class="article-title"[^>]*><a [^>]*>([^<]*)</a>', html)


def test_filters_and_words_narrow_the_list(http: httpx.Client) -> None:
    every = http.get("/articles")
    assert every.status_code == 200
    assert f">{len(titles(every.text))} articles</h2>" in every.text
    narrow = http.get("/articles", params={"publisher": "Harbour Ledger", "published_from": "2025-09-01"}).text
    assert titles(narrow) == ["Dredging, not barge, broke Skelmouth breakwater, inquiry finds"]
    assert '<option value="Harbour Ledger" selected>' in narrow
    assert titles(http.get("/articles", params={"language": "ar"}).text) == ["إعادة فتح ميناء مرسى الغسق"]
    assert titles(http.get("/articles", params={"q": "ferry timetable"}).text) == ["Ferry timetable for spring"]
    nothing = http.get("/articles", params={"q": "zzz", "collection": "default"}).text
    assert titles(nothing) == [] and "No stored article fits." in nothing


def test_the_text_is_searched_and_leads_to_the_passage(http: httpx.Client) -> None:
    found = http.get("/articles", params={"q": "storm lamps along the gallery", "look": "text"}).text
    assert "passages, the nearest first" in found
    place = re.search(r'href="(/read/lamps-1[^"]*)"', found)
    assert place
    reader = http.get(place[1].replace("&amp;", "&")).text
    assert '<mark id="passage">' in reader


def test_hostile_words_stay_text(http: httpx.Client) -> None:
    evil = '"><script>alert(1)</script>'
    html = http.get("/articles", params={"q": evil, "publisher": evil, "published_to": "2025-01-01"}).text
    assert "<script>alert" not in html
    assert "&quot;&gt;&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/read/unknown", 404, "No article &#x27;unknown&#x27;"),
        ("/read/ferry?rev=9", 404, "in revision 9"),
        ("/changes/unknown", 404, "Not stored here"),
        ("/articles?published_from=soon", 422, "published_from"),
        ("/articles?cursor=x", 422, "start from the first page"),
        ("/articles?collection=A+B", 422, "not valid"),
        ("/read/ferry?rev=none", 422, "rev"),
    ],
)
def test_what_goes_wrong_is_said_on_a_page(http: httpx.Client, path: str, status: int, says: str) -> None:
    response = http.get(path)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert says in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_pages_of_the_list_go_through_all_articles(data_folder: object, own_server: Server) -> None:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    push(own_server, *(
        {"id": f"a{n}", "title": f"Report {n}", "body": f"The council met for the {n}th time.",
         "published_at": (day + timedelta(days=n)).isoformat()} for n in range(120)
    ))  # fmt: skip
    with httpx.Client(base_url=own_server.url) as http:
        path, seen, counts = "/articles?q=report", [], []
        while path:
            html = http.get(path).text
            seen += titles(html)
            counts += re.findall(r'id="found">([^<]*)<', html)
            following = re.search(r'rel="next" href="([^"]*)"', html)
            path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Report {n}" for n in reversed(range(120))]
    assert counts == ["1 to 50 of 120 articles", "51 to 100 of 120 articles", "101 to 120 of 120 articles"]


def test_nothing_stored_says_how_to_begin(own_server: Server) -> None:
    html = httpx.get(f"{own_server.url}/articles").text
    assert "Nothing is stored yet." in html and "dateline feeds add" in html


def test_the_reader_lists_wordings_and_copies(http: httpx.Client) -> None:
    ferry = http.get("/read/ferry").text
    assert "/read/ferry?rev=1" in ferry and "/changes/ferry?from=1&amp;to=2" in ferry
    lamps = http.get("/read/lamps-1").text
    assert "The same text elsewhere" in lamps and "Lighthouse dark for nine hours" in lamps
    assert "The same text elsewhere" not in ferry


def test_facets_count_what_can_be_chosen(http: httpx.Client) -> None:
    facets = http.get("/v1/facets").json()
    counts = [facet["articles"] for facet in facets["publishers"]]
    assert counts == sorted(counts, reverse=True) and sum(counts) == facets["articles"]
    assert {"name": "ar", "articles": 1} in facets["languages"]
    assert facets["collections"] == [{"name": "default", "articles": facets["articles"]}]
    assert http.get("/v1/facets", params={"collection": "none-such"}).json()["articles"] == 0
    ledger = http.get("/v1/articles", params={"publisher": "harbour ledger", "published_to": "2025-04-09"}).json()[
        "data"
    ]
    assert ledger and all(one["published_at"] < "2025-04-10" for one in ledger)


@pytest.mark.browser
def test_the_list_works_without_javascript(chromium: Browser, stocked: Server) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{stocked.url}/articles")
    page.get_by_label("Words to find").fill("ferry timetable")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Ferry timetable for spring").click()
    expect(page.get_by_role("heading", name="Ferry timetable for spring")).to_be_visible()
    context.close()


@pytest.mark.browser
def test_the_progress_of_ingest_is_shown(watched: Watched, data_folder: object) -> None:
    settings = read_settings(data=data_folder, sample=False, fetch_allow="127.0.0.1")
    with opened() as web:
        for server in serve(Engine(settings)):
            addresses = [NewItem(web.does(f"/{n}", silent)) for n in range(3)]
            server.engine.jobs.create("default", addresses)
            page = watched.open(f"{server.url}/articles")
            expect(page.locator("#jobs")).to_contain_text("Fetching: 0 of 3 addresses")
            expect(page.get_by_role("progressbar")).to_be_visible()
            push(server, {"title": "Harbour reopens", "body": "The port reopened on 3 May."})
            expect(page.locator("#ingest-state")).to_have_text("Everything stored is indexed.")
    assert watched.complaints == []


@pytest.mark.browser
def test_an_article_in_arabic_reads_from_right_to_left(watched: Watched, stocked: Server) -> None:
    page = watched.open(f"{stocked.url}/read/arabic")
    assert page.locator("article").get_attribute("lang") == "ar"
    assert page.locator(".story-text p").first.evaluate("p => getComputedStyle(p).direction") == "rtl"
    assert page.locator("h1").evaluate("h => getComputedStyle(h).direction") == "rtl"
    assert watched.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("allowed", [True, False])
def test_the_reader_is_framed_only_where_it_is_allowed(watched: Watched, data_folder: object, allowed: bool) -> None:
    with opened() as web:
        settings = read_settings(data=data_folder, sample=False, frame_ancestors=web.url if allowed else "")
        for server in serve(Engine(settings)):
            body = "\n".join(f"Paragraph {n} of a long report." for n in range(200))
            push(server, {"id": "long", "title": "A long report", "body": body})
            start = body.index("Paragraph 150")
            place = f"{server.url}/read/long?start={start}&amp;end={start + 13}"
            frame = f'<iframe sandbox="allow-scripts" width=600 height=400 src="{place}"></iframe>'
            page = watched.open(web.gives("/chat", f"<!doctype html><title>Chat</title>{frame}".encode()))
            inside = page.frame_locator("iframe")
            if allowed:
                # The script has scrolled to the passage, although the frame has no origin of its own.
                expect(inside.locator("#passage")).to_be_in_viewport()
                assert not [text for text in watched.complaints if "Content Security Policy" in text]
            else:
                expect(inside.locator("#passage")).to_have_count(0)
                assert any("frame-ancestors" in text for text in watched.complaints)
