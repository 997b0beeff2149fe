"""Pick the right one of four choices out of what a search finds: `python -m evals.choices FOLDER --data FOLDER`.

FOLDER holds `questions.jsonl` with `choices` (the form of the RealTimeQA news quiz; Kasai et al., NeurIPS 2023), and
the data folder the articles, taken in before by `dateline ingest`. Only the articles speak: a choice scores by the
sentences that the extractive answerer puts first, and by how much of the choice they hold; without a choice in any of
them the similarity decides, as it does alone in the baseline. Nothing here is fitted.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from answering import calibration
from answering.evidence import read_passages
from answering.extractive import ExtractiveAnswerer
from answering.features import lexical_features
from answering.question import names_by_text, read_question
from answering.stem import stems
from answering.terms import coverage
from api.engine import Engine
from api.settings import read_settings
from corpus.accept import parse_time
from corpus.selection import Moment, Selection
from evals.bootstrap import estimate
from retrieval.passage import Passage


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question, its choices and which of them is right."""

    text: str
    asked_on: str | None
    choices: tuple[str, ...]
    answer: int


def main() -> None:
    """Print accuracy, beside picking by similarity, of all questions and of those with a known article."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="a data folder that holds the articles")
    parser.add_argument("--known", action="store_true", help="only questions whose article is known")
    arguments = parser.parse_args()
    questions = quizzes(arguments.folder / "questions.jsonl", known=arguments.known)
    with Engine(read_settings(data=arguments.data, sample=False)) as engine:
        print(f"{len(questions)} questions, {engine.store.coverage('default').articles} articles\n")
        print("| asked | by the sentences that answer | by similarity |\n|---|---|---|")
        for name, dated in (("without a date", False), ("as of its day", True)):
            picked = [_picked(engine, one, dated) for one in questions]
            ours, plain = zip(*picked, strict=True)
            print(f"| {name} | {estimate(ours)} | {estimate(plain)} |")


def quizzes(file: Path, *, known: bool = False) -> list[Quiz]:
    """The questions that have choices, one of which is the answer."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Quiz(row["question"], row.get("asked_on"), tuple(row["choices"]), row["choices"].index(row["answer"]))
        for row in rows
        if row.get("answer") in row.get("choices", ()) and (row.get("gold_article_ids") or not known)
    ]


def _picked(engine: Engine, quiz: Quiz, dated: bool) -> tuple[float, float]:
    """Whether the right choice is picked, by the sentences that answer and by similarity alone."""
    as_of = parse_time(quiz.asked_on, "asked_on", end_of_day=True) if dated else None
    found = engine.searcher.search(quiz.text, Selection(moment=Moment(as_of)), 8).passages
    similar = by_similarity(engine, quiz, found)
    held = by_sentences(engine, quiz, found)
    # What no sentence holds is decided by similarity, which is below 1 and so never outweighs a sentence that does.
    ours = [one * 1_000 + other for one, other in zip(held, similar, strict=True)]
    return float(int(np.argmax(ours)) == quiz.answer), float(int(np.argmax(similar)) == quiz.answer)


def by_similarity(engine: Engine, quiz: Quiz, passages: Sequence[Passage]) -> list[float]:
    """For each choice the highest cosine of question and choice together to a passage, -1..1; zeros without any."""
    if not passages:
        return [0.0] * len(quiz.choices)
    texts = [passage.text for passage in passages]
    return [max(engine.searcher.similarity(f"{quiz.text} {choice}", texts)) for choice in quiz.choices]


def by_sentences(engine: Engine, quiz: Quiz, passages: Sequence[Passage]) -> list[float]:
    """For each choice the best of: how surely a sentence answers, times how much of the choice it holds; 0..1.

    What the question says already tells no choice from another, and words that all choices share do not either.
    """
    asked = names_by_text(read_question(quiz.text), [passage.text for passage in passages])
    reading = read_passages(asked, passages)
    if not reading.candidates:
        return [0.0] * len(quiz.choices)
    rows = lexical_features(asked, reading)
    answerer = ExtractiveAnswerer(engine.sentences, engine.reader)
    order, _ = answerer.rank(asked, None, reading, rows)
    scores = rows @ calibration.SENTENCE_WEIGHTS
    shared = set.intersection(*(set(stems(choice)) for choice in quiz.choices))
    best = max(scores[i] for i in order)
    picked = []
    for choice in quiz.choices:
        telling = {term: 1.0 for term in stems(choice) if term not in shared}
        weights = [math.exp(min(0.0, scores[i] - best) / 4) for i in order]
        held = [coverage(telling, reading.candidates[i].around) for i in order]
        inside = [coverage(telling, frozenset(reading.candidates[i].stems)) for i in order]
        picked.append(max(w * (0.3 * near + 0.7 * full) for w, near, full in zip(weights, held, inside, strict=True)))
    return picked


if __name__ == "__main__":
    main()
