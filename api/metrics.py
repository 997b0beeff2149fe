"""What Prometheus reads at `/metrics`. Nothing is counted by key, question or article: labels must stay few."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answering.answer import Answer, Mode
from corpus.article import DEFAULT_COLLECTION
from corpus.errors import StoreUnavailable
from retrieval.indexer import IndexState

if TYPE_CHECKING:
    from api.engine import Engine

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_COUNT_EVERY_S = 60.0
# Seconds: a search takes some milliseconds, an answer of a chat model many seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counts of one app. Thread-safe."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "dateline_http_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            "dateline_http_request_seconds", "Until the last byte.", ["route"], buckets=_BUCKETS, registry=registry
        )
        self._in_hand = Gauge("dateline_http_requests_in_progress", "Requests in hand.", registry=registry)
        self._answers = Counter(
            "dateline_answers", "Answers and abstentions.", ["mode", "status", "reason"], registry=registry
        )
        self._stages = Histogram(
            "dateline_answer_stage_seconds", "By stage.", ["stage"], buckets=_BUCKETS, registry=registry
        )
        self._statements = Counter("dateline_statements", "Statements made.", registry=registry)
        self._withheld = Counter("dateline_statements_withheld", "Statements held back.", registry=registry)
        self._failures = Counter("dateline_model_failures", "Answers that the chat model failed at.", registry=registry)
        self._tokens = Counter("dateline_model_tokens", "Tokens of the chat model.", ["direction"], registry=registry)
        self._unkept = Counter(
            "dateline_ledger_lost_answers", "Answers that the ledger could not keep.", ["why"], registry=registry
        )

    def not_kept(self, why: str, count: int) -> None:
        """So many answers are not in the ledger: `full` when too many waited, `failed` when the store took none."""
        self._unkept.labels(why).inc(count)

    def answered(self, answer: Answer, wanted: Mode) -> None:
        """Count an answer; `wanted` is who should have written it."""
        self._answers.labels(answer.mode.value, answer.status.value, answer.reason.code if answer.reason else "").inc()
        for name, milliseconds in answer.timings.items():
            self._stages.labels(name.removesuffix("_ms")).observe(milliseconds / 1000)
        self._statements.inc(len(answer.statements))
        self._withheld.inc(answer.withheld)
        if wanted is Mode.CHAT and answer.mode is not Mode.CHAT:
            self._failures.inc()
        self._tokens.labels("input").inc(answer.usage.input_tokens)
        self._tokens.labels("output").inc(answer.usage.output_tokens)

    def watch(self, engine: "Engine") -> None:
        """From now on tell, too, how far the engine's store and indexes are."""
        self.registry.register(_Stock(engine))

    def text(self) -> bytes:
        """Everything, in Prometheus's text format. Reads the store."""
        return generate_latest(self.registry)

    def begun(self) -> float:
        """A request begins; gives what `ended` wants."""
        self._in_hand.inc()
        return time.perf_counter()

    def ended(self, begun: float, route: str, method: str, status: int) -> None:
        """A request is answered to its last byte, or its client left."""
        self._in_hand.dec()
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(time.perf_counter() - begun)


class _Stock(Collector):
    """Read when asked for, so that nothing has to be kept up to date."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._counted, self._count_again_at = 0, 0.0

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering it must not read the store."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Articles, what waits for vectors and keywords, and whether the index answers."""
        engine = self._engine
        available = GaugeMetricFamily("dateline_store_available", "1 while the article store can be read.")
        try:
            backlog = engine.indexer.backlog()
            articles = engine.store.coverage(DEFAULT_COLLECTION).articles
        except StoreUnavailable:
            available.add_metric([], 0.0)
            yield available
            return
        available.add_metric([], 1.0)
        yield available
        yield GaugeMetricFamily("dateline_articles", "Articles of the default collection.", articles)
        yield GaugeMetricFamily(
            "dateline_pending_vectors", "Passages without one.", backlog.to_embed + backlog.to_index
        )
        yield GaugeMetricFamily("dateline_pending_keywords", "Passages to take in or drop.", backlog.to_word)
        state = GaugeMetricFamily("dateline_index_state", "1 for the state of the vector index.", labels=["state"])
        for one in IndexState:
            state.add_metric([one.value], float(engine.indexer.state is one))
        yield state
        yield GaugeMetricFamily(
            "dateline_embedder_available", "0 while the embedding server is away.", float(engine.embedder.is_available)
        )
        yield GaugeMetricFamily("dateline_passages", "Passages of current wordings.", self._passages())
        since = engine.embeddings.waiting_since()
        lag = (datetime.now(UTC) - since).total_seconds() if since else 0.0
        yield GaugeMetricFamily("dateline_ingest_lag_seconds", "Age of the oldest passage not yet indexed.", lag)
        disk = GaugeMetricFamily("dateline_disk_bytes", "Bytes of files in the data folder.", labels=["part"])
        for part, size in _sizes(engine.settings.data).items():
            disk.add_metric([part], size)
        yield disk
        yield GaugeMetricFamily("dateline_work_waiting", "Pieces of work that no thread took.", engine.asker.waiting)
        yield GaugeMetricFamily("dateline_ledger_waiting", "Answers to be written.", engine.ledger.waiting)

    def _passages(self) -> int:
        """Counted once a minute: in a large store that takes a while."""
        if time.monotonic() >= self._count_again_at:
            self._counted = self._engine.embeddings.passages()
            self._count_again_at = time.monotonic() + _COUNT_EVERY_S
        return self._counted


def _sizes(data: Path) -> dict[str, int]:
    """Bytes by part: the store's SQLite file with its log, the vector index, the keyword index."""
    parts = {
        "store": data.glob("dateline.sqlite*"),
        "index": data.glob("index/**/*"),
        "keyword": data.glob("keyword/**/*"),
    }
    return {part: sum(map(_size, files)) for part, files in parts.items()}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # an index drops files while it works
        return 0


class Counted:
    """ASGI middleware that counts every request under the route that it met."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = self._metrics.begun(), 499  # when the client leaves before anything was answered

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.ended(begun, route_of(scope), method_of(scope), status)


def route_of(scope: Scope) -> str:
    """The route's pattern, never the path itself: whoever asks could make up as many as he likes."""
    return str(getattr(scope.get("route"), "path", None) or "none")


def method_of(scope: Scope) -> str:
    """The method, or `other` for one that nobody knows."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"
