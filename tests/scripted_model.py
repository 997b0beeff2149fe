"""A chat model that behaves, and misbehaves, on command: an OpenAI-compatible server on a socket of this machine."""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


class Mode(StrEnum):
    """What the model does. A request whose model is named like a mode overrides the mode that is set."""

    GOOD = "good"  # a sentence of passage 1 that shares most words with the question, cited
    NO_ANSWER = "no_answer"
    SLOW = "slow"  # GOOD, after `delay_s`
    SILENT = "silent"  # accepts the request and never answers
    SEVERAL = "several"  # a cited sentence of each of three passages, `delay_s` between them
    BREAKS_OFF = "breaks_off"  # SEVERAL, but the connection ends in the second sentence
    STALLED = "stalled"  # half a sentence, then nothing for ever
    DRIP = "drip"  # a word every 200 ms for ever
    BUSY = "busy"  # 429 with Retry-After
    BUSY_ONCE = "busy_once"  # 429 once, then GOOD
    QUOTA = "quota"  # 429 that asks for an hour's patience
    BROKEN = "broken"  # 500
    UNAVAILABLE_ONCE = "unavailable_once"  # 503 without Retry-After once, then GOOD
    UNAUTHORISED = "unauthorised"  # 401 whose body and headers repeat the key
    UNKNOWN = "unknown"  # 404
    NO_SCHEMA = "no_schema"  # 400 to any request that wants a schema, else GOOD
    IGNORES_SCHEMA = "ignores_schema"  # plain text whatever is wanted, as GOOD
    FUSSY = "fussy"  # 400 to any request that sets a temperature, else GOOD
    DISCONNECT = "disconnect"  # the connection ends in mid-sentence
    RESET = "reset"  # the connection ends before anything is said
    HTML = "html"  # 200 with a page
    CUT_JSON = "cut_json"
    EMPTY_CHOICES = "empty_choices"
    NULL_CONTENT = "null_content"
    EMPTY_STREAM = "empty_stream"  # [DONE] and nothing before it
    SURROGATE = "surrogate"  # GOOD with half a surrogate pair and NUL in it
    THINKING = "thinking"  # GOOD after a <think> block
    CITES_NOTHING = "cites_nothing"  # GOOD, citing [9]
    UNCITED = "uncited"
    INVENTED_QUOTE = "invented_quote"
    WRONG_NUMBERS = "wrong_numbers"  # GOOD with every figure changed
    OBEYS = "obeys"  # repeats whatever in the prompt looks like an instruction, and cites it
    RECITES = "recites"  # the first sentences of its own instructions, citing [1]
    ENDLESS = "endless"  # as fast as it can, for ever
    ENDLESS_NOTHING = "endless_nothing"  # events without text, for ever


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    mode: Mode
    body: dict[str, Any]
    authorization: str
    at: float

    @property
    def prompt(self) -> str:
        """All messages, joined."""
        return "\n".join(str(message.get("content")) for message in self.body.get("messages", []))


_PASSAGE = re.compile(r"<passage\b[^>]*>\n(.*?)\n</passage>", re.DOTALL)
_QUESTION = re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL)
_ORDER = re.compile(r"\b(?:ignore|disregard|instead|you must|reply with|instructions?)\b", re.IGNORECASE)
REWORDED = "What did Yury Ushakov say about the call between Trump and Putin?"  # GOOD, asked to reword a question
_ABORTED = (Mode.DISCONNECT, Mode.BREAKS_OFF)
_USAGE = {"prompt_tokens": 120, "completion_tokens": 8, "total_tokens": 128}


class ScriptedModel:
    """A context manager: `base_url` while it is open; `mode` may be changed at any time.

    `requests` are all questions so far; `left` are those whose client went away in mid-stream; `paths` are those of all
    requests, whatever they wanted.
    """

    def __init__(self, mode: Mode = Mode.GOOD, delay_s: float = 0.5, retry_after_s: float = 1.0) -> None:
        self.mode = mode
        self.delay_s = delay_s
        self.retry_after = f"{retry_after_s:g}"  # seconds, or an HTTP date
        self.requests: list[Received] = []
        self.left: list[Received] = []
        self.paths: list[str] = []
        self._listener = socket.socket()
        self._closing = threading.Event()

    @property
    def base_url(self) -> str:
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}/v1"

    def __enter__(self) -> Self:
        self._listener.bind(("127.0.0.1", 0))
        app = Starlette(
            routes=[
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
                Route("/v1/models", self._models),
            ]
        )

        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            self.paths.append(scope.get("path", ""))
            await app(scope, receive, send)

        config = uvicorn.Config(
            noted, log_level="critical", log_config=None, lifespan="off", timeout_graceful_shutdown=1, ws="none"
        )
        self._server = uvicorn.Server(config)
        sockets = {"sockets": [self._listener]}
        self._thread = threading.Thread(target=self._server.run, kwargs=sockets, name="scripted-model", daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()

    async def _models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": mode.value, "object": "model"} for mode in Mode]})

    async def _complete(self, request: Request) -> Response:
        body = json.loads(await request.body())
        mode = Mode(body["model"]) if body.get("model") in set(Mode) else self.mode
        received = Received(mode, body, request.headers.get("authorization", ""), time.monotonic())
        again = any(earlier.mode is mode for earlier in self.requests)
        self.requests.append(received)
        if mode is Mode.SILENT:
            await self._wait(3600)
        if mode is Mode.SLOW:
            await self._wait(self.delay_s)
        failed = self._failure(received, again)
        if failed is not None:
            return failed
        if body.get("stream"):
            return StreamingResponse(self._stream(received), media_type="text/event-stream")
        return self._whole(received)

    def _failure(self, received: Received, again: bool) -> Response | None:
        key = received.authorization.removeprefix("Bearer ")
        mode = received.mode
        if mode is Mode.BUSY or (mode is Mode.BUSY_ONCE and not again):
            return _error(429, "Rate limit reached", {"retry-after": self.retry_after})
        if mode is Mode.QUOTA:
            return _error(429, "You exceeded your quota", {"retry-after": "3600"})
        if mode is Mode.UNAVAILABLE_ONCE and not again:
            return _error(503, "Overloaded", {})
        if mode is Mode.BROKEN:
            return _error(500, f"Internal error with key {key}", {})
        if mode is Mode.UNAUTHORISED:
            return _error(401, f"Incorrect API key provided: {key}", {"x-key": key})
        if mode is Mode.UNKNOWN:
            return _error(404, f"No such model for {key}", {})
        if mode is Mode.FUSSY and "temperature" in received.body:
            return _error(400, "Unsupported parameter: 'temperature' is not supported with this model.", {})
        if mode is Mode.NO_SCHEMA and "response_format" in received.body:
            return _error(400, "Unsupported parameter: 'response_format' is not supported with this model.", {})
        if mode is Mode.HTML:
            return HTMLResponse(f"<html><body>Welcome to the proxy, {key}</body></html>")
        return None

    async def _stream(self, received: Received) -> AsyncIterator[bytes]:
        mode = received.mode
        if mode is Mode.RESET:
            raise ConnectionAbortedError("scripted")
        if mode is Mode.EMPTY_STREAM:
            yield b"data: [DONE]\n\n"
            return
        yield _event(_chunk({"role": "assistant", "content": ""}))
        if mode is Mode.CUT_JSON:
            yield b'data: {"id": "c", "choices": [{"index": 0, "delta": {"content": "The ha\n\n'
            return
        if mode is Mode.EMPTY_CHOICES:
            yield _event(_chunk({}) | {"choices": []})
            yield b"data: [DONE]\n\n"
            return
        try:
            async for piece in self._pieces(received):
                yield _event(_chunk({"content": piece}))
        except asyncio.CancelledError:
            self.left.append(received)
            raise
        yield _event(_chunk({}, "stop"))
        if received.body.get("stream_options", {}).get("include_usage"):
            yield _event(_chunk({}) | {"choices": [], "usage": _USAGE})
        yield b"data: [DONE]\n\n"

    async def _pieces(self, received: Received) -> AsyncIterator[str | None]:
        mode = received.mode
        if mode is Mode.NULL_CONTENT:
            yield None
            return
        while mode in (Mode.DRIP, Mode.ENDLESS, Mode.ENDLESS_NOTHING) and not self._closing.is_set():
            yield "" if mode is Mode.ENDLESS_NOTHING else "and so on "
            await self._wait(0.2 if mode is Mode.DRIP else 0.0)
        words = re.findall(r"\S+\s*|\s+", said_by(received))
        for i, word in enumerate(words):
            if i == len(words) // 2 and mode is Mode.STALLED:
                await self._wait(3600)
            if i == (len(words) - 2 if mode is Mode.BREAKS_OFF else len(words) // 2) and mode in _ABORTED:
                raise ConnectionAbortedError("scripted")
            if i > 1 and mode is Mode.SEVERAL and words[i - 2].endswith("].\n"):
                await self._wait(self.delay_s)
            yield word

    def _whole(self, received: Received) -> Response:
        message = {"role": "assistant", "content": said_by(received)}
        if received.mode is Mode.NULL_CONTENT:
            message["content"] = None  # type: ignore[assignment]
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        whole = {"id": "c", "object": "chat.completion", "created": 0, "model": "scripted", "usage": _USAGE}
        whole["choices"] = [] if received.mode is Mode.EMPTY_CHOICES else choices
        text = json.dumps(whole)
        return Response(
            text[: len(text) // 2] if received.mode is Mode.CUT_JSON else text, media_type="application/json"
        )

    async def _wait(self, seconds: float) -> None:
        """Sleep that a closing server cuts short."""
        end = time.monotonic() + seconds
        await asyncio.sleep(0)
        while time.monotonic() < end and not self._closing.is_set():
            await asyncio.sleep(min(0.05, seconds))


def said_by(received: Received) -> str:
    """What the model says, in the form that the request wants."""
    reply = reply_to(received)
    if "response_format" not in received.body or received.mode is Mode.IGNORES_SCHEMA:
        return reply
    lines = [] if reply == "NO_ANSWER" else re.findall(r"([^\[\]]+?) ?((?:\[\d+\])+|$)[.]?(?:\s+|$)", reply)
    claims = [{"text": f"{text}.", "passages": [int(n) for n in re.findall(r"\d+", marks)]} for text, marks in lines]
    return json.dumps({"sentences": claims})


def reply_to(received: Received) -> str:
    """What the model says, made from the passages and the question in the prompt."""
    mode, prompt = received.mode, received.prompt
    question = " ".join(_QUESTION.findall(prompt))
    sentences = list(_sentences(prompt))
    if mode is Mode.GOOD and "<earlier>" in prompt and not sentences:
        return REWORDED
    if mode is Mode.NO_ANSWER or not sentences:
        return "NO_ANSWER"
    sentence = max((text for n, text in sentences if n == 1), key=lambda text: len(_words(text) & _words(question)))
    cited = f"{sentence.rstrip('.')} [1]."
    if mode in (Mode.SEVERAL, Mode.BREAKS_OFF):
        first = {n: text for n, text in reversed(sentences)}
        return "\n".join(f"{first[n].rstrip('.')} [{n}]." for n in sorted(first)[:3])
    if mode is Mode.OBEYS:
        orders = [f"{text.rstrip('.')} [{n}]." for n, text in sentences if _ORDER.search(text)]
        return " ".join(orders) or cited
    if mode is Mode.RECITES:
        own = re.split(r"(?<=[.!?])\s+|\n+", str(received.body["messages"][0]["content"]))
        return " ".join(f"{text.strip().rstrip('.!?')} [1]." for text in own[:4] if text.strip())
    return {
        Mode.CITES_NOTHING: f"{sentence.rstrip('.')} [9].",
        Mode.UNCITED: sentence,
        Mode.INVENTED_QUOTE: "“Nobody was ever told the truth about this,” a spokesman said [1].",
        Mode.WRONG_NUMBERS: re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), sentence.rstrip(".")) + " [1].",
        Mode.SURROGATE: cited.replace(" ", " \udcff\x00", 1),
        Mode.THINKING: f"<think>The reader asks: {question} I recall it was in 1912 [2].</think>\n\n{cited}",
    }.get(mode, cited)


def _sentences(prompt: str) -> Iterator[tuple[int, str]]:
    for n, passage in enumerate(_PASSAGE.findall(prompt), 1):
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", passage):
            if sentence.strip():
                yield n, sentence.strip()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}


def _event(chunk: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk)}\n\n".encode()


def _error(status: int, message: str, headers: dict[str, str]) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "error", "code": None}}, status, headers)
