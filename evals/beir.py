"""Measure search over a collection in BEIR's form: `python -m evals.beir FOLDER [--split test] [--keep DATA]`.

FOLDER holds `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`) and `qrels/SPLIT.tsv` (query,
document, grade; first line a heading), as the datasets of BEIR (Thakur et al., 2021) do; `.jsonl.gz` is read too.
Documents are articles and ranked by their best passage; copies that a search folds stand behind the one shown.
"""

import argparse
import csv
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from corpus.article import IncomingArticle
from corpus.selection import Selection
from evals.bootstrap import estimate
from evals.parts import Parts, open_parts
from evals.ranking import average_precision, ndcg, recall
from retrieval.finder import Sides

_BATCH = 50
_DEEPEST = 100  # passages looked at for a query
_SIDES: tuple[Sides, ...] = ("dense", "keyword", "fused")


def main() -> None:
    """Print nDCG@10, MAP and recall for vectors, keywords and both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--keep", type=Path, help="data folder to use and keep; what is in it is not embedded again")
    parser.add_argument("--threads", type=int, default=4, help="threads of the embedder")
    options = parser.parse_args()
    grades = read_qrels(options.folder / "qrels" / f"{options.split}.tsv")
    queries = {row["_id"]: row["text"] for row in _rows(options.folder, "queries") if row["_id"] in grades}
    with tempfile.TemporaryDirectory() as scratch:
        data = options.keep or Path(scratch)
        data.mkdir(parents=True, exist_ok=True)
        parts = open_parts(data, options.threads)
        _ingest(parts, options.folder)
        print(f"\nQueries with judgements: {len(queries)}\n")
        print("| search | nDCG@10 | MAP@100 | recall@10 |\n|---|---|---|---|")
        for side in _SIDES:
            found = {query: _ranked(parts, text, side) for query, text in queries.items()}
            columns = zip(*(figures(found[query], grades[query]) for query in queries), strict=True)
            print(f"| {side} | {' | '.join(str(estimate(list(column))) for column in columns)} |")
        parts.indexer.close()


def read_qrels(file: Path) -> dict[str, dict[str, int]]:
    """The grade of each judged document, by query; ends the program with a sentence at a line of another form."""
    grades: dict[str, dict[str, int]] = {}
    with _opened(file) as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), 1):
            if number == 1 and not row[-1].lstrip("-").isdecimal():
                continue
            if len(row) != 3 or not row[2].lstrip("-").isdecimal():
                sys.exit(f"error: {file}, line {number}: expected query, document and grade with tabs between.")
            grades.setdefault(row[0], {})[row[1]] = int(row[2])
    return grades


def figures(ranking: Sequence[str], grades: Mapping[str, int]) -> tuple[float, float, float]:
    """nDCG@10 (gain: the grade), average precision and recall@10 of one ranking; each 0..1."""
    deepest = len(ranking)
    return ndcg(ranking, grades, 10), average_precision(ranking, grades, deepest), recall(ranking, grades, 10)


def _ranked(parts: Parts, query: str, side: Sides) -> list[str]:
    passages = parts.searcher.search(query, Selection(), _DEEPEST, sides=side).passages
    ids = (article.id for passage in passages for article in (passage.article, *passage.copies))
    return list(dict.fromkeys(ids))


def _ingest(parts: Parts, folder: Path) -> None:
    articles = [
        IncomingArticle(row.get("title") or "", row.get("text") or row.get("title") or "", id=str(row["_id"]))
        for row in _rows(folder, "corpus")
    ]
    refused = 0
    for at in track(range(0, len(articles), _BATCH), "Reading"):
        refused += len(parts.ingester.put(articles[at : at + _BATCH]).failed)
    parts.indexer.start()
    parts.indexer.wait_until_current(lambda _: None)
    print(f"{len(articles):,} documents, {refused:,} of them refused (without text).")


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    file = next((f for f in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz") if f.exists()), None)
    if file is None:
        sys.exit(f"error: {folder} holds no {name}.jsonl; a folder in BEIR's form has corpus, queries and qrels.")
    with _opened(file) as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _opened(file: Path) -> Any:
    if not file.exists():
        sys.exit(f"error: there is no {file}.")
    return gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
