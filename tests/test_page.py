"""Pages: metadata before guesses, in the forms in which sites write it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.documents import SENTENCE, page, read, refusal

URL = "https://www.coast.example/news/harbour"
NEWS = {
    "@context": "https://schema.org", "@type": "NewsArticle", "headline": "Harbour reopens",
    "datePublished": "2024-05-03T07:00:00+01:00", "dateModified": "2024-05-04T09:00:00Z",
    "author": [{"@type": "Person", "name": "Ana Ruiz"}, {"@type": "Person", "name": "By Bo Lee"}],
    "publisher": {"@type": "Organization", "name": "Coast Times"}, "inLanguage": "en-GB",
}  # fmt: skip


def script(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


GRAPH = {
    "@graph": [
        {"@type": "WebPage", "@id": "#page", "datePublished": "2020-01-01"},
        {**NEWS, "author": {"@id": "#ana"}, "publisher": {"@id": "#org"}},
        {"@type": "Person", "@id": "#ana", "name": ["Ana Ruiz", "Bo Lee"]},
        {"@type": "Organization", "@id": "#org", "name": "Coast Times"},
    ]
}


@pytest.mark.parametrize(
    "linked",
    [
        json.dumps(NEWS),
        json.dumps([{"@type": "BreadcrumbList"}, NEWS]),
        json.dumps(GRAPH),
        json.dumps({**NEWS, "@type": ["Thing", "ReportageNewsArticle"]}),
        f"//<![CDATA[\n{json.dumps(NEWS)}\n//]]>",
        f"<!-- {json.dumps(NEWS)} -->;",
        json.dumps(NEWS)[:-1] + ",}",
        json.dumps(NEWS).replace("Harbour reopens", "Harbour\treopens"),
        json.dumps({"@type": "Organization", "name": "x"}) + json.dumps(NEWS),
        json.dumps({**NEWS, "author": ["Ana Ruiz", "https://coast.example/bo", "Bo Lee"]}),
        json.dumps({"@type": "WebPage", "mainEntity": NEWS}),
    ],
    ids="plain list graph types cdata comment comma control two names entity".split(),
)
def test_json_ld_in_the_forms_that_sites_write(linked: str) -> None:
    article = read(page(script(linked)), "a.html", URL)
    assert article.title == "Harbour reopens"
    assert article.authors == ("Ana Ruiz", "Bo Lee")
    assert article.publisher == "Coast Times"
    assert article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)
    assert article.updated_at == datetime(2024, 5, 4, 9, tzinfo=UTC)
    assert (article.language, article.url, article.guessed) == ("en", URL, ())


def test_json_ld_that_cannot_be_parsed_still_gives_its_plain_fields() -> None:
    broken = '{"@type": "NewsArticle", "headline": "The "big" storm", "datePublished": "2024-05-03", "x": }'
    article = read(page(script(broken)), "a.html", URL)
    assert article.title == 'The "big" storm'
    assert article.published_at == datetime(2024, 5, 3, tzinfo=UTC)
    assert not {"title", "published_at"} & set(article.guessed)


def test_json_ld_about_something_else_is_not_the_article() -> None:
    other = {"@type": "Product", "name": "A boat", "datePublished": "2001-01-01"}
    article = read(page(script(json.dumps(other)) + '<meta property="og:title" content="Harbour reopens">'), "a.html")
    assert article.title == "Harbour reopens"
    assert article.published_at is None or "published_at" in article.guessed


def test_meta_elements_where_there_is_no_json_ld() -> None:
    head = (
        '<meta property="og:title" content="Harbour reopens | Coast Times"><meta property="og:site_name" content="Coast Times">'
        '<meta property="article:published_time" content="2024-05-03T06:00:00Z">'
        '<meta property="article:modified_time" content="2024-05-03T05:00:00Z">'
        '<meta property="article:author" content="https://coast.example/ana"><meta name="author" content="By Ana Ruiz">'
    )
    article = read(page(head, lang=' lang="EN_gb"'), "a.html", URL)
    assert (article.title, article.publisher, article.authors) == ("Harbour reopens", "Coast Times", ("Ana Ruiz",))
    assert article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)
    assert article.updated_at is None  # before the publication: a template's date
    assert (article.language, article.guessed) == ("en", ())


def test_a_marked_time_element_counts_and_an_unmarked_one_is_a_guess() -> None:
    marked = read(page(body='<time itemprop="datePublished" datetime="2024-05-03">3 May</time>'), "a.html")
    assert marked.published_at == datetime(2024, 5, 3, tzinfo=UTC) and "published_at" not in marked.guessed
    plain = read(page(body='<h1>Harbour</h1><time class="date" datetime="2024-05-03">3 May</time>'), "a.html")
    assert plain.published_at == datetime(2024, 5, 3, tzinfo=UTC) and "published_at" in plain.guessed


def test_what_is_guessed_is_marked() -> None:
    article = read(page("<title>Harbour reopens</title>", "<h1>Harbour reopens</h1>", lang=""), "a.html", URL)
    assert (article.title, article.publisher, article.language) == ("Harbour reopens", "coast.example", None)
    assert {"title", "publisher"} <= set(article.guessed)


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "2999-01-01", "0001-01-01", "soon", "2024-13-45"])
def test_impossible_dates_are_not_believed(date: str) -> None:
    assert (
        read(page(script(json.dumps({"@type": "NewsArticle", "datePublished": date}))), "a.html").published_at is None
    )


@pytest.mark.parametrize(
    ("canonical", "kept"),
    [
        ("/news/harbour-2", "https://www.coast.example/news/harbour-2"),
        ("https://coast.example/news/harbour", "https://coast.example/news/harbour"),
        ("https://reuters.example/world/1", URL),
        ("https://coast.example.evil.example/news", URL),
        ("javascript:alert(1)", URL),
        ("https://www.coast.example/", URL),
        ("http://[", URL),
    ],
)
def test_a_page_cannot_take_over_the_article_of_another_site(canonical: str, kept: str) -> None:
    assert read(page(f'<link rel="canonical" href="{canonical}">'), "a.html", URL).url == kept


def test_a_saved_page_is_known_by_the_address_it_names() -> None:
    assert read(page(f'<link rel="canonical" href="{URL}">'), "a.html").url == URL


def test_an_article_cut_into_containers_is_put_together() -> None:
    block = "".join(
        f'<div class="body">{"".join(f"<p>{n}{m} {SENTENCE * 2}</p>" for m in range(3))}</div><div class="ad">Buy</div>'
        for n in "abc"
    )
    found = read(f"<html><body><main><div class=chunks>{block}</div></main></body></html>".encode(), "a.html")
    assert all(f"{n}{m} The harbour" in found.body for n in "abc" for m in range(3))


def test_the_body_of_metadata_serves_where_the_page_shows_less() -> None:
    whole = SENTENCE * 60
    assert read(page(script(json.dumps({**NEWS, "articleBody": whole})), paragraphs=1), "a.html").body == whole.strip()


def test_a_live_blog_is_its_entries() -> None:
    entries = [{"@type": "BlogPosting", "headline": f"At {n}", "articleBody": f"{n}. {SENTENCE}"} for n in range(3)]
    live = {"@type": "LiveBlogPosting", "headline": "Storm", "datePublished": "2024-05-03", "liveBlogUpdate": entries}
    made = f"<html><head>{script(json.dumps(live))}</head><body><div id=app></div></body></html>"
    article = read(made.encode(), "a.html")
    assert article.title == "Storm"
    assert article.body.split("\n")[:2] == ["At 0", f"0. {SENTENCE.strip()}"] and "2. The harbour" in article.body


def test_the_article_of_this_page_counts_before_a_fuller_one_of_a_related_story() -> None:
    this = {"@type": "NewsArticle", "headline": "Harbour reopens", "datePublished": "2024-05-03"}
    other = {
        **NEWS,
        "headline": "Mayor resigns",
        "url": "https://www.coast.example/mayor",
        "datePublished": "2023-01-01",
    }
    told = '<meta property="og:title" content="Harbour reopens">'
    canonical = f'<link rel="canonical" href="{URL}">'
    cases: list[tuple[dict[str, Any], str]] = [
        ({"url": URL + "/"}, ""),
        ({"url": "/news/harbour"}, canonical),
        ({"@id": URL + "#article", "headline": "Harbour open"}, told),
        ({"mainEntityOfPage": {"@id": URL}}, canonical),
        ({"mainEntityOfPage": URL}, canonical),
        ({}, told),
    ]
    for named, head in cases:
        for nodes in ([this | named, other], [other, this | named]):
            article = read(page(script(json.dumps(nodes)) + head), "a.html", URL)
            assert article.title == {**this, **named}["headline"], named
            assert (article.authors, article.published_at) == ((), datetime(2024, 5, 3, tzinfo=UTC)), named
    assert read(page(script(json.dumps([this, other]))), "a.html", URL).title == "Mayor resigns"


@pytest.mark.parametrize("form", ["<p>{}</p>", "{}<br />", '<DIV class="x">{}</DIV>', "<li><b>{}</b></li>"])
def test_markup_in_the_body_of_metadata_ends_its_lines(form: str) -> None:
    sentences = [f"{number}. {SENTENCE.strip()}" for number in range(30)]
    whole = "".join(map(form.format, sentences))
    body = read(page(script(json.dumps({**NEWS, "articleBody": whole})), paragraphs=1), "a.html").body
    assert [line for line in body.split("\n") if line] == sentences


@pytest.mark.parametrize(
    "between",
    [
        "</div></article><article><h1>Mayor resigns</h1><div class=story>",
        "</div></article><article><div class=story>",
        "</div><aside><div class=story>",
    ],
)
def test_another_story_of_the_page_is_not_joined_to_it(between: str) -> None:
    first, second = ("".join(f"<p>{n}{m} {SENTENCE * 2}</p>" for m in range(4)) for n in "ab")
    raw = f"<html><body><main><article><h1>Harbour</h1><div class=story>{first}{between}{second}</div></main></body></html>"
    body = read(raw.encode(), "a.html").body
    assert "a3 The harbour" in body and "b0 The harbour" not in body


def test_comments_and_menus_are_left_out() -> None:
    raw = page(body="<h1>Harbour reopens</h1>").replace(
        b"</article>", b'</article><div id="comments"><p>First! I disagree with all of this, says a reader.</p></div>'
    )
    assert "I disagree" not in read(raw.replace(b"<article>", b"<nav><a href=/>Home</a></nav><article>"), "a.html").body


def test_a_page_without_text_says_so() -> None:
    assert "no article text" in refusal(b"<!doctype html><html><body><script>draw()</script></body></html>", "a.html")


@pytest.mark.parametrize(
    "shown",
    [
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>",
        "<nav><a href=/>Home</a></nav><div id=app></div><noscript>Please enable JavaScript.</noscript>",
        "<h1>Coast</h1><h2>Checking if the site connection is secure</h2><p>Enable JavaScript and cookies to continue</p>",
        "<p>coast.example needs to review the security of your connection before proceeding.</p>",
        "<p>To continue, please click the box below to let us know you're not a robot.</p>",
    ],
)
def test_a_page_that_shows_no_article_to_machines_is_refused(shown: str) -> None:
    why = refusal(f"<!doctype html><html><body>{shown}</body></html>".encode(), "a.html")
    assert "no article" in why


def test_an_article_beside_such_words_is_taken() -> None:
    asks = "<noscript>Enable JavaScript.</noscript><p>Please enable JavaScript to view the video.</p>"
    article = read(page(body=asks, paragraphs=1), "a.html")
    assert article.body.count("The harbour of Skelmouth") == 3
    brief = "<noscript>Enable JavaScript.</noscript><article><h1>Brief</h1><p>A man was hurt on Friday.</p></article>"
    assert "hurt on Friday" in read(f"<html><body>{brief}</body></html>".encode(), "a.html").body
