"""Take articles in: check, cut, commit. When `Ingester.put` returns, what it took is durable, citable and findable."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.accept import Failure
from corpus.article import IncomingArticle
from corpus.errors import InvalidInput, StoreUnavailable
from corpus.exported import ExportedRevision
from corpus.store import ArticleStore
from corpus.tracing import traced
from corpus.writing import Change, Stored
from retrieval.prepare import Prepared, cut, warm_up
from retrieval.prepare_process import PREPARER

if TYPE_CHECKING:  # heavy: a command that hands articles to a running server does without
    from retrieval.indexer import Indexer

# Below this nothing is written: an index file cut short by a full disk is lost, and a little room keeps reads going.
SPARE_BYTES = 64 << 20
# Seconds that the work on one article waits at most for questions: a batch goes on under a steady stream of them.
_PATIENCE = 0.02
# Articles that are stored together where others go first: some ten milliseconds of work.
_PIECE = 50


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a batch: one entry for every article, stored or failed."""

    stored: tuple[Stored, ...] = ()
    failed: tuple[Failure, ...] = ()

    def count(self, change: Change) -> int:
        """How many articles were added, revised or left unchanged."""
        return sum(stored.change is change for stored in self.stored)


class Ingester:
    """Writes articles with their chunks to the store and tells the indexer. Thread-safe."""

    def __init__(self, store: ArticleStore, indexer: "Indexer", folder: Path) -> None:
        self._store = store
        self._indexer = indexer
        self._folder = folder

    def warm_up(self) -> None:
        """Load what the first article needs, so that it does not wait: most of a second."""
        warm_up()

    def put(self, incoming: Sequence[IncomingArticle]) -> IngestReport:
        """Store a batch in one transaction. A bad article fails alone; raises `StoreUnavailable` for the whole."""
        with traced("ingest", articles=len(incoming)):
            return self.put_prepared(PREPARER.prepare(incoming, self._make_way))

    def put_prepared(self, batch: Prepared) -> IngestReport:
        """The same for a batch that is prepared."""
        stored = self._stored(batch)
        self._tell_indexer(stored)
        return IngestReport(tuple(stored), tuple(batch.failed))

    def put_gently(self, incoming: Sequence[IncomingArticle], between: Callable[[], None]) -> IngestReport:
        """As `put`, but in pieces, each a transaction, with `between` called before each: it may let others go first.

        What `between` raises ends it; the pieces before are stored then.
        """
        stored: list[Stored] = []
        failed: list[Failure] = []
        with traced("ingest", articles=len(incoming)):
            try:
                for at in range(0, len(incoming), _PIECE):
                    between()
                    batch = PREPARER.prepare(incoming[at : at + _PIECE], self._make_way)
                    between()
                    stored += self._stored(batch)
                    failed += [replace(failure, index=at + failure.index) for failure in batch.failed]
            finally:
                self._tell_indexer(stored)  # once: each time it begins to embed and to index, which takes the cores
        return IngestReport(tuple(stored), tuple(failed))

    def put_each(self, batches: Iterable[Sequence[IncomingArticle]]) -> Iterator[IngestReport]:
        """As `put` for each batch in turn, while the next one is read and prepared: half of the work is waiting."""
        with ThreadPoolExecutor(1, "preparing") as helper:
            ahead: Future[Prepared] | None = None
            for batch in batches:
                following = helper.submit(PREPARER.prepare, batch, self._make_way, waits=False)
                if ahead is not None:
                    yield self.put_prepared(ahead.result())
                ahead = following
            if ahead is not None:
                yield self.put_prepared(ahead.result())

    def restore(self, revisions: Sequence[ExportedRevision]) -> IngestReport:
        """Store revisions of an export, with their history, in one transaction. One that conflicts fails alone.

        Only for a file that the owner of the store names: whoever writes it decides when an article was first seen.
        """
        self._check_room()
        done = self._store.restore([(revision, cut(revision.article)) for revision in revisions])
        stored = tuple(one for one in done if isinstance(one, Stored))
        failed = [
            Failure(index, revisions[index].article.id, error)
            for index, error in enumerate(done)
            if isinstance(error, InvalidInput)
        ]
        self._tell_indexer(stored)
        return IngestReport(stored, tuple(failed))

    def delete(self, collection: str, article_id: str) -> int:
        """Remove an article for good; gives the number of its revisions. Raises `NotFound`."""
        count = self._store.delete(collection, article_id)
        self._indexer.take_words()
        self._indexer.wake()
        return count

    def _stored(self, batch: Prepared) -> Sequence[Stored]:
        self._check_room()
        with traced("ingest.store", articles=len(batch.good)):
            return self._store.put(batch.good, placings=batch.placings) if batch.good else []

    def _tell_indexer(self, stored: Sequence[Stored]) -> None:
        if any(one.change is not Change.UNCHANGED for one in stored):
            with traced("ingest.keywords"):
                self._indexer.take_words()
            self._indexer.wake()

    def _make_way(self) -> None:
        self._indexer.courtesy.make_way(_PATIENCE)

    def _check_room(self) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < SPARE_BYTES:
            raise StoreUnavailable(
                f"The disk that holds {self._folder} has {free >> 20} MB left; nothing is taken in below "
                f"{SPARE_BYTES >> 20} MB. Free some space and try again; nothing stored was lost."
            )
