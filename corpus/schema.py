"""The tables of the article store. The database is the truth; every index can be rebuilt from it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in Python, naive UTC in the database: SQLite keeps no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, because its moment would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def _waiting_index(name: str, where: ColumnElement[bool], *columns: Column[Any]) -> None:
    """An index of the rows that wait for something, with what is asked of them meanwhile."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


# What brings the tables of earlier releases to these, by Alembic.
MIGRATIONS = Path(__file__).parent / "migrations"
metadata = MetaData()
# SQLite counts its keys in 64 bits by itself.
_Key = BigInteger().with_variant(Integer, "sqlite")

# The fact that counts how often a database that several processes share was written to.
CHANGES = "changes"
# What the store says of itself: the embedder's fingerprint, the chunking's version, the index generation.
facts = Table("facts", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

articles = Table(
    "articles",
    metadata,
    Column("key", _Key, primary_key=True, autoincrement=True),
    Column("collection", String(64), nullable=False),
    Column("id", String(200), nullable=False),
    # The key of one of the articles that carry the same text; NULL until it is known which do.
    Column("cluster", _Key, index=True),
    UniqueConstraint("collection", "id"),
    sqlite_autoincrement=True,  # a key is never used twice, so an index entry of a deleted article can mislead nobody
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_key", ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("publisher", Text),
    Column("authors", JSON, nullable=False),
    Column("url", Text),
    Column("language", Text),
    Column("published_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    # From when this wording may be cited: what a question asked "as of" a moment is held against.
    Column("visible_from", UtcDateTime, nullable=False),
    # The fields above that no metadata declared, by name.
    Column("guessed", JSON, nullable=False, server_default="[]"),
    Column("content_hash", String(64), nullable=False),
    Column("is_current", Boolean, nullable=False),
    Index("ix_revisions_current_published", "is_current", "published_at"),
    # All that ranking and filters ask of a revision: what stands after the body in a row is reached through the body.
    # PostgreSQL keeps a long body out of the row.
    Index(
        "ix_revisions_ranking", "article_key", "number", "is_current", "visible_from", "first_seen_at", "published_at",
        "publisher", "language",
    ).ddl_if(dialect="sqlite"),
)  # fmt: skip

chunks = Table(
    "chunks",
    metadata,
    Column("key", _Key, primary_key=True, autoincrement=True),
    Column("article_key", _Key, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("collection", String(64), nullable=False),
    Column("is_current", Boolean, nullable=False),
    # Of the text that is embedded: chunks that share it share one embedding, so nothing is embedded twice.
    Column("text_hash", LargeBinary(16), nullable=False),
    Column("embedding", LargeBinary),  # float32, unit length; NULL until made
    Column("indexed_in", Integer),  # the index generation that holds this chunk; NULL until it was added
    UniqueConstraint("article_key", "revision", "number"),
    ForeignKeyConstraint(
        ["article_key", "revision"], ["revisions.article_key", "revisions.number"], ondelete="CASCADE"
    ),
    Index("ix_chunks_text_hash", "text_hash"),
    Index("ix_chunks_collection_current", "collection", "is_current"),
    sqlite_autoincrement=True,
)
WAITS_FOR_VECTOR = chunks.c.embedding.is_(None)
# What has no vector is not among them: in a long ingest it would be walked through for every batch.
WAITS_FOR_INDEX = and_(chunks.c.indexed_in.is_(None), chunks.c.is_current, chunks.c.embedding.is_not(None))
# What waits can be a whole archive: no row is read to find the next ones or to count them.
_waiting_index(
    "ix_chunks_to_embed", WAITS_FOR_VECTOR, chunks.c.key, chunks.c.collection, chunks.c.is_current, chunks.c.article_key
)
_waiting_index("ix_chunks_to_index", WAITS_FOR_INDEX, chunks.c.collection, chunks.c.key, chunks.c.article_key)

OF_REVISION = and_(revisions.c.article_key == chunks.c.article_key, revisions.c.number == chunks.c.revision)

# Index entries that must go: written in the transaction that makes them stale, cleared when the index has dropped them.
removals = Table(
    "removals",
    metadata,
    Column("index_id", String(64), primary_key=True),
    Column("collection", String(64), nullable=False),
)

# Chunks whose words the keyword index must take in anew or drop: written in the transaction that changes them, cleared
# when the index has them on disk. A chunk may wait twice; the index takes it as it is then.
keyword_changes = Table(
    "keyword_changes",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=True),
    Column("chunk_key", _Key, nullable=False),
    sqlite_autoincrement=True,
)

# What an article's current wording resembles: texts that share much share a band. See `corpus.resemblance`.
cluster_bands = Table(
    "cluster_bands",
    metadata,
    Column("band", BigInteger, primary_key=True),
    Column("article_key", ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

feeds = Table(
    "feeds",
    metadata,
    Column("key", _Key, primary_key=True, autoincrement=True),
    Column("collection", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("added_at", UtcDateTime, nullable=False),
    Column("polled_at", UtcDateTime),
    Column("next_poll_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),  # polls in a row that failed
    Column("error", Text),
    UniqueConstraint("collection", "url"),
)

# What a feed said of an entry when its article was last asked for: the same again is not fetched again.
feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed_key", ForeignKey("feeds.key", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("mark", String(32), nullable=False),
)

# Sites that asked to be left alone, by scheme and host, until when.
rests = Table(
    "rests",
    metadata,
    Column("site", Text, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("collection", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

job_items = Table(
    "job_items",
    metadata,
    Column("key", _Key, primary_key=True, autoincrement=True),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("feed_key", _Key),  # when the item is a feed that is subscribed to
    Column("depth", Integer, nullable=False),  # sitemaps that led here
    Column("entry", JSON),  # what a feed said of the article
    Column("added", Integer),  # these three, `reason` and `notice` stay NULL until the item is done
    Column("revised", Integer),
    Column("unchanged", Integer),
    Column("reason", Text),  # why something of it was not taken
    Column("notice", Text),  # what is worth saying of it though nothing failed
    UniqueConstraint("job_id", "url"),
    sqlite_autoincrement=True,
)
_waiting_index("ix_job_items_waiting", job_items.c.added.is_(None), job_items.c.key)

# Who may use the API. The key itself is not here, only its SHA-256.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    Column("scope", String(20), nullable=False),
    Column("per_minute", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("collections", JSON, nullable=False, server_default="[]"),  # empty: all
)

# Who of several processes does a work that one must do, until when by the database's clock, in seconds.
leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Double, nullable=False),
)

# The answers that were given. What may have to go before the rest of a row has columns of its own: who asked and what
# in `key_id`, `question` and `asked`; words of articles in `said`. `record` holds names, numbers and places only.
answers = Table(
    "answers",
    metadata,
    Column("key", _Key, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("collection", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("key_id", String(64)),
    Column("question", Text),
    Column("asked", JSON(none_as_null=True)),
    Column("said", JSON(none_as_null=True)),
    Column("record", JSON, nullable=False),
    sqlite_autoincrement=True,
)

# The places that an answer cites. The article may be revised or deleted since, so nothing here holds it.
answer_citations = Table(
    "answer_citations",
    metadata,
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("article_id", String(200), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)
