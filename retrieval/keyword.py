"""Keyword search: BM25 over chunks, kept up to date with every write to the store. Tantivy is used here only."""

import hashlib
import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from corpus.database import Database
from corpus.errors import IndexUnavailable, StoreUnavailable
from corpus.keyword_changes import KeywordChanges, Pending
from corpus.keyword_log import KeywordLog
from corpus.words import query_terms
from retrieval.segments import are_sound

log = logging.getLogger(__name__)

_ANALYZER = "news"
_LONGEST_WORD = 60
# Smallest that tantivy takes for one thread is 15 MB; a batch of articles needs far less.
_WRITER_BYTES = 15_000_000
# Chunks committed together. A rebuild makes about 10,000 a second.
BATCH = 5_000
# Hits read for each one wanted while too many of them must be dropped afterwards; then the slower exact way is taken.
_OVER_FETCH = (1, 4)


class KeywordHit(NamedTuple):
    """A chunk found by its words; a higher `score` is better, and scores of one query only compare."""

    key: int
    score: float


class KeywordIndex:
    """BM25 over the chunks of all collections. Thread-safe.

    Derived from the store, and made again from it when lost or damaged; `folder` holds one sub-folder a generation.
    Every method raises `IndexUnavailable` when the files cannot be used.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._db = database
        self._changes = KeywordLog(database, folder) if database.is_shared else KeywordChanges(database)
        self._folder = folder
        self._lock = threading.RLock()
        self._analyzer = _analyzer()
        self._schema = _schema()
        self._index: Any = None
        self._writer: Any = None

    def search(
        self, question: str, collection: str, limit: int, among: Sequence[int] | None = None, *, past: bool = False
    ) -> list[KeywordHit]:
        """The chunks that share the rarest words with `question`, best first.

        Only current chunks of the collection, or only those with a key in `among`, or with `past` those of every
        revision in the collection. A question without a single searchable word finds nothing.
        """
        shelves = [_shelf(collection, is_current=True)] + ([_shelf(collection, is_current=False)] if past else [])
        index = self._opened()
        try:
            with _translated():
                return self._search(index.searcher(), self._query(question), shelves, limit, among)
        except IndexUnavailable:
            with self._lock:  # what is opened while something is taken in would not know of it
                self._index = None  # opened again, it is checked
            raise

    def catch_up(self, limit: int = BATCH) -> bool:
        """Take in at most `limit` changed chunks, newest first; false when there were none. Durable on return."""
        with self._lock:
            index = self._opened()
            try:
                pending = self._changes.pending(limit)
                if pending is None:
                    return False
                with _translated():
                    self._write(index, pending)
            except StoreUnavailable:
                raise
            except BaseException:
                self._writer = self._index = None  # a failed writer is dead; reopening checks
                raise
            self._changes.done(pending)
            return True

    def waiting(self) -> int:
        """How many changes it has not taken in."""
        return self._changes.count()

    def prune(self) -> None:
        """Forget changes that no index can need. Called by one process of all that share a store."""
        if isinstance(self._changes, KeywordLog):
            self._changes.prune()

    def close(self) -> None:
        """Let the files go. Everything committed is on disk already."""
        with self._lock:
            writer, self._writer, self._index = self._writer, None, None
            if writer is not None:
                with _translated():
                    writer.wait_merging_threads()

    def _search(
        self, searcher: Any, query: Any, shelves: list[int], limit: int, among: Sequence[int] | None
    ) -> list[KeywordHit]:
        if query is None:
            return []
        if among is not None:
            return self._found(searcher, _and(query, _any_of(self._schema, "key", among)), limit)
        # Without a condition tantivy skips what cannot be among the best; so first with none, and drop afterwards.
        for times in _OVER_FETCH:
            read = limit * times
            found = searcher.search(query, read, count=False).hits
            hits = self._hits(searcher, found, set(shelves))
            if len(hits) >= limit or len(found) < read:
                return hits[:limit]
        return self._found(searcher, _and(query, _any_of(self._schema, "shelf", shelves)), limit)

    def _query(self, question: str) -> Any:
        from tantivy import Occur, Query

        words = [word for term in query_terms(question) for word in self._analyzer.analyze(term)]
        terms = (Query.term_query(self._schema, "words", word) for word in dict.fromkeys(words))
        parts = [(Occur.Should, term) for term in terms]
        return Query.boolean_query(parts) if parts else None

    def _found(self, searcher: Any, query: Any, limit: int) -> list[KeywordHit]:
        return self._hits(searcher, searcher.search(query, limit, count=False).hits)

    def _hits(self, searcher: Any, found: Sequence[Any], shelves: set[int] | None = None) -> list[KeywordHit]:
        places = [place for _, place in found]
        keys = searcher.fast_field_values("key", places)
        of = searcher.fast_field_values("shelf", places) if shelves else keys
        hits = zip(found, keys, of, strict=True)
        return [KeywordHit(key, score) for (score, _), key, shelf in hits if not shelves or shelf in shelves]

    def _write(self, index: Any, pending: Pending) -> None:
        from tantivy import Document

        if self._writer is None:
            self._writer = index.writer(_WRITER_BYTES, 1)
        writer = self._writer
        writer.delete_documents_by_query(_any_of(self._schema, "key", pending.keys))
        for chunk in pending.chunks:
            # One field for headline and text: on 102 RealTimeQA questions over 918 articles a field each found less
            # (gold Hits@4 0.81 against 0.89), and repeating the headline two or three times changed nothing.
            document = Document()
            document.add_unsigned("key", chunk.key)
            document.add_unsigned("shelf", _shelf(chunk.collection, is_current=chunk.is_current))
            document.add_text("words", f"{chunk.title}\n{chunk.text}")
            writer.add_document(document)
        writer.commit()
        index.reload()

    def _opened(self) -> Any:
        index = self._index
        if index is not None:
            return index
        with self._lock:
            if self._index is None:
                self._index = self._open()
            return self._index

    def _open(self) -> Any:
        folder = self._generation_folder
        if folder.exists():
            try:
                index = self._open_folder(folder)
                if self._is_whole(index):
                    return index
            except IndexUnavailable as error:
                log.warning("%s", error)
            log.warning("The keyword index is damaged; it is being rebuilt from the store.")
        self._changes.begin_again()
        for old in self._folder.glob("*"):
            shutil.rmtree(old, ignore_errors=True)
        self._generation_folder.mkdir(parents=True, exist_ok=True)
        return self._open_folder(self._generation_folder)

    def _open_folder(self, folder: Path) -> Any:
        import tantivy

        if any(folder.iterdir()) and not are_sound(folder):
            raise IndexUnavailable("A file of the keyword index is not as it was written.")
        with _translated():
            index = tantivy.Index(self._schema, path=str(folder))
            index.register_tokenizer(_ANALYZER, self._analyzer)
            return index

    def _is_whole(self, index: Any) -> bool:
        """Whether no chunk is missing or too many, as far as nothing is waiting to be taken in."""
        with _translated():
            held = index.searcher().num_docs
        return self._changes.may_hold(held)

    @property
    def _generation_folder(self) -> Path:
        return self._folder / str(self._changes.generation)


def held(folder: Path) -> int:
    """How many chunks the generation in `folder` holds, read without changing it. Raises `IndexUnavailable`."""
    import tantivy

    if not are_sound(folder):
        raise IndexUnavailable("A file of the keyword index is not as it was written.")
    with _translated():
        return int(tantivy.Index.open(str(folder)).searcher().num_docs)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, SystemExit, IndexUnavailable):
        raise
    except BaseException as error:  # a panic in tantivy's Rust arrives as a BaseException that cannot be imported
        raise IndexUnavailable(f"The keyword index failed ({type(error).__name__}: {str(error)[:120]}).") from error


def _analyzer() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (
        Filter.remove_long(_LONGEST_WORD),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("shelf", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


@lru_cache(maxsize=256)
def _shelf(collection: str, *, is_current: bool) -> int:
    """A number for the current chunks of a collection, another for those of its past revisions."""
    name = f"{collection}/{'current' if is_current else 'past'}"
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


def _any_of(schema: Any, field: str, values: Sequence[int]) -> Any:
    from tantivy import Query

    return Query.const_score_query(Query.term_set_query(schema, field, list(values)), 0.0)


def _and(query: Any, condition: Any) -> Any:
    from tantivy import Occur, Query

    return Query.boolean_query([(Occur.Must, query), (Occur.Must, condition)])
