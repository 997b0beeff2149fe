"""Join what vectors and what keywords found into one ranking, by their scores."""

from collections.abc import Hashable, Mapping
from operator import itemgetter
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

# Between 0.4 and 0.6 all is nearly the same on RealTimeQA, TIME 1963 and two sets of SQuAD questions; with articles
# counted as a whole (`retrieval.centre`) 0.6 is best on TIME 1963 and as good on the others (docs/evaluate.md).
VECTOR_SHARE = 0.6


def convex_combination(
    similarities: Mapping[Item, float], word_scores: Mapping[Item, float], vector_share: float = VECTOR_SHARE
) -> list[tuple[Item, float]]:
    """Items of both sides, best first, with scores in 0..1, where 1 is the best on both sides.

    Each score is divided by the best of its side, so that the two can be added; what a side lacks or scores below zero
    counts nothing there. A side without items has no weight. Ties keep the order of first appearance. After Bruch, Gai
    and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (TOIS 2023), who find it better than ranks alone.
    """
    sides = [(similarities, vector_share), (word_scores, 1.0 - vector_share)]
    present = [(side, share, max(side.values())) for side, share in sides if side and share > 0]
    weight = sum(share for _, share, _ in present)
    scores: dict[Item, float] = {}
    for side, share, best in present:
        factor = share / weight
        for item, score in side.items():
            part = score / best if score > 0 else 0.0
            scores[item] = scores.get(item, 0.0) + factor * part
    return sorted([(item, min(1.0, score)) for item, score in scores.items()], key=itemgetter(1), reverse=True)
