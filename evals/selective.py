"""Knowing what it knows: abstention, risk against coverage, calibration. Pure functions of arrays, one entry a case."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: how many, how sure, how often right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def abstention_precision(should: Flags, did: Flags) -> float:
    """Of the abstentions, the share that was right; NaN when there are none."""
    return float((should & did).sum() / did.sum()) if did.any() else float("nan")


def abstention_recall(should: Flags, did: Flags) -> float:
    """Of the questions that cannot be answered, the share declined; NaN when there are none."""
    return float((should & did).sum() / should.sum()) if should.any() else float("nan")


def abstention_f1(should: Flags, did: Flags) -> float:
    """The harmonic mean of both; NaN when nothing should be and nothing was declined."""
    total = should.sum() + did.sum()
    return float(2 * (should & did).sum() / total) if total else float("nan")


def wrongly_abstained(should: Flags, did: Flags) -> float:
    """Of the questions that can be answered, the share declined; NaN when there are none."""
    return float((~should & did).sum() / (~should).sum()) if (~should).any() else float("nan")


def risk_coverage(confidence: Numbers, correct: Flags, cases: int) -> list[tuple[float, float]]:
    """Points (coverage, risk): answer only the surest ones, of `cases` in all, and this share of those is wrong.

    `confidence` and `correct` are of the answers given. Equal confidences come and go together (El-Yaniv and Wiener,
    2010).
    """
    order = np.argsort(-confidence, kind="stable")
    sure, wrong = confidence[order], np.cumsum(~correct[order])
    lasts = np.flatnonzero(np.append(sure[:-1] != sure[1:], True)) if len(sure) else np.array([], dtype=int)
    return [((int(i) + 1) / cases, float(wrong[i] / (i + 1))) for i in lasts]


def area_under_risk(confidence: Numbers, correct: Flags) -> float:
    """The mean risk over all coverages of the answers given, 0 best; NaN without answers. Ties share their risk."""
    if not len(confidence):
        return float("nan")
    points = risk_coverage(confidence, correct, len(confidence))
    total, before = 0.0, 0.0
    for coverage, risk in points:
        total += (coverage - before) * risk
        before = coverage
    return total


def reliability(confidence: Numbers, correct: Flags, bins: int = 10) -> list[Bin]:
    """Answers in bins of equal width by confidence; empty ones are left out."""
    at = np.clip((confidence * bins).astype(int), 0, bins - 1)
    return [
        Bin(i / bins, (i + 1) / bins, int(m.sum()), float(confidence[m].mean()), float(correct[m].mean()))
        for i in range(bins)
        if (m := at == i).any()
    ]


def calibration_error(confidence: Numbers, correct: Flags, bins: int = 10) -> float:
    """The expected calibration error (Naeini et al., 2015), 0..1; NaN without answers."""
    if not len(confidence):
        return float("nan")
    total = sum(one.count * abs(one.confidence - one.accuracy) for one in reliability(confidence, correct, bins))
    return total / len(confidence)


def as_flags(values: Sequence[object]) -> Flags:
    """An array of truth values."""
    return np.array([bool(value) for value in values], dtype=np.bool_)
