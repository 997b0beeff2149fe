"""Measure Dateline the way `evals.peers` measures the others: `python -m evals.ours FOLDER < TASK`, in a process alone.

TASK is as for `evals.peers`, with `threads` of the embedder. Prints one JSON object of the same form, and besides what
vectors alone, keywords alone, and a search as of the day of the question find.
"""

import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from corpus.article import IncomingArticle
from corpus.selection import Moment, Selection
from evals.dated import Question, articles_file, questions_of
from evals.memory import with_children
from evals.parts import Parts, articles_of, open_parts
from evals.peers import TAKEN_IN, measured
from retrieval.finder import Sides

_SETTLED = 6.0  # seconds in which what searches need is read ahead, as a server has done soon after its start
_SIDES: tuple[Sides, ...] = ("dense", "keyword")


def main() -> None:
    """Take the articles in, ask the questions, print the figures."""
    task = json.loads(sys.stdin.read())
    folder = Path(sys.argv[1])
    only = set(task["only"]) if task["only"] else None
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(task.get("keep") or scratch, "dateline")
        kept.mkdir(parents=True, exist_ok=True)
        done = kept / TAKEN_IN
        parts = open_parts(kept, task["threads"])
        figures = json.loads(done.read_text()) if done.exists() else None
        was_kept = figures is not None
        if figures is None:
            figures = _taken_in(parts, articles_of(articles_file(folder), only, task["most"]))
            done.write_text(json.dumps(figures))
        else:
            parts.complete()
        time.sleep(_SETTLED)
        figures |= measured(partial(_search, parts), task["questions"])
        figures["also"] = _also(parts, questions_of(folder)) if task["questions"] else {}
        parts.indexer.close()
        files = (file for file in kept.rglob("*") if file.is_file() and "models" not in file.parts)
        figures["disk_mb"] = sum(file.stat().st_size for file in files) / 1e6
    print(json.dumps({**figures, "was_kept": was_kept}))


def _taken_in(parts: Parts, articles: list[IncomingArticle]) -> dict[str, Any]:
    """What it costs to take the articles in."""
    clock = time.perf_counter()
    count = parts.put(articles)
    found_s = time.perf_counter() - clock
    parts.complete()
    ingest_s = time.perf_counter() - clock
    peak_mb = with_children(os.getpid(), "VmHWM")
    return {"articles": count, "found_s": found_s, "ingest_s": ingest_s, "peak_mb": peak_mb}


def _also(parts: Parts, questions: list[Question]) -> dict[str, list[list[tuple[str, str]]]]:
    """Passages of each question found in other ways, by the name of the way."""
    also = {side: [_search(parts, question.text, 20, sides=side) for question in questions] for side in _SIDES}
    named: dict[str, list[list[tuple[str, str]]]] = {f"{side} alone": found for side, found in also.items()}
    if all(question.asked_on for question in questions):
        named["asked as of its day"] = [
            _search(parts, question.text, 20, Moment(as_of=question.asked_on)) for question in questions
        ]
    return named


def _search(
    parts: Parts, question: str, k: int, moment: Moment | None = None, sides: Sides = "fused"
) -> list[tuple[str, str]]:
    found = parts.searcher.search(question, Selection(moment=moment or Moment()), k, sides=sides)
    # Articles that carry the same text are listed with a passage instead of taking places of their own. Here each
    # stands behind the one shown, and takes a place.
    return [(a.id, passage.text) for passage in found.passages for a in (passage.article, *passage.copies)]


if __name__ == "__main__":
    main()
