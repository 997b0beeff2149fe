"""How fast searches are while articles come in: `python -m evals.during_ingest FOLDER [--articles N] [--threads N]`.

FOLDER holds articles and questions in the form of `evals.dated`, such as RealTimeQA. A server in a process of its own
takes some articles in, vectors included, and is searched while nothing else goes on. Then another process pushes more,
as fast as the server takes them, and the same searches are timed until all are stored and embedded, or there are enough
of them. Prints p50 and p95 of both and their ratios. Run it on a machine that does nothing else.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx

from corpus.article import IncomingArticle
from evals.dated import articles_file, questions_of
from evals.parts import articles_of
from evals.served import served

_BATCH = 20
_PAUSE_SECONDS = 0.05  # between two searches, as of people who read
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of searches."""

    taken: Sequence[float]

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.taken)

    @property
    def p95(self) -> float:
        """What 95 of 100 stay under."""
        return sorted(self.taken)[int(len(self.taken) * 0.95)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--before", type=int, default=200, help="articles that are there when measuring begins")
    parser.add_argument("--articles", type=int, default=300, help="articles that come in meanwhile")
    parser.add_argument(
        "--searches", type=int, default=400, help="timed searches: exactly so many quiet, at most beside"
    )
    parser.add_argument("--threads", type=int, default=2, help="of the server's embedder")
    options = parser.parse_args()
    articles = articles_of(articles_file(options.folder), None, options.before + options.articles)
    questions = [question.text for question in questions_of(options.folder)]
    with (
        tempfile.TemporaryDirectory() as scratch,
        served(Path(scratch), sample="0", threads=str(options.threads)) as server,
        httpx.Client(base_url=server.url, timeout=120, trust_env=False) as http,
    ):
        while http.get("/readyz").json()["status"] != "ready":  # the first start makes the model's int8 form
            time.sleep(0.5)
        _push(server.url, articles[: options.before], "vector")
        _searched(http, questions, _WARM_UP)
        quiet = _searched(http, questions, options.searches)
        pusher = multiprocessing.get_context("spawn").Process(
            target=_push, args=(server.url, articles[options.before :], "keyword"), daemon=True
        )
        pusher.start()
        beside = _searched(http, questions, options.searches, lambda: pusher.is_alive() or _lags(http))
        went_on = pusher.is_alive() or _lags(http)
        pusher.join()
    _report(quiet, beside, went_on)


def _searched(
    http: httpx.Client, questions: Sequence[str], most: int, goes_on: Callable[[], bool] = lambda: True
) -> Times:
    """Searches one after the other, `most` of them, or while something goes on."""
    taken: list[float] = []
    for question in cycle(questions):
        if len(taken) == most or not goes_on():
            return Times(taken)
        clock = time.perf_counter()
        http.post("/v1/search", json={"question": question, "top_k": 10}).raise_for_status()
        taken.append((time.perf_counter() - clock) * 1000)
        time.sleep(_PAUSE_SECONDS)
    return Times(taken)


def _push(url: str, articles: Sequence[IncomingArticle], wait: str) -> None:
    with httpx.Client(base_url=url, timeout=600, trust_env=False) as http:
        for at in range(0, len(articles), _BATCH):
            pushed = [
                {
                    "id": one.id, "title": one.title, "body": one.body, "publisher": one.publisher, "url": one.url,
                    "published_at": one.published_at.isoformat() if one.published_at else None,
                }
                for one in articles[at : at + _BATCH]
            ]  # fmt: skip
            http.post("/v1/articles", json={"articles": pushed, "wait": wait}).raise_for_status()


def _lags(http: httpx.Client) -> bool:
    """Whether vectors of what came in are still being made."""
    return bool(http.get("/readyz").json()["pending_vectors"])


def _report(quiet: Times, beside: Times, went_on: bool) -> None:
    print("| searches | number | p50 | p95 |\n|---|---|---|---|")
    for name, times in (("quiet", quiet), ("while articles come in", beside)):
        print(f"| {name} | {len(times.taken)} | {times.p50:.1f} ms | {times.p95:.1f} ms |")
    print(f"| ratio | | {beside.p50 / quiet.p50:.2f} | {beside.p95 / quiet.p95:.2f} |")
    if not went_on:
        print("\nAll articles were in, and embedded, before so many searches were made.")


if __name__ == "__main__":
    main()
