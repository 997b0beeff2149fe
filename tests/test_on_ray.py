"""Ingest and the API on a Ray cluster of two nodes on this machine, one of which is killed."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from retrieval.chunk import embedded_text
from tests.commands import DATELINE
from tests.running import copied, share_model
from tests.scripted_embeddings import ScriptedEmbeddings
from tests.small import HashedWords

pytest.importorskip("ray", reason="Ray is not installed: it is the extra `ray`")

_QUIET = {
    "DATELINE_SAMPLE": "0",
    "RAY_AUTH_MODE": "disabled",  # a token of the person's own is not to be used, or made, by a test
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": "120",
}
_ARTICLES = 48


def ray(*arguments: str) -> subprocess.Popen[bytes]:
    """A command of Ray in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ray.scripts.scripts", *arguments],
        env=os.environ | _QUIET, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def kill(node: subprocess.Popen[bytes]) -> None:
    """End a node and all that it started, at once."""
    os.killpg(node.pid, signal.SIGKILL)
    node.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(is_so: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.1)
    return False


class Cluster:
    """Nodes of one core each, as `ray start` makes them."""

    def __init__(self, temp: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        port = self.address.partition(":")[2]
        head = ["--head", "--port", port, "--include-dashboard", "false", "--temp-dir", str(temp)]
        self.nodes = [self._start(*head)]
        assert until(lambda: is_open(int(port)), 120), "Ray's head does not come up"
        self.nodes.append(self._start("--address", self.address))

    def _start(self, *how: str) -> subprocess.Popen[bytes]:
        size = ["--num-cpus", "1", "--object-store-memory", "100000000", "--node-ip-address", "127.0.0.1"]
        return ray("start", "--block", *size, *how)

    def alive(self) -> int:
        """How many nodes take work."""
        code = (
            f"import ray; ray.init(address={self.address!r}, log_to_driver=False, logging_level='ERROR');"
            "print(sum(node['Alive'] for node in ray.nodes()))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | _QUIET, capture_output=True, text=True, timeout=60
        )
        return int(done.stdout.split()[-1]) if done.returncode == 0 else 0

    def close(self) -> None:
        for node in reversed(self.nodes):
            if node.poll() is None:
                kill(node)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    temp = Path("/tmp") / f"ray-{os.getpid()}"  # a path of Ray's sockets must be short
    for _ in range(3):
        started = Cluster(temp)
        if until(lambda: started.alive() == 2, 90):  # noqa: B023
            break
        started.close()
    else:
        pytest.skip("Ray gives each of its agents 15 seconds to start, and this machine is too busy for that")
    yield started
    started.close()


def ingest(data: Path, articles: Path, *how: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [DATELINE, "ingest", articles, "--json", *how],
        env=os.environ | _QUIET | {"DATELINE_DATA": str(data)} | settings,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def report(running: subprocess.Popen[str], code: int) -> dict[str, Any]:
    return reported(running, code)[0]


def reported(running: subprocess.Popen[str], code: int) -> tuple[dict[str, Any], str]:
    """The report, and what was said beside it."""
    out, said = running.communicate(timeout=240)
    assert running.returncode == code, said
    return dict(json.loads(out)), said


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{data / 'dateline.sqlite'}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def stored(data: Path) -> dict[str, Any]:
    """The store and what is found in it, but for the times at which things arrived."""
    told = subprocess.run(
        [DATELINE, "search", "which berth of Port 7 was repaired?", "--json"], capture_output=True, text=True,
        env=os.environ | _QUIET | {"DATELINE_DATA": str(data)}, check=True,
    )  # fmt: skip
    return {
        "articles": rows(data, "SELECT id, cluster FROM articles ORDER BY key"),
        "revisions": rows(data, "SELECT article_key, number, title, body, is_current FROM revisions ORDER BY 1, 2"),
        "chunks": rows(
            data, 'SELECT article_key, revision, number, start, "end", text_hash FROM chunks ORDER BY 1, 2, 3'
        ),
        "found": [(hit["article_id"], hit["start"], hit["end"]) for hit in json.loads(told.stdout)["data"]],
    }


def vectors(data: Path) -> np.ndarray[Any, Any]:
    found = rows(data, "SELECT embedding FROM chunks ORDER BY article_key, revision, number")
    return np.stack([np.frombuffer(row[0], np.float32) for row in found])


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of several kinds: one large, many small, copies of one text, and one that cannot be read."""
    folder = tmp_path_factory.mktemp("articles")
    lines = [
        {"id": f"l{n}", "title": f"Port {n}", "body": " ".join(f"Berth {n * k} of Port {n} was repaired on day {k}." for k in range(1, 40))}
        for n in range(_ARTICLES)
    ]  # fmt: skip
    (folder / "many.jsonl").write_text("\n".join(map(json.dumps, lines)))
    for n in range(8):
        (folder / f"note{n}.md").write_text(f"# Note {n % 6}\n\n" + f"The tide of day {n % 6} was high. " * 30)
    (folder / "broken.json").write_text("{")
    return folder


@pytest.fixture(scope="module")
def alone(articles: Path, made_files: Path, embedder: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes of the articles."""
    data = tmp_path_factory.mktemp("alone") / "data"
    share_model(made_files, data)
    assert report(ingest(data, articles), 1)["added"] == _ARTICLES + 8
    return data


@pytest.mark.timeout(600)  # each worker of Ray imports what embeds, which a slow machine takes a minute for
@pytest.mark.parametrize(
    "killed",
    [pytest.param(False, marks=pytest.mark.torture, id="undisturbed"), pytest.param(True, id="a node is killed")],
)
def test_a_cluster_makes_the_store_that_one_process_makes(
    killed: bool, cluster: Cluster, articles: Path, alone: Path, data_folder: Path
) -> None:
    running = ingest(data_folder, articles, "--ray", cluster.address)
    if killed:
        embedded = "SELECT count(*) FROM chunks WHERE embedding IS NULL"
        assert until(lambda: (data_folder / "dateline.sqlite").exists(), 120)
        assert until(lambda: bool(rows(data_folder, "SELECT 1 FROM sqlite_master WHERE name = 'chunks'")), 120)
        assert until(lambda: rows(data_folder, embedded)[0][0] > 0, 120)  # read and stored, not embedded yet
        kill(cluster.nodes[1])
    told = report(running, 1)
    assert told["added"] == _ARTICLES + 8 and [one["name"] for one in told["failed"]] == [str(articles / "broken.json")]
    assert stored(data_folder) == stored(alone)
    assert np.abs(vectors(data_folder) - vectors(alone)).max() < 1e-5
    assert report(ingest(data_folder, articles), 1)["unchanged"] == _ARTICLES + 8


def test_a_cluster_reads_and_an_embedding_server_embeds(cluster: Cluster, articles: Path, data_folder: Path) -> None:
    with ScriptedEmbeddings() as script:
        settings = {
            "DATELINE_EMBEDDER": "m",
            "DATELINE_EMBEDDER_BASE_URL": script.base_url,
            "DATELINE_EMBEDDER_API_KEY": "k-canary-4711",
        }
        script.stop()
        told, said = reported(ingest(data_folder, articles, "--ray", cluster.address, **settings), 1)
        assert told["added"] == _ARTICLES + 8 and "Found by keyword only as yet" in said and "canary" not in said
        assert rows(data_folder, "SELECT count(embedding) FROM chunks") == [(0,)]
        script.start()
        told = report(ingest(data_folder, articles, "--ray", cluster.address, **settings), 1)
        assert told["unchanged"] == _ARTICLES + 8
        sent = [text for one in script.received for text in one.texts]
    texts = rows(
        data_folder,
        'SELECT r.title, r.publisher, substr(r.body, c.start + 1, c."end" - c.start) FROM chunks c '
        "JOIN revisions r ON r.article_key = c.article_key AND r.number = c.revision "
        "ORDER BY c.article_key, c.revision, c.number",
    )
    expected = [embedded_text(*row) for row in texts]
    assert set(expected) <= set(sent), "it was this server that embedded, and not the cluster"
    assert np.abs(vectors(data_folder) - HashedWords().embed_passages(expected)).max() < 1e-5


def test_what_stands_in_the_way_is_said_in_a_sentence(data_folder: Path, articles: Path) -> None:
    nobody = ingest(data_folder, articles, "--ray", "127.0.0.1:9")
    assert nobody.wait(120) == 2 and nobody.stderr is not None
    said = nobody.stderr.read()
    assert said.startswith("error: No Ray cluster can be used at '127.0.0.1:9'") and len(said.splitlines()) == 1


_SERVE = """
import sys, time, ray
from ray import serve
from api.ray_serve import app
ray.init(sys.argv[1], log_to_driver=False, runtime_env={"env_vars": {"DATELINE_DATA": sys.argv[2], "DATELINE_SAMPLE": "0"}})
serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[3])})
serve.run(app)
print("ready", flush=True)
time.sleep(600)
"""


@contextmanager
def on_ray_serve(cluster: Cluster, data: Path) -> Iterator[str]:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, cluster.address, str(data), str(port)], env=os.environ | _QUIET,
        stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=Path(__file__).parent.parent,
    ) as app:  # fmt: skip
        try:
            assert app.stdout is not None and any(line == "ready\n" for line in app.stdout)
            yield f"http://127.0.0.1:{port}"
        finally:
            kill(app)  # type: ignore[arg-type]


def test_a_replica_answers_who_has_a_key(cluster: Cluster, alone: Path, tmp_path: Path) -> None:
    data = copied(alone, tmp_path / "data")
    made = subprocess.run(
        [DATELINE, "keys", "create", "reader", "--json"], capture_output=True, text=True, check=True,
        env=os.environ | _QUIET | {"DATELINE_DATA": str(data)},
    )  # fmt: skip
    key = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    question = {"question": "Which berth of Port 7 was repaired on day 3?"}
    with on_ray_serve(cluster, data) as url:
        assert httpx.post(f"{url}/v1/ask", json=question).status_code == 401
        told = httpx.post(f"{url}/v1/ask", json=question, headers=key, timeout=60)
        assert told.status_code == 200
        for citation in told.json()["citations"]:
            article = httpx.get(f"{url}/v1/articles/{citation['article_id']}", headers=key).json()
            assert article["body"][citation["start"] : citation["end"]] == citation["quote"]
        assert told.json()["citations"]
        streamed = httpx.post(f"{url}/v1/ask", json=question, headers=key | {"Accept": "text/event-stream"}, timeout=60)
        assert "\nevent: answer.completed\n" in streamed.text
