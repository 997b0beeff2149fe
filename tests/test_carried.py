"""Files that carry several articles whole: feeds that were saved, the export of WordPress, letters in an mbox."""

import gzip
import json

import pytest

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput
from corpus.mbox import MOST_LETTER_BYTES
from corpus.reader import read_bytes
from tests.documents import SENTENCE, letter, refusal

CONTENT = f"<p>{SENTENCE}</p>\n<p>It rained &amp; blew.</p>"
PLAIN = f"{SENTENCE.strip()}\nIt rained & blew."


def item(number: int, content: str, more: str = "") -> str:
    return (
        f"<item><title>Port &#38;amp; quay</title><link>https://coast.example/{number}</link><pubDate>Fri, 03 May 2024 06:00:00 GMT"
        f"</pubDate><content:encoded><![CDATA[{content}]]></content:encoded>{more}</item>"
    )


def rss(*items: str) -> bytes:
    spaces = "content='http://purl.org/rss/1.0/modules/content/' xmlns:wp='http://wordpress.org/export/1.2/'"
    return f"<?xml version='1.0'?><rss version='2.0' xmlns:{spaces}><channel><title>Coast Times</title>{''.join(items)}</channel></rss>".encode()


def post(status: str, kind: str = "post") -> str:
    return f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>"


ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Coast Times</title><entry><title>Port &amp;amp; quay</title>
<link href="https://coast.example/1"/><published>2024-05-03T06:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{CONTENT}</div></content></entry></feed>""".encode()
JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "Coast Times", "items": [
        {"id": "1", "url": "https://coast.example/1", "title": "Port &amp; quay", "content_html": CONTENT,
         "date_published": "2024-05-03T06:00:00Z"}]}).encode()  # fmt: skip


def found(data: bytes, name: str) -> tuple[list[IncomingArticle], list[str]]:
    outcomes = [one.outcome for one in read_bytes(data, name, "default")]
    articles = [one for one in outcomes if isinstance(one, IncomingArticle)]
    return articles, [str(one) for one in outcomes if isinstance(one, InvalidInput)]


@pytest.mark.parametrize("data", [rss(item(1, CONTENT)), ATOM, JSON_FEED, gzip.compress(ATOM)])
def test_a_saved_feed_gives_the_articles_that_it_carries(data: bytes) -> None:
    (article,), reasons = found(data, "feed")
    assert (article.title, article.body, article.publisher) == ("Port & quay", PLAIN, "Coast Times")
    assert article.url == "https://coast.example/1" and str(article.published_at) == "2024-05-03 06:00:00+00:00"
    assert reasons == []


def test_entries_without_a_whole_text_are_told_and_the_address_asked_for() -> None:
    articles, reasons = found(
        rss(item(1, CONTENT), item(2, ""), item(3, "<p>The harbour … [&hellip;]</p>")), "feed.xml"
    )
    assert [one.url for one in articles] == ["https://coast.example/1"]
    assert reasons == [
        "feed.xml holds entries with an address but no whole text (2); add the feed's address to have them fetched."
    ]
    assert found(rss(), "feed.xml") == ([], ["feed.xml holds no entries."])


def test_of_an_export_of_wordpress_the_published_posts_are_read() -> None:
    written = f"{SENTENCE}\n\nIt <em>rained</em> &amp; blew."  # before blocks, WordPress kept no paragraphs
    kinds = [post("publish"), post("draft"), post("inherit", "attachment"), post("publish", "page")]
    articles, reasons = found(rss(*(item(n, written, kind) for n, kind in enumerate(kinds))), "export.xml")
    assert [one.body for one in articles] == [PLAIN]
    assert reasons == ["export.xml holds posts that are not published (1); they are left out."]


def test_a_feed_from_an_address_is_still_asked_for_as_a_feed() -> None:
    address = "https://coast.example/feed"
    assert "add its address as a feed" in refusal(rss(item(1, CONTENT)), address, url=address)


def test_a_feed_too_large_is_to_come_in_parts() -> None:
    assert "export it in parts" in refusal(rss(item(1, "x" * 5_000_000)), "a.xml")


def test_the_letters_of_an_mbox_are_articles_of_their_own() -> None:
    between = b"From daily@coast.example Fri May  3 07:00:00 2024\n"
    first = letter(f"{SENTENCE}\n\n>From here on it is calm.\n\nFrom Oslo the boat left at 6:00 today.")
    second = letter(SENTENCE).replace(b"<1@", b"<2@").replace(b"Harbour reopens", b"Harbour closes")
    empty = b"Subject: x\n\n"
    articles, reasons = found(between + between.join((first + b"\n", empty, second)), "all.mbox")
    assert [one.title.split()[1] for one in articles] == ["reopens", "closes"]
    assert articles[0].body.split("\n")[1:] == ["From here on it is calm.", "From Oslo the boat left at 6:00 today."]
    assert articles[0].id != articles[1].id
    assert len(reasons) == 1 and reasons[0].startswith("all.mbox, letter 2 ")
    address = "https://coast.example/a.mbox"
    assert "from a disk only" in refusal(between + first, address, url=address)


def test_a_letter_without_end_fails_alone() -> None:
    between = b"From daily@coast.example Fri May  3 07:00:00 2024\n"
    long = b"Subject: x\n\n" + b"x" * (MOST_LETTER_BYTES + 100) + b"\n\n"
    articles, reasons = found(between + long + between + letter(SENTENCE), "all.mbox")
    assert len(articles) == 1 and "over 30,000,000 bytes" in reasons[0]
