"""Find the passages that bear on a question: vectors and keywords fused, copies folded, neighbours joined."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Literal

import numpy as np

from corpus.candidates import Candidate
from corpus.embeddings import EmbeddingStore, Vectors
from corpus.errors import EmbedderUnavailable, IndexUnavailable, RerankerUnavailable
from corpus.selection import Selection
from corpus.store import ArticleStore
from corpus.tracing import traced
from retrieval.arrange import MOST_PER_ARTICLE, TO_JOIN, diverse, passages_of
from retrieval.centre import with_centres
from retrieval.copies import Scored, Shingled, with_copies, without_copies
from retrieval.embedder import Embedder
from retrieval.fusion import convex_combination
from retrieval.heed import Ranked, by_time, by_words, with_shares
from retrieval.hints import NO_OUTLETS, Hint, Hints, KnownOutlets, read_hints
from retrieval.indexer import Indexer, IndexState
from retrieval.lag import lag_notice
from retrieval.passage import Passage, SearchResult
from retrieval.rerank import Reranker, reranked

# Each side brings this many chunks to the fusion; more changed no ranking in the first ten.
_CANDIDATES = 60
# Of a selection each side first brings some more, and what is outside is dropped. Where too few are left, at most this
# many chunks are scored exactly; of more, each side brings many more.
_REACH, _FARTHER_REACH = 4, 10
_EXACT_LIMIT = 20_000
# Chunks read from the store for each passage wanted: enough to fold copies and to spread over articles.
_LOOKED_AT = 3
# Mostly twice as many as wanted are enough for that.
_FIRST_LOOK = 2

# Searches that run at a time; others wait their turn. A search is mostly Python, which one thread at a time can run,
# and many threads hand the interpreter round: with 32 at once 18 a second were done, two at a time 50.
_AT_ONCE = 2

Sides = Literal["dense", "keyword", "fused"]
_OF_INDEX = {
    IndexState.REBUILDING: "The vector index is being rebuilt; this answer was searched exactly in the store.",
    IndexState.UNAVAILABLE: "The vector index is unavailable; this answer was searched exactly in the store.",
}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A question's unit vector, shape (dimensions,); None, and a sentence that says why, when it cannot be made."""

    vector: Vectors | None
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question and the sides that are to find something for it.

    `worded` is what its words found at the first look at a selection, `first` of them.
    """

    text: str
    sides: Sides
    embedded: Embedded
    selection: Selection
    first: int
    worded: dict[int, float]

    @property
    def vector(self) -> Vectors | None:
        """Shape (dimensions,); None when it cannot be made. Raises `EmbedderUnavailable` when all rests on it."""
        if self.embedded.vector is None and self.sides == "dense":
            raise EmbedderUnavailable(self.embedded.complaint)
        return self.embedded.vector


@dataclass(frozen=True, slots=True)
class _Found:
    """What both sides brought of a selection: cosines and keyword scores of chunks by key, best first.

    `is_enough` unless so much was outside of the selection that more should be looked at; `is_exact` when each chunk of
    the selection was.
    """

    similar: dict[int, float]
    worded: dict[int, float]
    candidates: Mapping[int, Candidate]
    is_enough: bool
    is_exact: bool


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
        self._embeddings = embeddings
        self._indexer = indexer
        self._embedder = embedder
        self._reranker = reranker
        self._sentences = sentences or embedder
        self._embeds_elsewhere = embeds_elsewhere
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
        asked = _Asked(question, sides, embedded, selection, first, worded)
        found, is_exact = self._ranked(asked, selection)
        ranked = by_time(found, hints, selection, moment)
        if hints.publishers:
            only = [replace(selection, publishers=(publisher,)) for publisher in hints.publishers]
            sides_of = [self._ranked(asked, one)[0] for one in only]
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
        first = self._first_look(selection)
        worded = self._by_keyword(question, selection, None, first) if first and sides != "dense" else {}
        return hints, first, worded

    def _ranked(self, asked: _Asked, selection: Selection) -> tuple[list[Ranked], bool]:
        """Chunks of the selection, best first, and whether they were found by looking at each of it."""
        found = self._found(asked, selection)
        with traced("search.fusion"):
            return self._fused(found, selection, asked), found.is_exact

    def _fused(self, found: _Found, selection: Selection, asked: _Asked) -> list[Ranked]:
        if (vector := asked.vector) is None:
            words_alone = convex_combination({}, found.worded)
            return [Ranked(found.candidates[key], score, None) for key, score in words_alone]
        # What keywords alone found has a cosine all the same.
        others = [key for key in found.worded if key not in found.similar]
        known = found.similar | self._cosines(selection.collection, others, vector)
        alike = known
        if asked.sides == "fused":
            of = [found.candidates[key] for key in known]
            centres = self._indexer.centres.cosines(selection.collection, of, vector)
            alike = with_centres(known, found.candidates, centres)
            alike = _with_unembedded(alike, found.worded)
        fused = convex_combination(alike if asked.sides != "keyword" else {}, found.worded)
        return [Ranked(found.candidates[key], score, known.get(key)) for key, score in fused]

    def _first_look(self, selection: Selection) -> int:
        """How many chunks each side is to bring first; 0 where each chunk of the selection has to be looked at."""
        if selection.is_plain:
            return _CANDIDATES
        # What was superseded is in no index, unless its vectors are at hand.
        past_is_at_hand = self._indexer.exact.is_at_hand(selection.collection, current=False)
        return _CANDIDATES * _REACH if selection.moment.is_now or past_is_at_hand else 0

    def _found(self, asked: _Asked, selection: Selection) -> _Found:
        """What each side brings of the selection. Most selections let enough pass of what comes first anyway."""
        look = partial(self._look, asked, selection)
        first = self._first_look(selection)
        if first and ((found := look(first)).is_enough or selection.is_plain):
            return found
        keys = self._store.selected_chunks(selection, _EXACT_LIMIT + 1)
        return look(_CANDIDATES, keys) if len(keys) <= _EXACT_LIMIT else look(_CANDIDATES * _FARTHER_REACH)

    def _look(self, asked: _Asked, selection: Selection, count: int, narrow: list[int] | None = None) -> _Found:
        """The first `count` chunks of each side, of those in `narrow` alone if given; then what is of the selection."""
        similar: dict[int, float] = {}
        worded: dict[int, float] = {}
        if asked.sides != "dense":
            is_first = narrow is None and selection is asked.selection and count == asked.first
            worded = asked.worded if is_first else self._by_keyword(asked.text, selection, narrow, count)
        if asked.sides != "keyword" and (vector := asked.vector) is not None:
            with traced("search.dense"):
                similar = self._by_vector(selection, narrow, vector, count)
        candidates = self._store.candidates({**similar, **worded}, selection)
        left = [_of(side, candidates) for side in (similar, worded)]
        is_enough = all(
            len(side) < count or len(rest) >= _CANDIDATES for side, rest in zip((similar, worded), left, strict=True)
        )
        return _Found(_first(left[0]), _first(left[1]), candidates, is_enough, narrow is not None)

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

    def _by_keyword(
        self, question: str, selection: Selection, narrow: list[int] | None, count: int
    ) -> dict[int, float]:
        """Scores of chunks by key, best first."""
        past = not selection.moment.is_now
        try:
            with traced("search.keyword"):
                hits = self._indexer.keywords.search(question, selection.collection, count, narrow, past=past)
        except IndexUnavailable as error:
            self._indexer.report_keyword_failure(error)
            return {}
        return {hit.key: hit.score for hit in hits}

    def _by_vector(
        self, selection: Selection, narrow: list[int] | None, vector: Vectors, count: int
    ) -> dict[int, float]:
        """Cosines of chunks by key, best first."""
        exact, collection = self._indexer.exact, selection.collection
        if narrow is not None:
            return {hit.key: hit.similarity for hit in exact.among(collection, narrow, vector, count)}
        found = self._current(collection, vector, count)
        if not selection.moment.is_now and (past := exact.at_hand(collection, vector, count, current=False)):
            found |= {hit.key: hit.similarity for hit in past}
            return dict(sorted(found.items(), key=lambda pair: -pair[1])[:count])
        return found

    def _current(self, collection: str, vector: Vectors, count: int) -> dict[int, float]:
        """The same of the current chunks of a whole collection: at hand, by the index, or read from the store."""
        exact = self._indexer.exact
        if (near := exact.at_hand(collection, vector, count)) is not None:
            return {hit.key: hit.similarity for hit in near}
        index = self._indexer.ready_index()
        if index is not None:
            try:
                hits = index.query(collection, vector, count)
                keys_by_id = self._embeddings.chunk_of([hit.index_id for hit in hits])
                return {keys_by_id[h.index_id]: h.similarity for h in hits if h.index_id in keys_by_id}
            except IndexUnavailable as error:
                self._indexer.report_failure(error)
        return {hit.key: hit.similarity for hit in exact.everywhere(collection, vector, count)}

    def _cosines(self, collection: str, keys: Sequence[int], vector: Vectors) -> dict[int, float]:
        """The cosine of each of these chunks to the question; those not embedded yet are left out."""
        found, matrix = self._indexer.exact.vectors(collection, keys) if keys else ([], np.empty((0, 0)))
        return dict(zip(found, (matrix @ vector).tolist(), strict=True)) if found else {}

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


def _with_unembedded(alike: dict[int, float], worded: Mapping[int, float]) -> dict[int, float]:
    """With what has no vector yet as near as its words are good: as unlike the question it would hardly be found."""
    if not alike or not worded:
        return alike
    scale = max(*alike.values(), 0.0) / max(worded.values())
    return {key: score * scale for key, score in worded.items()} | alike


def _of(side: Mapping[int, float], candidates: Mapping[int, Candidate]) -> dict[int, float]:
    return {key: score for key, score in side.items() if key in candidates}


def _first(side: Mapping[int, float]) -> dict[int, float]:
    return dict(islice(side.items(), _CANDIDATES))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
