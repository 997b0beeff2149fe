"""Join rankings into one by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

# The constant of the paper, which its authors found not to be critical.
RRF_CONSTANT = 60


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[Item]], weights: Sequence[float] | None = None, constant: int = RRF_CONSTANT
) -> list[tuple[Item, float]]:
    """Items of all rankings, best first, with scores in 0..1, where 1 is the first place in every ranking.

    An item scores the weighted sum of 1 / (constant + rank) over the rankings that hold it. Ties keep the order of
    first appearance, so the result is deterministic. An item that a ranking names twice counts once, at its best rank.
    """
    weights = weights if weights is not None else [1.0] * len(rankings)
    best = sum(weights) / (constant + 1)
    scores: dict[Item, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] = scores.get(item, 0.0) + weight / (constant + rank)
    ordered = sorted(scores.items(), key=lambda pair: -pair[1])
    return [(item, min(1.0, score / best)) for item, score in ordered] if best > 0 else []
