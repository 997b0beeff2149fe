"""Confidence intervals by the bootstrap (Efron, 1979): resample the cases, take the middle 95 % of the means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 2_000
_MOST_AT_ONCE = 4_000_000  # places drawn at once, so that memory stays flat
_PERMUTATIONS = 10_000


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
    random = np.random.default_rng(seed)
    step = max(1, _MOST_AT_ONCE // len(array))
    means = np.concatenate(
        [
            array[random.integers(0, len(array), (min(step, _ROUNDS - at), len(array)))].mean(axis=1)
            for at in range(0, _ROUNDS, step)
        ]
    )
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(array.mean()), float(low), float(high))


def estimate_of(statistic: Callable[..., float], *columns: NDArray[Any], rounds: int = 500, seed: int = 0) -> Estimate:
    """The same for any statistic of columns that are resampled together, such as an F1 of two; NaN rounds are left out.

    NaN in all three when the statistic of the whole is.
    """
    whole = statistic(*columns)
    if np.isnan(whole):
        return Estimate(whole, whole, whole)
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        rows = random.integers(0, len(columns[0]), len(columns[0]))
        drawn.append(statistic(*(column[rows] for column in columns)))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(whole, float(low), float(high))


def p_value(differences: Sequence[float], seed: int = 0) -> float:
    """How often chance alone makes a mean difference of pairs this large, two-sided: the sign-flip permutation test.

    10,000 random assignments of signs (Fisher's randomisation test), deterministic for a seed; 1.0 without pairs.
    """
    array = np.asarray(differences, dtype=float)
    array = array[array != 0]
    if not len(array):
        return 1.0
    random = np.random.default_rng(seed)
    observed = abs(array.sum()) - 1e-12
    step = max(1, _MOST_AT_ONCE // len(array))
    beyond = 0
    for at in range(0, _PERMUTATIONS, step):
        signs = random.integers(0, 2, (min(step, _PERMUTATIONS - at), len(array))) * 2 - 1
        beyond += int((abs((signs * array).sum(axis=1)) >= observed).sum())
    return (beyond + 1) / (_PERMUTATIONS + 1)
