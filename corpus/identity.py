"""Which article a document may say it is: a page fetched from one site cannot speak for another site's article."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from corpus.accept import canonical_url, digest_id, is_relative
from corpus.article import IncomingArticle
from corpus.clean import clean_line
from corpus.errors import InvalidInput
from corpus.found import Found

_SAME_PAGE_PREFIXES = ("www.", "m.", "amp.", "mobile.", "edition.")


def believed_url(claimed: str | None, fetched: str | None) -> str | None:
    """The address of a document: the canonical one it claims when that may be believed, else where it was fetched.

    A claim is believed on the same registrable site (public suffix list, private suffixes such as github.io too), and
    when nothing was fetched: a file on disk was put there by its owner. A claim to be the front page is a template's
    mistake that would make one article of a whole site.
    """
    return _believable(claimed, fetched) or fetched


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to whoever registered one name. Addresses without a name must be equal hosts."""
    first, second = _host(one), _host(other)
    if not first or not second:
        return False
    return first == second or ((site := _site(first)) is not None and site == _site(second))


def confined(article: IncomingArticle, fetched: str, place: str) -> IncomingArticle:
    """A record as it may be stored when it was fetched from `fetched`: known by that site, whatever id it claims.

    `place` tells records of one address apart that name themselves by nothing.
    """
    if url := _believable(article.url, fetched):
        return replace(article, id=None, url=url)
    named = f"{_host(fetched)}|{article.id or article.url or place}"
    return replace(article, id="r-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:16], url=None)


def unlinked(found: Found, place: str | None) -> Found:
    """A record that no site sent, without its relative address ("/posts/9/"), which leads nowhere.

    Within a file, of which `place` is the id, it still tells rows apart.
    """
    article = found.outcome
    if not isinstance(article, IncomingArticle) or not is_relative(article.url):
        return found
    named = article.id or (place and digest_id(place, article.url))
    guessed = tuple(name for name in article.guessed if name != "url")
    return replace(found, outcome=replace(article, id=named, url=None, guessed=guessed))


def told_apart(records: Iterable[Found], place: str | None) -> Iterator[Found]:
    """Records of one file, of which those of one headline ("Editorial") are articles of their own.

    Only where neither address nor id, nor outlet and date together, tell them apart: then the file's `place` does, and
    within it the text. The first of a headline is known without its text, so that another wording is a revision of it.
    """
    first: dict[int, int] = {}
    for found in records:
        article = found.outcome
        if isinstance(article, IncomingArticle) and _is_nameless(article):
            text = hash(article.body)
            named = (article.publisher, clean_line(article.title), article.published_at)
            within = () if first.setdefault(hash(named), text) == text else (article.body,)
            at = () if place is None else (place,)
            found = replace(found, outcome=replace(article, id=digest_id(*at, *named, *within)))
        yield found


def _is_nameless(article: IncomingArticle) -> bool:
    is_dated = article.publisher and article.published_at
    return bool(article.title) and not (article.id or article.url or is_dated)


def file_id(path: Path) -> str:
    """A file without an id or URL is known by where it lies, so that editing it makes a revision of it."""
    place = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in path.stem)[:100]
    return f"{stem}-{place}"


def host_name(url: str) -> str | None:
    """The host of an address without the prefixes that mean the same page for another device."""
    return _host(url) or None


def _believable(claimed: str | None, fetched: str | None) -> str | None:
    if not claimed:
        return None
    try:
        claim = canonical_url(urljoin(fetched or "", claimed.strip()))
    except (InvalidInput, ValueError):
        return None
    if urlsplit(claim).path == "/" and not urlsplit(claim).query:
        return None
    return claim if fetched is None or same_site(claim, fetched) else None


def _host(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    return next((host[len(p) :] for p in _SAME_PAGE_PREFIXES if host.startswith(p) and host.count(".") > 1), host)


def _site(host: str) -> str | None:
    from tld import get_fld

    found = get_fld(f"https://{host}", fail_silently=True, search_private=True)
    return str(found) if found else None
