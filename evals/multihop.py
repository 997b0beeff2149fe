"""MultiHop-RAG (Tang and Yang, 2024): what its own scripts count, beside a strict reading of the same passages.

The official figures are kinder than their names: any one of several facts makes a hit, MAP divides only the facts newly
found at a rank by that rank, and an answer is right when it shares any word with the right one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NULL_ANSWER = "Insufficient information."  # what is right where nothing is known, and what an abstention counts as
_ANSWER = re.compile(r'The answer to the question is "(.*?)"')


@dataclass(frozen=True, slots=True)
class Official:
    """The official figures of one query, each 0..1."""

    hits_at_4: float
    hits_at_10: float
    map_at_10: float
    mrr_at_10: float


def official(passages: Sequence[str], facts: Sequence[str]) -> Official:
    """As `retrieval_evaluate.py` of August 2024 counts: a fact is found where a passage holds it, spaces aside."""
    texts, gold = [_squeezed(text) for text in passages[:10]], [_squeezed(fact) for fact in facts]
    held = [[fact for fact in gold if fact in text] for text in texts]
    places = [place for place, facts_here in enumerate(held, 1) if facts_here]
    seen: set[str] = set()
    total = 0.0
    for place, facts_here in enumerate(held, 1):
        new = [fact for fact in dict.fromkeys(facts_here) if fact not in seen]
        seen.update(new)
        total += len(new) / place
    first = places[0] if places else None
    return Official(
        hits_at_4=float(first is not None and first <= 4),
        hits_at_10=float(first is not None),
        map_at_10=total / min(len(gold), 10) if gold else 0.0,
        mrr_at_10=1 / first if first else 0.0,
    )


def evidence_recall(passages: Sequence[str], facts: Sequence[str], k: int) -> float:
    """The strict reading: the share of the facts that the first `k` passages hold; 1 only when all are there."""
    texts = [_squeezed(text) for text in passages[:k]]
    found = sum(any(_squeezed(fact) in text for text in texts) for fact in facts)
    return found / len(facts) if facts else 0.0


def official_accuracy(said: str, gold: str) -> float:
    """As `qa_evaluate.py` counts: 1 when the words of the two, split at white space, meet anywhere."""
    match = _ANSWER.search(said)
    words = (match[1] if match else said).lower().split()
    return float(bool(set(words) & set(gold.lower().split())))


def _squeezed(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")
