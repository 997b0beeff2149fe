"""A small web on a socket of this machine: pages, feeds, and everything that can be wrong with a server."""

import gzip
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = (
    "The container terminal of {name} reopened on Friday after divers had cleared the wreck from the channel. The harbour "
    "master, Ines Tolland, said that eleven ships were waiting outside. The repairs cost {cost} million pounds, of which "
    "the regional government pays half. Fishermen complained that they had not been asked. The board meets again in June "
    "to decide whether the channel is to be dredged, as the pilots have demanded for years. "
)


def page(name: str, cost: int = 4, date: str = "2024-05-03") -> bytes:
    text = "".join(f"<p>{TEXT.format(name=name, cost=cost)}</p>" for _ in range(2))
    return (
        f"<!doctype html><html lang=en><head><title>{name} reopens</title><meta property='og:title' content='{name} reopens'>"
        f"<meta property='article:published_time' content='{date}T06:00:00Z'><meta property='og:site_name' content='Coast Times'>"
        f"</head><body><article><h1>{name} reopens</h1>{text}</article></body></html>"
    ).encode()


def rss(*items: str) -> bytes:
    body = "".join(items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Coast Times</title>{body}</channel></rss>'.encode()


def item(link: str, title: str = "T", date: str = "Fri, 03 May 2024 06:00:00 GMT", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


class Web:
    """Answers paths; counts who was asked. `url` is its root."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                web.asked[path] += 1
                web.headers[path] = {name.lower(): value for name, value in self.headers.items()}
                with suppress(ConnectionError, TimeoutError):
                    web.answers.get(path, missing)(self)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def gives(self, path: str, body: bytes, kind: str = "text/html", status: int = 200, **headers: str) -> str:
        """Answer `path` with a body; header names are written with underscores. Gives the address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = answer
        return self.url + path

    def redirects(self, path: str, to: str) -> str:
        return self.gives(path, b"", status=302, Location=to)

    def does(self, path: str, answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
        self.answers[path] = answer
        return self.url + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def missing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(404)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def dripping_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: a\r\n")
        time.sleep(0.05)


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(30)


def huge_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"a" * 60_000 + b"\r\n")


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"only this")
    handler.close_connection = True


def bomb(encoding: str) -> Callable[[BaseHTTPRequestHandler], None]:
    squeezed = gzip.compress(b"\0" * 60_000_000) if encoding == "gzip" else zlib.compress(b"\0" * 60_000_000)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", encoding)
        handler.send_header("Content-Length", str(len(squeezed)))
        handler.end_headers()
        handler.wfile.write(squeezed)

    return answer


@contextmanager
def opened() -> Iterator[Web]:
    web = Web()
    try:
        yield web
    finally:
        web.close()
