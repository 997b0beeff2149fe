"""One process owns a data folder; the next one is told so, or goes through the first."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.errors import StoreInUse
from corpus.owner import Ownership, current_owner
from tests.commands import dateline
from tests.running import serve


def test_a_second_owner_is_refused_with_words_that_help(tmp_path: Path) -> None:
    with Ownership(tmp_path / "data") as first:
        first.announce("http://127.0.0.1:9")
        with pytest.raises(StoreInUse, match=r"http://127\.0\.0\.1:9"):
            Ownership(tmp_path / "data")
        owner = current_owner(tmp_path / "data")
        assert owner is not None and owner.pid == os.getpid()
    assert current_owner(tmp_path / "data") is None
    Ownership(tmp_path / "data").close()


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    Ownership(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    code = "import sys, os, signal; from pathlib import Path; from corpus.owner import Ownership;" \
           "o = Ownership(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"  # fmt: skip
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "data")], timeout=60)
    Ownership(tmp_path / "data").close()


def test_ingest_beside_a_server_goes_through_it_and_four_writers_lose_nothing(
    data_folder: Path, tmp_path: Path
) -> None:
    written_by_four(data_folder, tmp_path, batches=5)


@pytest.mark.torture
def test_six_thousand_writes_of_four_writers(data_folder: Path, tmp_path: Path) -> None:
    written_by_four(data_folder, tmp_path, batches=150)


def written_by_four(data_folder: Path, tmp_path: Path, batches: int) -> None:
    """Four clients push batches of ten while a command ingests twenty more: each is stored and indexed once."""
    engine = Engine(read_settings(data=data_folder, sample=False))
    expected = 4 * 10 * batches + 20
    for server in serve(engine):
        engine.ownership.announce(server.url)

        def push(writer: int, url: str = server.url) -> None:
            with httpx.Client(base_url=url, timeout=120, trust_env=False) as http:
                for batch in range(batches):
                    articles = [
                        {
                            "id": f"w{writer}-{batch}-{n}",
                            "title": f"T{writer}",
                            "body": f"Report w{writer}x{batch}x{n}.",
                        }
                        for n in range(10)
                    ]
                    assert (
                        http.post("/v1/articles", json={"articles": articles, "wait": "keyword"}).json()["added"] == 10
                    )

        writers = [threading.Thread(target=push, args=(n,)) for n in range(4)]
        for writer in writers:
            writer.start()
        file = tmp_path / "more.jsonl"
        file.write_text("\n".join(json.dumps({"id": f"cli-{n}", "body": f"Report cli{n}."}) for n in range(20)))
        done = dateline(
            "ingest", file, "--json", timeout=600, variables={**os.environ, "DATELINE_DATA": str(data_folder)}
        )
        assert json.loads(done.stdout)["added"] == 20
        for writer in writers:
            writer.join(1_200)
        assert engine.indexer.wait_until_current(lambda _: None, 1_200)
        assert engine.store.coverage("default").articles == expected
        index = engine.indexer.ready_index()
        assert index is not None and index.count("default") == expected
