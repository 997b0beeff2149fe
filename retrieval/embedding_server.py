"""Embed by a server that speaks OpenAI's embeddings endpoint: bounded requests, one kind of error, none of its words.

Spoken to over httpx, not by OpenAI's client, which bounds each read and not a request as a whole.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from typing import Any, TypeVar

import httpx
import numpy as np

from corpus.errors import EmbedderUnavailable
from corpus.retry_after import seconds_of
from retrieval.backoff import Backoff
from retrieval.courtesy import no_pause
from retrieval.embedded_reply import UnusableReply, read_vectors
from retrieval.embedder import Vectors, fingerprint_of

T = TypeVar("T")

_TEXTS = 32  # in one request: what text-embeddings-inference takes by default; OpenAI takes 2,048
_REQUESTS = 4  # in flight at a time
_TRIES = 3
_PAUSE_S = 0.5  # before the second try, twice that before the third, unless the server names a time
_PASSING = (408, 429, 500, 502, 503, 504, 529)
_TOO_LONG = (400, 413, 422)  # what servers answer to a text beyond their limit
_SHORTEST_TEXT = 200  # characters; who refuses this means something else than its length
_QUESTION_S = 3.0  # for which a question waits at most before it is searched for by keyword
_LONGEST_PATIENCE_S = 60.0  # for which the server may ask to be left alone
_MOST_BYTES = 1 << 19  # of a reply, for each text: 8,192 dimensions with all their digits are a third of it
_TAKE_HEED_S = 0.1  # between two looks at whether something else is more urgent


class EmbeddingServer:
    """The model called `model` of a server at `base_url`. Thread-safe.

    `timeout_s` bounds one request, its retries included. `dimensions` asks for vectors of that length, where the model
    can shorten them. The prefixes are put before what is embedded: many models were trained with some. `stored` tells
    the length of the vectors that are stored, None while there are none: others are refused. After a failure the server
    is left alone for a moment, in which calls of the same kind fail at once; then one of them tries.
    """

    at_once = 256
    is_loaded = True  # nothing has to be loaded here

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout_s: float = 30.0,
        dimensions: int = 0,
        question_prefix: str = "",
        passage_prefix: str = "",
        stored: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._url = base_url.rstrip("/") + "/embeddings"
        self._asked: dict[str, Any] = {"model": model, "encoding_format": "float"}
        self._asked |= {"dimensions": dimensions} if dimensions else {}
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._question_prefix, self._passage_prefix = question_prefix, passage_prefix
        self._stored = stored
        self._length: int | None = None
        details = [f"{dimensions} dimensions"] if dimensions else []
        details += [f"passages after {passage_prefix!r}"] if passage_prefix else []
        self.name = ", ".join([f"{model} (embedding server)", *details])
        self.fingerprint = fingerprint_of(f"embedding server: {self.name}")
        # Apart, because a server that has had enough of passages may still take a question.
        self._questions, self._passages = _Away(), _Away()
        self._loop = _Loop()

    @property
    def is_available(self) -> bool:
        """Whether the last questions and passages came back as vectors, or none were sent yet."""
        return self._questions.error is None and self._passages.error is None

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """As every embedder does, within three seconds. Raises `EmbedderUnavailable`."""
        texts = [self._question_prefix + question for question in questions]
        return self._embedded(texts, min(self._timeout_s, _QUESTION_S), no_pause, self._questions)

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        """As every embedder does; `between` is called again and again while the server works.

        A text that the server refuses is cut until it takes it. Raises `EmbedderUnavailable`.
        """
        texts = [self._passage_prefix + passage for passage in passages]
        return self._embedded(texts, self._timeout_s, between, self._passages)

    def close(self) -> None:
        """Give up what is in flight."""
        self._loop.close()

    def _embedded(self, texts: Sequence[str], timeout_s: float, between: Callable[[], None], away: "_Away") -> Vectors:
        away.check()
        try:
            work = self._loop.begin(self._all(texts, timeout_s))
            try:
                vectors = _waited(work, between)
            finally:
                work.cancel()
            self._check_length(vectors.shape[1])
        except CancelledError:
            raise EmbedderUnavailable("What was asked of the embedding server was given up.") from None
        except EmbedderUnavailable as error:
            away.failed(error)
            raise
        away.worked()
        return vectors

    def _check_length(self, length: int) -> None:
        self._length = self._length or self._stored()
        if self._length not in (None, length):
            raise EmbedderUnavailable(
                f"The embedding server gives vectors of {length:,} dimensions, and those stored have {self._length:,}: "
                "let it serve the model that they were made with, or run `dateline reindex`."
            )

    async def _all(self, texts: Sequence[str], timeout_s: float) -> Vectors:
        places = asyncio.Semaphore(_REQUESTS)

        async def part(at: int) -> Vectors:
            async with places:
                return await self._in_time(list(texts[at : at + _TEXTS]), timeout_s)

        async with _Group() as group:
            parts = [group.create_task(part(at)) for at in range(0, len(texts), _TEXTS)]
        return _joined([one.result() for one in parts])

    async def _in_time(self, texts: list[str], timeout_s: float) -> Vectors:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._some(texts, asyncio.get_running_loop().time() + timeout_s)
        except UnusableReply as error:
            raise EmbedderUnavailable(f"The embedding server {error}.") from None
        except TimeoutError:
            raise EmbedderUnavailable(
                f"The embedding server did not answer within {timeout_s:g} seconds.", may_pass=True
            ) from None

    async def _some(self, texts: list[str], end: float) -> Vectors:
        """The vectors of one request; when it is refused, of its halves, and of a single text cut to half."""
        try:
            return await asyncio.to_thread(read_vectors, await self._tried(texts, end), len(texts))
        except _Refused as refused:
            if len(texts) == 1 and len(texts[0]) <= _SHORTEST_TEXT:
                raise EmbedderUnavailable(
                    f"The embedding server refused the request (status {refused.status}): check DATELINE_EMBEDDER, "
                    "which names the model there, and DATELINE_EMBEDDER_DIMENSIONS."
                ) from None
        half = len(texts) // 2
        if not half:
            return await self._some([texts[0][: len(texts[0]) // 2]], end)
        return _joined([await self._some(part, end) for part in (texts[:half], texts[half:])])

    async def _tried(self, texts: list[str], end: float) -> bytes:
        """The reply, trying again when that may help before `end`."""
        for tries in range(1, _TRIES + 1):
            reply, pause = await self._posted(texts)
            if isinstance(reply, bytes):
                return reply
            wait = _PAUSE_S * 2 ** (tries - 1) if pause is None else pause
            if tries == _TRIES or asyncio.get_running_loop().time() + wait >= end:
                raise EmbedderUnavailable(reply, may_pass=True, retry_after=pause)
            await asyncio.sleep(wait)
        raise AssertionError("the last try ends it")

    async def _posted(self, texts: list[str]) -> tuple[bytes | str, float | None]:
        """The reply of one try; or what was wrong and may pass, and after how many seconds as the server says."""
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}  # read as long as it is sent
        headers |= {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        body = json.dumps({**self._asked, "input": texts}).encode()
        try:
            async with self._loop.client.stream("POST", self._url, content=body, headers=headers) as reply:
                if reply.status_code in _PASSING:
                    how = "is busy" if reply.status_code in (429, 503, 529) else "failed"
                    pause = seconds_of(reply.headers.get("retry-after", ""))
                    return f"The embedding server {how} (status {reply.status_code}).", pause
                _check_status(reply.status_code)
                return await _bounded(reply, _MOST_BYTES * len(texts)), None
        except (httpx.TransportError, OSError):  # their text may hold the address
            return "The connection to the embedding server failed or broke off.", None


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _check_status(status: int) -> None:
    if status == 200:
        return
    if status in (401, 403):
        raise EmbedderUnavailable(
            f"The embedding server refused the key (status {status}): check DATELINE_EMBEDDER_API_KEY."
        )
    if status in _TOO_LONG:
        raise _Refused(status)
    raise EmbedderUnavailable(
        f"The embedding server does not embed there (status {status}): check DATELINE_EMBEDDER_BASE_URL, which mostly "
        "ends with /v1, and DATELINE_EMBEDDER, which names the model."
    )


async def _bounded(reply: httpx.Response, most: int) -> bytes:
    parts, size = [], 0
    async for part in reply.aiter_raw():
        size += len(part)
        if size > most:
            raise UnusableReply("sent far more than vectors")
        parts.append(part)
    return b"".join(parts)


def _joined(parts: Sequence[Vectors]) -> Vectors:
    if len({part.shape[1] for part in parts}) != 1:
        raise EmbedderUnavailable("The embedding server sent vectors of unequal length.")
    return np.concatenate(parts)


def _waited(work: "Future[T]", between: Callable[[], None]) -> T:
    while True:
        between()
        with suppress(FutureTimeout):
            return work.result(_TAKE_HEED_S)
        if work.done():  # what timed out was the work itself
            return work.result()


class _Group(asyncio.TaskGroup):
    """A task group that raises what failed first, as it was."""

    async def __aexit__(self, *raised: Any) -> None:
        try:
            await super().__aexit__(*raised)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None


class _Away:
    """Whether the server failed, and until when it is left alone."""

    def __init__(self) -> None:
        self.error: EmbedderUnavailable | None = None
        self._lock = threading.Lock()
        self._backoff = Backoff()

    def check(self) -> None:
        """Raise the last failure unless a try is due; then the caller makes it, and others wait for what it finds."""
        with self._lock:
            if self.error is None:
                return
            if not self._backoff.is_due:
                raise EmbedderUnavailable(str(self.error), self.error.may_pass, self.error.retry_after)
            self._backoff.put_off()

    def failed(self, error: EmbedderUnavailable) -> None:
        with self._lock:
            self.error = error
            self._backoff.failed(at_least=min(error.retry_after or 0.0, _LONGEST_PATIENCE_S))

    def worked(self) -> None:
        with self._lock:
            self.error = None
            self._backoff.worked()


class _Loop:
    """An event loop in a thread of its own, begun when first used, because only such a loop ends a request in time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run `work` there. What it gives can be waited for and cancelled from any thread."""
        with self._lock:
            if self._loop is None:
                for name in ("httpcore", "httpx"):  # what they tell in detail has headers, and those may repeat the key
                    if logging.getLogger(name).level == logging.NOTSET:
                        logging.getLogger(name).setLevel(logging.WARNING)
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="embedding-server", daemon=True).start()
                # Nothing of the environment's proxies for an address of our own setting, but its certificates.
                self.client = httpx.AsyncClient(
                    trust_env=False, verify=httpx.create_ssl_context(trust_env=True), timeout=None
                )
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None:
            return
        with suppress(FutureTimeout, RuntimeError):
            asyncio.run_coroutine_threadsafe(_ended(self.client), loop).result(2)
        loop.call_soon_threadsafe(loop.stop)


async def _ended(client: httpx.AsyncClient) -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await client.aclose()
