"""A second opinion on statements by a model of natural language inference, where one is set. None is bundled."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from answering.answer import Verdict
from answering.verify import SUPPORTED, Support
from corpus.errors import JudgeUnavailable
from retrieval.cross_encoder import LazyCrossEncoder

log = logging.getLogger(__name__)

_LABELS = ("entailment", "contradiction")
# From this probability on the judge's "contradicts" counts. By judgement: no model is bundled to tune with.
_CONTRADICTS = 0.8


@dataclass(frozen=True, slots=True)
class Opinion:
    """The probabilities, 0..1, that the quotes entail the statement and that they contradict it."""

    entails: float
    contradicts: float


class Judge(Protocol):
    """Reads quotes and a statement together. Raises `JudgeUnavailable`."""

    def opinion(self, statement: str, quotes: Sequence[str]) -> Opinion: ...


class CrossEncoderJudge:
    """Any sentence-transformers CrossEncoder for inference, by name or path, loaded when first used.

    Its labels must name entailment and contradiction. Remote code is never run.
    """

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        advice = (
            "Set DATELINE_JUDGE to the name or folder of a sentence-transformers CrossEncoder with the labels "
            "entailment and contradiction, or leave it unset."
        )
        self._model = LazyCrossEncoder(name, threads, _places, JudgeUnavailable, "The judge", advice)

    def load(self) -> None:
        """Load the model. Raises `JudgeUnavailable`, and the same again at once when it failed before."""
        self._model.load()

    def opinion(self, statement: str, quotes: Sequence[str]) -> Opinion:
        places = self._model.load()
        chances = self._model.predict([(" ".join(quotes), statement)], apply_softmax=True)[0]
        entails, contradicts = (float(chances[place]) for place in places)
        return Opinion(entails, contradicts)


def _places(model: Any) -> tuple[int, ...]:
    """Where the model's answer holds the chances of `_LABELS`."""
    names = {label.lower(): int(place) for place, label in model.config.id2label.items()}
    return tuple(names[label] for label in _LABELS)


def second_opinion(support: Support, statement: str, quotes: Sequence[str], judge: Judge | None) -> Support:
    """The support of a statement with the judge heard: the mean of both scores.

    The hard rules stand: words that are verbatim need no judge, and what lacks a detail or contradicts cannot be saved
    by one. Without a judge, or when it fails, the support is as it was.
    """
    settled = support.score in (0.0, 1.0) or support.missing or support.verdict is Verdict.CONTRADICTED
    if judge is None or settled:
        return support
    try:
        opinion = judge.opinion(statement, quotes)
    except JudgeUnavailable as error:
        log.error("%s", error)
        return support
    if opinion.contradicts >= _CONTRADICTS:
        return replace(support, score=min(support.score, 1 - opinion.contradicts), verdict=Verdict.CONTRADICTED)
    score = (support.score + opinion.entails) / 2
    if score >= SUPPORTED:
        return replace(support, score=score, verdict=Verdict.SUPPORTED)
    return replace(support, score=score, verdict=Verdict.PARTLY if score >= SUPPORTED / 2 else Verdict.UNSUPPORTED)
