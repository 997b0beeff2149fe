"""Find the passages that bear on a question: vectors and keywords fused, copies folded, neighbours joined."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from corpus.article import Article, Chunk
from corpus.embeddings import EmbeddingStore, Vectors
from corpus.errors import IndexUnavailable
from corpus.selection import Selection
from corpus.store import ArticleStore, FoundChunk
from retrieval.embedder import Embedder
from retrieval.exact import ChunkHit
from retrieval.fusion import reciprocal_rank_fusion
from retrieval.indexer import Indexer, IndexState
from retrieval.lag import lag_notice
from retrieval.passage import Passage, SearchResult

# Each side brings this many chunks to the fusion; more changed no ranking in the first ten.
_CANDIDATES = 60
# A selection of at most this many chunks is scored exactly; above, the index over-fetches and the rest is dropped.
_EXACT_LIMIT = 20_000
_OVER_FETCH = 10
_MOST_PER_ARTICLE = 3
# Chunks read from the store for each passage wanted: enough to fold copies and to spread over articles.
_LOOKED_AT = 3
# Share of the shorter chunk's 5-word shingles in another from which both say the same. No less for articles known to be
# copies: what the rest of a chunk says would be lost with it.
_COPY_RESEMBLANCE = 0.6
_ALL_BUT_A_FEW = 0.9
_MOST_COPIES = 50


_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Scored:
    found: FoundChunk
    score: float
    copies: tuple[Article, ...] = ()


class Searcher:
    """Hybrid search over one store. Thread-safe; answers in every state of the index."""

    def __init__(
        self,
        store: ArticleStore,
        embeddings: EmbeddingStore,
        indexer: Indexer,
        embedder: Embedder,
    ) -> None:
        self._store = store
        self._embeddings = embeddings
        self._indexer = indexer
        self._embedder = embedder

    def embed(self, question: str) -> Vectors:
        """The question's unit vector, shape (dimensions,)."""
        return np.asarray(self._embedder.embed_questions([question])[0], dtype=np.float32)

    def similarity(self, text: str, others: Sequence[str]) -> list[float]:
        """The cosine of `text` to each of `others`, by the embedder."""
        vectors = self._embedder.embed_passages([text, *others])
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]

    def search(
        self,
        question: str,
        selection: Selection,
        limit: int = 8,
        vector: Vectors | None = None,
        sides: Literal["dense", "keyword", "fused"] = "fused",
    ) -> SearchResult:
        """At most `limit` passages of the selected revisions, best first. `vector` saves embedding the question.

        `sides` searches by vectors alone, by keywords alone, or by both, fused.
        """
        with self.urgently():
            return self._search(question, selection, limit, vector, sides)

    def urgently(self) -> AbstractContextManager[None]:
        """Inside it, embedding of what is new makes way for the question."""
        return self._indexer.courtesy.question()

    def _search(
        self,
        question: str,
        selection: Selection,
        limit: int,
        vector: Vectors | None,
        sides: Literal["dense", "keyword", "fused"],
    ) -> SearchResult:
        clock = time.perf_counter()
        vector = self.embed(question) if vector is None else vector
        embedded = time.perf_counter()
        narrow = self._narrow(selection)
        rankings: list[list[int]] = []
        if sides != "keyword":
            rankings.append([hit.key for hit in self._by_vector(selection, narrow, vector)])
        if sides != "dense":
            rankings.append(self._by_keyword(question, selection, narrow))
        if narrow is None and not selection.is_plain:
            rankings = [self._selected(ranking, selection) for ranking in rankings]
        fused = reciprocal_rank_fusion(rankings)
        found = self._store.found_by_key([key for key, _ in fused[: limit * _LOOKED_AT]], selection)
        ranked = [_Scored(found[key], score) for key, score in fused if key in found]
        chosen = _diverse(_without_copies(ranked), limit)
        passages = self._all_copies_of(self._passages(chosen, vector, limit), chosen, selection)
        moment = selection.moment.as_of
        later = moment is not None and self._store.has_later(moment, [p.article for p in passages])
        done = time.perf_counter()
        return SearchResult(
            passages=passages,
            index_version=self._indexer.version,
            timings={"embed_ms": _ms(embedded - clock), "retrieve_ms": _ms(done - embedded)},
            notices=self._notices(selection, by_index=narrow is None),
            later_coverage=later,
        )

    def _narrow(self, selection: Selection) -> list[int] | None:
        """The chunks of a selection so narrow that both sides score just them; None when it is wider."""
        if selection.is_plain:
            return None
        keys = self._store.selected_chunks(selection, _EXACT_LIMIT + 1)
        return keys if len(keys) <= _EXACT_LIMIT else None

    def _selected(self, ranking: list[int], selection: Selection) -> list[int]:
        within = self._store.selected_among(ranking, selection)
        return [key for key in ranking if key in within][:_CANDIDATES]

    def _by_keyword(self, question: str, selection: Selection, narrow: list[int] | None) -> list[int]:
        keywords = self._indexer.keywords
        wanted = _CANDIDATES if selection.is_plain or narrow is not None else _CANDIDATES * _OVER_FETCH
        past = not selection.moment.is_now
        try:
            return [hit.key for hit in keywords.search(question, selection.collection, wanted, narrow, past=past)]
        except IndexUnavailable as error:
            self._indexer.report_keyword_failure(error)
            return []

    def _by_vector(self, selection: Selection, narrow: list[int] | None, vector: Vectors) -> list[ChunkHit]:
        exact = self._indexer.exact
        if narrow is not None:
            return exact.among(narrow, vector, _CANDIDATES)
        index = self._indexer.ready_index()
        if index is not None:
            try:
                wanted = _CANDIDATES if selection.is_plain else _CANDIDATES * _OVER_FETCH
                hits = index.query(selection.collection, vector, wanted)
                keys_by_id = self._embeddings.chunk_of([hit.index_id for hit in hits])
                return [ChunkHit(keys_by_id[h.index_id], h.similarity) for h in hits if h.index_id in keys_by_id]
            except IndexUnavailable as error:
                self._indexer.report_failure(error)
        return exact.everywhere(selection.collection, vector, _CANDIDATES)

    def _passages(self, chosen: Sequence[_Scored], vector: Vectors, limit: int) -> tuple[Passage, ...]:
        keys, matrix = self._embeddings.matrix("", [one.found.chunk.key for one in chosen])
        similarity = dict(zip(keys, (matrix @ vector).tolist(), strict=True)) if keys else {}
        passages = [
            Passage(
                rank=0,
                score=one.score,
                similarity=similarity.get(one.found.chunk.key),
                article=one.found.article,
                start=one.found.chunk.start,
                end=one.found.chunk.end,
                copies=one.copies,
            )
            for one in chosen
        ]
        joined = _joined(passages, [one.found.chunk for one in chosen])[:limit]
        return tuple(replace(passage, rank=rank) for rank, passage in enumerate(joined, start=1))

    def _all_copies_of(
        self, passages: Sequence[Passage], chosen: Sequence[_Scored], selection: Selection
    ) -> tuple[Passage, ...]:
        """The passages with all copies listed, whether the search brought them up or not."""
        clusters = {one.found.article.id: one.found.cluster for one in chosen if one.found.cluster is not None}
        carried = self._store.copies(clusters.values(), selection)
        return tuple(
            _with_copies(passage, carried.get(clusters.get(passage.article.id, -1), [])) for passage in passages
        )

    def _notices(self, selection: Selection, *, by_index: bool) -> tuple[str, ...]:
        state = self._indexer.state
        notices = [lag_notice(self._indexer.lag.of(selection, by_index=by_index and state is IndexState.READY))]
        if state is IndexState.REBUILDING:
            notices.append("The vector index is being rebuilt; this answer was searched exactly in the store.")
        if state is IndexState.UNAVAILABLE:
            notices.append("The vector index is unavailable; this answer was searched exactly in the store.")
        return tuple(notice for notice in notices if notice)


def _without_copies(ranked: Sequence[_Scored]) -> list[_Scored]:
    """Fold chunks of other articles that say the same in the same words into the best placed one."""
    kept: list[_Scored] = []
    sizes: list[int] = []
    holders: dict[int, list[int]] = {}  # a shingle's hash -> the places in `kept` that hold it
    for one in ranked:
        shingles = _shingles(one.found.text)
        shared = Counter(place for shingle in shingles for place in holders.get(shingle, ()))
        twins = (
            at
            for at, count in sorted(shared.items())
            if count / max(1, min(len(shingles), sizes[at])) > _COPY_RESEMBLANCE
            and kept[at].found.article.id != one.found.article.id
        )
        twin = next(twins, None)
        if twin is not None:
            kept[twin] = _folded(kept[twin], one, shared[twin] / max(1, sizes[twin]))
            continue
        for shingle in shingles:
            holders.setdefault(shingle, []).append(len(kept))
        kept.append(one)
        sizes.append(len(shingles))
    return kept


def _folded(kept: _Scored, one: _Scored, covered: float) -> _Scored:
    """`kept` with `one` as its copy; or the other way round, when `one` was first and `covered` all but a few words."""
    if covered >= _ALL_BUT_A_FEW and _published(one.found.article) < _published(kept.found.article):
        return _Scored(one.found, kept.score, (*kept.copies, kept.found.article))
    return replace(kept, copies=(*kept.copies, one.found.article))


def _with_copies(passage: Passage, carried: Sequence[Article]) -> Passage:
    """The passage with everybody else who carries its text; `carried` are the articles of its cluster."""
    everyone = {article.id: article for article in (*passage.copies, *carried)}
    copies = tuple(article for article in everyone.values() if article.id != passage.article.id)
    return replace(passage, copies=copies[:_MOST_COPIES])


def _published(article: Article) -> float:
    return (article.published_at or article.first_seen_at).timestamp()


def _shingles(text: str) -> set[int]:
    """Hashes of the runs of five words."""
    words = _WORD.findall(text.lower())
    return set(map(hash, zip(*(words[at:] for at in range(5)), strict=False))) or {hash(tuple(words))}


def _diverse(ranked: Sequence[_Scored], limit: int) -> list[_Scored]:
    """The best chunks with at most three of one article; the rest of an article only fills empty places."""
    taken: list[_Scored] = []
    spare: list[_Scored] = []
    count: dict[str, int] = {}
    for one in ranked:
        article_id = one.found.article.id
        count[article_id] = count.get(article_id, 0) + 1
        (taken if count[article_id] <= _MOST_PER_ARTICLE else spare).append(one)
    return (taken + spare)[: limit + 2]


def _joined(passages: Sequence[Passage], chunks: Sequence[Chunk]) -> list[Passage]:
    """Neighbouring chunks of one revision become one passage, at the place of the better one."""
    joined: list[tuple[Passage, set[int]]] = []
    for passage, chunk in zip(passages, chunks, strict=True):
        for place, (other, numbers) in enumerate(joined):
            same = (other.article.id, other.article.revision) == (passage.article.id, passage.article.revision)
            if same and {chunk.number - 1, chunk.number + 1} & numbers:
                start, end = min(other.start, passage.start), max(other.end, passage.end)
                joined[place] = (replace(other, start=start, end=end), numbers | {chunk.number})
                break
        else:
            joined.append((passage, {chunk.number}))
    return [passage for passage, _ in joined]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
