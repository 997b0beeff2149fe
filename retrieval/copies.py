"""Passages that say the same in the same words take one place: the best of them is shown, the others are listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from corpus.store import FoundChunk
from retrieval.passage import Passage

# Share of the shorter chunk's 5-word shingles in another from which both say the same. No less for articles known to be
# copies: what the rest of a chunk says would be lost with it.
_COPY_RESEMBLANCE = 0.6
_ALL_BUT_A_FEW = 0.9
_MOST_COPIES = 50
_MOST_KEPT = 2_000  # chunks; about 20 MB
_WORD = re.compile(r"\w+")


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
        self._kept: dict[int, frozenset[int]] = {}

    def __call__(self, found: FoundChunk) -> frozenset[int]:
        """The shingles of a chunk."""
        kept = self._kept.get(found.chunk.key)
        if kept is None:
            if len(self._kept) >= self._most:
                self._kept = {}
            self._kept[found.chunk.key] = kept = _shingles(found.text)
        return kept


def without_copies(ranked: Sequence[Scored], shingled: Shingled) -> list[Scored]:
    """Fold chunks of other articles that say the same in the same words into the best placed one."""
    kept: list[Scored] = []
    words: list[frozenset[int]] = []  # the shingles of each
    seen: set[int] = set()  # and of all of them: most chunks share none, which is told at once
    for one in ranked:
        shingles = shingled(one.found)
        may_be_copy = not seen.isdisjoint(shingles)
        places = range(len(kept)) if may_be_copy else ()
        twin = next((at for at in places if _is_copy(kept[at], words[at], one, shingles)), None)
        if twin is None:
            kept.append(one)
            words.append(shingles)
            seen |= shingles
        else:
            kept[twin] = _folded(kept[twin], one, len(words[twin] & shingles) / len(words[twin]))
    return kept


def _is_copy(kept: Scored, words: frozenset[int], one: Scored, shingles: frozenset[int]) -> bool:
    if words.isdisjoint(shingles) or kept.found.article.id == one.found.article.id:
        return False
    return len(words & shingles) / min(len(words), len(shingles)) > _COPY_RESEMBLANCE


def _folded(kept: Scored, one: Scored, covered: float) -> Scored:
    """`kept` with `one` as its copy; or the other way round, when `one` was first and `covered` all but a few words."""
    if covered >= _ALL_BUT_A_FEW and _published(one.found.article) < _published(kept.found.article):
        return replace(kept, found=one.found, similarity=one.similarity, copies=(*kept.copies, kept.found.article))
    return replace(kept, copies=(*kept.copies, one.found.article))


def with_copies(passage: Passage, carried: Sequence[Article]) -> Passage:
    """The passage with everybody else who carries its text; `carried` are the articles of its cluster."""
    everyone = {article.id: article for article in (*passage.copies, *carried)}
    copies = tuple(article for article in everyone.values() if article.id != passage.article.id)
    return replace(passage, copies=copies[:_MOST_COPIES])


def _published(article: Article) -> float:
    return (article.published_at or article.first_seen_at).timestamp()


def _shingles(text: str) -> frozenset[int]:
    """Hashes of the runs of five words."""
    words = _WORD.findall(text.lower())
    return frozenset(map(hash, zip(*(words[at:] for at in range(5)), strict=False))) or frozenset({hash(tuple(words))})
