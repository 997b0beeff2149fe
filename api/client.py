"""A client of a Dateline server: `Dateline`, and `AsyncDateline` with the same calls awaited.

    with Dateline("http://127.0.0.1:8000") as dateline:
        answer = dateline.ask("Why does Putin avoid the meeting?", as_of="2025-08-20")
        for event in dateline.stream("Why does Putin avoid the meeting?"):
            ...

Replies are the models of `api.*_schemas`, streamed answers the events of `api.events`. Whatever goes wrong is a
`RequestFailed` with status, code, detail and request id (`ServerUnreachable` when no answer came).
"""

import asyncio
import ipaddress
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import count
from typing import Any, Literal, Self, TypeVar, Unpack

import httpx

from api import calls
from api.answer_schemas import AnswerOut, SearchOut, VerificationOut
from api.article_schemas import ArticleOut, ArticleSummary, IngestReportOut
from api.calls import (
    AskArguments,
    Call,
    ListAnswersArguments,
    ListArguments,
    PushedArticle,
    SearchArguments,
    VerifyArguments,
)
from api.collect_schemas import JobList, JobOut
from api.events import AnswerCompleted, AnswerEvent, EventReader, read_event
from api.ledger_schemas import KeptAnswerOut, KeptAnswerSummary, ReplayOut
from api.request_schemas import ArticleIn
from api.service_schemas import Readiness
from api.version import VERSION
from corpus.article import DEFAULT_COLLECTION
from corpus.errors import InvalidInput, RequestFailed, ServerUnreachable

__all__ = ["AsyncDateline", "Dateline", "RequestFailed", "ServerUnreachable"]

T = TypeVar("T")

# A push may wait a minute for its vectors; a streamed answer gives a sign of life every quarter of one.
_TIMEOUT = 120.0
_CONNECT_TIMEOUT = 10.0


class Dateline:
    """A Dateline server at `url`. `api_key` goes as a bearer token; `timeout` is in seconds. Thread-safe."""

    def __init__(self, url: str, api_key: str | None = None, timeout: float = _TIMEOUT) -> None:
        self.base_url = url.rstrip("/")
        self._http = httpx.Client(**_arguments(self.base_url, api_key, timeout))

    def ask(self, question: str, **options: Unpack[AskArguments]) -> AnswerOut:
        """The answer, or the abstention."""
        return self._send(calls.ask(question, options))

    def stream(self, question: str, **options: Unpack[AskArguments]) -> Generator[AnswerEvent]:
        """The answer as it comes about; the last event holds the whole. Closing the iterator stops the work."""
        with self._opened(calls.ask(question, options, stream=True)) as response:
            reader = _AnswerReader(response)
            for piece in response.iter_bytes():
                yield from reader.feed(piece)
            reader.finish()

    def search(self, question: str, **options: Unpack[SearchArguments]) -> SearchOut:
        """The passages that bear on a question, best first."""
        return self._send(calls.search(question, options))

    def verify(self, text: str, **options: Unpack[VerifyArguments]) -> VerificationOut:
        """A verdict for each sentence of any text."""
        return self._send(calls.verify(text, options))

    def articles(self, **options: Unpack[ListArguments]) -> Iterator[ArticleSummary]:
        """All articles that fit, newest first; further pages are fetched as they are needed."""
        return self._each(partial(calls.articles, options))

    def article(self, article_id: str, revision: int | None = None, collection: str | None = None) -> ArticleOut:
        """One revision with its whole body, the current one by default."""
        return self._send(calls.article(article_id, revision, collection))

    def push(
        self, articles: Sequence[PushedArticle | ArticleIn], wait: Literal["keyword", "vector"] = "vector"
    ) -> IngestReportOut:
        """Store up to 1,000 articles. Each is checked alone: see `failed`."""
        return self._send(calls.push(articles, wait))

    def delete(self, article_id: str, collection: str = DEFAULT_COLLECTION) -> None:
        """Delete an article with all its revisions."""
        self._send(calls.delete(article_id, collection))

    def ingest(self, urls: Sequence[str], collection: str = DEFAULT_COLLECTION) -> JobOut:
        """Let the server fetch pages, documents, feeds and sitemaps; `job` says how far it is."""
        return self._send(calls.ingest(urls, collection))

    def job(self, job_id: str) -> JobOut:
        """How far a job is, and what failed."""
        return self._send(calls.job(job_id))

    def jobs(self, limit: int = 50) -> JobList:
        """The newest jobs."""
        return self._send(calls.jobs(limit))

    def answers(self, **options: Unpack[ListAnswersArguments]) -> Iterator[KeptAnswerSummary]:
        """The answers given that fit, newest first; further pages are fetched as they are needed."""
        return self._each(partial(calls.answers, options))

    def answer(self, answer_id: str) -> KeptAnswerOut:
        """An answer as it was given, and what became of its articles since."""
        return self._send(calls.answer(answer_id))

    def replay(self, answer_id: str) -> ReplayOut:
        """Ask the question of an answer again, of today's articles, and tell what differs."""
        return self._send(calls.replay(answer_id))

    def forget(self, answer_id: str) -> None:
        """Forget an answer before its time."""
        self._send(calls.forget(answer_id))

    def ready(self) -> Readiness:
        """What works now. Raises `RequestFailed` with status 503 while the server starts."""
        return self._send(calls.ready())

    def export(self, collection: str | None = None) -> Generator[bytes]:
        """Every revision with its history, a line each with its line end."""
        rest: list[bytes] = []
        with self._opened(calls.export(collection)) as response:
            for piece in response.iter_bytes():
                # Not httpx's own lines: it splits at every line end of Unicode, and a line of JSON may hold some.
                *whole, last = piece.split(b"\n")
                for line in whole:
                    yield b"".join([*rest, line, b"\n"])
                    rest.clear()
                rest.append(last)
        if any(rest):
            yield b"".join(rest)

    def request(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
        """The JSON of any other request to the API."""
        return self._send(calls.plain(method, path, query, body))

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _each(self, page_of: Callable[[str | None], Call[Any]]) -> Iterator[Any]:
        """What all pages hold, each asked for by the cursor that the one before gave."""
        cursor: str | None = None
        while True:
            page = self._send(page_of(cursor))
            yield from page.data
            cursor = page.next_cursor
            if cursor is None:
                return

    def _send(self, call: Call[T]) -> T:
        with self._opened(call) as response:
            return calls.result(call, response)

    @contextmanager
    def _opened(self, call: Call[Any]) -> Iterator[httpx.Response]:
        """A reply of 2xx, read whole unless the call streams."""
        for tries in count(1):
            outcome = self._tried(call)
            pause = calls.pause_before_retry(call, tries, outcome)
            if pause is None:
                break
            time.sleep(pause)
        if isinstance(outcome, httpx.TransportError):
            raise calls.unreachable(self.base_url, outcome) from outcome
        try:
            calls.refuse_failure(outcome)
            yield outcome
        except httpx.HTTPError as error:
            raise calls.unreachable(self.base_url, error) from error
        finally:
            outcome.close()

    def _tried(self, call: Call[Any]) -> httpx.Response | httpx.TransportError:
        try:
            response = self._http.send(_request(self._http, call), stream=True)
            if not call.streams or not response.is_success:
                response.read()
        except httpx.TransportError as error:
            return error
        except httpx.HTTPError as error:
            raise calls.unreachable(self.base_url, error) from error
        return response


class AsyncDateline:
    """`Dateline` with its calls awaited and its iterators asynchronous."""

    def __init__(self, url: str, api_key: str | None = None, timeout: float = _TIMEOUT) -> None:
        self.base_url = url.rstrip("/")
        self._http = httpx.AsyncClient(**_arguments(self.base_url, api_key, timeout))

    async def ask(self, question: str, **options: Unpack[AskArguments]) -> AnswerOut:
        """See `Dateline.ask`."""
        return await self._send(calls.ask(question, options))

    async def stream(self, question: str, **options: Unpack[AskArguments]) -> AsyncGenerator[AnswerEvent]:
        """See `Dateline.stream`."""
        async with self._opened(calls.ask(question, options, stream=True)) as response:
            reader = _AnswerReader(response)
            async for piece in response.aiter_bytes():
                for event in reader.feed(piece):
                    yield event
            reader.finish()

    async def search(self, question: str, **options: Unpack[SearchArguments]) -> SearchOut:
        """See `Dateline.search`."""
        return await self._send(calls.search(question, options))

    async def verify(self, text: str, **options: Unpack[VerifyArguments]) -> VerificationOut:
        """See `Dateline.verify`."""
        return await self._send(calls.verify(text, options))

    def articles(self, **options: Unpack[ListArguments]) -> AsyncIterator[ArticleSummary]:
        """See `Dateline.articles`."""
        return self._each(partial(calls.articles, options))

    async def article(self, article_id: str, revision: int | None = None, collection: str | None = None) -> ArticleOut:
        """See `Dateline.article`."""
        return await self._send(calls.article(article_id, revision, collection))

    async def push(
        self, articles: Sequence[PushedArticle | ArticleIn], wait: Literal["keyword", "vector"] = "vector"
    ) -> IngestReportOut:
        """See `Dateline.push`."""
        return await self._send(calls.push(articles, wait))

    async def delete(self, article_id: str, collection: str = DEFAULT_COLLECTION) -> None:
        """See `Dateline.delete`."""
        await self._send(calls.delete(article_id, collection))

    async def ingest(self, urls: Sequence[str], collection: str = DEFAULT_COLLECTION) -> JobOut:
        """See `Dateline.ingest`."""
        return await self._send(calls.ingest(urls, collection))

    async def job(self, job_id: str) -> JobOut:
        """See `Dateline.job`."""
        return await self._send(calls.job(job_id))

    async def jobs(self, limit: int = 50) -> JobList:
        """See `Dateline.jobs`."""
        return await self._send(calls.jobs(limit))

    def answers(self, **options: Unpack[ListAnswersArguments]) -> AsyncIterator[KeptAnswerSummary]:
        """See `Dateline.answers`."""
        return self._each(partial(calls.answers, options))

    async def answer(self, answer_id: str) -> KeptAnswerOut:
        """See `Dateline.answer`."""
        return await self._send(calls.answer(answer_id))

    async def replay(self, answer_id: str) -> ReplayOut:
        """See `Dateline.replay`."""
        return await self._send(calls.replay(answer_id))

    async def forget(self, answer_id: str) -> None:
        """See `Dateline.forget`."""
        await self._send(calls.forget(answer_id))

    async def ready(self) -> Readiness:
        """See `Dateline.ready`."""
        return await self._send(calls.ready())

    async def request(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
        """See `Dateline.request`."""
        return await self._send(calls.plain(method, path, query, body))

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _each(self, page_of: Callable[[str | None], Call[Any]]) -> AsyncIterator[Any]:
        cursor: str | None = None
        while True:
            page = await self._send(page_of(cursor))
            for one in page.data:
                yield one
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _send(self, call: Call[T]) -> T:
        async with self._opened(call) as response:
            return calls.result(call, response)

    @asynccontextmanager
    async def _opened(self, call: Call[Any]) -> AsyncIterator[httpx.Response]:
        for tries in count(1):
            outcome = await self._tried(call)
            pause = calls.pause_before_retry(call, tries, outcome)
            if pause is None:
                break
            await asyncio.sleep(pause)
        if isinstance(outcome, httpx.TransportError):
            raise calls.unreachable(self.base_url, outcome) from outcome
        try:
            calls.refuse_failure(outcome)
            yield outcome
        except httpx.HTTPError as error:
            raise calls.unreachable(self.base_url, error) from error
        finally:
            await outcome.aclose()

    async def _tried(self, call: Call[Any]) -> httpx.Response | httpx.TransportError:
        try:
            response = await self._http.send(_request(self._http, call), stream=True)
            if not call.streams or not response.is_success:
                await response.aread()
        except httpx.TransportError as error:
            return error
        except httpx.HTTPError as error:
            raise calls.unreachable(self.base_url, error) from error
        return response


class _AnswerReader:
    """The events of one streamed answer, which must end with the whole."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._reader = EventReader()
        self._complete = False

    def feed(self, piece: bytes) -> Iterator[AnswerEvent]:
        """The events that `piece` completes. Raises `RequestFailed` when the server tells of an error."""
        for name, data in self._reader.feed(piece):
            try:
                if name == "error":
                    known_as = self._response.headers.get("x-request-id")
                    raise calls.failure(json.loads(data), 500, "", known_as)
                event = read_event(name, data)
            except ValueError as error:
                raise calls.unreadable(self._response, f"an event {name!r} that this client does not know") from error
            if event:
                self._complete = isinstance(event, AnswerCompleted)
                yield event

    def finish(self) -> None:
        """Raise `ServerUnreachable` unless the whole answer came."""
        if not self._complete:
            raise ServerUnreachable("The server broke the answer off before its end. Ask again.")


def _arguments(url: str, api_key: str | None, timeout: float) -> dict[str, Any]:
    """What httpx's clients are made with. Raises `InvalidInput` for an address or a key that cannot be used."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise InvalidInput(f"{url!r} is not the address of a server; write it as in http://127.0.0.1:8000.")
    headers = {"User-Agent": f"dateline-python/{VERSION}"}
    if api_key:
        if not (api_key.isascii() and api_key.isprintable()):
            raise InvalidInput("The API key holds characters that a header cannot.")
        headers["Authorization"] = f"Bearer {api_key}"
    # Proxies of the environment are for the outside.
    return {
        "base_url": address,
        "headers": headers,
        "timeout": httpx.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT)),
        "trust_env": not _is_loopback(address.host),
    }


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _request(http: httpx.Client | httpx.AsyncClient, call: Call[Any]) -> httpx.Request:
    try:
        return http.build_request(
            call.method, call.path, params=call.parameters() or None, content=call.content(), headers=call.headers()
        )
    except UnicodeEncodeError:
        raise InvalidInput("A filter holds half a surrogate pair, which no text does.") from None
