"""Traces for OpenTelemetry, sent by OTLP over HTTP. The only file that knows its library, loaded where asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from api.version import VERSION
from corpus import tracing
from corpus.tracing import Value

_PATIENCE_S = 3.0


class Traces:
    """Spans of this process, sent where the standard environment variables say, until closed."""

    def __init__(self) -> None:
        named = Resource({SERVICE_NAME: "dateline", SERVICE_VERSION: VERSION})
        self.provider = TracerProvider(resource=named.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
        self.provider.add_span_processor(_WithoutQueries(OTLPSpanExporter()))
        self._tracer = self.provider.get_tracer("dateline", VERSION)
        tracing.listen(self)

    def begin(self, name: str, attributes: dict[str, Value]) -> tracing.Stage:
        """See `corpus.tracing`."""
        return _Stage(self._tracer, self._tracer.start_span(name, attributes=attributes))

    def trace_id(self) -> str | None:
        """See `corpus.tracing`."""
        current = trace.get_current_span().get_span_context()
        return trace.format_trace_id(current.trace_id) if current.is_valid else None

    def close(self) -> None:
        """Send what waits, as far as a moment allows."""
        tracing.listen(None)
        # Where nobody takes them, the library would try again for longer than a stop may take.
        ending = threading.Thread(target=self.provider.shutdown, name="traces", daemon=True)
        ending.start()
        ending.join(_PATIENCE_S)


class _Stage:
    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer, self._span = tracer, span

    def note(self, **attributes: Value) -> None:
        self._span.set_attributes(attributes)

    @contextmanager
    def within(self) -> Iterator[None]:
        token = contexts.attach(self._context())
        try:
            yield
        finally:
            contexts.detach(token)

    def begin(self, name: str, **attributes: Value) -> tracing.Stage:
        return _Stage(self._tracer, self._tracer.start_span(name, self._context(), attributes=attributes))

    def end(self, error: BaseException | None = None) -> None:
        # Not the error's words: they may be an article's, a question's or a provider's.
        if isinstance(error, Exception):
            self._span.set_attribute("error.type", type(error).__qualname__)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()

    def _context(self) -> Any:
        return trace.set_span_in_context(self._span)


class _WithoutQueries(BatchSpanProcessor):
    """The query of an address may hold words that somebody looked for."""

    def on_start(self, span: SdkSpan, parent_context: Any = None) -> None:
        if isinstance(span, ReadableSpan) and span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", "REDACTED")
        super().on_start(span, parent_context)
