"""Confidence intervals by the bootstrap (Efron, 1979): resample the cases, take the middle 95 % of the means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_ROUNDS = 2_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over cases with its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f}-{self.high:.3f})"


def estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of per-case values and its percentile bootstrap interval; deterministic for a seed."""
    array = np.asarray(values, dtype=float)
    if not len(array):
        return Estimate(float("nan"), float("nan"), float("nan"))
    rows = np.random.default_rng(seed).integers(0, len(array), (_ROUNDS, len(array)))
    low, high = np.percentile(array[rows].mean(axis=1), [2.5, 97.5])
    return Estimate(float(array.mean()), float(low), float(high))
