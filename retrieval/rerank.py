"""Put what a search found into a better order with a cross-encoder, which reads question and passage together.

Off unless a model is set: none is bundled, and each passage costs a forward pass. sentence-transformers is used only
here and in `retrieval.embedder`.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from corpus.errors import RerankerUnavailable
from retrieval.copies import Scored
from retrieval.fusion import convex_combination
from retrieval.hints import Hints

log = logging.getLogger(__name__)

# The cross-encoder's word against the search's, which knows of dates. By judgement: no model is bundled to tune with.
_SHARE = 0.7
_BATCH = 32


class Reranker(Protocol):
    """Says how much each text bears on a question, 0..1. Raises `RerankerUnavailable`."""

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]: ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder, by name or path, loaded when first used. Remote code is never run."""

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self._threads = threads
        self._lock = threading.Lock()
        self._model: Any = None
        self._failure: RerankerUnavailable | None = None

    def load(self) -> None:
        """Load the model. Raises `RerankerUnavailable`, and the same again at once when it failed before."""
        with self._lock:
            if self._failure:
                raise self._failure
            if self._model is None:
                try:
                    self._model = self._made()
                except Exception as error:
                    self._failure = RerankerUnavailable(
                        f"The reranking model {self.name!r} cannot be loaded ({type(error).__name__}). Set "
                        f"DATELINE_RERANKER to the name or folder of a sentence-transformers CrossEncoder, or leave it "
                        f"unset."
                    )
                    raise self._failure from error

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        self.load()
        import torch

        try:
            with self._lock:
                scores = self._model.predict(
                    [(question, text) for text in texts],
                    batch_size=_BATCH, show_progress_bar=False, activation_fn=torch.nn.Sigmoid(),
                )  # fmt: skip
        except Exception as error:
            raise RerankerUnavailable(f"The reranking model {self.name!r} failed ({type(error).__name__}).") from error
        return [float(score) for score in scores]

    def _made(self) -> Any:
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(self._threads)
        model = CrossEncoder(self.name, trust_remote_code=False, model_kwargs={"use_safetensors": True})
        if model.num_labels != 1:
            raise ValueError("a reranker gives one number")
        return model


def reranked(question: str, found: Sequence[Scored], hints: Hints, reranker: Reranker) -> list[Scored]:
    """The same passages in a better order. Places that belong to an outlet named in the question stay with it."""
    if not found:
        return []
    relevance = reranker.relevance(question, [f"{one.found.article.title}\n{one.found.text}" for one in found])
    blended = dict(
        convex_combination(dict(enumerate(relevance)), {i: one.score for i, one in enumerate(found)}, _SHARE)
    )
    named = {publisher.lower() for publisher in hints.publishers}
    outlets = [outlet if (outlet := (one.found.article.publisher or "").lower()) in named else "" for one in found]
    order: list[int] = [0] * len(found)
    for outlet in set(outlets):
        places = [i for i, name in enumerate(outlets) if name == outlet]
        for place, i in zip(places, sorted(places, key=lambda i: -blended[i]), strict=True):
            order[place] = i
    return [replace(found[i], score=blended[i]) for i in order]
