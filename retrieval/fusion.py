"""Join what vectors and what keywords found into one ranking, by their scores."""

from collections.abc import Hashable, Mapping
from operator import itemgetter
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

# Between 0.4 and 0.6 all is nearly the same on RealTimeQA, TIME 1963 and two sets of SQuAD questions; with articles
# counted as a whole (`retrieval.centre`) 0.6 is best on TIME 1963 and as good on the others (docs/evaluate.md).
VECTOR_SHARE = 0.6
# The cosine from which on vectors have found what is asked about. Where the nearest is farther off, the embedder does
# not know the question's words, mostly a rare name, and the best of what it found is not put beside the best of the
# words: of 200 names that at most three of RealTimeQA's articles hold, 0.86 are found so in the first eight passages,
# and 0.67 without (docs/evaluate.md). For the bundled embedder; it matters less to one whose cosines are all higher.
NEAR = 0.65


def convex_combination(
    similarities: Mapping[Item, float],
    word_scores: Mapping[Item, float],
    vector_share: float = VECTOR_SHARE,
    near: float = NEAR,
) -> list[tuple[Item, float]]:
    """Items of both sides, best first, with scores in 0..1, where 1 is the best on both sides and at least `near`.

    Each score is divided by the best of its side, so that the two can be added, and cosines beside words by `near` at
    least; what a side lacks or scores below zero counts nothing there. A side without items has no weight. Ties keep
    the order of first appearance. After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval"
    (TOIS 2023), who find it better than ranks alone.
    """
    sides = [(similarities, vector_share, near if word_scores else 0.0), (word_scores, 1.0 - vector_share, 0.0)]
    present = [(side, share, max(least, *side.values())) for side, share, least in sides if side and share > 0]
    weight = sum(share for _, share, _ in present)
    scores: dict[Item, float] = {}
    for side, share, best in present:
        factor = share / weight
        for item, score in side.items():
            part = score / best if score > 0 else 0.0
            scores[item] = scores.get(item, 0.0) + factor * part
    return sorted([(item, min(1.0, score)) for item, score in scores.items()], key=itemgetter(1), reverse=True)
