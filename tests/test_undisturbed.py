"""Feeds, jobs, copies and revisions under SIGKILL: after the next run all is as if nothing had happened."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from answering.ask import Ask
from api.engine import Engine
from api.render import answer_out
from api.settings import read_settings
from corpus.selection import Selection
from retrieval.embedder import Embedder
from tests.running import share_model
from tests.web import Web, item, opened, page, rss

_PAGES = 10
_WORKER = """
import sys
from pathlib import Path
from api.engine import Engine
from api.settings import read_settings
engine = Engine(read_settings(data=Path(sys.argv[1]), sample=False, fetch_allow="127.0.0.1", fetch_interval=0))
engine.indexer.start()
print("ready", flush=True)
engine.collector.work(report=lambda: print("one", flush=True))
engine.close()
"""


def settings_for(data: Path) -> Any:
    return read_settings(data=data, sample=False, fetch_allow="127.0.0.1", fetch_interval=0)


def publish(web: Web, edition: int) -> str:
    """Pages and the feed that names them: each third article in a new wording, and copies that come to be and to differ."""
    items = [item("/gone")]
    for n in range(_PAGES):
        wording = n + (100 * edition if n % 3 == 0 else 0)
        # The last carries the text of the second in the first edition, and of the fifth, which is revised, in the next.
        name = f"Port{n}" if n < _PAGES - 1 else ("Port1", "Port4")[edition]
        cost = wording if n < _PAGES - 1 else (1, 4)[edition]
        own = " ".join(f"{name.lower()}word{k}" for k in range(200))  # so that no other is taken for a copy
        html = page(name, cost=cost, date=f"2024-05-{n + 1:02}")
        web.gives(f"/p/{n}", html.replace(b"</article>", f"<p>It lists {own}.</p></article>".encode()))
        items.append(item(f"/p/{n}", f"{name} {wording} {edition * (n % 3 == 0 or n == _PAGES - 1)}"))
    return web.gives("/feed", rss(*items), "application/rss+xml", ETag=f'"{edition}"')


def begun(data: Path, feed: str) -> None:
    """A job for the feed, which is subscribed to when it is not yet."""
    with Engine(settings_for(data)) as engine:
        if not engine.feeds.all():
            engine.feeds.add("default", feed)
        engine.collector.poll(everything=True)


def killed(data: Path, items: int, seconds: float) -> None:
    """Work until so many addresses are done and so many seconds more, or to the end."""
    command = [sys.executable, "-c", _WORKER, str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    assert process.stdout is not None
    for _ in range(1 + items):
        process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def outcome(data: Path) -> dict[str, Any]:
    """All that can be seen of a data folder once its jobs are done, but for the times at which things arrived."""
    with Engine(settings_for(data)) as engine:
        engine.collector.work()
        engine.start()
        assert engine.indexer.wait_until_current(lambda _: None, 120)
        articles = [article for _, article in engine.store.all_current("default")]
        question = "How much did the repairs cost at Port3, and who pays?"
        answer = answer_out(asyncio.run(engine.asker.ask(Ask(question, Selection()))), "").model_dump()
        return {
            "bodies": {
                a.id: [(r.revision, r.title, r.body) for r in engine.store.revisions("default", a.id)] for a in articles
            },
            "clusters": {frozenset(c.id for c in engine.store.cluster_of("default", a.id)) for a in articles},
            "search": [
                [
                    (p.article.id, p.article.revision, p.start, p.end)
                    for p in engine.searcher.search(asked, Selection()).passages
                ]
                for asked in (question, "Port6 reopens", "eleven ships")
            ],
            "citations": [
                (c["article_id"], c["revision"], c["start"], c["end"], c["quote"]) for c in answer["citations"]
            ],
            "jobs": [(j.total, j.done, j.failed, j.added + j.revised + j.unchanged) for j in engine.jobs.recent(20)],
            "indexed": engine.embeddings.indexed_by_collection(),
        }


def run_both(tmp_path: Path, made_files: Path, kills: list[list[tuple[int, float]]]) -> None:
    """Two editions, taken in by a process that is left alone and by one that is killed."""
    quiet, disturbed = tmp_path / "quiet", tmp_path / "disturbed"
    for data in (quiet, disturbed):
        share_model(made_files, data)
    with opened() as web:
        for edition, of_edition in enumerate(kills):
            feed = publish(web, edition)
            begun(quiet, feed)
            begun(disturbed, feed)
            for items, seconds in of_edition:
                killed(disturbed, items, seconds)
            expected, found = outcome(quiet), outcome(disturbed)
            for name in expected:
                assert found[name] == expected[name], name
    revised = [wordings for wordings in expected["bodies"].values() if len(wordings) == 2]
    assert len(expected["bodies"]) == _PAGES and len(revised) == 4
    assert sorted(map(len, expected["clusters"]))[-1] == 2 and expected["citations"]


def test_killed_work_ends_as_if_nothing_had_been(tmp_path: Path, made_files: Path, embedder: Embedder) -> None:
    run_both(tmp_path, made_files, [[(1, 0.0), (5, 0.02)], [(3, 0.01)]])


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(5))
def test_killed_work_ends_as_if_nothing_had_been_long(
    tmp_path: Path, made_files: Path, embedder: Embedder, seed: int
) -> None:
    chance = random.Random(seed)
    run_both(
        tmp_path, made_files, [[(chance.randrange(6), chance.uniform(0, 0.3)) for _ in range(8)] for _ in range(2)]
    )
