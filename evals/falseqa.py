"""Whether questions that take something false for granted are told from their true twins: `python -m evals.falseqa F`.

F is a file of FalseQA (Hu et al., ACL 2023): questions with a false premise and what people say against it, and as many
with the premise put right, with their answers. It comes without articles, so what people say against a question is made
an article, and both questions of a pair are asked of it; the true one is asked of its own answer as well. Nothing here
is fitted to the file.
"""

import argparse
import ast
import csv
import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from answering.answer import ReasonCode
from answering.extractive import Extraction, ExtractiveAnswerer
from answering.reader import Reader
from corpus.article import Article
from evals.bootstrap import estimate
from retrieval.embedder import BUNDLED, LazyEmbedder
from retrieval.passage import Passage

_DAY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what people say to it."""

    question: str
    said: tuple[str, ...]


def main() -> None:
    """Ask every pair, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="CSV with question, answer and label (1: the premise is false)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="take every n-th pair")
    given = parser.parse_args()
    pairs = read_pairs(given.file)[:: given.every]
    with tempfile.TemporaryDirectory() as folder:
        embedder = LazyEmbedder(BUNDLED, Path(folder), given.threads)
        answerer = ExtractiveAnswerer(embedder, Reader(threads=given.threads))

        def ask(question: str, said: Sequence[str]) -> Extraction:
            passage = article_of(said)
            return answerer.answer(question, embedder.embed_questions([question])[0], [passage])

        rows = {
            "false premise, beside what denies it": [ask(false.question, false.said) for false, _ in pairs],
            "true premise, beside the same": [ask(true.question, false.said) for false, true in pairs],
            "true premise, beside its answer": [ask(true.question, true.said) for _, true in pairs],
        }
    print("| question | flagged as a false premise | declined for another reason | answered |\n|---|---|---|---|")
    for name, found in rows.items():
        flagged = [one.reason is not None and one.reason.code is ReasonCode.FALSE_PREMISE for one in found]
        answered = [one.reason is None for one in found]
        other = [not f and not a for f, a in zip(flagged, answered, strict=True)]
        shares = " | ".join(str(estimate([float(one) for one in column])) for column in (flagged, other, answered))
        print(f"| {name} ({len(found)}) | {shares} |")


def read_pairs(path: Path) -> list[tuple[Asked, Asked]]:
    """Each question with a false premise and its twin with a true one, in the file's order."""
    false: list[Asked] = []
    true: list[Asked] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            answer = row["answer"]
            said = [str(one) for one in ast.literal_eval(answer)] if answer.startswith("[") else [answer]
            asked = Asked(row["question"], tuple(one.strip() for one in said if one.strip()))
            (false if row["label"] == "1" else true).append(asked)
    return list(zip(false, true, strict=True))


def article_of(said: Sequence[str]) -> Passage:
    """One article that says each of the texts in a line of its own."""
    body = "\n".join(one if one[-1] in ".!?" else f"{one}." for one in said)
    article = Article(
        id="said", revision=1, title="", body=body, publisher=None, authors=(), url=None, language="en",
        published_at=None, updated_at=None, first_seen_at=_DAY,
    )  # fmt: skip
    return Passage(1, 1.0, None, article, 0, len(body))


if __name__ == "__main__":
    main()
