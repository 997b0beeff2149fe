"""What can be imported, by the name of its kind."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InvalidInput
from evals.loaders.beir import load_beir
from evals.loaders.crag import load_crag
from evals.loaders.harnesses import load_deepeval, load_ragas
from evals.loaders.loaded import Loaded
from evals.loaders.multihop_rag import load_multihop_rag
from evals.loaders.natural_questions import load_natural_questions
from evals.loaders.promptfoo import load_promptfoo
from evals.loaders.realtimeqa import load_realtimeqa
from evals.loaders.rgb import load_rgb
from evals.loaders.squad import load_squad
from evals.suite import begin_suite, write_suite

KINDS: dict[str, Callable[[Path], Loaded]] = {
    "beir": load_beir,
    "crag": load_crag,
    "deepeval": load_deepeval,
    "multihop-rag": load_multihop_rag,
    "natural-questions": load_natural_questions,
    "promptfoo": load_promptfoo,
    "ragas": load_ragas,
    "realtimeqa": load_realtimeqa,
    "rgb": load_rgb,
    "squad": load_squad,
}
ARTICLES = "articles.jsonl"


@dataclass(frozen=True, slots=True)
class Imported:
    """How much was taken, and a line for each reason why something was not."""

    cases: int
    articles: int
    skipped: list[str]


def import_suite(kind: str, path: Path, folder: Path) -> Imported:
    """Write what is at `path` as a suite into `folder`, its articles beside it. Raises `InvalidInput`."""
    if kind not in KINDS:
        raise InvalidInput(f"{kind!r} is no kind that can be imported; known are {', '.join(KINDS)}.")
    loaded = KINDS[kind](path)
    begin_suite(folder)
    articles = 0
    with (folder / ARTICLES).open("w", encoding="utf-8") as out:
        for article in loaded.articles:
            out.write(json.dumps(article, ensure_ascii=False) + "\n")
            articles += 1
    if not articles:
        (folder / ARTICLES).unlink()
    settings = loaded.settings | ({"articles": ARTICLES} if articles else {})
    cases = write_suite(folder, settings, loaded.cases)
    if not cases:
        raise InvalidInput(f"{path} holds nothing to ask. {' '.join(loaded.skipped.lines())}".rstrip())
    return Imported(cases, articles, loaded.skipped.lines())
