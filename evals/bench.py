"""Measure ingest, search quality and speed over dated articles and questions: `make bench DATA=FOLDER`.

FOLDER holds `articles.jsonl(.gz)` (id, title, body, source, published_at) and, for quality, `questions.jsonl`
(question, asked_on, answer, gold_article_ids); optionally a file lists the article ids to use, one a line. This is the
form in which the RealTimeQA news quiz (Kasai et al., NeurIPS 2023) is kept; any corpus in it can be measured.
"""

import argparse
import gzip
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from rich.progress import Progress

from corpus.accept import parse_time
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.reader import read_file
from corpus.selection import Moment, Selection
from corpus.store import ArticleStore
from evals.bootstrap import estimate
from retrieval.embedder import BUNDLED, LazyEmbedder
from retrieval.indexer import Indexer
from retrieval.ingest import Ingester
from retrieval.search import Searcher, Sides

_BATCH = 50


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer stands in known articles, and the day on which it was asked, when that is known."""

    text: str
    asked_on: datetime | None
    answer: str
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What is measured, over one folder."""

    store: ArticleStore
    embeddings: EmbeddingStore
    indexer: Indexer
    ingester: Ingester
    searcher: Searcher


def main() -> None:
    """Run everything and print Markdown tables."""
    options = _options()
    only = set(options.only.read_text().split()) if options.only else None
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        parts = open_parts(folder, options.threads)
        _measure_ingest(parts, articles_file(options.folder), only)
        questions_file = options.folder / "questions.jsonl"
        if questions_file.exists():
            questions = questions_of(questions_file)
            _measure_quality(parts, questions)
            _measure_speed(parts, [question.text for question in questions])
        parts.indexer.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with articles.jsonl(.gz) and questions.jsonl")
    parser.add_argument("--only", type=Path, help="file with the ids of the articles to use")
    parser.add_argument("--keep", type=Path, help="data folder to use and keep; what is in it is not embedded again")
    parser.add_argument("--threads", type=int, default=2, help="threads of the embedder")
    return parser.parse_args()


def open_parts(folder: Path, threads: int) -> Parts:
    """The parts over a data folder, the model and all else loaded, and nothing begun."""
    database = Database(folder / "dateline.sqlite")
    store, embeddings = ArticleStore(database), EmbeddingStore(database)
    embedder = LazyEmbedder(BUNDLED, folder / "models", threads)
    embedder.load()
    indexer = Indexer(database, embeddings, embedder, folder / "index")
    searcher = Searcher(store, embeddings, indexer, embedder)
    ingester = Ingester(store, indexer, folder)
    ingester.warm_up()
    return Parts(store, embeddings, indexer, ingester, searcher)


def _measure_ingest(parts: Parts, file: Path, only: set[str] | None) -> None:
    """Articles a second until found by keyword, and until vectors are complete; the peak memory of the process."""
    clock = time.perf_counter()
    count = 0
    batch: list[IncomingArticle] = []
    for found in read_file(file):
        if isinstance(found.outcome, IncomingArticle) and (only is None or found.outcome.id in only):
            batch.append(found.outcome)
        if len(batch) == _BATCH:
            count += len(parts.ingester.put(batch).stored)
            batch = []
    count += len(parts.ingester.put(batch).stored) if batch else 0
    by_keyword = time.perf_counter() - clock
    chunks = parts.embeddings.backlog().to_embed
    parts.indexer.start()
    with Progress() as progress:
        task = progress.add_task("Embedding", total=chunks)
        parts.indexer.wait_until_current(lambda left: progress.update(task, completed=chunks - left.to_embed))
    complete = time.perf_counter() - clock
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n| ingest | |\n|---|---|")
    print(f"| articles | {count:,} |\n| chunks embedded | {chunks:,} |")
    print(f"| articles a second until found by keyword | {count / by_keyword:.0f} |")
    print(f"| articles a second until vectors are complete | {count / complete:.2f} |")
    print(f"| chunks embedded a second | {chunks / max(complete - by_keyword, 1e-9):.1f} |")
    print(f"| peak memory | {peak:.0f} MB |")


def _measure_quality(parts: Parts, questions: Sequence[Question]) -> None:
    """Where the article that answers stands in the ranking, by vectors alone, by keywords alone, and fused."""
    print("\n| search | gold Hits@4 | gold Hits@10 | gold MRR@10 | answer string in the first 5 passages |")
    print("|---|---|---|---|---|")
    sides: tuple[Sides, ...] = ("dense", "keyword", "fused")
    for side, is_dated in [*((one, False) for one in sides), ("fused", True)]:
        found = []
        for question in questions:
            selection = Selection(moment=Moment(as_of=question.asked_on if is_dated else None))
            passages = parts.searcher.search(question.text, selection, 20, sides=side).passages
            found.append([(passage.article.id, passage.text) for passage in passages])
        name = f"{side}, asked as of its day" if is_dated else side
        print(f"| {name} | " + " | ".join(str(estimate(column)) for column in gold_figures(questions, found)) + " |")
    print(f"\n{len(questions)} questions.")


def gold_figures(questions: Sequence[Question], found: Sequence[Sequence[tuple[str, str]]]) -> list[list[float]]:
    """For each question gold Hits@4, Hits@10 and reciprocal rank, and whether the first five passages hold the answer.

    `found` are the article ids and texts of the passages of each question, best first; articles are ranked by their
    best passage.
    """
    ranks, held = [], []
    for question, passages in zip(questions, found, strict=True):
        ids = list(dict.fromkeys(article_id for article_id, _ in passages))
        ranks.append(next((place for place, i in enumerate(ids, 1) if i in question.gold), 1_000))
        held.append(float(question.answer.lower() in "\n".join(text for _, text in passages[:5]).lower()))
    hits4, hits10 = ([float(rank <= k) for rank in ranks] for k in (4, 10))
    return [hits4, hits10, [1 / rank if rank <= 10 else 0.0 for rank in ranks], held]


def _measure_speed(parts: Parts, questions: Sequence[str]) -> None:
    """Milliseconds of a whole search, one at a time, each question three times."""
    times = [_timed(partial(parts.searcher.search, q, Selection(), 8)) for _ in range(3) for q in questions]
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"\nsearch: p50 {statistics.median(ordered):.1f} ms, p95 {p95:.1f} ms over {len(ordered)} searches")


def _timed(work: Callable[[], object]) -> float:
    clock = time.perf_counter()
    work()
    return (time.perf_counter() - clock) * 1000


def articles_file(folder: Path) -> Path:
    """The file that holds the articles; ends the program with a sentence when there is none."""
    for name in ("articles.jsonl.gz", "articles.jsonl"):
        if (folder / name).exists():
            return folder / name
    sys.exit(f"error: {folder} holds no articles.jsonl or articles.jsonl.gz")


def questions_of(file: Path) -> list[Question]:
    """The questions whose gold articles are known."""
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
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


if __name__ == "__main__":
    main()
