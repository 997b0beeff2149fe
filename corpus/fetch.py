"""Fetch one address of the web, safely: only where it may, at most so many bytes, within so many seconds."""

import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from corpus.addresses import Allowed
from corpus.connect import CheckedBackend, Deadline, Resolve, resolve
from corpus.errors import FetchFailed, FetchRefused
from corpus.retry_after import moment_after, seconds_of

MOST_BYTES = 10_000_000
_UNPACKED_AT_ONCE = 1 << 20
_MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_LONGEST_REST = 86_400.0  # seconds: what asks to be left alone for longer is looked at again after a day

# Finds out within so many seconds whether an address may be requested, and gives after what pause in seconds. Raises
# `FetchRefused` when it must not be.
Ask = Callable[[str, float], float]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered. `url` is the last of the redirects; `body` is decompressed.

    `is_unchanged` says that the server has nothing newer than what the `etag` or `last_modified` of the request
    stand for; then `body` is empty.
    """

    url: str
    body: bytes = field(repr=False)
    content_type: str | None
    etag: str | None = None
    last_modified: str | None = None
    is_unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches with one set of limits. Thread-safe. `user_agent` should say how its operator is reached.

    `seconds` are for all that one address leads to: looking names up, connecting, redirects, asking whether it may be
    requested, and an answer that drips in.
    """

    allowed: Allowed = field(default_factory=Allowed)
    user_agent: str = "Dateline"
    seconds: float = 10.0
    most_bytes: int = MOST_BYTES
    resolve: Resolve = resolve

    def fetch(
        self,
        url: str,
        etag: str | None = None,
        last_modified: str | None = None,
        may: Ask = lambda _url, _seconds: 0.0,
    ) -> Fetched:
        """What stands at `url`, after at most five redirects, each checked like the first.

        `may` is asked before each request; the pauses that it wants come on top of the seconds. Raises `FetchRefused`
        when the address must not be fetched, and `FetchFailed` when it cannot be, with `retry_after` in seconds when
        the server says so.
        """
        headers = {"User-Agent": self.user_agent, "Accept-Encoding": "identity", "Accept": "*/*"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        deadline = Deadline(self.seconds)
        backend = CheckedBackend(self.allowed, deadline, self.resolve)
        with httpcore.ConnectionPool(network_backend=backend, retries=0) as pool:
            for _ in range(_MOST_REDIRECTS + 1):
                host = _host(url)
                try:
                    deadline.pause(may(url, deadline.left()))
                    found = self._one(pool, url, headers)
                except httpcore.TimeoutException:
                    raise FetchFailed(f"{host} took more than {self.seconds:g} seconds to answer.") from None
                except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError) as error:
                    raise FetchFailed(f"{host} cannot be read: {_cause(error)}.") from error
                if isinstance(found, Fetched):
                    return found
                url = found
        raise FetchFailed(f"{_host(url)} redirects more than {_MOST_REDIRECTS} times.")

    def _one(self, pool: httpcore.ConnectionPool, url: str, headers: Mapping[str, str]) -> Fetched | str:
        """What one request gave, or where it redirects to."""
        with pool.stream("GET", _ascii(url), headers=[*headers.items()]) as response:
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in _REDIRECTS and "location" in said:
                return urljoin(url, said["location"])
            etag, last_modified = said.get("etag"), said.get("last-modified")
            if response.status == 304:
                return Fetched(url, b"", None, etag, last_modified, is_unchanged=True)
            if response.status != 200:
                asked = seconds_of(said.get("retry-after", ""))
                rest = None if asked is None else min(asked, _LONGEST_REST)
                alone = f" and is left alone until {moment_after(rest)}, as it asks" if rest else ""
                reason = f"{_host(url)} answered with status {response.status}{alone}."
                raise FetchFailed(reason, response.status, rest, url)
            length = said.get("content-length", "")
            if length.isdecimal() and int(length) > self.most_bytes:
                raise FetchRefused(f"{url} announces {int(length):,} bytes; at most {self.most_bytes:,} are taken.")
            body = self._body(url, response.iter_stream(), said.get("content-encoding", "identity").strip().lower())
            return Fetched(url, body, said.get("content-type"), etag, last_modified)

    def _body(self, url: str, pieces: Iterable[bytes], encoding: str) -> bytes:
        """The body, decompressed piece by piece and never beyond the limit, however small it came."""
        if encoding in ("gzip", "x-gzip", "deflate"):
            decompressor = zlib.decompressobj(zlib.MAX_WBITS | 32)  # either header
        elif encoding in ("", "identity"):
            decompressor = None
        else:
            raise FetchRefused(f"{url} comes compressed as {encoding[:20]!r}, which was not asked for.")
        body = io.BytesIO()
        for piece in pieces:
            for part in _unpacked(url, piece, decompressor) if decompressor else (piece,):
                body.write(part)
                if body.tell() > self.most_bytes:
                    raise FetchRefused(f"{url} has more than {self.most_bytes:,} bytes, which is more than is taken.")
        return body.getvalue()  # what was written, not a copy of it


def _unpacked(url: str, piece: bytes, decompressor: Any) -> Iterator[bytes]:
    """What a piece unpacks to, a megabyte at a time."""
    try:
        while piece:
            yield decompressor.decompress(piece, _UNPACKED_AT_ONCE)
            piece = decompressor.unconsumed_tail
    except zlib.error:
        raise FetchFailed(f"{url} is compressed in a way that cannot be read.") from None


def _host(url: str) -> str:
    """The host of an address that may be fetched at all. Raises `FetchRefused`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https"):
        raise FetchRefused(f"{url[:200]!r} is not fetched: only http and https addresses are.")
    return host


def _ascii(url: str) -> str:
    """The address as it goes over the wire: the host in IDNA, everything else percent-encoded, no user, no fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else ""
    return f"{parts.scheme}://{host}{port}{path}{query}"


def _cause(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".")[:200]
