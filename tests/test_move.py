"""Vectors moved to a real Chroma server: killed on the way, run again, counted; and no text is embedded for it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.store import ArticleStore
from retrieval.chroma_address import ChromaAddress
from retrieval.embedder import BUNDLED, LazyEmbedder, fingerprint_of
from retrieval.index import ChromaIndex
from retrieval.indexer import Indexer
from retrieval.ingest import Ingester
from retrieval.move import verify
from tests.chroma import ChromaServer
from tests.commands import DATELINE, run
from tests.small import article

ARTICLES = 1_500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store whose texts have vectors, made of chance, so that no model is needed for it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    database = Database(folder / "dateline.sqlite")
    embeddings = EmbeddingStore(database)
    indexer = Indexer(database, embeddings, LazyEmbedder(BUNDLED, folder / "models", 1), folder / "index")
    ingester = Ingester(ArticleStore(database), indexer, folder)
    for at in range(0, ARTICLES, 250):
        ingester.put([article(number) for number in range(at, at + 250)])
    chance = np.random.default_rng(0)
    while pending := embeddings.to_embed(500):
        vectors = chance.standard_normal((len(pending), 384)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        embeddings.save([item.text_hash for item in pending], vectors)
    indexer.close()
    database.close()
    return folder


def held(url: str) -> int:
    index = ChromaIndex(fingerprint_of(BUNDLED), server=ChromaAddress(url))
    try:
        return index.count("default")
    finally:
        index.abandon()


def test_moved_in_spite_of_kills_and_nothing_embedded(folder: Path, chroma: ChromaServer) -> None:
    environment: dict[str, Any] = {**os.environ, "DATELINE_DATA": str(folder), "DATELINE_SAMPLE": "0"}
    for part in (300, 800):
        moving = subprocess.Popen([DATELINE, "move-index", chroma.url], env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while held(chroma.url) < part and moving.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        moving.send_signal(signal.SIGKILL)
        assert moving.wait(10) == -signal.SIGKILL, "it was done before it could be killed"
        assert part <= held(chroma.url) < ARTICLES
    report = json.loads(run("move-index", chroma.url, "--json", data=folder).stdout)
    assert report["vectors"] == {"default": held(chroma.url)} and held(chroma.url) >= ARTICLES
    assert report["found"] >= 198 and report["asked"] == 200
    again = run("move-index", data=folder, DATELINE_CHROMA_URL=chroma.url).stdout
    assert "are on the server" in again
    assert not (folder / "models").exists(), "a model was loaded"


def test_what_a_server_holds_too_much_goes_and_what_it_lost_comes_back(
    folder: Path, chroma: ChromaServer
) -> None:  # fmt: skip
    run("move-index", chroma.url, data=folder)
    index = ChromaIndex(fingerprint_of(BUNDLED), server=ChromaAddress(chroma.url))
    index.remove("default", sorted(index.ids("default"))[:40])
    stray = np.eye(1, 384, dtype=np.float32)
    index.add("default", ["99999:1:0"], stray, ["stray"])
    with (
        Engine(read_settings(data=folder, sample=False, chroma_url=chroma.url)) as engine,
        pytest.raises(Exception, match="holds"),
    ):
        verify(engine.embeddings, index)
    report = json.loads(run("move-index", chroma.url, "--json", data=folder).stdout)
    assert "99999:1:0" not in index.ids("default")
    assert report["vectors"]["default"] == len(index.ids("default"))
    index.abandon()


def test_refusals_are_one_sentence(folder: Path) -> None:
    assert "Name the Chroma server" in run("move-index", data=folder, check=2).stderr
    assert "is not an http" in run("move-index", "here", data=folder, check=2).stderr
    of_another = {"DATELINE_CHROMA_URL": "https://one.example", "DATELINE_CHROMA_KEY": "secret"}
    refused = run("move-index", "http://two.example", data=folder, check=2, **of_another).stderr
    assert "is the key of https://one.example, and is not shown to http://two.example" in refused
    assert "secret" not in refused
    with Engine(read_settings(data=folder, sample=False)):
        assert "in use" in run("move-index", "http://127.0.0.1:9", data=folder, check=2).stderr
