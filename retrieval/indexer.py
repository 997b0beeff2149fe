"""Keep vectors and index in step with the store, in the background: embed, add, remove, repair, rebuild."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from corpus.database import Database
from corpus.embeddings import Backlog, EmbeddingStore
from corpus.errors import DatelineError, EmbedderMismatch, IndexUnavailable
from corpus.lease import Lease
from corpus.touched import EVERYTHING
from retrieval.backoff import Backoff
from retrieval.centre import Centres
from retrieval.chroma import SYNC_THRESHOLD
from retrieval.chroma_address import ChromaAddress
from retrieval.chunk import CHUNKING_VERSION
from retrieval.courtesy import Courtesy
from retrieval.embedder import Embedder
from retrieval.exact import ExactSearch
from retrieval.filler import EMBED_BATCH, Filler
from retrieval.generation import Generations
from retrieval.index import ChromaIndex
from retrieval.keyword import KeywordIndex
from retrieval.lag import Lag

log = logging.getLogger(__name__)

# Collections of at most this many chunks are scanned in memory (154 MB); above, memory decides.
MOST_AT_HAND = 100_000
_QUIET = 0.5  # seconds without anything new, after which their vectors are read
_GLANCE, _REST = 0.02, 30  # seconds between looks at how much is left, and how many times as long as a look took
_LOOK = 0.5  # seconds between looks for what other processes have stored
LEASE = "indexing"


class IndexState(StrEnum):
    """What the vector index can do now. Questions are answered in every state."""

    STARTING = "starting"
    REBUILDING = "rebuilding"
    READY = "ready"
    UNAVAILABLE = "unavailable"


class _Stopping(Exception):
    """The indexer is being closed."""


# Reads what questions need of these chunks of a collection, a little each step.
ReadAhead = Callable[[str, Sequence[int]], Iterator[None]]


def _nothing(collection: str, keys: Sequence[int]) -> Iterator[None]:
    return iter(())


class Indexer:
    """Owns the vector index. The index is derived: whatever happens to it, it is made again from stored embeddings.

    `folder` holds one sub-folder a generation; a damaged generation is left for a new one. With a `server` the index
    is there. Of several processes over one store each has keywords of its own, and one, which holds a lease,
    embeds and writes the vector index. Raises `EmbedderMismatch` when the stored embeddings are of another kind.
    """

    def __init__(
        self,
        database: Database,
        embeddings: EmbeddingStore,
        embedder: Embedder,
        folder: Path,
        server: ChromaAddress | None = None,
        sync_threshold: int = SYNC_THRESHOLD,
        most_at_hand: int = MOST_AT_HAND,
        embed_batch: int = EMBED_BATCH,
    ) -> None:
        self._db = database
        self._embeddings = embeddings
        self._space = embedder.fingerprint
        self._most_at_hand = most_at_hand
        self._generations = Generations(database, embeddings, embedder.fingerprint, folder, server, sync_threshold)
        self.exact = ExactSearch(embeddings)
        self.centres = Centres(embeddings, self.exact)
        self.lag = Lag(embeddings)
        self.courtesy = Courtesy()
        self.keywords = KeywordIndex(database, folder.with_name("keyword"))
        self._filler = Filler(
            embeddings, embedder, self._generations, self._make_way, self._follow, self.lag.forget, embed_batch
        )
        self._lease = Lease(database, LEASE)
        self._seen = 0  # of the changes of a shared store
        self._followed = database.touched.number
        self._following = threading.Lock()
        self.state = IndexState.STARTING
        self._index: ChromaIndex | None = None
        self._failure: DatelineError | None = None
        self._read_ahead: ReadAhead = _nothing
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)
        _check_fingerprint(database, embedder)

    @property
    def version(self) -> str:
        """Changes whenever the embedder, the chunking or the index itself is another."""
        return f"{self._space}.{CHUNKING_VERSION}.{self._generations.number}"

    def ready_index(self) -> ChromaIndex | None:
        """The index when questions may use it, else None: then `exact` answers."""
        return self._index if self.state is IndexState.READY else None

    def read_ahead(self, read: ReadAhead) -> None:
        """Have `read` read what questions need, whenever nothing else is to do."""
        self._read_ahead = read

    def start(self) -> None:
        """Open the index and begin to work, in the background."""
        self._thread.start()

    def wake(self) -> None:
        """There is something new to embed, index or remove."""
        self._follow()
        self._wake.set()

    def take_words(self) -> bool:
        """Let what was just stored be found by keyword; false when nothing was, or when it failed."""
        try:
            return self.keywords.catch_up()
        except IndexUnavailable as error:
            log.warning("%s What is new is found by keyword later.", error)
            return False

    def backlog(self) -> Backlog:
        """How far vectors and indexes lag behind the store."""
        return replace(self._embeddings.backlog(), to_word=self.keywords.waiting())

    def wait_until_current(self, report: Callable[[Backlog], None], patience: float = math.inf) -> bool:
        """Block until nothing is left to do, at most `patience` seconds, telling `report` how much is left.

        Gives whether all is done. Raises what keeps the work from going on.
        """
        self.wake()
        deadline = time.monotonic() + patience
        while True:
            clock = time.monotonic()
            left = self.backlog()
            counting = time.monotonic() - clock
            if left.is_empty and self.state is IndexState.READY:
                break
            report(left)
            if self._stop.is_set():
                return False
            if self._failure is not None and self.state is IndexState.UNAVAILABLE:
                raise self._failure
            self._filler.unembedded.check()
            if time.monotonic() > deadline:
                return False
            time.sleep(min(max(_GLANCE, _REST * counting), 1.0))
        report(left)
        return True

    def report_failure(self, error: IndexUnavailable) -> None:
        """A question met a failing index: stop using it and look into it."""
        if self.state is IndexState.READY:
            log.warning("%s Questions are answered from the store meanwhile.", error)
            self.state = IndexState.UNAVAILABLE
            self._wake.set()

    def report_keyword_failure(self, error: IndexUnavailable) -> None:
        """A question met a failing keyword index: let the background work open it again."""
        log.warning("%s Questions are answered by vectors alone meanwhile.", error)
        self._wake.set()

    def close(self, patience: float = 8.0) -> None:
        """Finish what is being written and close the index, within about `patience` seconds."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(patience)
        if not self._thread.is_alive():
            self._filler.close()
            with suppress(DatelineError):  # then it goes to another a little later
                self._lease.release()
        self._close_keywords()
        if self._thread.is_alive() or self._index is None:
            return
        try:
            index, self._index = self._index, None  # the server and the engine around it both close
            index.close()
            if self.state is IndexState.READY:
                self._generations.closed()
        except (IndexUnavailable, OSError) as error:
            log.warning("The index was not closed cleanly and will be checked at the next start: %s", error)

    def _close_keywords(self) -> None:
        try:
            self.keywords.close()
        except IndexUnavailable as error:
            log.warning("The keyword index was not closed cleanly and will be checked at the next start: %s", error)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            try:
                self._notice()
                worded = self.take_words()
                if self._index is None or self.state is IndexState.UNAVAILABLE:
                    self._open()
                worked = self._lease.held() and self._step()
                if not worked and not worded:
                    self._rest()
                backoff.worked()
                self._failure = None
            except _Stopping:
                return
            except DatelineError as error:
                self._failure = error
                self.state = IndexState.UNAVAILABLE
                pause = backoff.failed()
                log.warning("Indexing pauses for %.0f s: %s", pause, error)
                self._stop.wait(pause)
            except Exception:
                pause = backoff.failed()
                log.exception("Indexing met an error that it does not know; it goes on in %.0f s.", pause)
                self._stop.wait(pause)

    def _notice(self) -> None:
        """What other processes that share the store have changed."""
        if not self._db.is_shared or (changes := self._db.changes()) == self._seen:
            return
        self._seen = changes
        self._generations.forget()
        self._forget()
        if self.state in (IndexState.READY, IndexState.REBUILDING):
            self.state = self._recorded_state()

    def _rest(self) -> None:
        """Wait for something to do."""
        held = self._lease.held()
        if not self._wake.wait(_QUIET) and not self._has_news(held):
            self._keep_small()
            if held:
                self.keywords.prune()
            looks = self._db.is_shared or self._filler.unembedded.error is not None
            while not self._wake.wait(_LOOK if looks else None) and not self._has_news(held):
                pass
        self._wake.clear()

    def _has_news(self, held: bool) -> bool:
        """Whether other processes stored something, or left this one the work that one must do, or a try is due."""
        if self._filler.unembedded.error is not None and self._filler.unembedded.may_try:
            return True
        return self._db.is_shared and (self._db.changes() != self._seen or self._lease.held() is not held)

    def _keep_small(self) -> None:
        """Nothing happened for a while: have the vectors of small collections at hand."""
        past = self._embeddings.sizes(self._most_at_hand, current=False)
        for collection, count in self._embeddings.sizes(self._most_at_hand, current=True).items():
            if count <= self._most_at_hand:
                self.exact.keep(collection)
                for _ in self._read_ahead(collection, self.exact.keys(collection)):
                    if self._wake.is_set():
                        return
                    self.courtesy.make_way()
            if past.get(collection, 0) <= self._most_at_hand:
                self.exact.keep(collection, current=False)

    def _step(self) -> bool:
        """Do one batch of whatever is most urgent; false when there was nothing to do."""
        if self._index is None:
            raise IndexUnavailable("The vector index is not open.")
        worked = self._filler.step(self._index)
        if not worked and self._filler.unembedded.error is None:
            self._finish_rebuild()
        return worked

    def _make_way(self) -> None:
        """Questions go first; and a stop is not kept waiting by a batch that the next start makes as well."""
        if self._stop.is_set():
            raise _Stopping
        self._lease.held()  # renewed in the midst of a long batch; lost, the batch is of use all the same
        self.courtesy.make_way()

    def _follow(self) -> None:
        """What is kept of the articles that this process changed is out of date."""
        with self._following:
            followed, self._followed = self._followed, self._db.touched.number
            touched = self._db.touched.since(followed)
            self.exact.changed(touched, self._most_at_hand)
            self.centres.forget(touched)
        self.lag.forget()

    def _forget(self) -> None:
        """What is kept of the embeddings is out of date, and nobody can say which."""
        self.exact.forget()
        self.centres.forget(EVERYTHING)
        self.lag.forget()

    def _open(self) -> None:
        """Open the index, whatever has become of it."""
        old, self._index = self._index, None
        if old is not None:
            old.abandon()
        self._index = self._generations.open(self._stop)
        if self._index is None:
            raise _Stopping
        self.state = self._recorded_state()

    def _recorded_state(self) -> IndexState:
        """That of an index that is open, as the store says."""
        return IndexState.REBUILDING if self._generations.is_being_filled else IndexState.READY

    def _finish_rebuild(self) -> None:
        if self.state is IndexState.REBUILDING:
            self._generations.filled()
            self.state = IndexState.READY
            self._forget()
            log.info("The vector index is whole again.")


def record_embedder(database: Database, embedder: Embedder) -> None:
    """Record that everything stored is, or is to be, embedded with `embedder` and today's chunking."""
    database.set_fact("embedder", embedder.name)
    database.set_fact("chunking", CHUNKING_VERSION)
    database.set_fact("embedder_fingerprint", embedder.fingerprint)


def _check_fingerprint(database: Database, embedder: Embedder) -> None:
    """Refuse stored embeddings of another kind; an empty store takes the embedder that is set."""
    stored = database.fact("embedder_fingerprint")
    if stored is None:
        record_embedder(database, embedder)
    elif stored != embedder.fingerprint:
        raise EmbedderMismatch(
            f"What is stored was embedded with {database.fact('embedder')!r}, but DATELINE_EMBEDDER and its settings "
            f"mean {embedder.name!r}. Set them back, or run `dateline reindex` to embed everything anew."
        )
    elif database.fact("chunking") != CHUNKING_VERSION:
        raise EmbedderMismatch(
            "This data folder was cut into chunks in an older way. Run `dateline reindex` to bring it up to date."
        )
