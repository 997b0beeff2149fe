"""Four API workers over one PostgreSQL and one Chroma server, two processes that ingest beside them, and both servers
killed under load. The long form is `make torture`."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.selection import Selection
from corpus.store import ArticleStore
from retrieval.chroma_address import ChromaAddress
from retrieval.index import ChromaIndex
from retrieval.keyword import KeywordIndex
from tests.chroma import ChromaServer
from tests.commands import DATELINE
from tests.postgres import Cluster
from tests.running import share_model

# How long anything may take on a machine that does much else.
PATIENCE = 900.0
WORKERS = 4
# A connection for each request, so that any of the workers may take it.
ONCE = httpx.Limits(max_keepalive_connections=0)


@dataclass
class Machines:
    """The servers, and a client that checks every answer."""

    cluster: Cluster
    chroma: ChromaServer
    database: str
    data: Path
    url: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE, limits=ONCE, trust_env=False))
    refused: set[str] = field(default_factory=set)
    answered: int = 0
    _process: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        settings = {
            "DATELINE_DATABASE_URL": self.database,
            "DATELINE_CHROMA_URL": self.chroma.url,
            "DATELINE_SAMPLE": "0",
            "DATELINE_POLL_FEEDS": "0",
            "DATELINE_THREADS": "1",
            "DATELINE_LOG_LEVEL": "error",
        }
        return {**os.environ, **settings}

    def serve(self) -> None:
        """Start the workers; they are ready when they answer."""
        environment = {**self.environment, "DATELINE_DATA": str(self.data)}
        self._process = subprocess.Popen(
            [DATELINE, "serve", "--port", "0", "--workers", str(WORKERS)],
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[2]
        self.until(lambda: self.is_ready(WORKERS * 2))

    def stop(self) -> int:
        """Ask them to end; gives the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE)

    def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A request to whichever of the workers takes it."""
        return self.http.request(method, self.url + path, json=body)

    def is_ready(self, times: int) -> bool:
        """Whether all that is stored can be found, as so many answers in a row say, of one worker or another."""
        try:
            for _ in range(times):
                ready = self.request("GET", "/readyz")
                if ready.status_code != 200 or ready.json()["index"] != "ready":
                    return False
                if ready.json()["pending_vectors"] or ready.json()["pending_keywords"]:
                    return False
        except httpx.TransportError:
            return False
        return True

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.3)

    def ask(self, number: int) -> None:
        """Ask about an article, and check what is cited, wherever it came from. A refusal must name what is away."""
        reply = self.request("POST", "/v1/ask", {"question": f"How much does the wall of {town(number)} cost?"})
        if self.is_refusal(reply):
            return
        for cited in reply.json()["citations"]:
            stored = self.request("GET", f"/v1/articles/{cited['article_id']}?revision={cited['revision']}")
            if self.is_refusal(stored):
                return
            assert stored.json()["body"][cited["start"] : cited["end"]] == cited["quote"]
            self.answered += 1

    def push(self, number: int, wording: int) -> bool:
        """Store a wording; false when it was refused."""
        body = {"articles": [wire(number, wording)], "wait": "keyword"}
        return not self.is_refusal(self.request("POST", "/v1/articles", body))

    def is_refusal(self, reply: httpx.Response) -> bool:
        if reply.status_code == 200:
            return False
        problem = reply.json()
        assert reply.status_code == 503 and reply.headers["content-type"] == "application/problem+json", reply.text
        assert "PostgreSQL database" in problem["detail"], problem
        self.refused.add(problem["error"]["code"])
        return True

    def ingest(self, file: Path, data: Path) -> subprocess.Popen[str]:
        """A process beside the workers, with a folder of its own."""
        environment = {**self.environment, "DATELINE_DATA": str(data)}
        command = [str(DATELINE), "ingest", str(file), "--no-wait", "--json"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def check(self, wordings: dict[int, int]) -> None:
        """The store holds each article once with so many revisions, and every index the same chunks as the store."""
        self.until(lambda: self.is_ready(WORKERS * 4))
        with closing(Database(self.database)) as database:
            store, embeddings = ArticleStore(database), EmbeddingStore(database)
            stored = {article.id: article.revision for _, article in store.all_current("default", limit=100_000)}
            assert stored == {f"a{number}": count for number, count in wordings.items()}
            assert embeddings.backlog().is_empty
            keys = store.selected_chunks(Selection(), 1_000_000)
            expected = {one.chunk.index_id for one in store.candidates(keys, Selection()).values()}
            fingerprint = database.fact("embedder_fingerprint")
            assert fingerprint is not None
            index = ChromaIndex(fingerprint, server=ChromaAddress(self.chroma.url))
            assert index.ids("default") == expected and index.count("default") == len(expected)
            index.close()

    def check_words(self, wordings: dict[int, int]) -> None:
        """Each worker's own keyword index finds every article. The workers have ended."""
        with closing(Database(self.database)) as database:
            for number in range(1, WORKERS + 1):
                words = KeywordIndex(database, self.data / f"worker-{number}" / "keyword")
                assert words.waiting() == 0
                for article in wordings:
                    assert len(words.search(town(article), "default", 5)) == 1
                words.close()


def town(number: int) -> str:
    return f"Town{number}x"


def wire(number: int, wording: int) -> dict[str, Any]:
    body = f"The wall of {town(number)} costs {wording * 100 + number} million euros, its mayor said on Monday."
    day = f"2024-05-{wording:02d}T06:00:00Z"
    return {"id": f"a{number}", "title": f"The wall of {town(number)}", "body": body, "updated_at": day}


def lines(numbers: range) -> str:
    return "\n".join(json.dumps(wire(number, 1)) for number in numbers)


@pytest.fixture
def machines(
    cluster: Cluster, chroma: ChromaServer, tmp_path: Path, made_files: Path, embedder: object
) -> Iterator[Machines]:
    share_model(made_files, tmp_path / "data")
    machines = Machines(cluster, chroma, cluster.fresh(), tmp_path / "data")
    try:
        machines.serve()
        yield machines
    finally:
        if machines._process is not None and machines._process.poll() is None:
            machines.stop()


def run(machines: Machines, tmp_path: Path, made_files: Path, articles: int, revised: int, kills: int) -> None:
    """Ingest by two processes and over HTTP, asking all the while; then kill what it all stands on, again and again."""
    third = articles // 3
    writers = []
    # A third of the articles is in both files, so that two processes store the same ones at a time.
    for name, numbers in (("one", range(2 * third)), ("two", range(third, articles))):
        file = tmp_path / f"{name}.jsonl"
        file.write_text(lines(numbers))
        share_model(made_files, tmp_path / name)
        writers.append(machines.ingest(file, tmp_path / name))
    stop = threading.Event()

    def asking(seed: int) -> None:
        chance = random.Random(seed)
        while not stop.is_set():
            machines.ask(chance.randrange(articles))

    with ThreadPoolExecutor(4) as clients:
        askers = [clients.submit(asking, seed) for seed in range(2)]
        try:
            added = 0
            for writer in writers:
                out, said = writer.communicate(timeout=PATIENCE)
                assert writer.returncode == 0, said
                added += json.loads(out)["added"]
            assert added == articles, "each was added by one of the two"
            wordings = dict.fromkeys(range(articles), 1)
            for number in range(revised):
                assert machines.push(number, 2)
                wordings[number] = 2
            machines.check(wordings)
            machines.until(lambda: machines.answered > 0 or any(asker.done() for asker in askers))
            assert machines.answered and not machines.refused, [asker.exception(0) for asker in askers if asker.done()]
            for kill in range(kills):
                new = range(articles + kill * 10, articles + kill * 10 + 10)
                pushing = clients.submit(pushed, machines, new)
                if kill % 2 == 0:
                    machines.cluster.kill()
                    machines.until(lambda: machines.request("GET", "/readyz").status_code == 503)
                    assert "PostgreSQL" in machines.request("GET", "/readyz").json()["detail"]
                    machines.ask(0)
                    machines.cluster.start()
                else:
                    machines.chroma.send(signal.SIGKILL)
                    machines.ask(0)
                    machines.chroma.start()
                pushing.result(PATIENCE)
                wordings |= dict.fromkeys(new, 1)
                machines.check(wordings)
        finally:
            stop.set()
        for asker in askers:
            asker.result(PATIENCE)
    assert machines.refused == {"store_unavailable"}
    assert machines.stop() == 143
    machines.check_words(wordings)


def pushed(machines: Machines, numbers: range) -> None:
    """Push articles, each again and again until it is taken."""
    deadline = time.monotonic() + PATIENCE
    for number in numbers:
        while not machines.push(number, 1):
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.mark.timeout(1200)  # half a minute on two free cores
def test_four_workers_two_writers_and_both_servers_killed(machines: Machines, tmp_path: Path, made_files: Path) -> None:
    run(machines, tmp_path, made_files, articles=30, revised=5, kills=2)


@pytest.mark.torture
def test_the_same_for_longer(machines: Machines, tmp_path: Path, made_files: Path) -> None:
    run(machines, tmp_path, made_files, articles=3_000, revised=300, kills=20)
