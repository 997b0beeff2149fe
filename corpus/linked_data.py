"""The article that a page's JSON-LD (schema.org) describes, also when the JSON is broken, nested or listed."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

_MOST_NODES = 5_000
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Blog)$")
# What templates of the XHTML age put around a script.
_OPENERS = ("//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "<!--")
_CLOSERS = ("//]]>", "/*]]>*/", "]]>", "//-->", "-->")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_NAMED = {"headline": "title", "datePublished": "published_at", "dateModified": "updated_at", "inLanguage": "language"}


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """What JSON-LD says, as it says it; None and () where it says nothing."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    language: str | None = None
    body: str | None = None


def linked_article(scripts: Iterable[str], addresses: Sequence[str] = (), headline: str | None = None) -> LinkedArticle:
    """The article among the contents of a page's `application/ld+json` scripts.

    Of several it is the one known by one of the page's `addresses`, else by its `headline`, else what says most.
    Dates of a WebPage node count when no article node has any: some sites describe only the page.
    """
    nodes: list[dict[str, Any]] = []
    broken: list[str] = []
    for script in scripts:
        found = list(_parsed(script))
        nodes.extend(node for one in found for node in _walk(one))
        if not found and script.strip():
            broken.append(script)
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    described = [node for node in nodes[:_MOST_NODES] if _is_type(node, _ARTICLE)]
    if described:
        base = addresses[0] if addresses else ""
        places = {place for one in addresses if (place := _place(one, base))}

        def likeness(found: tuple[dict[str, Any], LinkedArticle]) -> tuple[bool, bool, int]:
            node, article = found
            is_here = any(_place(one, base) in places for one in _addresses(node))
            return is_here, bool(headline) and _same_words(article.title, headline), _fullness(article)

        return max(((node, _article(node, by_id)) for node in described), key=likeness)[1]
    if broken:
        return _rescued("\n".join(broken))
    pages = [node for node in nodes if _is_type(node, re.compile(r"Page$"))]
    return next((_dates_of(page) for page in pages if page.get("datePublished")), LinkedArticle())


def _parsed(script: str) -> Iterator[Any]:
    """Every JSON value of a script; several behind one another are met, and so are comments and trailing commas."""
    text = _unwrapped(script)
    for form in (text, _TRAILING_COMMA.sub("", text), html.unescape(text)):
        values, rest = [], form
        try:
            while rest:
                value, end = json.JSONDecoder(strict=False).raw_decode(rest)
                values.append(value)
                rest = rest[end:].lstrip(" \t\r\n,;")
        except (ValueError, RecursionError):
            continue
        yield from values
        return


def _unwrapped(script: str) -> str:
    text = script.strip().rstrip(";").rstrip()
    for opener in _OPENERS:
        text = text.removeprefix(opener).lstrip()
    for closer in _CLOSERS:
        text = text.removesuffix(closer).rstrip()
    return text.rstrip(";").rstrip()


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a document: lists, `@graph` and what a page is mainly about, but not what it links to."""
    waiting, seen = [value], 0
    while waiting and (seen := seen + 1) < _MOST_NODES:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting.extend(one[:_MOST_NODES])
        elif isinstance(one, dict):
            yield one
            waiting.extend(one[name] for name in ("@graph", "mainEntity") if isinstance(one.get(name), list | dict))


def _is_type(node: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    said = node.get("@type")
    return any(isinstance(one, str) and pattern.search(one) for one in (said if isinstance(said, list) else [said]))


def _article(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> LinkedArticle:
    page = node.get("mainEntityOfPage")
    return LinkedArticle(
        title=_text(node.get("headline")) or _text(node.get("name")),
        authors=tuple(_names(node.get("author") or node.get("creator"), by_id)),
        publisher=next(_names(node.get("publisher") or node.get("sourceOrganization"), by_id), None),
        published_at=_text(node.get("datePublished")) or _text(node.get("dateCreated")),
        updated_at=_text(node.get("dateModified")),
        url=_text(node.get("url")) or _text(page) or (_text(page.get("@id")) if isinstance(page, dict) else None),
        language=_text(node.get("inLanguage")),
        body=_text(node.get("articleBody")) or _updates(node),
    )


def _updates(node: dict[str, Any]) -> str | None:
    """The entries of a live blog, which has no other body, in the order in which it gives them."""
    told = node.get("liveBlogUpdate")
    entries = [one for one in (told if isinstance(told, list) else [told])[:_MOST_NODES] if isinstance(one, dict)]
    lines = (_text(one.get(name)) for one in entries for name in ("headline", "articleBody"))
    return "\n".join(line for line in lines if line) or None


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    page = node.get("mainEntityOfPage")
    of_page = (page.get("@id"), page.get("url")) if isinstance(page, dict) else (page,)
    yield from (one for one in map(_text, (node.get("url"), node.get("@id"), *of_page)) if one)


def _place(address: str, base: str) -> tuple[str, str, str] | None:
    """What two addresses of one page share; None for one that names no page."""
    try:
        parts = urlsplit(urljoin(base, address.strip()) if address.strip("# ") else "")
    except ValueError:
        return None
    host, path = parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")
    return (host, path, parts.query) if path or parts.query else None


def _same_words(one: str | None, other: str | None) -> bool:
    first, second = ("".join(filter(str.isalnum, html.unescape(text or "").lower())) for text in (one, other))
    return first == second


def _dates_of(page: dict[str, Any]) -> LinkedArticle:
    return LinkedArticle(published_at=_text(page.get("datePublished")), updated_at=_text(page.get("dateModified")))


def _fullness(article: LinkedArticle) -> int:
    return sum(map(bool, (article.title, article.authors, article.published_at, article.publisher, article.body)))


def _names(value: Any, by_id: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Names of people or organisations, given as text, as nodes, as references to nodes, or as lists of these."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            reference = one.get("@id")
            node = by_id.get(reference, one) if isinstance(reference, str) and "name" not in one else one
            named = node.get("name")
            yield from (name for name in map(_text, named if isinstance(named, list) else [named]) if name)
        elif name := _text(one):
            yield name


def _text(value: Any) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def _rescued(script: str) -> LinkedArticle:
    """The plain fields of JSON about an article that cannot be parsed: one unescaped quote spoils the rest."""
    if not re.search(r'"@type"\s*:\s*\[?\s*"\w*(?:Article|Posting)"', script):
        return LinkedArticle()
    found: dict[str, str] = {}
    for name, field in _NAMED.items():
        # A value ends at a quote that a comma or a brace follows, so that stray quotes inside it do no harm.
        match = re.search(rf'"{name}"\s*:\s*"([^\n]{{0,600}}?)"\s*(?=[,}}\n])', script)
        if match:
            found[field] = match[1].replace('\\"', '"').replace("\\/", "/")
    return LinkedArticle(**found)  # type: ignore[arg-type]
