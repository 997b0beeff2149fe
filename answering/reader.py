"""The reader: a small trained encoder that sees where a text answers a question, and whether it does.

Trained by `evals.train_reader`; docs/decisions/0012 says on what, and what it gained.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.embedder import bundled_tokenizer
from retrieval.onnx import OnnxModel, Pass
from retrieval.remembered import Remembered

WEIGHTS = Path(__file__).parent / "weights" / "reader.onnx"
_MAX_TOKENS = 256
_LONGEST_ANSWER = 40  # tokens
_KEPT = 512  # looks, of about 16 KB each


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text answers: characters `start` to `end`, and the log-probability of just that place."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Look:
    """What the reader saw in one text: the log-odds that it answers, and how probable each token is as a bound."""

    answers: float
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    places: list[tuple[int, int]]

    def after(self, start: int) -> "Look":
        """The same without what stands before the character `start`, with the places' probabilities shared out anew."""
        inside = [i for i, (s, _) in enumerate(self.places) if s >= start]
        starts, ends = _log_softmax(self.starts[inside]), _log_softmax(self.ends[inside])
        return Look(self.answers, starts, ends, [self.places[i] for i in inside])

    def best_within(self, start: int, end: int) -> Found | None:
        """The likeliest answer in the characters from `start` to `end`; None when nothing was read of them."""
        inside = [i for i, (s, e) in enumerate(self.places) if start <= s and e <= end]
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        sums = self.starts[first:last, None] + self.ends[None, first:last]
        size = len(sums)
        allowed = np.tri(size, k=_LONGEST_ANSWER, dtype=bool) & ~np.tri(size, k=-1, dtype=bool)
        sums = np.where(allowed, sums, -np.inf)
        row, column = np.unravel_index(int(sums.argmax()), sums.shape)
        return Found(self.places[first + row][0], self.places[first + column][1], float(sums[row, column]))


class Reads(Protocol):
    """Looks at texts for a question: `Reader`, or what stands in for it where results are kept."""

    def read(self, question: str, texts: Sequence[str]) -> list[Look]: ...


class Reader:
    """Reads texts for a question. Thread-safe; the model is loaded when first used."""

    def __init__(self, threads: int, weights: Path = WEIGHTS) -> None:
        self._threads, self._weights = threads, weights
        self._lock = threading.Lock()
        self._loaded: OnnxModel | None = None

    def read(self, question: str, texts: Sequence[str]) -> list[Look]:
        """What each text says to the question, in their order."""
        return self._model().run([(question, text) for text in texts], _look)

    @cached_property
    def digest(self) -> str:
        """Which weights they are."""
        return hashlib.sha256(self._weights.read_bytes()).hexdigest()[:12]

    def _model(self) -> OnnxModel:
        with self._lock:
            if self._loaded is None:
                self._loaded = OnnxModel(self._weights, bundled_tokenizer(), _MAX_TOKENS, self._threads)
            return self._loaded


class RememberingReader:
    """A reader that need not look again at what it was asked of a text not long ago. Thread-safe."""

    def __init__(self, inner: Reads, most: int = _KEPT) -> None:
        self._inner = inner
        self._looks: Remembered[tuple[str, str], Look] = Remembered(most)

    def read(self, question: str, texts: Sequence[str]) -> list[Look]:
        """See `Reader.read`."""
        keys = [(question, text) for text in texts]
        return self._looks.of(keys, lambda missing: self._inner.read(question, [text for _, text in missing]))


def _look(seen: Pass) -> Look:
    start, end, whether = seen.outputs
    of_text = [i for i, (part, word) in enumerate(zip(seen.parts, seen.words, strict=True)) if part == 1 and word]
    return Look(
        float(whether), _log_softmax(start[of_text]), _log_softmax(end[of_text]), [seen.places[i] for i in of_text]
    )


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(logits):
        return logits
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)
