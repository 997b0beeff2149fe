"""What was published: an article in one of its revisions, and the form in which one arrives."""

from dataclasses import dataclass, field
from datetime import datetime

DEFAULT_COLLECTION = "default"


@dataclass(frozen=True, slots=True)
class IncomingArticle:
    """An article as a reader or a push delivers it: not yet cleaned, numbered or stored.

    `published_at` is when the article first appeared, `updated_at` when this wording of it did. Times are aware.
    `id` is made from the canonical URL, or from publisher, title and date, when it is None. `guessed` names the fields
    that no metadata declared: they were inferred from the text or its layout.
    """

    title: str
    body: str
    id: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    collection: str = DEFAULT_COLLECTION
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One stored revision of an article. Never changes once stored.

    Offsets anywhere in Dateline are half-open, in Unicode code points, into `body`, which is NFC-normalised.
    """

    id: str
    revision: int
    title: str
    body: str = field(repr=False)
    publisher: str | None
    authors: tuple[str, ...]
    url: str | None
    language: str | None
    published_at: datetime | None
    updated_at: datetime | None
    first_seen_at: datetime
    collection: str = DEFAULT_COLLECTION
    is_current: bool = True
    guessed: tuple[str, ...] = ()

    @property
    def dated(self) -> datetime | None:
        """When this wording appeared: its update time, else its publication time."""
        return self.updated_at or self.published_at


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one revision: what is embedded and indexed. `key` is its row in the store."""

    key: int
    article_key: int
    revision: int
    number: int
    start: int
    end: int

    @property
    def index_id(self) -> str:
        """The deterministic id of this chunk in a vector index."""
        return f"{self.article_key}:{self.revision}:{self.number}"
