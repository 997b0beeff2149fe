"""Passages that say the same in the same words take one place: the best of them is shown, the others are listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from corpus.store import FoundChunk
from retrieval.passage import Passage

# Share of the shorter chunk's 5-word shingles in another from which both say the same. No less for articles known to be
# copies: what the rest of a chunk says would be lost with it.
_COPY_RESEMBLANCE = 0.6
_ALL_BUT_A_FEW = 0.9
_MOST_COPIES = 50
_WORD = re.compile(r"\w+")
_MOST_KEPT = 30_000  # chunks; about 30 MB

Shingles = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk in its place: its score, its cosine to the question, and the articles folded into it."""

    found: FoundChunk
    score: float
    similarity: float | None = None
    copies: tuple[Article, ...] = ()


class Shingled:
    """The shingles of chunks compared lately, so that each is mostly made once. Thread-safe.

    A chunk's words never change under its key. Hashes are kept and not the words: a deleted text leaves nothing here.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._kept: dict[int, Shingles] = {}

    def __call__(self, found: FoundChunk) -> Shingles:
        """The shingles of a chunk, ascending."""
        kept = self._kept.get(found.chunk.key)
        if kept is None:
            if len(self._kept) >= self._most:
                self._kept = {}
            self._kept[found.chunk.key] = kept = _shingles(found.text)
        return kept


def without_copies(ranked: Sequence[Scored], shingled: Shingled) -> list[Scored]:
    """Fold chunks of other articles that say the same in the same words into the best placed one."""
    shingles = [shingled(one.found) for one in ranked]
    shared = _shared(shingles)
    sizes = np.array([len(one) for one in shingles])
    alike = np.argwhere(shared > _COPY_RESEMBLANCE * np.minimum.outer(sizes, sizes)).tolist()
    kept = list(ranked)
    folded: set[int] = set()
    for at, of in alike:  # of each chunk in its turn, those before it, the best placed first
        is_first = at not in folded and of not in folded and of < at
        if is_first and kept[of].found.article.id != ranked[at].found.article.id:
            kept[of] = _folded(kept[of], kept[at], shared[of, at] / sizes[of])
            folded.add(at)
    return [one for at, one in enumerate(kept) if at not in folded]


def _shared(shingles: Sequence[Shingles]) -> NDArray[np.float32]:
    """How many shingles each two chunks have in common."""
    if not shingles:
        return np.zeros((0, 0), dtype=np.float32)
    hashes = np.concatenate(shingles)
    order = hashes.argsort()
    hashes = hashes[order]
    repeats = hashes[1:] == hashes[:-1]
    is_again = np.append(False, repeats)
    is_shared = is_again | np.append(repeats, False)  # most are of one chunk alone
    columns = np.cumsum(~is_again[is_shared]) - 1
    chunks = np.repeat(np.arange(len(shingles)), [len(one) for one in shingles])[order[is_shared]]
    has = np.zeros((len(shingles), columns.max(initial=-1) + 1), dtype=np.float32)
    has[chunks, columns] = 1.0
    # On one thread: those that `@` would wake go on spinning and slow the embedding of the next question.
    return np.asarray(np.vecdot(has[:, np.newaxis], has), dtype=np.float32)


def _folded(kept: Scored, one: Scored, covered: float) -> Scored:
    """`kept` with `one` as its copy; or the other way round, when `one` was first and `covered` all but a few words."""
    if covered >= _ALL_BUT_A_FEW and _published(one.found.article) < _published(kept.found.article):
        return replace(kept, found=one.found, similarity=one.similarity, copies=(*kept.copies, kept.found.article))
    return replace(kept, copies=(*kept.copies, one.found.article))


def with_copies(passage: Passage, carried: Sequence[Article]) -> Passage:
    """The passage with everybody else who carries its text; `carried` are the articles of its cluster."""
    if not carried and not passage.copies:
        return passage
    everyone = {article.id: article for article in (*passage.copies, *carried)}
    copies = tuple(article for article in everyone.values() if article.id != passage.article.id)
    return replace(passage, copies=copies[:_MOST_COPIES])


def _published(article: Article) -> float:
    return (article.published_at or article.first_seen_at).timestamp()


def _shingles(text: str) -> Shingles:
    """Hashes of the runs of five words, ascending, each once; of all words when there are fewer."""
    words = _WORD.findall(text.lower())
    runs = list(map(hash, zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)))
    return np.unique(np.array(runs or [hash(tuple(words))], dtype=np.int64))
