"""What vectors and keywords bring of a selection for a question, and both fused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

import numpy as np

from corpus.candidates import Candidate
from corpus.embeddings import EmbeddingStore, Vectors
from corpus.errors import EmbedderUnavailable, IndexUnavailable
from corpus.selection import Selection
from corpus.store import ArticleStore
from corpus.tracing import traced
from retrieval.centre import with_centres
from retrieval.fusion import convex_combination
from retrieval.heed import Ranked
from retrieval.indexer import Indexer

# Each side brings this many chunks to the fusion; more changed no ranking in the first ten.
_CANDIDATES = 60
# Of a selection each side first brings some more, and what is outside is dropped. Where too few are left, at most this
# many chunks are scored exactly; of more, each side brings many more.
_REACH, _FARTHER_REACH = 4, 10
_EXACT_LIMIT = 20_000

Sides = Literal["dense", "keyword", "fused"]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A question's unit vector, shape (dimensions,); None, and a sentence that says why, when it cannot be made."""

    vector: Vectors | None
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
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


class Finder:
    """Finds chunks of one store by vectors and by keywords. Thread-safe; answers in every state of the index."""

    def __init__(self, store: ArticleStore, embeddings: EmbeddingStore, indexer: Indexer) -> None:
        self._store = store
        self._embeddings = embeddings
        self._indexer = indexer

    def ranked(self, asked: Asked, selection: Selection) -> tuple[list[Ranked], bool]:
        """Chunks of the selection, best first, and whether they were found by looking at each of it."""
        found = self._found(asked, selection)
        with traced("search.fusion"):
            return self._fused(found, selection, asked), found.is_exact

    def _fused(self, found: _Found, selection: Selection, asked: Asked) -> list[Ranked]:
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

    def first_look(self, selection: Selection) -> int:
        """How many chunks each side is to bring first; 0 where each chunk of the selection has to be looked at."""
        if selection.is_plain:
            return _CANDIDATES
        # What was superseded is in no index, unless its vectors are at hand.
        past_is_at_hand = self._indexer.exact.is_at_hand(selection.collection, current=False)
        return _CANDIDATES * _REACH if selection.moment.is_now or past_is_at_hand else 0

    def _found(self, asked: Asked, selection: Selection) -> _Found:
        """What each side brings of the selection. Most selections let enough pass of what comes first anyway."""
        look = partial(self._look, asked, selection)
        first = self.first_look(selection)
        if first and ((found := look(first)).is_enough or selection.is_plain):
            return found
        keys = self._store.selected_chunks(selection, _EXACT_LIMIT + 1)
        return look(_CANDIDATES, keys) if len(keys) <= _EXACT_LIMIT else look(_CANDIDATES * _FARTHER_REACH)

    def _look(self, asked: Asked, selection: Selection, count: int, narrow: list[int] | None = None) -> _Found:
        """The first `count` chunks of each side, of those in `narrow` alone if given; then what is of the selection."""
        similar: dict[int, float] = {}
        worded: dict[int, float] = {}
        if asked.sides != "dense":
            is_first = narrow is None and selection is asked.selection and count == asked.first
            worded = asked.worded if is_first else self.by_keyword(asked.text, selection, narrow, count)
        if asked.sides != "keyword" and (vector := asked.vector) is not None:
            with traced("search.dense"):
                similar = self._by_vector(selection, narrow, vector, count)
        candidates = self._store.candidates({**similar, **worded}, selection)
        left = [_of(side, candidates) for side in (similar, worded)]
        is_enough = all(
            len(side) < count or len(rest) >= _CANDIDATES for side, rest in zip((similar, worded), left, strict=True)
        )
        return _Found(_first(left[0]), _first(left[1]), candidates, is_enough, narrow is not None)

    def by_keyword(self, question: str, selection: Selection, narrow: list[int] | None, count: int) -> dict[int, float]:
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
