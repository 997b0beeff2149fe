"""Find the passages that bear on a question: vectors and keywords fused, copies folded, neighbours joined."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import numpy as np

from corpus.embeddings import EmbeddingStore
from corpus.errors import EmbedderUnavailable, RerankerUnavailable
from corpus.selection import Selection
from corpus.store import ArticleStore
from corpus.tracing import traced
from retrieval.arrange import MOST_PER_ARTICLE, TO_JOIN, diverse, passages_of
from retrieval.copies import Scored, Shingled, with_copies, without_copies
from retrieval.embedder import Embedder
from retrieval.finder import Asked, Embedded, Finder, Sides
from retrieval.heed import Ranked, by_time, by_words, with_shares
from retrieval.hints import NO_OUTLETS, Hint, Hints, KnownOutlets, read_hints
from retrieval.indexer import Indexer, IndexState
from retrieval.lag import lag_notice
from retrieval.passage import Passage, SearchResult
from retrieval.rerank import Reranker, reranked

# Chunks read from the store for each passage wanted: enough to fold copies and to spread over articles.
_LOOKED_AT = 3
# Mostly twice as many as wanted are enough for that.
_FIRST_LOOK = 2

# Searches that run at a time; others wait their turn. A search is mostly Python, which one thread at a time can run,
# and many threads hand the interpreter round: with 32 at once 18 a second were done, two at a time 50.
_AT_ONCE = 2

_OF_INDEX = {
    IndexState.REBUILDING: "The vector index is being rebuilt; this answer was searched exactly in the store.",
    IndexState.UNAVAILABLE: "The vector index is unavailable; this answer was searched exactly in the store.",
}


class Searcher:
    """Hybrid search over one store. Thread-safe; answers in every state of the index, by keyword without an embedder.

    `sentences` embeds what is judged sentence by sentence; by itself the same embedder does. A question that another
    machine embeds (`embeds_elsewhere`) is searched for once its vector is there, so that waiting keeps no other.
    """

    def __init__(
        self,
        store: ArticleStore,
        embeddings: EmbeddingStore,
        indexer: Indexer,
        embedder: Embedder,
        reranker: Reranker | None = None,
        sentences: Embedder | None = None,
        embeds_elsewhere: bool = False,
    ) -> None:
        self._store = store
        self._indexer = indexer
        self._embedder = embedder
        self._reranker = reranker
        self._sentences = sentences or embedder
        self._embeds_elsewhere = embeds_elsewhere
        self._finder = Finder(store, embeddings, indexer)
        self._outlets = KnownOutlets(store)
        indexer.read_ahead(self._read_ahead)
        self._shingled = Shingled()
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._beside = ThreadPoolExecutor(_AT_ONCE, "question")

    @property
    def is_of_sentences(self) -> bool:
        """Whether a question's vector may be compared with those of sentences, too."""
        return self._sentences.fingerprint == self._embedder.fingerprint

    def embed(self, question: str) -> Embedded:
        """The question as vectors are searched by it."""
        try:
            with traced("search.embed"):
                vector = self._embedder.embed_questions([question])[0]
        except EmbedderUnavailable as error:
            return Embedded(None, f"{error} Passages were found by keyword only.")
        return Embedded(np.asarray(vector, dtype=np.float32))

    def similarity(self, text: str, others: Sequence[str]) -> list[float]:
        """The cosine of `text` to each of `others`, by the embedder of sentences."""
        vectors = self._sentences.embed_passages([text, *others])
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]

    def search(
        self,
        question: str,
        selection: Selection,
        limit: int = 8,
        embedded: Embedded | None = None,
        sides: Sides = "fused",
        ignored: Collection[Hint] = (),
    ) -> SearchResult:
        """At most `limit` passages of the selected revisions, best first. `embedded` saves embedding the question.

        `sides` searches by vectors alone, by keywords alone, or by both, fused. What the question says of outlets and
        dates is heeded, but for the `ignored` kinds of hints.
        """
        with traced("search", collection=selection.collection) as stage, self.urgently():
            clock = time.perf_counter()
            if embedded is None and self._embeds_elsewhere:
                embedded = self.embed(question)
            waited = time.perf_counter() - clock
            with self._places:
                result = self._search(question, selection, limit, embedded, sides, ignored, waited)
            stage.note(passages=len(result.passages))
            return result

    def urgently(self) -> AbstractContextManager[None]:
        """Inside it, embedding of what is new makes way for the question."""
        return self._indexer.courtesy.question()

    def _read_ahead(self, collection: str, keys: Sequence[int]) -> Iterator[None]:
        """Have at hand what questions need of these chunks, a little each step."""
        for found in self._store.read_ahead(collection, keys):
            for one in found:
                self._shingled(one)
            yield

    def _search(
        self,
        question: str,
        selection: Selection,
        limit: int,
        embedded: Embedded | None,
        sides: Sides,
        ignored: Collection[Hint],
        waited: float,
    ) -> SearchResult:
        clock = time.perf_counter()
        moment = selection.moment.as_of or datetime.now(UTC)
        read = partial(self._read_question, question, selection, moment, sides, ignored)
        if embedded is None:
            # Read in a thread beside this one, as embedding takes longer: nobody has to be woken when it ends.
            reading = self._beside.submit(copy_context().run, read)
            began = time.perf_counter()
            embedded = self.embed(question)
            embedding = time.perf_counter() - began
            hints, first, worded = reading.result()
        else:
            embedding = 0.0
            hints, first, worded = read()
        asked = Asked(question, sides, embedded, selection, first, worded)
        found, is_exact = self._finder.ranked(asked, selection)
        ranked = by_time(found, hints, selection, moment)
        if hints.publishers:
            only = [replace(selection, publishers=(publisher,)) for publisher in hints.publishers]
            sides_of = [self._finder.ranked(asked, one)[0] for one in only]
            ranked = with_shares(ranked, [by_time(one, hints, selection, moment) for one in sides_of], limit)
        unique = self._unique(ranked, hints, limit)
        retrieved = time.perf_counter()
        unique, of_reranker = self._reranked(question, unique, hints)
        reranked_at = time.perf_counter()
        with traced("search.join"):
            chosen = diverse(unique, limit)
            passages = self._all_copies_of(passages_of(chosen, limit), chosen, selection)
        as_of = selection.moment.as_of
        later = as_of is not None and self._store.has_later(selection.collection, as_of, [p.article for p in passages])
        timings = {"embed_ms": _ms(waited + embedding)}
        if self._reranker:
            timings["rerank_ms"] = _ms(reranked_at - retrieved)
        timings["retrieve_ms"] = _ms(time.perf_counter() - clock - embedding - (reranked_at - retrieved))
        return SearchResult(
            passages=passages,
            hints=hints,
            index_version=self._indexer.version,
            timings=timings,
            notices=tuple(
                filter(None, [of_reranker, *self._of_vectors(selection, asked.embedded, by_index=not is_exact)])
            ),
            later_coverage=later,
        )

    def _read_question(
        self, question: str, selection: Selection, moment: datetime, sides: Sides, ignored: Collection[Hint]
    ) -> tuple[Hints, int, dict[int, float]]:
        """Its hints, and so many chunks that its words find at the first look."""
        with traced("search.hints"):
            outlets = NO_OUTLETS if selection.publishers else self._outlets.of(selection.collection)
            hints = read_hints(question, outlets, moment, ignored)
        first = self._finder.first_look(selection)
        worded = self._finder.by_keyword(question, selection, None, first) if first and sides != "dense" else {}
        return hints, first, worded

    def _unique(self, ranked: Sequence[Ranked], hints: Hints, limit: int) -> list[Scored]:
        """The best chunks read, copies folded: as few as give `limit` passages, unless words may change the order."""
        if self._reranker is None and not (hints.phrases or hints.names):
            few = without_copies(self._read(ranked[: limit * _FIRST_LOOK]), self._shingled)
            of_articles = Counter(one.found.article.id for one in few)
            if sum(min(count, MOST_PER_ARTICLE) for count in of_articles.values()) >= limit + TO_JOIN:
                return few
        return without_copies(by_words(self._read(ranked[: limit * _LOOKED_AT]), hints), self._shingled)

    def _read(self, ranked: Sequence[Ranked]) -> list[Scored]:
        by_key = {one.candidate.chunk.key: one for one in ranked}
        found = self._store.with_words([one.candidate for one in ranked])
        scores = ((one, by_key[one.chunk.key]) for one in found)
        return [Scored(one, ranked.score, ranked.similarity) for one, ranked in scores]

    def _all_copies_of(
        self, passages: Sequence[Passage], chosen: Sequence[Scored], selection: Selection
    ) -> tuple[Passage, ...]:
        """The passages with all copies listed, whether the search brought them up or not."""
        clusters = {one.found.article.id: one.found.cluster for one in chosen if one.found.cluster is not None}
        carried = self._store.copies(clusters.values(), selection)
        return tuple(
            with_copies(passage, carried.get(clusters.get(passage.article.id, -1), [])) for passage in passages
        )

    def _reranked(self, question: str, found: list[Scored], hints: Hints) -> tuple[list[Scored], str]:
        """The passages in the reranker's order; as they are, with the complaint, when it fails or none is set."""
        if self._reranker is None:
            return found, ""
        try:
            with traced("search.rerank"):
                return reranked(question, found, hints, self._reranker), ""
        except RerankerUnavailable as error:
            return found, f"{error} Passages stand in the order of the search."

    def _of_vectors(self, selection: Selection, embedded: Embedded, *, by_index: bool) -> list[str | None]:
        """What is to be said about the search by vectors."""
        if embedded.vector is None:
            return [embedded.complaint]
        state = self._indexer.state
        lag = lag_notice(self._indexer.lag.of(selection, by_index=by_index and state is IndexState.READY))
        return [lag, _OF_INDEX.get(state)]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
