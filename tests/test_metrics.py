"""What Prometheus reads of a server: real requests, counted under routes and never under what was asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.engine import Engine
from api.settings import read_settings
from corpus.article import IncomingArticle
from retrieval.prepare import cut
from tests.running import Server, serve
from tests.scripted_model import ScriptedModel


@pytest.fixture
def chatting(data_folder: object) -> Iterator[Server]:
    with ScriptedModel() as scripted:
        settings = read_settings(
            data=data_folder, sample=False, model="broken", model_base_url=scripted.base_url, model_api_key="key"
        )
        engine = Engine(settings)
        engine.ingester.put([IncomingArticle("The port", "The port of Skelmouth reopened to cargo on 3 May.", "a")])
        yield from serve(engine)


def read(http: httpx.Client) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = http.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_answers_and_failures_of_the_model_are_counted(chatting: Server) -> None:
    with httpx.Client(base_url=chatting.url, timeout=60, trust_env=False) as http:
        before = read(http)
        assert before["dateline_articles", ()] == 1
        assert http.post("/v1/ask", json={"question": "When did the port reopen?"}).json()["status"] == "answered"
        nothing = {"question": "Who won the 2022 World Cup?", "mode": "extractive"}
        assert http.post("/v1/ask", json=nothing).json()["status"] == "abstained"
        http.get("/v1/articles/a")
        http.get("/v1/articles/secret-name")
        http.get("/no/such/secret-path")
        text, after = http.get("/metrics").text, read(http)

    def rise(name: str, labels: tuple[str, ...]) -> float:
        return after.get((name, labels), 0.0) - before.get((name, labels), 0.0)

    assert rise("dateline_http_requests_total", ("POST", "/v1/ask", "200")) == 2
    assert rise("dateline_http_requests_total", ("GET", "/v1/articles/{article_id:path}", "404")) == 1
    assert rise("dateline_http_requests_total", ("GET", "none", "404")) == 1
    assert rise("dateline_answers_total", ("extractive", "", "answered")) == 1
    assert rise("dateline_answers_total", ("extractive", "nothing_relevant", "abstained")) == 1
    assert rise("dateline_model_failures_total", ()) == 1, "only where the model was to answer"
    assert rise("dateline_statements_total", ()) >= 1
    assert rise("dateline_answer_stage_seconds_count", ("retrieve",)) == 2
    assert after["dateline_passages", ()] == 1 and after["dateline_work_waiting", ()] == 0
    assert after["dateline_disk_bytes", ("store",)] > 10_000 and after["dateline_disk_bytes", ("keyword",)] > 0
    assert after["dateline_http_requests_in_progress", ()] == 1, "this one"
    assert "secret" not in text and "World Cup" not in text


def test_the_lag_is_the_age_of_what_waits_longest(data_folder: Path) -> None:
    with Engine(read_settings(data=data_folder, sample=False)) as engine:  # not started, so nothing is embedded
        assert "dateline_ingest_lag_seconds 0.0" in engine.metrics.text().decode()
        seen = datetime.now(UTC) - timedelta(hours=1)
        for number, body in enumerate(("The port reopened.", "The ferry sails again.")):
            article = IncomingArticle("The port", body, f"a{number}")
            engine.store.put([(article, cut(article))], seen + timedelta(minutes=20 * number))
        text = engine.metrics.text().decode()
        lag = float(text.split("dateline_ingest_lag_seconds ")[-1].split()[0])
        assert 3600 <= lag < 3600 + 300
        engine.start()
        assert engine.indexer.wait_until_current(lambda _: None, 120)
        assert "dateline_ingest_lag_seconds 0.0" in engine.metrics.text().decode()
