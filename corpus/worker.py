"""Have hostile documents parsed by worker processes that can be lost without loss: see `corpus.parse`."""

import atexit
import contextlib
import json
import os
import select
import subprocess
import threading
import time
from signal import SIGXCPU
from typing import Any

from corpus.errors import UnreadableFile
from corpus.feed import Feed, feed_from
from corpus.found import Found, Parsed, parsed_from, records_from
from corpus.sniff import Kind
from corpus.subprogram import command, environment

# The processor limit of the worker strikes first; the deadline is for one that waits, and for a busy machine.
_DEADLINE_SECONDS = 9.5
_START_SECONDS = 60.0
_MOST_WORKERS = 2
# Parsers keep caches and leak a little; a fresh process now and then keeps memory flat.
_MOST_DOCUMENTS = 500
_IDLE_SECONDS = 60.0
_MOST_ANSWER_BYTES = 20 << 20
_CRASHED = "It crashes the parser or takes all its memory; it is damaged or hostile."
_OUT_OF_MEMORY = 3  # how `corpus.parse` leaves
_TOO_LONG = "It takes too long to parse: over 8 seconds of processor time, or 9.5 of waiting."
_TOO_LARGE = "It needs more memory to parse than is allowed (512 MB)."


class Workers:
    """At most two worker processes, started when needed, kept for the next document. Thread-safe."""

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST_WORKERS)

    def parse(self, kind: Kind, data: bytes, url: str | None = None, charset: str | None = None) -> Parsed:
        """Parse one document. Raises `UnreadableFile` with the reason, also when the worker was lost over it."""
        return parsed_from(self._ask({"kind": kind.value, "url": url, "charset": charset}, data))

    def read_markup(self, text: str) -> str:
        """The text of `corpus.page.read_markup`. Raises `UnreadableFile` also when the worker was lost over it."""
        return parsed_from(self._ask({"kind": "markup"}, text.encode("utf-8", "replace"))).body

    def read_feed(self, data: bytes, url: str, charset: str | None = None) -> Feed:
        """As `corpus.feed.read_feed`. Raises `UnreadableFile` also when the worker was lost over it."""
        return feed_from(self._ask({"kind": "feed", "url": url, "charset": charset}, data))

    def read_records(self, kind: Kind, data: bytes, name: str, charset: str | None = None) -> list[Found]:
        """As `corpus.reader.read_records`. Raises `UnreadableFile` also when the worker was lost over it."""
        request = {"kind": "records", "of": kind.value, "name": name, "charset": charset}
        return records_from(self._ask(request, data))

    def close(self) -> None:
        """End the idle workers."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def _ask(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        with self._places:
            worker = self._take()
            try:
                answer = worker.ask({**request, "size": len(data)}, data)
            except BaseException:
                worker.close()
                raise
            self._give_back(worker)
        if isinstance(found := answer.get("parsed"), dict):
            return found
        raise UnreadableFile(str(answer.get("reason") or "It cannot be parsed."))

    def _take(self) -> "_Worker":
        with self._lock:
            stale = [worker for worker in self._idle if not worker.is_fresh()]
            self._idle = [worker for worker in self._idle if worker not in stale]
            found = self._idle.pop() if self._idle else None
        for worker in stale:
            worker.close()
        return found or _Worker()

    def _give_back(self, worker: "_Worker") -> None:
        if worker.documents >= _MOST_DOCUMENTS:
            worker.close()
            return
        with self._lock:
            self._idle.append(worker)


class _Worker:
    """One process. Raises `UnreadableFile` when it cannot be started or is lost over a document."""

    def __init__(self) -> None:
        # A fresh interpreter, never a fork of this process and its threads.
        self._process = subprocess.Popen(
            command("corpus.parse"), env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self.documents = 0
        self._used = time.monotonic()
        try:
            self._receive(time.monotonic() + _START_SECONDS)
        except UnreadableFile:
            self.close()
            raise UnreadableFile("The parser for documents cannot be started on this machine.") from None

    def ask(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        """Send one document and wait for what was made of it."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        head = json.dumps(request).encode()
        self._send(len(head).to_bytes(4) + head, deadline)
        self._send(data, deadline)
        answer = self._receive(deadline)
        self.documents += _MOST_DOCUMENTS if answer.get("used_up") else 1
        self._used = time.monotonic()
        return answer

    def is_fresh(self) -> bool:
        """Whether it lives and was used lately."""
        return self._process.poll() is None and time.monotonic() - self._used < _IDLE_SECONDS

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _send(self, message: bytes, deadline: float) -> None:
        rest = memoryview(message)
        while rest:
            self._wait(self._to, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self._to, rest[: 1 << 20]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise UnreadableFile(self._why_lost()) from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        length = int.from_bytes(self._read(4, deadline))
        if length > _MOST_ANSWER_BYTES:
            raise UnreadableFile("It holds far more text than one article.")
        try:
            return dict(json.loads(self._read(length, deadline)))
        except (ValueError, TypeError):
            raise UnreadableFile("It cannot be parsed: the parser's answer makes no sense.") from None

    def _read(self, count: int, deadline: float) -> bytearray:
        found = bytearray()
        while len(found) < count:
            self._wait(self._from, select.POLLIN, deadline)
            try:
                piece = os.read(self._from, min(1 << 20, count - len(found)))
            except BlockingIOError:
                continue
            if not piece:
                raise UnreadableFile(self._why_lost())
            found += piece
        return found

    def _wait(self, pipe: int, event: int, deadline: float) -> None:
        watch = select.poll()
        watch.register(pipe, event)
        left = deadline - time.monotonic()
        if left <= 0 or not watch.poll(left * 1000):
            raise UnreadableFile(_TOO_LONG)

    def _why_lost(self) -> str:
        try:
            code = self._process.wait(timeout=5)  # a busy machine takes its time to clear away
        except subprocess.TimeoutExpired:
            return _TOO_LONG
        if code == -SIGXCPU:
            return _TOO_LONG
        return _TOO_LARGE if code == _OUT_OF_MEMORY else _CRASHED


# One set for the process: every reader shares it, and nothing is started before the first document that needs it.
WORKERS = Workers()
atexit.register(WORKERS.close)
