"""Articles that a feed on a disk carries whole: RSS, Atom, JSON Feed, and the export of WordPress, which is RSS."""

from collections.abc import Iterator

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput, UnreadableFile
from corpus.feed import Entry, Feed
from corpus.found import Found
from corpus.teaser import ends_early
from corpus.worker import WORKERS


def articles_of(feed: Feed, name: str, collection: str) -> Iterator[Found]:
    """An article of each entry that has a text; after them, what was left out and why, as one failure each."""
    bare = 0
    for number, entry in enumerate(feed.entries, start=1):
        if not entry.html or ends_early(entry.html):
            bare += 1
            continue
        where = f"{name}, entry {number}"
        try:
            yield Found(where, _article(entry, collection))
        except InvalidInput as error:
            yield Found(where, UnreadableFile(f"{where} cannot be read. {error}"))
    for count, why in (
        (bare, "entries with an address but no whole text ({}); add the feed's address to have them fetched"),
        (feed.unpublished, "posts that are not published ({}); they are left out"),
        (feed.left_out, "more entries than are read at once (by {}); export it in parts"),
        (not feed.entries and not feed.unpublished, "no entries"),
    ):
        if count:
            yield Found(name, UnreadableFile(f"{name} holds {why.format(f'{count:,}')}."))


def _article(entry: Entry, collection: str) -> IncomingArticle:
    return IncomingArticle(
        title=entry.title or "",
        body=WORKERS.read_markup(entry.html or ""),
        publisher=entry.publisher,
        authors=entry.authors,
        url=entry.url,
        language=entry.language,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        collection=collection,
    )
