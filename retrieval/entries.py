"""What a feed that was fetched leads to, and what it says of the articles there."""

import io
from dataclasses import replace

from corpus.accept import parse_time
from corpus.article import IncomingArticle
from corpus.charset import charset_in
from corpus.feed import Feed, is_feed
from corpus.fetch import MOST_BYTES, Fetched
from corpus.identity import same_site
from corpus.jobs import Item, Outcome
from corpus.unpack import Unpacked
from corpus.worker import WORKERS

_DEEPEST = 3  # sitemaps that may lead to sitemaps


def unpacked_feed(fetched: Fetched) -> Fetched | None:
    """A feed or sitemap, unpacked where it came as .gz; None for anything else. Raises `UnreadableFile`."""
    if fetched.body.startswith(b"\x1f\x8b"):
        packed = io.BufferedReader(Unpacked(io.BytesIO(fetched.body), fetched.url))
        fetched = replace(fetched, body=packed.read(MOST_BYTES), content_type=None)
    return fetched if is_feed(fetched.body, fetched.content_type) else None


def feed_in(fetched: Fetched, depth: int) -> tuple[Feed, Outcome]:
    """The feed without sitemaps too deep, and without bodies that it gives to articles of other sites.

    Beside it why entries were left out, if any were. Addresses that nobody can fetch failed, and are told together: one
    by one they would cost half a minute. That no more entries are taken is a notice.
    """
    feed = WORKERS.read_feed(fetched.body, fetched.url, charset_in(fetched.content_type))
    entries = [entry for entry in feed.entries if not entry.is_feed or depth < _DEEPEST]
    foreign = [entry.url for entry in entries if not entry.url.lower().startswith(("http://", "https://"))]
    unfit = set(foreign)
    own = (
        entry if entry.html is None or same_site(entry.url, fetched.url) else replace(entry, html=None)
        for entry in entries
        if entry.url not in unfit
    )
    reason = notice = None
    if foreign:
        reason = f"{len(foreign):,} of its addresses are neither http nor https, the first {foreign[0]}."
    if feed.left_out:
        taken = len(feed.entries)
        notice = f"Of its {taken + feed.left_out:,} entries only the newest {taken:,} are taken."
    return replace(feed, entries=tuple(own)), Outcome(reason=reason, notice=notice)


def with_what_the_feed_said(article: IncomingArticle, item: Item) -> IncomingArticle:
    """The feed's word counts where the page gave none or where it had to be guessed."""
    said = item.entry or {}
    better = {
        name: said[name]
        for name in ("title", "publisher", "language")
        if said.get(name) and (name in article.guessed or not getattr(article, name))
    }
    for name in ("published_at", "updated_at"):
        if said.get(name) and (name in article.guessed or getattr(article, name) is None):
            better[name] = parse_time(said[name], name)
    if said.get("authors") and ("authors" in article.guessed or not article.authors):
        better["authors"] = tuple(said["authors"])
    guessed = tuple(name for name in article.guessed if name not in better)
    return replace(article, guessed=guessed, **better)
