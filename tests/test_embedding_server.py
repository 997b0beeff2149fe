"""Embedding by a server over HTTP: what it may not do to a question, to ingest, to the index and to the log."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.doctor.finding import Finding, State
from api.doctor.indexes import embedder as embedder_check
from api.doctor.report import findings
from api.engine import Engine
from api.settings import read_settings
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.errors import EmbedderMismatch, EmbedderUnavailable, InvalidSettings
from corpus.selection import Selection
from retrieval.embedded_reply import UnusableReply, read_vectors
from retrieval.embedding_server import EmbeddingServer
from tests.chroma import until
from tests.running import Server, serve
from tests.scripted_embeddings import UNUSABLE, Mode, ScriptedEmbeddings
from tests.small import HashedWords, Small, article, words

KEY = "k-canary-4711"
TEXTS = [f"The wall of Town{number} costs {number} million." for number in range(100)]


@pytest.fixture
def script() -> Iterator[ScriptedEmbeddings]:
    with ScriptedEmbeddings() as script:
        yield script


@pytest.fixture
def server(script: ScriptedEmbeddings) -> Iterator[EmbeddingServer]:
    with closing(EmbeddingServer(script.base_url, "some-model", KEY, timeout_s=5.0)) as server:
        yield server


def seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    with pytest.raises(EmbedderUnavailable):
        work()
    return time.monotonic() - begun


@pytest.mark.parametrize("mode", [Mode.GOOD, Mode.SHUFFLED, Mode.LONG_VECTORS])
def test_texts_get_their_own_unit_vectors_in_bounded_requests(
    server: EmbeddingServer, script: ScriptedEmbeddings, mode: Mode
) -> None:
    script.mode = mode
    vectors = server.embed_passages(TEXTS)
    assert vectors.dtype == np.float32 and np.allclose(vectors, HashedWords().embed_passages(TEXTS), atol=1e-6)
    assert sorted(len(one.texts) for one in script.received) == [4, 32, 32, 32] and script.most_in_flight <= 4
    asked = script.received[0]
    assert asked.path == "/v1/embeddings" and asked.authorization == f"Bearer {KEY}"
    assert asked.body["model"] == "some-model" and "dimensions" not in asked.body
    assert np.allclose(server.embed_questions(TEXTS[:1])[0], vectors[0], atol=1e-6)


def test_any_text_can_be_sent(server: EmbeddingServer, script: ScriptedEmbeddings) -> None:
    server.embed_questions(["قال 🚢 \ud800\x00", "über"])
    assert script.received[0].texts == ["قال 🚢 \ud800\x00", "über"]


def test_prefixes_and_dimensions_are_sent_and_name_the_space(script: ScriptedEmbeddings) -> None:
    plain, other = (
        EmbeddingServer(script.base_url, "m", dimensions=size, question_prefix="query: ", passage_prefix=prefix)
        for size, prefix in ((0, ""), (16, "passage: "))
    )
    with closing(plain), closing(other):
        other.embed_questions(["a"])
        other.embed_passages(["b"])
        assert [one.texts for one in script.received] == [["query: a"], ["passage: b"]]
        assert script.received[0].body["dimensions"] == 16 and not script.received[0].authorization
        assert plain.fingerprint != other.fingerprint and "passage: " in other.name and "16" in other.name


@pytest.mark.parametrize("mode", UNUSABLE)
def test_a_reply_that_cannot_be_used_gives_no_vector(
    server: EmbeddingServer, script: ScriptedEmbeddings, mode: Mode
) -> None:
    script.mode = mode
    with pytest.raises(EmbedderUnavailable, match=UNUSABLE[mode]) as raised:
        server.embed_passages(TEXTS[:5])
    assert not raised.value.may_pass and len(script.received) == 1 and not server.is_available


@pytest.mark.parametrize("mode", [Mode.BUSY_ONCE, Mode.BROKEN_ONCE])
def test_what_passes_is_tried_again(server: EmbeddingServer, script: ScriptedEmbeddings, mode: Mode) -> None:
    script.mode = mode
    assert server.embed_passages(TEXTS[:3]).shape == (3, 64) and len(script.received) == 2
    assert script.received[1].at - script.received[0].at >= (0.1 if mode is Mode.BUSY_ONCE else 0.5)


def test_a_server_that_asks_for_patience_is_left_alone_for_so_long(
    server: EmbeddingServer, script: ScriptedEmbeddings
) -> None:
    script.mode, script.retry_after = Mode.BUSY, "30"
    assert seconds(lambda: server.embed_passages(TEXTS[:3])) < 3
    script.mode = Mode.GOOD
    with pytest.raises(EmbedderUnavailable, match="429"):
        server.embed_passages(TEXTS[:3])
    assert len(script.received) == 1
    assert len(server.embed_questions(["Is a question taken all the same?"])) == 1


@pytest.mark.parametrize("mode", [Mode.SILENT, Mode.DRIP])
def test_a_request_ends_in_time(script: ScriptedEmbeddings, mode: Mode) -> None:
    script.mode = mode
    with closing(EmbeddingServer(script.base_url, "m", timeout_s=0.5)) as server:
        assert 0.4 < seconds(lambda: server.embed_passages(TEXTS)) < 5
        assert seconds(lambda: server.embed_passages(TEXTS)) < 0.2, "at once, while the server is left alone"
        script.mode = Mode.GOOD
        until(lambda: _works(server))


def _works(server: EmbeddingServer) -> bool:
    try:
        return len(server.embed_passages(["a"])) == 1
    except EmbedderUnavailable:
        return False


def test_one_tries_while_the_others_go_on_without(script: ScriptedEmbeddings) -> None:
    script.mode = Mode.SILENT
    with closing(EmbeddingServer(script.base_url, "m", timeout_s=0.3)) as server:
        seconds(lambda: server.embed_questions(["a"]))
        time.sleep(0.6)
        before = len(script.received)
        with ThreadPoolExecutor(8) as pool:
            waits = list(pool.map(lambda _: seconds(lambda: server.embed_questions(["a"])), range(8)))
        assert len(script.received) == before + 1 and sorted(waits)[5] < 0.25


def test_who_has_something_more_urgent_need_not_wait(server: EmbeddingServer, script: ScriptedEmbeddings) -> None:
    script.mode = Mode.SILENT

    def between() -> None:
        if time.monotonic() > begun + 0.3:
            raise KeyError("stop")

    begun = time.monotonic()
    with pytest.raises(KeyError):
        server.embed_passages(TEXTS, between)
    assert time.monotonic() - begun < 15


def test_closing_ends_what_is_in_flight(server: EmbeddingServer, script: ScriptedEmbeddings) -> None:
    script.mode = Mode.SILENT
    closer = threading.Timer(0.3, server.close)
    closer.start()
    assert seconds(lambda: server.embed_passages(TEXTS)) < 3
    closer.join()


@pytest.mark.parametrize("mode", [Mode.DISCONNECT, Mode.RESET])
def test_a_connection_that_breaks_off_is_tried_again_and_then_told(
    server: EmbeddingServer, script: ScriptedEmbeddings, mode: Mode
) -> None:
    script.mode = mode
    with pytest.raises(EmbedderUnavailable, match="broke off") as raised:
        server.embed_passages(TEXTS[:3])
    assert raised.value.may_pass and len(script.received) == 3


def test_a_text_that_is_too_long_is_cut_and_holds_up_no_other(
    server: EmbeddingServer, script: ScriptedEmbeddings
) -> None:
    script.mode = Mode.TOO_LONG
    texts = [*TEXTS[:20], "word " * 500, *TEXTS[20:32]]
    vectors = server.embed_passages(texts)
    assert vectors.shape == (33, 64)
    assert np.allclose(vectors[21:], HashedWords().embed_passages(TEXTS[20:32]), atol=1e-6)
    assert np.allclose(vectors[20], HashedWords().embed_passages(["word"])[0], atol=1e-3)


def test_who_refuses_everything_is_not_asked_for_ever(server: EmbeddingServer, script: ScriptedEmbeddings) -> None:
    script.mode = Mode.REFUSED
    with pytest.raises(EmbedderUnavailable, match="DATELINE_EMBEDDER"):
        server.embed_passages(TEXTS[:32])
    assert len(script.received) < 12


@pytest.mark.parametrize("mode", [Mode.UNAUTHORISED, Mode.BROKEN, Mode.UNKNOWN, Mode.REFUSED, Mode.HTML])
def test_the_key_is_in_no_message_and_in_no_log(
    server: EmbeddingServer, script: ScriptedEmbeddings, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    script.mode = mode
    with caplog.at_level(logging.DEBUG), pytest.raises(EmbedderUnavailable) as raised:
        server.embed_passages(TEXTS[:2])
    chain: list[BaseException | None] = [raised.value]
    while (link := chain[-1]) is not None:
        assert KEY not in str(link)
        chain.append(link.__cause__)
    assert KEY not in caplog.text


def test_vectors_of_another_length_than_those_stored_are_refused(script: ScriptedEmbeddings) -> None:
    with closing(EmbeddingServer(script.base_url, "m", stored=lambda: 64)) as server:
        server.embed_questions(["a"])
        script.mode = Mode.WRONG_DIMENSION
        for embed in (server.embed_questions, server.embed_passages):
            with pytest.raises(EmbedderUnavailable, match=r"32 dimensions.*64.*reindex"):
                embed(["a"])


number = st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text(max_size=3), st.just([1.0]))
row = st.fixed_dictionaries(
    {}, optional={"index": st.one_of(st.integers(-1, 4), st.none(), st.booleans(), st.text(max_size=2)),
                  "embedding": st.one_of(st.lists(number, max_size=4), st.none(), st.text(max_size=3))}
)  # fmt: skip
replies = st.one_of(
    st.binary(max_size=40),
    st.builds(
        json.dumps, st.one_of(st.none(), st.integers(), st.fixed_dictionaries({"data": st.lists(row, max_size=4)}))
    ).map(str.encode),
)


@given(replies, st.integers(1, 3))
def test_whatever_comes_is_refused_or_gives_unit_vectors(reply: bytes, count: int) -> None:
    try:
        vectors = read_vectors(reply, count)
    except UnusableReply:
        return
    assert len(vectors) == count and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


@given(st.permutations(range(5)), st.lists(st.floats(0.1, 9), min_size=5, max_size=5))
def test_order_and_length_do_not_matter(order: list[int], lengths: list[float]) -> None:
    rows = [{"index": i, "embedding": [lengths[i] if at == i else 0.0 for at in range(5)]} for i in order]
    assert np.allclose(read_vectors(json.dumps({"data": rows}).encode(), 5), np.eye(5))


def test_ingest_and_questions_go_on_by_keyword_and_vectors_follow(script: ScriptedEmbeddings, tmp_path: Path) -> None:
    server = EmbeddingServer(script.base_url, "m", timeout_s=2.0)
    small = Small(tmp_path, embedder=server).start()
    with closing(server), closing(small):
        small.ingester.put([article(0)])
        small.settle().check(["n0"])
        script.stop()
        small.ingester.put([article(1)])
        for about in ("n0", "n1"):
            found = small.searcher.search(words(about), Selection(), 3)
            assert found.passages[0].article.id == about and found.passages[0].similarity is None
            assert "embedding server" in found.notices[0] and "keyword only" in found.notices[0]
        with pytest.raises(EmbedderUnavailable, match="keyword only"):
            small.searcher.search(words("n0"), Selection(), 3, sides="dense")
        until(lambda: not server.is_available)
        assert small.indexer.backlog().to_embed == 1 and small.indexer.ready_index() is not None
        small.ingester.put([article(2)])
        script.start()
        small.settle().check(["n0", "n1", "n2"])
        until(lambda: not small.searcher.search(words("n2"), Selection(), 3).notices)
        assert server.is_available


def test_who_waits_for_vectors_is_told_at_once_what_does_not_pass(script: ScriptedEmbeddings, tmp_path: Path) -> None:
    script.mode = Mode.UNAUTHORISED
    server = EmbeddingServer(script.base_url, "m", KEY)
    small = Small(tmp_path, embedder=server).start()
    with closing(server), closing(small):
        small.ingester.put([article(0)])
        with pytest.raises(EmbedderUnavailable, match="DATELINE_EMBEDDER_API_KEY"):
            small.settle()


@pytest.fixture
def settings(script: ScriptedEmbeddings) -> dict[str, Any]:
    return {"embedder": "m", "embedder_base_url": script.base_url, "embedder_api_key": KEY, "sample": False}


TOLD = IncomingArticle(
    "The Skelmouth ferry", "The Skelmouth ferry starts again on 3 May. The mayor of Skelmouth said so on Monday.", "f"
)


@pytest.fixture
def served(data_folder: Path, settings: dict[str, Any]) -> Iterator[Server]:
    yield from serve(Engine(read_settings(data=data_folder, **settings)))


def test_a_server_of_ours_over_a_server_that_goes_and_comes(
    served: Server, script: ScriptedEmbeddings, caplog: pytest.LogCaptureFixture
) -> None:
    with httpx.Client(base_url=served.url, timeout=30, trust_env=False) as http:
        until(lambda: http.get("/readyz").status_code == 200)
        served.engine.ingester.put([TOLD])
        until(lambda: http.get("/readyz").json()["pending_vectors"] == 0)
        question = {"question": "When does the Skelmouth ferry start again?"}
        fine = http.post("/v1/ask", json=question).json()
        assert "3 May" in fine["answer"] and not fine["notices"]
        script.stop()
        away = http.post("/v1/ask", json=question).json()
        assert away["answer"] == fine["answer"] and away["statements"] == fine["statements"]
        assert "keyword only" in away["notices"][0] and script.base_url not in json.dumps(away)
        body = {"articles": [{"title": "Another", "body": "Another ferry sank.", "id": "g"}], "wait": "keyword"}
        assert http.post("/v1/articles", json=body).json()["added"] == 1
        ready = http.get("/readyz").json()
        assert (ready["status"], ready["embedder_state"], ready["index"]) == ("ready", "unavailable", "ready")
        assert "dateline_embedder_available 0.0" in http.get("/metrics").text
        script.start()
        until(lambda: http.get("/readyz").json()["pending_vectors"] == 0)
        until(lambda: not http.post("/v1/ask", json=question).json()["notices"])
        assert http.get("/readyz").json()["embedder_state"] == "ready"
        assert all(one.authorization == f"Bearer {KEY}" for one in script.received) and KEY not in caplog.text


def test_another_model_is_refused_in_one_sentence(
    data_folder: Path, script: ScriptedEmbeddings, settings: dict[str, Any]
) -> None:
    with Engine(read_settings(data=data_folder, **settings)):
        pass
    for other in ({"embedder": "n"}, {"embedder_passage_prefix": "p: "}, {"embedder_dimensions": 8}):
        with pytest.raises(EmbedderMismatch, match=r"'m \(embedding server\)'.*`dateline reindex`"):
            Engine(read_settings(data=data_folder, **settings | other))
    with pytest.raises(EmbedderMismatch, match="all-MiniLM"):
        Engine(read_settings(data=data_folder, sample=False))
    with Engine(read_settings(data=data_folder, **settings | {"embedder_question_prefix": "q: "})):
        pass


def test_a_reindex_drops_nothing_while_the_server_is_away_and_takes_another_dimension(
    data_folder: Path, script: ScriptedEmbeddings, settings: dict[str, Any]
) -> None:
    def kept(**more: Any) -> int | None:
        with Engine(read_settings(data=data_folder, **settings | more)) as engine:
            engine.start()
            assert engine.indexer.wait_until_current(lambda _: None, 60)
            return engine.embeddings.dimensions()

    with Engine(read_settings(data=data_folder, **settings)) as engine:
        engine.ingester.put([TOLD])
    assert kept() == 64
    script.mode = Mode.UNAUTHORISED
    with pytest.raises(EmbedderUnavailable):
        Engine(read_settings(data=data_folder, **settings | {"embedder": "n"}), renew=True)
    with closing(Database(data_folder / "dateline.sqlite")) as database:
        assert EmbeddingStore(database).dimensions() == 64
    script.mode = Mode.WRONG_DIMENSION
    Engine(read_settings(data=data_folder, **settings | {"embedder": "n"}), renew=True).close()
    assert kept(embedder="n") == 32


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"embedder_base_url": "localhost:8080"}, "DATELINE_EMBEDDER_BASE_URL"),
        ({"embedder_base_url": "http://me:secret@localhost/v1"}, "DATELINE_EMBEDDER_API_KEY"),
        ({"embedder": None}, "which of its models"),
        ({"embedder_timeout": 0}, "DATELINE_EMBEDDER_TIMEOUT"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], wrong: dict[str, Any], why: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=why) as raised:
        read_settings(data=tmp_path, **settings | wrong)
    assert "secret" not in str(raised.value)


def diagnosed(folder: Path, settings: dict[str, Any]) -> Finding:
    return next(findings(read_settings(data=folder, **settings), [embedder_check]))


def test_the_doctor_asks_the_server(data_folder: Path, script: ScriptedEmbeddings, settings: dict[str, Any]) -> None:
    with Engine(read_settings(data=data_folder, **settings)) as engine:
        engine.start()
        engine.ingester.put([TOLD])
        assert engine.indexer.wait_until_current(lambda _: None, 60)
    found = diagnosed(data_folder, settings)
    assert found.state is State.OK and "64 dimensions" in found.detail and KEY not in found.detail
    assert "set DATELINE_EMBEDDER back" in str(diagnosed(data_folder, settings | {"embedder": "n"}).remedy)
    for mode, word in ((Mode.NAN, "direction"), (Mode.UNAUTHORISED, "KEY"), (Mode.WRONG_DIMENSION, "unlike")):
        script.mode = mode
        found = diagnosed(data_folder, settings)
        assert found.state is State.WRONG and word in found.detail
    script.mode, script.embedder = Mode.GOOD, _AllTheSame()
    assert "unlike" in diagnosed(data_folder, settings).detail
    script.stop()
    gone = diagnosed(data_folder, settings)
    assert gone.state is State.WRONG and script.base_url in str(gone.remedy)
    script.start()


class _AllTheSame(HashedWords):
    def embed_questions(self, questions: Any) -> Any:
        return super().embed_questions(["the same"] * len(questions))
