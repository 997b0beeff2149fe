"""Dated articles with questions about them: how they are kept, and how well a search over them does.

A folder holds `articles.jsonl(.gz)` (id, title, body, source, published_at) and `questions.jsonl` (question, asked_on,
answer, gold_article_ids). This is the form in which the RealTimeQA news quiz (Kasai et al., NeurIPS 2023) is kept; any
corpus in it can be measured.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from corpus.accept import parse_time
from corpus.errors import InvalidInput

# What a search gave for one question: the article id and text of each passage, best first.
Found = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer stands in known articles, and the day on which it was asked, when that is known."""

    text: str
    asked_on: datetime | None
    answer: str
    gold: frozenset[str]


def articles_file(folder: Path) -> Path:
    """The file that holds the articles. Raises `InvalidInput` when there is none."""
    for name in ("articles.jsonl.gz", "articles.jsonl"):
        if (folder / name).exists():
            return folder / name
    raise InvalidInput(f"{folder} holds no articles.jsonl or articles.jsonl.gz; name a folder that does.")


def questions_of(folder: Path) -> list[Question]:
    """The questions whose gold articles are known; none when the folder holds no questions."""
    file = folder / "questions.jsonl"
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Question(
            row["question"],
            parse_time(row.get("asked_on"), "asked_on", end_of_day=True),
            str(row["answer"]),
            frozenset(row["gold_article_ids"]),
        )
        for row in rows
        if row.get("gold_article_ids")
    ]


def gold_figures(questions: Sequence[Question], found: Sequence[Found]) -> list[list[float]]:
    """For each question gold Hits@4, Hits@10 and reciprocal rank, and whether the first five passages hold the answer.

    Articles are ranked by their best passage.
    """
    ranks, held = [], []
    for question, passages in zip(questions, found, strict=True):
        ids = list(dict.fromkeys(article_id for article_id, _ in passages))
        ranks.append(next((place for place, i in enumerate(ids, 1) if i in question.gold), 1_000))
        held.append(float(question.answer.lower() in "\n".join(text for _, text in passages[:5]).lower()))
    hits4, hits10 = ([float(rank <= k) for rank in ranks] for k in (4, 10))
    return [hits4, hits10, [1 / rank if rank <= 10 else 0.0 for rank in ranks], held]
