"""Words that mean the same: how much of a question a sentence covers when "died" may stand for "killed"."""

import threading
from collections.abc import Sequence

import numpy as np

from answering.evidence import Candidate, Features, Reading, has
from answering.question import WORD, Question
from corpus.words import STOP_WORDS
from retrieval.embedder import Embedder, Vectors

# The cosine of two single words at which they begin to count, and at which they count in full. The first values tried.
_FROM, _FULL = 0.35, 0.8
_MOST_KEPT = 8_000  # words, 12 MB of vectors


class Wording:
    """Compares words by their vectors, which it keeps: news uses the same words again and again. Thread-safe."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, Vectors] = {}
        self._lock = threading.Lock()

    def coverage(self, question: Question, reading: Reading, candidates: Sequence[Candidate]) -> Features:
        """The share, 0..1, of the question's weighted terms that each candidate says in the same or a like word.

        Names and numbers must stand as they are: no other city is "like" the one asked about.
        """
        fixed = {*question.names, *question.numbers}
        plain = [t for t in reading.weights if t not in fixed]
        words = [_words(c.text) for c in candidates]
        vectors = self._of([question.shown[t].lower() for t in plain] + [w for ws in words for w in ws])
        total = sum(reading.weights.values())
        covered = []
        for candidate, own in zip(candidates, words, strict=True):
            share = {t: has(t, candidate.known) for t in reading.weights}
            missing = [t for t in plain if not share[t]]
            if missing and own:
                asked = np.array([vectors[question.shown[t].lower()] for t in missing])
                like = (asked @ np.array([vectors[w] for w in own]).T).max(axis=1)
                share |= zip(missing, np.clip((like - _FROM) / (_FULL - _FROM), 0, 1).tolist(), strict=True)
            covered.append(sum(w * share[t] for t, w in reading.weights.items()) / total if total else 0.0)
        return np.array(covered)

    def _of(self, words: Sequence[str]) -> dict[str, Vectors]:
        wanted = dict.fromkeys(words)
        with self._lock:
            known = {w: self._vectors[w] for w in wanted if w in self._vectors}
        new = [w for w in wanted if w not in known]
        if new:
            known |= zip(new, self._embedder.embed_passages(new), strict=True)
            with self._lock:
                if len(self._vectors) + len(new) > _MOST_KEPT:
                    self._vectors.clear()
                self._vectors |= {w: known[w] for w in new}
        return known


def _words(text: str) -> list[str]:
    """The telling words of a sentence, each once. Figures are left out: they only match themselves."""
    found = (w.lower() for w in WORD.findall(text) if len(w) > 2 and not w[0].isdigit())
    return [w for w in dict.fromkeys(found) if w not in STOP_WORDS]
