"""An embedding server that behaves, and misbehaves, on command: OpenAI's embeddings endpoint on a socket of this machine."""

import json
import socket
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from retrieval.embedder import Embedder
from tests.small import HashedWords


class Mode(StrEnum):
    """What it does with a request."""

    GOOD = "good"
    SHUFFLED = "shuffled"  # GOOD, the last text's vector first
    LONG_VECTORS = "long_vectors"  # GOOD, each vector seven times as long as a unit
    SLOW = "slow"  # GOOD, after `delay_s`
    SILENT = "silent"  # takes the request and never answers
    DRIP = "drip"  # the reply's bytes one by one, for ever
    BUSY = "busy"  # 429 with Retry-After
    BUSY_ONCE = "busy_once"
    BROKEN = "broken"  # 500 whose body repeats the key
    BROKEN_ONCE = "broken_once"
    UNAUTHORISED = "unauthorised"  # 401 whose body and headers repeat the key
    UNKNOWN = "unknown"  # 404
    REFUSED = "refused"  # 400, whatever is asked
    TOO_LONG = "too_long"  # 413 when a text has more than `longest` characters, else GOOD
    WRONG_COUNT = "wrong_count"  # a vector is missing
    WRONG_DIMENSION = "wrong_dimension"  # half of each vector
    UNEQUAL = "unequal"  # half of one vector
    NAN = "nan"
    ZERO = "zero"
    WORDS = "words"  # numbers as text
    DOUBLED = "doubled"  # the same index twice
    UNNUMBERED = "unnumbered"
    DISCONNECT = "disconnect"  # the connection ends within the reply
    RESET = "reset"  # the connection ends before it
    HTML = "html"
    ENDLESS = "endless"  # white space as fast as it goes


# What none of a reply's vectors is to be believed for, and a word of what is said of it.
UNUSABLE = {
    Mode.WRONG_COUNT: "vectors for",
    Mode.UNEQUAL: "unequal length",
    Mode.NAN: "without a direction",
    Mode.ZERO: "without a direction",
    Mode.WORDS: "else than numbers",
    Mode.DOUBLED: "to which text",
    Mode.UNNUMBERED: "to which text",
    Mode.HTML: "not JSON",
    Mode.ENDLESS: "far more",
}


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    body: dict[str, Any]
    authorization: str
    path: str
    at: float

    @property
    def texts(self) -> list[str]:
        return list(self.body["input"])


class ScriptedEmbeddings:
    """A context manager: `base_url` while it is open; `mode` may be changed at any time. The model is `embedder`.

    `stop` and `start` take it away and bring it back at the same address.
    """

    def __init__(self, embedder: Embedder | None = None, delay_s: float = 0.3, retry_after: str = "0.1") -> None:
        self.mode = Mode.GOOD
        self.embedder = embedder or HashedWords()
        self.delay_s, self.retry_after, self.longest = delay_s, retry_after, 1_000
        self.received: list[Received] = []
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()
        self._port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve."""
        self._closing = threading.Event()
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                script._handled(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_: object) -> None:
                pass  # clients leave

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Be gone."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _handled(self, handler: BaseHTTPRequestHandler) -> None:
        if self._closing.is_set():  # a connection that was kept
            handler.close_connection = True
            return
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        received = Received(body, handler.headers.get("authorization", ""), handler.path, time.monotonic())
        with self._lock:
            self.received.append(received)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            self._answered(handler, received)
        except OSError:
            handler.close_connection = True
        finally:
            with self._lock:
                self.in_flight -= 1

    def _answered(self, handler: BaseHTTPRequestHandler, received: Received) -> None:
        mode = self.mode
        key = received.authorization.removeprefix("Bearer ")
        if mode in (Mode.BUSY_ONCE, Mode.BROKEN_ONCE):
            self.mode = Mode.GOOD
        if mode is Mode.SILENT or mode is Mode.RESET:
            if mode is Mode.SILENT:
                self._closing.wait(3600)
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
        elif mode in (Mode.BUSY, Mode.BUSY_ONCE):
            _send(handler, 429, b"{}", {"retry-after": self.retry_after})
        elif mode in (Mode.BROKEN, Mode.BROKEN_ONCE):
            _send(handler, 500, f"failed with {key}".encode(), {})
        elif mode is Mode.UNAUTHORISED:
            _send(handler, 401, f"wrong key {key}".encode(), {"x-key": key})
        elif mode is Mode.UNKNOWN:
            _send(handler, 404, key.encode(), {})
        elif mode is Mode.REFUSED or (mode is Mode.TOO_LONG and max(map(len, received.texts)) > self.longest):
            _send(handler, 413 if mode is Mode.TOO_LONG else 400, key.encode(), {})
        elif mode is Mode.HTML:
            _send(handler, 200, b"<html>Welcome</html>", {})
        else:
            if mode is Mode.SLOW:
                self._closing.wait(self.delay_s)
            self._replied(handler, mode, json.dumps({"object": "list", "data": self._rows(mode, received)}).encode())

    def _replied(self, handler: BaseHTTPRequestHandler, mode: Mode, reply: bytes) -> None:
        if mode not in (Mode.DRIP, Mode.DISCONNECT, Mode.ENDLESS):
            _send(handler, 200, reply, {})
            return
        handler.send_response(200)
        handler.send_header("content-length", str(1 << 40))
        handler.end_headers()
        while mode is not Mode.DISCONNECT and not self._closing.is_set():
            handler.wfile.write(b" " if mode is Mode.DRIP else b" " * 65_536)
            self._closing.wait(0.05 if mode is Mode.DRIP else 0.0)
        handler.wfile.write(reply[: len(reply) // 2])
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    def _rows(self, mode: Mode, received: Received) -> list[dict[str, Any]]:
        vectors: list[list[Any]] = self.embedder.embed_passages(received.texts).tolist()
        size = len(vectors[0])
        if mode is Mode.LONG_VECTORS:
            vectors = [[7 * number for number in vector] for vector in vectors]
        if mode is Mode.WRONG_DIMENSION:
            vectors = [vector[: size // 2] for vector in vectors]
        last: dict[Mode, list[Any]] = {
            Mode.UNEQUAL: vectors[-1][: size // 2],
            Mode.NAN: [float("nan"), *vectors[-1][1:]],
            Mode.ZERO: [0.0] * size,
            Mode.WORDS: [str(number) for number in vectors[-1]],
        }
        vectors[-1] = last.get(mode, vectors[-1])
        rows = [
            {"object": "embedding", "index": 0 if mode is Mode.DOUBLED else index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ]
        if mode is Mode.UNNUMBERED:
            rows = [{"embedding": row["embedding"]} for row in rows]
        if mode is Mode.SHUFFLED:
            rows.reverse()
        return rows[1:] if mode is Mode.WRONG_COUNT else rows


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
