"""Connections that go only where they may: the address is checked, not the name, and every wait ends at a deadline.

httpcore's seam for this is the network backend; it is used here and in `corpus.fetch` only.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from corpus.addresses import Allowed
from corpus.errors import FetchRefused

# The addresses of a host name, as text; the tests give one that changes its mind.
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, as the system sees them. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline:
    """So many seconds from now on for everything that is waited for; a pause made on purpose does not count."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, timeout: float | None = None) -> float:
        """The seconds left, at most `timeout`. Raises `httpcore.ReadTimeout` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left if timeout is None else min(timeout, left)

    def pause(self, seconds: float) -> None:
        """Sleep, and be over so much later."""
        time.sleep(seconds)
        self._end += seconds


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections to addresses that `allowed` lets, until the deadline.

    A name is resolved once, and the connection goes to the very address that was checked, so a name that resolves to
    something else a moment later gains nothing. One forbidden address among several forbids the host.
    """

    def __init__(self, allowed: Allowed, deadline: Deadline, resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises `FetchRefused`, and httpcore's errors."""
        addresses = self._addresses(host, port, self._deadline.left(timeout))
        for address in addresses:
            if not self._allowed.lets(host, address):
                raise FetchRefused(
                    f"{host} is not fetched: it leads to {address}, which is not on the public internet. "
                    f"If it is yours, name it in DATELINE_FETCH_ALLOW."
                )
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                left = self._deadline.left(timeout)
                return _Stream(self._plain.connect_tcp(address, port, left, None, socket_options), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    def _addresses(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """In a thread that is left behind when it takes too long: the system's look-up knows no deadline."""
        found: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

        def look_up() -> None:
            try:
                found.put(self._resolve(host, port))
            except Exception as error:
                found.put(error)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        try:
            answer = found.get(timeout=seconds)
        except Empty:
            raise httpcore.ConnectTimeout(f"the address of {host} is not found in time") from None
        if isinstance(answer, (OSError, UnicodeError)):
            raise httpcore.ConnectError(f"{host} has no address") from answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: a socket file is no public address."""
        raise FetchRefused("Socket files are not fetched from.")


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline, however many bytes drip in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
