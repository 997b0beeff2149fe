"""Feeds and sitemaps of every kind give their entries; what is broken gives what it has, or a reason."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UnreadableFile
from corpus.feed import is_feed, read_feed
from tests.web import item, page, rss

BASE = "https://coast.example/feed"
ATOM = b"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Coast Times</title><entry><title>Port &amp; ferry</title><link href="/p/1"/><id>tag:1</id>
<published>2024-05-03T08:00:00+02:00</published><updated>2024-05-04T06:00:00Z</updated>
<author><name>Ana Ruiz</name></author><content type="html">&lt;p&gt;Whole text.&lt;/p&gt;</content></entry></feed>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Coast Times", "language": "en", "items": [
{"id": "1", "url": "https://coast.example/p/1", "title": "Port", "content_html": "<p>Whole.</p>",
"date_published": "2024-05-03T06:00:00Z", "authors": [{"name": "Ana Ruiz"}]}, {"id": "no address"}]}"""
NEWS = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://coast.example/p/1</loc><n:news><n:publication>
<n:name>Coast Times</n:name><n:language>en</n:language></n:publication><n:publication_date>2024-05-03</n:publication_date>
<n:title>Port</n:title></n:news></url><url><loc> </loc></url></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
<loc>https://coast.example/news.xml</loc><lastmod>2024-05-03</lastmod></sitemap></sitemapindex>"""
DAY = datetime(2024, 5, 3, tzinfo=UTC)


def test_rss() -> None:
    feed = read_feed(rss(item("/p/1", "Port"), item("https://other.example/p", "Ferry", date="not a date")), BASE)
    assert feed.title == "Coast Times"
    assert [entry.url for entry in feed.entries] == ["https://coast.example/p/1", "https://other.example/p"]
    assert feed.entries[0].published_at == DAY.replace(hour=6) and feed.entries[1].published_at is None
    assert feed.entries[0].publisher == "Coast Times"


def test_atom() -> None:
    (entry,) = read_feed(ATOM, BASE).entries
    assert (entry.url, entry.title, entry.authors) == ("https://coast.example/p/1", "Port & ferry", ("Ana Ruiz",))
    assert entry.published_at == DAY.replace(hour=6) and entry.updated_at == datetime(2024, 5, 4, 6, tzinfo=UTC)
    assert entry.html == "<p>Whole text.</p>"


def test_json_feed() -> None:
    (entry,) = read_feed(JSON, BASE).entries
    assert (entry.title, entry.authors, entry.html, entry.language) == ("Port", ("Ana Ruiz",), "<p>Whole.</p>", "en")


def test_sitemaps() -> None:
    (entry,) = read_feed(NEWS, BASE).entries
    assert (entry.title, entry.publisher, entry.published_at) == ("Port", "Coast Times", DAY)
    (inner,) = read_feed(INDEX, BASE).entries
    assert inner.is_feed and inner.url.endswith("news.xml")


MAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


def test_titles_outlets_and_authors_are_plain() -> None:
    marked = "<![CDATA[Ann&#8217;s <b>ferry</b> &amp; port]]>"
    (entry,) = read_feed(rss(item("/p", marked, more="<author>By Ann Lee</author>")), BASE).entries
    assert (entry.title, entry.authors) == ("Ann’s ferry & port", ("Ann Lee",))
    atom = ATOM.replace(b"<title>Port &amp; ferry", b'<title type="html">Ann&amp;#8217;s &lt;i>ferry&lt;/i>')
    assert read_feed(atom, BASE).entries[0].title == "Ann’s ferry"


@pytest.mark.parametrize(
    ("data", "urls"),
    [
        (rss(item("p/7.html")), ["https://coast.example/p/7.html"]),
        (rss("<item><guid>tag:1</guid></item>"), []),
        (rss("<item><guid>https://coast.example/9</guid></item>"), ["https://coast.example/9"]),
        (rss(item("http://[")), []),
        (b"<urlset><url><loc>/1</loc></url></urlset>", ["https://coast.example/1"]),
        (b" \n" + NEWS, ["https://coast.example/p/1"]),
        (NEWS.replace(b"http://www.sitemaps", b"https://www.sitemaps"), ["https://coast.example/p/1"]),
        (INDEX.replace(b"http://www.sitemaps", b"https://www.sitemaps"), ["https://coast.example/news.xml"]),
    ],
)
def test_what_is_written_carelessly_gives_its_entries(data: bytes, urls: list[str]) -> None:
    assert is_feed(data) and [entry.url for entry in read_feed(data, BASE).entries] == urls


@pytest.mark.parametrize(
    "data", [JSON.replace(b"/", rb"\/"), b'{"items": [], "more": "' + b"x" * 9_000 + b'", ' + JSON[1:]]
)
def test_a_json_feed_is_told_however_it_is_written(data: bytes) -> None:
    assert is_feed(data) and not is_feed(b'{"body": "the \\"version\\": \\"https://jsonfeed.org/version/1\\" of it"}')
    assert [entry.title for entry in read_feed(data, BASE).entries] == ["Port"]


def test_one_bad_item_of_a_json_feed_costs_no_other() -> None:
    items = (
        '[null, {"url": "/1", "authors": ["Ann Lee", null]}, {"url": "/2", "content_text": "One & two.\\n\\nThree."}]'
    )
    one, two = read_feed(f'{{"version": "https://jsonfeed.org/version/1", "items": {items}}}'.encode(), BASE).entries
    assert one.authors == ("Ann Lee",) and two.html == "<p>One &amp; two.</p><p>Three.</p>"


def test_of_very_many_entries_the_newest_are_taken_and_the_rest_is_counted() -> None:
    days = [f"<url><loc>/{n}</loc><lastmod>20{n // 100:02}-01-01</lastmod></url>" for n in range(2_100)]
    feed = read_feed((MAP + "".join(days) + "<url><loc>/x</loc></url></urlset>").encode(), BASE)
    assert (len(feed.entries), feed.left_out) == (2_000, 101)
    assert feed.entries[0].url.endswith("/100") and feed.entries[-1].url.endswith("/2099")


def test_the_one_date_of_an_rdf_entry_is_its_publication() -> None:
    rdf = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><item><link>/1</link><dc:date>2024-05-03</dc:date></item></rdf:RDF>"""
    (entry,) = read_feed(rdf, BASE).entries
    assert (entry.published_at, entry.updated_at) == (DAY, None)


def test_a_date_that_no_article_can_have_is_not_believed() -> None:
    (entry,) = read_feed(rss(item("/1", date="Fri, 03 May 2199 06:00:00 GMT")), BASE).entries
    assert entry.published_at is None


def test_the_charset_that_came_with_a_feed_counts() -> None:
    raw = '<rss version="2.0"><channel><item><title>Порт открылся</title><link>/1</link></item></channel></rss>'
    (entry,) = read_feed(raw.encode("cp1251"), BASE, "windows-1251").entries
    assert entry.title == "Порт открылся"


@pytest.mark.parametrize("data", [rss(item("/1")), ATOM, JSON, NEWS, INDEX, b"\xef\xbb\xbf\n" + ATOM])
def test_a_feed_is_told_by_its_content(data: bytes) -> None:
    assert is_feed(data) and is_feed(data, "text/html")


@pytest.mark.parametrize(
    "data",
    [page("Skelmouth"), b"{}", b"", b"<?xml version='1.0'?><html><body>rss</body></html>", b"Plain words about feeds."],
)
def test_what_is_none_is_not_taken_for_one(data: bytes) -> None:
    assert not is_feed(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no feed at all", "not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": 3}', "not a JSON feed"),
        (b"{" * 5_000, "not a JSON feed"),
        (b"<urlset><url>", "cannot be read"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset>&b;</urlset>', "cannot be read"),
        (b"<rss>" + b"x" * 6_000_000, "over 5,000,000 bytes"),
    ],
)
def test_what_cannot_be_read_is_said_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_feed(data, BASE)


def test_a_broken_feed_gives_what_it_has() -> None:
    cut = rss(item("/p/1", "Port"), item("/p/2", "Ferry"))[:-40]
    assert next(entry.title for entry in read_feed(cut, BASE).entries) == "Port"


def test_entities_are_not_blown_up_and_no_file_is_opened(tmp_path: object) -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE r ['
        + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"lol") for n in range(9))
        + b"]><rss><channel><title>&e8;</title><item><link>/p</link></item></channel></rss>"
    )
    with contextlib.suppress(UnreadableFile):
        assert len(read_feed(bomb, BASE).title or "") < 100_000
    external = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title><item><link>/p</link></item></channel></rss>'
    assert "root:" not in str(read_feed(external, BASE))
    for path in (b"/etc/passwd", b"http://127.0.0.1:9/feed"):
        with pytest.raises(UnreadableFile):
            read_feed(path, BASE)


@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda d, at, more: d[:at] + more + d[at:],
            st.sampled_from([ATOM, JSON, NEWS, rss(item("/1"))]),
            st.integers(0, 300),
            st.binary(max_size=20),
        ),
    )
)
def test_any_bytes_give_entries_or_a_reason(data: bytes) -> None:
    is_feed(data)
    try:
        assert all(entry.url for entry in read_feed(data, BASE).entries)
    except UnreadableFile as error:
        assert str(error).endswith((".", ")"))
