"""The standard measures of a ranking, as TREC's evaluation program computes them; pure functions of ids.

`ranking` holds distinct ids, best first; `grades` maps ids to 0 (judged not relevant) or more. Each gives 0..1.
"""

import math
from collections.abc import Mapping, Sequence


def hits(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """1 when any of the first `k` is relevant, else 0."""
    return float(any(grades.get(one, 0) > 0 for one in ranking[:k]))


def recall(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """The share of the relevant that is among the first `k`."""
    relevant = _relevant(grades)
    return sum(one in relevant for one in ranking[:k]) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """One over the place of the first relevant among the first `k`; its mean is MRR@k."""
    return next((1 / place for place, one in enumerate(ranking[:k], 1) if grades.get(one, 0) > 0), 0.0)


def average_precision(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """The precision at each relevant of the first `k`, over the number of all relevant; its mean is MAP@k."""
    relevant = _relevant(grades)
    found, total = 0, 0.0
    for place, one in enumerate(ranking[:k], 1):
        if one in relevant:
            found += 1
            total += found / place
    return total / len(relevant) if relevant else 0.0


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Discounted cumulative gain over the best possible (Jaervelin and Kekaelaeinen, 2002); the gain is the grade."""
    ideal = _discounted(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    return _discounted([max(0, grades.get(one, 0)) for one in ranking[:k]]) / ideal if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _relevant(grades: Mapping[str, int]) -> frozenset[str]:
    return frozenset(one for one, grade in grades.items() if grade > 0)
