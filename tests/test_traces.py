"""Traces as a collector gets them: a real receiver of OTLP over HTTP, which reads the protobuf of what is sent."""

import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from api.engine import Engine
from api.logs import formatter
from api.settings import read_settings, traces_wanted
from corpus import tracing
from corpus.errors import InvalidSettings
from tests.running import serve
from tests.scripted_model import ScriptedModel

QUESTION = "When did the port of Skelmouth reopen?"
PARENT, TRACE = "00f067aa0ba902b7", "4bf92f3577b34da6a3ce929d0e0e4736"


class Collector:
    """Takes what is posted to `/v1/traces`."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.resource: dict[str, str] = {}
        self.headers: list[dict[str, str]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
                collector.take(ExportTraceServiceRequest.FromString(body), dict(self.headers))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, request: ExportTraceServiceRequest, headers: dict[str, str]) -> None:
        self.headers.append(headers)
        for of_resource in request.resource_spans:
            self.resource |= {one.key: one.value.string_value for one in of_resource.resource.attributes}
            for scope in of_resource.scope_spans:
                self.spans += scope.spans

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def path(self, span: Span) -> list[str]:
        """The names from the outermost span down to this one."""
        above = [one for one in self.spans if one.span_id == span.parent_span_id]
        return [*(self.path(above[0]) if above else []), span.name]


def attributes(span: Span) -> dict[str, str | int]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    made = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=desk")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    yield made
    made.close()


def test_one_question_is_one_tree_of_spans(collector: Collector, data_folder: Path) -> None:
    with ScriptedModel() as scripted:
        settings = read_settings(
            data=data_folder, sample=False, model="broken", model_base_url=scripted.base_url, model_api_key="key"
        )
        for server in serve(Engine(settings)):
            with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
                article = {"title": "Port", "body": "The port of Skelmouth reopened to cargo on 3 May."}
                http.post("/v1/articles", json={"articles": [article]}).raise_for_status()
                headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
                answer = http.post("/v1/ask", json={"question": QUESTION}, headers=headers).json()
                events = http.post("/v1/ask", json={"question": QUESTION, "stream": True, "mode": "extractive"})
                assert "answer.completed" in events.text
                http.get("/v1/answers", params={"q": "secretword"})
    assert collector.resource["service.name"] == "dateline"
    assert collector.resource["deployment.environment.name"] == "test"
    assert collector.headers[0]["x-tenant"] == "desk"

    asked, streamed = sorted((s for s in collector.named("POST /v1/ask")), key=lambda s: s.start_time_unix_nano)
    assert asked.trace_id.hex() == TRACE and asked.parent_span_id.hex() == PARENT
    assert streamed.trace_id.hex() != TRACE
    tree = [collector.path(span) for span in collector.spans if span.trace_id.hex() == TRACE]
    top = ["POST /v1/ask", "answer"]
    for stage in (["search.embed"], ["search"], ["answer.model"], ["answer.read"], ["answer.verify"]):
        assert [*top, *stage] in tree, stage
    for part in ("search.hints", "search.dense", "search.keyword", "search.fusion", "search.join"):
        assert [*top, "search", part] in tree, part
    others = [collector.path(span) for span in collector.spans if span.trace_id == streamed.trace_id]
    assert [*top, "answer.read"] in others and [*top, "search", "search.fusion"] in others
    push = ["POST /v1/articles", "ingest"]
    paths = [collector.path(span) for span in collector.spans]
    assert [*push, "ingest.accept"] in paths and [*push, "ingest.store"] in paths
    assert ["ingest.embed"] in paths and ["ingest.index"] in paths

    (whole,) = [span for span in collector.named("answer") if span.trace_id.hex() == TRACE]
    assert attributes(whole)["dateline.answer.id"] == answer["id"]
    assert attributes(whole)["dateline.answer.status"] == "answered"
    (model,) = collector.named("answer.model")
    assert model.status.code == Status.STATUS_CODE_ERROR and attributes(model)["error.type"] == "ModelUnavailable"
    for span in collector.spans:
        assert span.start_time_unix_nano <= span.end_time_unix_nano
    for span in (s for s in collector.spans if s.trace_id.hex() == TRACE and s.parent_span_id.hex() != PARENT):
        (above,) = [one for one in collector.spans if one.span_id == span.parent_span_id]
        assert above.start_time_unix_nano <= span.start_time_unix_nano
    told = b"".join(span.SerializeToString() for span in collector.spans)
    assert b"Skelmouth" not in told and b"secretword" not in told


def test_the_log_names_the_trace(collector: Collector, data_folder: Path) -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(formatter("json"))
    log = logging.getLogger("dateline.request")
    log.addHandler(handler)
    log.setLevel("INFO")
    try:
        for server in serve(Engine(read_settings(data=data_folder, sample=False))):
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "desk-9"}
            httpx.get(f"{server.url}/v1/articles", headers=headers, trust_env=False).raise_for_status()
    finally:
        log.removeHandler(handler)
    (line,) = map(json.loads, said.getvalue().splitlines())
    assert line["trace_id"] == TRACE and line["request_id"] == "desk-9" and line["route"] == "/v1/articles"


def test_nobody_pays_who_did_not_ask(data_folder: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom api.engine import Engine\nfrom api.settings import read_settings\n"
        f"with Engine(read_settings(data=Path({str(data_folder)!r}), sample=False)): pass\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120)
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stderr
    assert tracing.begin("x") is tracing.begin("y") is tracing.NO_STAGE and tracing.traced("x") is tracing.traced("y")


def test_standard_variables_say_whether_and_how(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not traces_wanted()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    assert traces_wanted()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not traces_wanted()
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(InvalidSettings, match="http/protobuf"):
        traces_wanted()


def test_a_collector_that_is_gone_neither_harms_nor_holds_up_the_end(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with Engine(read_settings(data=data_folder, sample=False)) as engine:
        with tracing.traced("something"):
            pass
        assert engine.traces is not None and tracing.is_listened_to()
    assert not tracing.is_listened_to()
