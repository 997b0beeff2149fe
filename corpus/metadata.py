"""What a page declares about itself: JSON-LD, OpenGraph and other meta elements, links, language. No guessing."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.accept import believed_time, parse_time
from corpus.clean import clean_line
from corpus.errors import InvalidInput
from corpus.language import language_code
from corpus.linked_data import LinkedArticle, linked_article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# In order of trust; names are compared in lower case. Dublin Core, Parse.ly, Sailthru and plain names follow OpenGraph.
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline")
_PUBLISHERS = ("og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "application-name")
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "pubdate", "publishdate",
    "publish-date", "publication_date", "date", "cxenseparse:recs:publishtime", "bt:pubdate", "ptime",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "last-modified", "lastmod", "utime",
)  # fmt: skip
_ADDRESS = re.compile(r"^\w+://|^www\.|@")
_BY = re.compile(r"^by[:\s]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page says of itself; None and () where it says nothing."""

    title: str | None
    authors: tuple[str, ...]
    publisher: str | None
    published_at: str | None
    updated_at: str | None
    canonical: str | None
    language: str | None
    body: str | None


def declared(tree: "HtmlElement", url: str | None = None) -> Declared:
    """Read the metadata of a parsed page, the richest source first; `url` is where it was fetched."""
    meta = _meta(tree)
    addresses = [one for one in (url, _canonical_link(tree), _first(meta, ("og:url",))) if one]
    scripts = (str(script.text or "") for script in linked_data(tree))
    linked = linked_article(scripts, addresses, _first(meta, ("og:title",)))
    publisher = linked.publisher or _first(meta, _PUBLISHERS)
    published = _time([linked.published_at, *_all(meta, _PUBLISHED), *_marked_times(tree)])
    updated = _time([linked.updated_at, *_all(meta, _UPDATED)])
    return Declared(
        title=_plain(linked.title) or without_site(_first(meta, _TITLES), publisher),
        authors=people(linked.authors or _all(meta, _AUTHORS)),
        publisher=_plain(publisher),
        published_at=published,
        updated_at=updated if updated and (published is None or updated > published) else None,
        canonical=_canonical_link(tree) or _first(meta, ("og:url",)) or linked.url,
        language=_language(tree, meta, linked),
        body=linked.body,
    )


def without_site(title: str | None, publisher: str | None) -> str | None:
    """A title without the outlet's name that templates put behind it."""
    title = _plain(title)
    if title and publisher:
        cut = re.sub(rf"\s*[-–—|·»:]\s*{re.escape(publisher)}\s*$", "", title, flags=re.IGNORECASE)
        return cut or title
    return title


def people(names: Sequence[str]) -> tuple[str, ...]:
    """Names of persons: no profile addresses, no "By", none twice."""
    plain = (_BY.sub("", _plain(name) or "") for name in names)
    return tuple(dict.fromkeys(name for name in plain if name and len(name) < 200 and not _ADDRESS.search(name)))


def plausible_time(value: str | None) -> str | None:
    """ISO 8601 text of a time that an article can have, else None."""
    try:
        when = believed_time(parse_time((value or "").strip(), "The date"))
    except InvalidInput:
        return None
    return when.isoformat() if when else None


def linked_data(tree: "HtmlElement") -> Iterator["HtmlElement"]:
    """The scripts of a page that hold JSON-LD."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield script


def _meta(tree: "HtmlElement") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if content and name:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _marked_times(tree: "HtmlElement") -> list[str]:
    """`<time>` elements that are marked as the publication time, not those of comments and teasers."""
    marked = tree.xpath("//time[@pubdate or @itemprop='datePublished']/@datetime")
    return [str(value) for value in marked] + [
        str(value) for value in tree.xpath("//*[@itemprop='datePublished']/@content")
    ]


def _canonical_link(tree: "HtmlElement") -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (link.get("href") or "").strip():
            return str(link.get("href")).strip()
    return None


def _language(tree: "HtmlElement", meta: dict[str, list[str]], linked: LinkedArticle) -> str | None:
    root = tree.getroottree().getroot()
    said = (root.get("lang"), root.get("xml:lang"), linked.language, _first(meta, ("og:locale", "content-language")))
    return next((code for code in map(language_code, said) if code), None)


def _time(values: Sequence[str | None]) -> str | None:
    return next((when for when in map(plausible_time, values) if when), None)


def _first(meta: dict[str, list[str]], names: Sequence[str]) -> str | None:
    return next(iter(_all(meta, names)), None)


def _all(meta: dict[str, list[str]], names: Sequence[str]) -> list[str]:
    """The values of the first of `names` that the page has, then of the next."""
    return [value for name in names for value in meta.get(name, ())]


def _plain(text: str | None) -> str | None:
    """One line without markup entities: JSON-LD and meta contents are often escaped once too often."""
    return clean_line(html.unescape(text)) or None if text else None
