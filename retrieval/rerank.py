"""Put what a search found into a better order with a cross-encoder, which reads question and passage together.

Off unless a model is set: none is bundled, and each passage costs a forward pass.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from corpus.errors import RerankerUnavailable
from retrieval.copies import Scored
from retrieval.cross_encoder import LazyCrossEncoder
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
        advice = (
            "Set DATELINE_RERANKER to the name or folder of a sentence-transformers CrossEncoder, or leave it unset."
        )
        self._model = LazyCrossEncoder(
            name, threads, _gives_one_number, RerankerUnavailable, "The reranking model", advice
        )

    def load(self) -> None:
        """Load the model. Raises `RerankerUnavailable`, and the same again at once when it failed before."""
        self._model.load()

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        self.load()
        import torch

        pairs = [(question, text) for text in texts]
        scores = self._model.predict(pairs, batch_size=_BATCH, activation_fn=torch.nn.Sigmoid())
        return [float(score) for score in scores]


def _gives_one_number(model: Any) -> None:
    if model.num_labels != 1:
        raise ValueError("a reranker gives one number")


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
