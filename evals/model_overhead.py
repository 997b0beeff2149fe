"""What Dateline adds before the first statement of a chat model: `python -m evals.model_overhead URL MODEL`.

URL is an OpenAI-compatible server and MODEL a model of it. Questions of the bundled suite are asked over the bundled
articles in process, by the chat model, until the first checked statement is told; then the same messages go to the same
model directly, until its first sentence is complete. Both in turns, in wall time and in processor time of this process
(all its threads), so that a busy machine can be told from a slow program.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import corpus
import evals
from answering.answer import Mode
from answering.ask import Ask, Asker
from answering.assemble import Stated
from answering.extractive import ExtractiveAnswerer
from answering.model import ChatModel, ModelPiece, Speaks
from answering.prompt import Turn
from answering.reader import Reader
from corpus.article import IncomingArticle
from corpus.reader import read_files
from corpus.selection import Selection
from evals.parts import open_parts
from evals.suite import read_suite
from retrieval.embedder import BUNDLED, LazyEmbedder

_ARTICLES, _SUITE = Path(corpus.__file__).parent / "articles", Path(evals.__file__).parent / "bundled"
_SENTENCE = re.compile(r"[.!?][\"”’)\]]*(?:\s*\[\d+\])*[.!?]?(?:\s|\"|$)")


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds until something was said: on the wall's clock, and of processor time."""

    wall: float
    cpu: float


class Overheard:
    """The chat model, with the messages that it was last sent."""

    def __init__(self, model: Speaks) -> None:
        self._model, self.name = model, model.name
        self.messages: Sequence[Turn] = ()

    def stream(self, messages: Sequence[Turn]) -> AsyncGenerator[ModelPiece]:
        """The model's reply."""
        self.messages = messages
        return self._model.stream(messages)

    def answer(self, messages: Sequence[Turn]) -> AsyncGenerator[ModelPiece]:
        """The model's answer."""
        self.messages = messages
        return self._model.answer(messages)


def main() -> None:
    """Ask in turns, print medians and 95th percentiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    asked = [case.question for case in read_suite(_SUITE).cases if "facts" in case.tags][: given.questions]
    model = Overheard(ChatModel(given.model, given.url, api_key="none"))
    with tempfile.TemporaryDirectory() as folder:
        pairs = asyncio.run(_measure(asked, given.rounds, model, Path(folder), given.threads))
    if not pairs:
        raise SystemExit("The model's answers to none of the questions stand.")
    print(f"{len(pairs)} first statements; milliseconds\n\n| | wall p50 | wall p95 | processor p50 | processor p95 |")
    print("|---|---|---|---|---|")
    rows = {
        "first statement": [one for one, _ in pairs],
        "the model's first sentence": [other for _, other in pairs],
        "difference": [Cost(one.wall - other.wall, one.cpu - other.cpu) for one, other in pairs],
    }
    for name, costs in rows.items():
        figures = [*np.percentile([c.wall for c in costs], (50, 95)), *np.percentile([c.cpu for c in costs], (50, 95))]
        print(f"| {name} | {' | '.join(f'{figure:.1f}' for figure in figures)} |")


async def _measure(
    asked: Sequence[str], rounds: int, model: Overheard, folder: Path, threads: int
) -> list[tuple[Cost, Cost]]:
    embedder = LazyEmbedder(BUNDLED, folder / "models", threads)
    parts = open_parts(folder, threads, embedder)
    outcomes = [found.outcome for many in read_files(sorted(_ARTICLES.glob("*"))) for found in many]
    parts.put([one for one in outcomes if isinstance(one, IncomingArticle)])
    parts.complete()
    asker = Asker(parts.store, parts.searcher, ExtractiveAnswerer(embedder, Reader(threads)), model)
    pairs = []
    for at in range(rounds + 1):
        for question in asked:
            told = await _until_stated(asker, question)
            said = await _until_said(model)
            if at and told:  # the first round warms everything up
                pairs.append((told, said))
    asker.close()
    parts.indexer.close()
    return pairs


async def _until_stated(asker: Asker, question: str) -> Cost | None:
    wall, cpu = time.perf_counter(), time.process_time()
    async with aclosing(asker.events(Ask(question, Selection(), mode=Mode.CHAT))) as events:
        async for event in events:
            if isinstance(event, Stated):
                return _since(wall, cpu)
    return None


async def _until_said(model: Overheard) -> Cost:
    wall, cpu, said = time.perf_counter(), time.process_time(), ""
    async with aclosing(model.answer(model.messages)) as pieces:
        async for piece in pieces:
            said += piece.text
            if _SENTENCE.search(said):
                break
    return _since(wall, cpu)


def _since(wall: float, cpu: float) -> Cost:
    return Cost((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


if __name__ == "__main__":
    main()
