"""Read a feed: RSS and Atom by feedparser, JSON Feed, and sitemaps. feedparser and defusedxml are used here only."""

import calendar
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from corpus.accept import believed_time, parse_time
from corpus.charset import decoded, encoding_of
from corpus.errors import InvalidInput, UnreadableFile
from corpus.markup import plain_line
from corpus.metadata import people

MOST_FEED_BYTES = 5_000_000
_MOST_ENTRIES = 2_000
_XML_STARTS = (b"<?xml", b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex", b"<channel")
# What an export of WordPress holds beside posts.
_NO_POSTS = ("attachment", "page", "nav_menu_item", "revision", "custom_css", "wp_global_styles", "wp_navigation")
_BLANK = "\ufeff \t\r\n"
# As a field, not as words of an article: in those the quotation marks are escaped. PHP escapes slashes.
JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version')


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed: where its article stands, and what the feed says of it.

    `html` is the whole article when the feed carries it. An entry with `is_feed` leads to another sitemap.
    """

    url: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str | None = None
    html: str | None = None
    is_feed: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and its entries, in the order in which it gives them; at most 2,000, the newest of those that say when.

    `left_out` is how many it has beyond; `unpublished`, how many posts of an export of WordPress never went out.
    """

    title: str | None
    entries: tuple[Entry, ...]
    left_out: int = 0
    unpublished: int = 0


def is_feed(data: bytes, content_type: str | None = None) -> bool:
    """Whether the bytes look like a feed or a sitemap rather than like an article."""
    head = data[:8_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:2_000].lower()
    kind = (content_type or "").split(";")[0].strip().lower()
    if head.startswith(b"{"):
        return kind == "application/feed+json" or JSON_FEED.search(data) is not None
    if kind in ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"):
        return True
    if not head.startswith(_XML_STARTS):
        return False
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex", b"<channel"))


def read_feed(data: bytes, url: str, charset: str | None = None) -> Feed:
    """The feed in `data`, which was fetched from `url` with that `charset`. Nothing is opened or fetched.

    A broken feed gives the entries that can be read. Raises `UnreadableFile` when there are none and it is no feed.
    """
    if len(data) > MOST_FEED_BYTES:
        raise UnreadableFile(f"The feed {url} is over {MOST_FEED_BYTES:,} bytes.")
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:2_000].lower()
    if head.startswith(b"{"):
        return _json_feed(data, url)
    if b"<urlset" in head or b"<sitemapindex" in head:
        return _sitemap(data, url, charset)
    return _xml_feed(data, url, charset)


def feed_from(fields: Mapping[str, Any]) -> Feed:
    """A feed out of the fields that `dataclasses.asdict` gave, with its times as ISO 8601 text."""
    return Feed(
        fields["title"], tuple(map(_entry_from, fields["entries"])), int(fields["left_out"]), int(fields["unpublished"])
    )


def _entry_from(fields: Mapping[str, Any]) -> Entry:
    times = {name: fields[name] and datetime.fromisoformat(fields[name]) for name in ("published_at", "updated_at")}
    return Entry(**{**fields, **times, "authors": tuple(fields["authors"])})


def _feed(title: str | None, entries: Sequence[Entry]) -> Feed:
    """A feed of as many entries as are taken, the newest first of all to stay."""
    if len(entries) <= _MOST_ENTRIES:
        return Feed(title, tuple(entries))

    def age(place: int) -> float:
        when = entries[place].updated_at or entries[place].published_at
        return -when.timestamp() if when else 0.0

    kept = sorted(sorted(range(len(entries)), key=age)[:_MOST_ENTRIES])
    return Feed(title, tuple(entries[place] for place in kept), len(entries) - _MOST_ENTRIES)


def _xml_feed(data: bytes, url: str, charset: str | None) -> Feed:
    import feedparser

    # What came with the bytes is said to the parser as a server would say it.
    said = charset and {"content-type": f"application/xml; charset={encoding_of(data, url, charset, is_page=True)}"}
    try:
        # Bytes only: given text, feedparser would open it as a path or an address.
        parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False, response_headers=said or None)
    except Exception as error:  # whatever a parser of other people's markup raises
        raise UnreadableFile(f"The feed {url} cannot be read ({type(error).__name__}).") from error
    outlet, language = plain_line(parsed.feed.get("title")), _line(parsed.feed.get("language"))
    is_rss = str(parsed.get("version")).startswith("rss")
    posts = [item for item in parsed.entries if item.get("wp_post_type") not in _NO_POSTS]
    published = [item for item in posts if item.get("wp_status", "publish") == "publish"]
    entries = [_from_feedparser(item, url, outlet, language, is_rss=is_rss) for item in published]
    kept = [entry for entry in entries if entry is not None]
    if not kept and not parsed.get("version") and not parsed.entries:
        cause = f": {parsed.bozo_exception}" if parsed.get("bozo_exception") else ""
        raise UnreadableFile(f"{url} is not a feed that can be read{str(cause)[:200]}.")
    return replace(_feed(outlet, kept), unpublished=len(posts) - len(published))


def _from_feedparser(
    item: Mapping[str, Any], base: str, outlet: str | None, language: str | None, *, is_rss: bool
) -> Entry | None:
    link = _link_of(item, base)
    if not link:
        return None
    bodies = [part.get("value", "") for part in item.get("content", []) if "html" in str(part.get("type", ""))]
    source = item.get("source") or {}
    published = _moment(item.get("published_parsed"))
    # Asked for, it would be the publication time when there is none.
    updated = _moment(item.get("updated_parsed")) if "updated_parsed" in item else None
    if is_rss and published is None:  # the dc:date of an entry is called so, and is the only one
        published, updated = updated, None
    return Entry(
        url=link,
        title=plain_line(item.get("title")),
        authors=_people(author.get("name") for author in item.get("authors", [])),
        publisher=plain_line(source.get("title")) or outlet,
        published_at=published,
        updated_at=updated,
        language=language,
        html=max(bodies, key=len, default=None) or None,
    )


def _link_of(item: Mapping[str, Any], base: str) -> str | None:
    """The address of an entry: a whole one, or one from the root; else whatever its link says, seen from the feed."""
    # An id that is no address stands in for the link where there is none.
    own = None if item.get("guidislink") else item.get("link")
    links = [line for line in map(_line, (own, *(other.get("href") for other in item.get("links", [])))) if line]
    named = (*links, _line(item.get("link")), _line(item.get("id")))
    whole = (line for line in named if line and line.startswith(("http:", "https:", "/")))
    return _joined(base, next(whole, None) or next(iter(links), None))


def _json_feed(data: bytes, url: str) -> Feed:
    try:
        parsed = json.loads(data)
        items = parsed["items"]
        if not isinstance(items, list):
            raise TypeError("no list of items")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableFile(f"{url} is not a JSON feed that can be read ({type(error).__name__}).") from error
    outlet, language = plain_line(parsed.get("title")), _line(parsed.get("language"))
    entries = [_from_json(item, url, outlet, language) for item in items if isinstance(item, dict)]
    return _feed(outlet, [entry for entry in entries if entry is not None])


def _from_json(item: Mapping[str, Any], base: str, outlet: str | None, language: str | None) -> Entry | None:
    link = _joined(base, _line(item.get("url")) or _line(item.get("external_url")))
    if not link:
        return None
    said = item.get("authors") or item.get("author")
    authors = said if isinstance(said, list) else [said]
    whole, words = item.get("content_html"), item.get("content_text")
    return Entry(
        url=link,
        title=plain_line(item.get("title")),
        authors=_people(author.get("name") if isinstance(author, dict) else author for author in authors),
        publisher=outlet,
        published_at=_time(item.get("date_published")),
        updated_at=_time(item.get("date_modified")),
        language=_line(item.get("language")) or language,
        html=whole if isinstance(whole, str) and whole else _paragraphs(words) if isinstance(words, str) else None,
    )


def _paragraphs(text: str) -> str | None:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip()) or None


def _sitemap(data: bytes, url: str, charset: str | None) -> Feed:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(decoded(data, url, charset, is_page=True).strip(_BLANK), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableFile(f"The sitemap {url} cannot be read ({type(error).__name__}).") from error
    return _feed(None, list(_from_sitemap(root, url)))


def _from_sitemap(root: Any, base: str) -> Iterator[Entry]:
    """The entries, of whatever namespace: it is misspelt or left out often enough."""
    for place in root.findall("{*}sitemap"):
        if link := _joined(base, _line(place.findtext("{*}loc"))):
            yield Entry(link, updated_at=_time(place.findtext("{*}lastmod")), is_feed=True)
    for page in root.findall("{*}url"):
        if not (link := _joined(base, _line(page.findtext("{*}loc")))):
            continue
        news = page.find("{*}news")
        told = news.findtext if news is not None else lambda _: None
        yield Entry(
            url=link,
            title=plain_line(told("{*}title")),
            publisher=plain_line(told("{*}publication/{*}name")),
            language=_line(told("{*}publication/{*}language")),
            published_at=_time(told("{*}publication_date")),
            updated_at=None if news is not None else _time(page.findtext("{*}lastmod")),
        )


def _joined(base: str, link: str | None) -> str | None:
    try:
        return urljoin(base, link) if link else None
    except ValueError:
        return None


def _people(names: Iterator[object]) -> tuple[str, ...]:
    return people([name for name in map(plain_line, names) if name])


def _line(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    """A time that feedparser read, which is in UTC."""
    try:
        return believed_time(datetime.fromtimestamp(calendar.timegm(value), UTC)) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _time(value: object) -> datetime | None:
    try:
        return believed_time(parse_time(value, "the time")) if isinstance(value, str) else None
    except InvalidInput:
        return None
