"""Read a feed: RSS and Atom by feedparser, JSON Feed, and sitemaps. feedparser and defusedxml are used here only."""

import calendar
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from corpus.accept import parse_time
from corpus.errors import InvalidInput, UnreadableFile

_MOST_BYTES = 5_000_000
_MOST_ENTRIES = 2_000
_XML_STARTS = (b"<?xml", b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex", b"<channel")
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


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
    """A feed and its entries, in the order in which it gives them; at most 2,000."""

    title: str | None
    entries: tuple[Entry, ...]


def is_feed(data: bytes, content_type: str | None = None) -> bool:
    """Whether the bytes look like a feed or a sitemap rather than like an article."""
    head = data[:8_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:2_000].lower()
    if head.startswith(b"{"):
        return b"jsonfeed.org/version" in head
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind in ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"):
        return True
    if not head.startswith(_XML_STARTS):
        return False
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex", b"<channel"))


def read_feed(data: bytes, url: str) -> Feed:
    """The feed in `data`, which was fetched from `url`. Nothing is opened or fetched.

    A broken feed gives the entries that can be read. Raises `UnreadableFile` when there are none and it is no feed.
    """
    if len(data) > _MOST_BYTES:
        raise UnreadableFile(f"The feed {url} is over {_MOST_BYTES:,} bytes.")
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:2_000].lower()
    if head.startswith(b"{"):
        return _json_feed(data, url)
    if b"<urlset" in head or b"<sitemapindex" in head:
        return _sitemap(data, url)
    return _xml_feed(data, url)


def feed_from(fields: Mapping[str, Any]) -> Feed:
    """A feed out of the fields that `dataclasses.asdict` gave, with its times as ISO 8601 text."""
    return Feed(fields["title"], tuple(map(_entry_from, fields["entries"])))


def _entry_from(fields: Mapping[str, Any]) -> Entry:
    times = {name: fields[name] and datetime.fromisoformat(fields[name]) for name in ("published_at", "updated_at")}
    return Entry(**{**fields, **times, "authors": tuple(fields["authors"])})


def _xml_feed(data: bytes, url: str) -> Feed:
    import feedparser

    try:
        # Bytes only: given text, feedparser would open it as a path or an address.
        parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # whatever a parser of other people's markup raises
        raise UnreadableFile(f"The feed {url} cannot be read ({type(error).__name__}).") from error
    outlet = _line(parsed.feed.get("title"))
    language = _line(parsed.feed.get("language"))
    entries = tuple(_from_feedparser(item, url, outlet, language) for item in parsed.entries[:_MOST_ENTRIES])
    kept = tuple(entry for entry in entries if entry is not None)
    if not kept and not parsed.get("version") and not parsed.entries:
        cause = f": {parsed.bozo_exception}" if parsed.get("bozo_exception") else ""
        raise UnreadableFile(f"{url} is not a feed that can be read{str(cause)[:200]}.")
    return Feed(outlet, kept)


def _from_feedparser(item: Mapping[str, Any], base: str, outlet: str | None, language: str | None) -> Entry | None:
    links = [item.get("link"), *(other.get("href") for other in item.get("links", [])), item.get("id")]
    link = next((line for line in map(_line, links) if line and line.startswith(("http:", "https:", "/"))), None)
    if not link:
        return None
    bodies = [part.get("value", "") for part in item.get("content", []) if "html" in str(part.get("type", ""))]
    source = item.get("source") or {}
    return Entry(
        url=urljoin(base, link),
        title=_line(item.get("title")),
        authors=tuple(name for author in item.get("authors", []) if (name := _line(author.get("name")))),
        publisher=_line(source.get("title")) or outlet,
        published_at=_moment(item.get("published_parsed")),
        # Asked for, it would be the publication time when there is none.
        updated_at=_moment(item.get("updated_parsed")) if "updated_parsed" in item else None,
        language=language,
        html=max(bodies, key=len, default=None) or None,
    )


def _json_feed(data: bytes, url: str) -> Feed:
    try:
        parsed = json.loads(data)
        items = parsed["items"]
        outlet, language = _line(parsed.get("title")), _line(parsed.get("language"))
        entries = [_from_json(item, url, outlet, language) for item in items[:_MOST_ENTRIES]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile(f"{url} is not a JSON feed that can be read ({type(error).__name__}).") from error
    return Feed(outlet, tuple(entry for entry in entries if entry is not None))


def _from_json(item: Mapping[str, Any], base: str, outlet: str | None, language: str | None) -> Entry | None:
    link = _line(item.get("url")) or _line(item.get("external_url"))
    if not link:
        return None
    authors = item.get("authors") or [item.get("author") or {}]
    return Entry(
        url=urljoin(base, link),
        title=_line(item.get("title")),
        authors=tuple(name for author in authors if (name := _line(author.get("name")))),
        publisher=outlet,
        published_at=_time(item.get("date_published")),
        updated_at=_time(item.get("date_modified")),
        language=_line(item.get("language")) or language,
        html=item.get("content_html") if isinstance(item.get("content_html"), str) else None,
    )


def _sitemap(data: bytes, url: str) -> Feed:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableFile(f"The sitemap {url} cannot be read ({type(error).__name__}).") from error
    return Feed(None, tuple(_from_sitemap(root, url))[:_MOST_ENTRIES])


def _from_sitemap(root: Any, base: str) -> Iterator[Entry]:
    for place in root.iter(f"{_MAP}sitemap"):
        if link := _line(place.findtext(f"{_MAP}loc")):
            yield Entry(urljoin(base, link), updated_at=_time(place.findtext(f"{_MAP}lastmod")), is_feed=True)
    for page in root.iter(f"{_MAP}url"):
        if not (link := _line(page.findtext(f"{_MAP}loc"))):
            continue
        news = page.find(f"{_NEWS}news")
        told = news.findtext if news is not None else lambda _: None
        yield Entry(
            url=urljoin(base, link),
            title=_line(told(f"{_NEWS}title")),
            publisher=_line(told(f"{_NEWS}publication/{_NEWS}name")),
            language=_line(told(f"{_NEWS}publication/{_NEWS}language")),
            published_at=_time(told(f"{_NEWS}publication_date")),
            updated_at=None if news is not None else _time(page.findtext(f"{_MAP}lastmod")),
        )


def _line(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    """A time that feedparser read, which is in UTC."""
    try:
        return datetime.fromtimestamp(calendar.timegm(value), UTC) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _time(value: object) -> datetime | None:
    try:
        return parse_time(value, "the time") if isinstance(value, str) else None
    except InvalidInput:
        return None
