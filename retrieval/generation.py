"""The vector index where it lies: opened when it is sound, mended where it lost something, left when it is damaged."""

import logging
import shutil
from pathlib import Path
from threading import Event

from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from retrieval.chroma import collection_name
from retrieval.chroma_address import ChromaAddress
from retrieval.index import ChromaIndex
from retrieval.probe import probe, take_manifest, write_manifest

log = logging.getLogger(__name__)

# Entries that are looked for after an index was left open, of each collection: the newest, which a process that was
# killed had in hand, and others. They take some seconds, in the background.
_NEWEST, _OTHERS = 500, 500
_LOOK = 0.5  # seconds between two looks at whether a server holds less than it should


class Generations:
    """Opens the index of a store, in a sub-folder of `folder` for each generation of it, or on a `server`.

    A damaged generation is left for a new one, which is filled from the stored embeddings; which is the one in use, and
    whether it is being filled, stands in the store, for all processes that share it.
    """

    def __init__(
        self,
        database: Database,
        embeddings: EmbeddingStore,
        fingerprint: str,
        folder: Path,
        server: ChromaAddress | None,
        sync_threshold: int,
    ) -> None:
        self._db = database
        self._embeddings = embeddings
        self._fingerprint = fingerprint
        self._folder = folder
        self._server = server
        self._sync_threshold = sync_threshold
        self._has_room: set[tuple[int, str]] = set()
        self._known: int | None = None  # read at every question

    @property
    def number(self) -> int:
        """Which generation is in use."""
        if self._known is None:
            self._known = int(self._db.fact("index_generation") or 1)
        return self._known

    @property
    def is_being_filled(self) -> bool:
        """Whether the index still lacks what it held before."""
        return self._db.fact("index_rebuilding") == "yes"

    def forget(self) -> None:
        """Another process may have begun a new generation."""
        self._known = None

    def begin(self) -> None:
        """Leave what there is for a new generation, which takes everything anew."""
        self._embeddings.forget_index()
        self._db.set_fact("index_rebuilding", "yes")
        self._db.set_fact("index_generation", str(self.number + 1))
        self.forget()

    def make_room(self, index: ChromaIndex, collection: str) -> None:
        """Before the first entry goes to a server: what it holds under these ids is of another time and goes."""
        if not self._server or (self.number, collection) in self._has_room:
            return
        # One that is empty stays: other processes may have it open.
        if not self._embeddings.indexed_by_collection().get(collection) and index.count(collection):
            index.drop(collection)
        self._has_room.add((self.number, collection))

    def filled(self) -> None:
        """Note that the index is whole."""
        self._db.set_fact("index_rebuilding", "no")

    def open(self, stop: Event) -> ChromaIndex | None:
        """The index, open; what it lacks is noted as not taken. None when it was to `stop` before it was open.

        Raises `IndexUnavailable`.
        """
        if self._server:
            index = ChromaIndex(self._fingerprint, server=self._server)
            self._recount(index, stop)
            return index
        is_trusted = take_manifest(self._path)
        if not is_trusted and not self._checked(stop):
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        held = self._embeddings.indexed_by_collection()
        index = ChromaIndex(
            self._fingerprint, folder=self._path, sync_threshold=self._sync_threshold, held=sum(held.values())
        )
        try:
            if not is_trusted:
                for collection in held:
                    self._mend(index, collection, stop)
        except BaseException:
            index.abandon()
            raise
        self._drop_old()
        return index

    def closed(self) -> None:
        """Note that the folder is as a clean close left it, so that the next start can trust it."""
        if not self._server:
            write_manifest(self._path)

    @property
    def _path(self) -> Path:
        return self._folder / str(self.number)

    def _checked(self, stop: Event) -> bool:
        """Compare what the index holds with the store, or begin a new generation; false when it was to stop."""
        indexed = self._embeddings.indexed_by_collection()
        found = probe(self._path, sum(indexed.values()), unwanted=stop.is_set)
        if stop.is_set():
            return False
        if not found.sound:
            log.warning("The vector index is damaged; it is being rebuilt from the stored embeddings.")
            self.begin()
            return True
        for collection in indexed:
            name = collection_name(self._fingerprint, collection)
            mended = self._embeddings.reconcile(collection, found.ids.get(name, set()))
            if mended:
                log.info("%d entries of the index differed from the store and are being mended.", mended)
        return True

    def _mend(self, index: ChromaIndex, collection: str, stop: Event) -> None:
        """Have entries taken anew that the index lists and does not find by the vector that the store has of them."""
        lost = []
        for entry in self._embeddings.indexed(collection, _NEWEST, _OTHERS):
            if stop.is_set():
                return
            if not index.finds(collection, entry.vector):
                lost.append(entry)
        if lost:
            log.info("%d entries of the index are not found by their vectors and are being mended.", len(lost))
            self._embeddings.take_anew(collection, lost)

    def _recount(self, index: ChromaIndex, stop: Event) -> None:
        """A server that lost entries (emptied, replaced) is filled again."""
        # Another process may be writing to it just now, so it is believed at the second look.
        if self._holds_less(index) and not stop.wait(_LOOK) and self._holds_less(index):
            log.warning("The Chroma server holds less than it should; it is being filled again.")
            self.begin()

    def _holds_less(self, index: ChromaIndex) -> bool:
        before = self._embeddings.indexed_by_collection()
        held = {name: index.count(name) for name in before}
        after = self._embeddings.indexed_by_collection()
        return any(held[name] < min(count, after.get(name, 0)) for name, count in before.items())

    def _drop_old(self) -> None:
        for path in self._folder.iterdir():
            if path.name != str(self.number):
                shutil.rmtree(path, ignore_errors=True)
