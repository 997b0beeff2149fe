"""How the cost of a search grows with the archive: `python -m evals.scale ARTICLES OUT.svg [--sizes 10000,100000]`.

With `--keep FOLDER` the archive of each size stays in a folder of its own and is used again where it is whole, so that
growing, which takes long, and measuring, which wants a quiet machine, can be done at different times.

ARTICLES is a file of real articles, whose sentences are recombined into as many new ones as a size needs, so that
keywords are as common as in news. Vectors are generated: each text gets a point near one of a thousand topics, decided
by its hash, because embedding a million texts would take hours and says nothing about searching. Measured at each size:
whole hybrid searches, each side alone, a flat scan of all vectors, and how many of the ten truly nearest chunks the
index finds.
"""

import argparse
import hashlib
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from rich.progress import Progress

from corpus.article import IncomingArticle
from corpus.selection import Selection
from corpus.sentence import sentence_spans
from evals.memory import with_children
from evals.parts import Parts, articles_of, open_parts
from retrieval.courtesy import no_pause
from retrieval.embedder import Vectors
from retrieval.finder import Sides

_DIMENSIONS, _TOPICS = 384, 1_000
_SENTENCES = 110  # of an article: with the sentences of most news, about 16 chunks
_QUESTIONS, _JUDGED = 200, 50
_BATCH = 200


class Generated:
    """Unit vectors near one of a thousand topics, each decided by the text: the same text has the same vector."""

    name = "generated"
    fingerprint = "generated001"

    def __init__(self) -> None:
        self._topics = np.random.default_rng(1).standard_normal((_TOPICS, _DIMENSIONS)).astype(np.float32)

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return np.stack([self._one(text) for text in questions])

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        between()
        return self.embed_questions(passages)

    def _one(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        chance = np.random.default_rng(seed)
        made = self._topics[seed % _TOPICS] + chance.standard_normal(_DIMENSIONS, dtype=np.float32)
        return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Cost:
    """What searches cost at a size; times are medians in milliseconds, `hybrid_p95` aside."""

    chunks: int
    hybrid_p50: float
    hybrid_p95: float
    dense_p50: float
    keyword_p50: float
    flat_p50: float
    recall: float
    peak_mb: float
    disk_mb: float


def main() -> None:
    """Grow one archive through the sizes, measure at each, print a table and draw the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sizes", default="10000,100000", help="chunks, with commas between")
    parser.add_argument("--keep", type=Path, help="a folder for the archives, used again where they lie there already")
    parser.add_argument("--grow-only", action="store_true", help="make the archives of --keep and measure nothing")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    sentences = _sentences_of(options.articles)
    with tempfile.TemporaryDirectory() as scratch:
        kept = options.keep or Path(scratch)
        folders = {size: kept / str(size) for size in sizes}
        for before, size in pairwise((0, *sizes)):
            _grown(sentences, folders.get(before), folders[size], size)
        if options.grow_only:
            return
        costs = [_measured(sentences, folder) for folder in folders.values()]
    print("\n".join(table(costs)))
    draw(costs, options.out)


def recombined(sentences: Sequence[str], chance: random.Random) -> Iterator[IncomingArticle]:
    """Articles without end, each of sentences that never stood together."""
    number = 0
    while True:
        number += 1
        chosen = chance.choices(sentences, k=_SENTENCES)
        paragraphs = (" ".join(chosen[at : at + 4]) for at in range(0, len(chosen), 4))
        yield IncomingArticle(chosen[0][:80], "\n".join(paragraphs), f"made-{number}")


def table(costs: Sequence[Cost]) -> list[str]:
    """Markdown rows, smallest first."""
    head = (
        "chunks", "hybrid p50", "hybrid p95", "vectors alone", "keywords alone", "flat scan of vectors", "recall@10",
        "peak memory", "disk",
    )  # fmt: skip
    rows = []
    for c in costs:
        times = (f"{ms:.1f} ms" for ms in (c.hybrid_p50, c.hybrid_p95, c.dense_p50, c.keyword_p50, c.flat_p50))
        sizes = (f"{c.recall:.3f}", f"{c.peak_mb:,.0f} MB", f"{c.disk_mb:,.0f} MB")
        rows.append(f"| {' | '.join((f'{c.chunks:,}', *times, *sizes))} |")
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows]


def draw(costs: Sequence[Cost], file: Path) -> None:
    """The curves, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "dateline"
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(6, 3.6))
    sizes = [cost.chunks for cost in costs]
    for label, name, color in (
        ("hybrid search, p50", "hybrid_p50", "#1f6f5c"), ("hybrid search, p95", "hybrid_p95", "#7fb8a8"),
        ("vectors alone", "dense_p50", "#3a6ea5"), ("keywords alone", "keyword_p50", "#c07b28"),
        ("flat scan of vectors", "flat_p50", "#9aa3ad"),
    ):  # fmt: skip
        axis.loglog(sizes, [getattr(cost, name) for cost in costs], marker="o", label=label, color=color)
    axis.set_xlabel("chunks")
    axis.set_ylabel("milliseconds")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})


def _sentences_of(file: Path) -> list[str]:
    return [
        article.body[span.start : span.end]
        for article in articles_of(file, None, 1_500)
        for span in sentence_spans(article.body, "en")
        if span.end - span.start > 20
    ]


def _grown(sentences: Sequence[str], before: Path | None, folder: Path, size: int) -> None:
    """An archive of so many chunks in `folder`: that in `before`, which is smaller, and more articles."""
    done = folder / "grown"
    if done.exists():
        return
    if not folder.exists():  # else growing was interrupted, and goes on
        begun = folder.with_suffix(".begun")
        shutil.rmtree(begun, ignore_errors=True)
        if before is None:
            begun.mkdir(parents=True)
        else:
            shutil.copytree(before, begun)
            (begun / "grown").unlink()
        begun.rename(folder)
    parts = open_parts(folder, 1, Generated())
    made = islice(recombined(sentences, random.Random(3)), parts.store.count(Selection()), None)
    with Progress() as progress:
        task = progress.add_task(f"{size:,} chunks", total=size)
        while (count := _stored(parts)) < size:
            progress.update(task, completed=count)
            parts.put([next(made) for _ in range(min(_BATCH, 1 + (size - count) // 30))])
        progress.update(task, completed=size, description=f"{size:,} chunks stored, their vectors")
        parts.complete()
    parts.indexer.close()
    done.touch()


def _stored(parts: Parts) -> int:
    backlog = parts.embeddings.backlog()
    return sum(parts.embeddings.indexed_by_collection().values()) + backlog.to_embed + backlog.to_index


def _measured(sentences: Sequence[str], folder: Path) -> Cost:
    parts = open_parts(folder, 1, Generated())
    parts.complete()
    chance = random.Random(5)
    asked = [" ".join(chance.choice(sentences).split()[:9]) for _ in range(_QUESTIONS)]

    def times(sides: Sides) -> list[float]:
        for question in asked[:10]:
            parts.searcher.search(question, Selection(), 10, sides=sides)
        search = partial(parts.searcher.search, selection=Selection(), limit=10, sides=sides)
        return sorted(_timed(partial(search, question)) for question in asked)

    hybrid, dense, keyword = times("fused"), times("dense"), times("keyword")
    embedder = Generated()
    keys, _, matrix = parts.embeddings.matrix("default")
    flat, found = [], []
    index = parts.indexer.ready_index()
    assert index is not None
    for question in asked[:_JUDGED]:
        vector = embedder.embed_questions([question])[0]
        clock = time.perf_counter()
        nearest = np.argpartition(-(matrix @ vector), 10)[:10]
        flat.append((time.perf_counter() - clock) * 1000)
        hits = parts.embeddings.chunk_of([hit.index_id for hit in index.query("default", vector, 10)])
        found.append(len({keys[int(i)] for i in nearest} & set(hits.values())) / 10)
    peak_mb = with_children(os.getpid(), "VmHWM")
    parts.indexer.close()
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Cost(
        chunks=len(keys),
        hybrid_p50=statistics.median(hybrid),
        hybrid_p95=hybrid[int(len(hybrid) * 0.95)],
        dense_p50=statistics.median(dense),
        keyword_p50=statistics.median(keyword),
        flat_p50=statistics.median(flat),
        recall=statistics.mean(found),
        peak_mb=peak_mb,
        disk_mb=disk / 1e6,
    )


def _timed(work: Callable[[], object]) -> float:
    clock = time.perf_counter()
    work()
    return (time.perf_counter() - clock) * 1000


if __name__ == "__main__":
    main()
