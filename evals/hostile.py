"""What hostile sites cost the server: `python -m evals.hostile`.

Starts `dateline serve` on the bundled articles in a process of its own, and beside it hosts that answer with bombs and
endless streams. Each is given to the server as a job while questions are asked; measured are the seconds until the job
is done, by how much the memory of the server peaks, how much a worker of its takes, and the 95th percentile of the
questions' times, until what was taken is embedded too, beside that of quiet minutes. At the end all are given in one
job, and between them good pages, each of which must be stored. Every host has a port, and so a place in the queue, of
its own; they run in a process of their own, so that they take no time from the questions.
"""

import argparse
import multiprocessing
import random
import statistics
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from evals.memory import children, megabytes
from evals.served import Served, served

_PARAGRAPH = b"<p>The harbour reopened on Friday after divers had cleared the wreck from the channel.</p>"
_MB = 1_000_000
_QUIET_ASKS = 60
_GOOD_PAGES = 10
_WORKERS = ("corpus.parse", "retrieval.prepare_process")
_QUESTIONS = (
    "When did the port of Skelmouth reopen?",
    "Why does Putin avoid the meeting?",
    "Who repairs the breakwater?",
)

Hosts = dict[str, tuple[str, Callable[[], bytes]]]


def _noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


# Path: content type, and the body.
BODIES: Hosts = {
    "20 MB of markup": ("text/html", lambda: b"<html><body>" + b"<div><a href=x>text</a></div>" * 680_000),
    "9 MB of paragraphs": ("text/html", lambda: b"<html><body><article>" + _PARAGRAPH * 98_000),
    "200,000 nested elements": ("text/html", lambda: b"<html><body>" + b"<div>" * 200_000 + _PARAGRAPH),
    "600,000 attributes": ("text/html", lambda: b"<p " + b" ".join(b"a%d=1" % n for n in range(600_000)) + b">x"),
    "5,000 nested tables": ("text/html", lambda: b"<html><body>" + b"<table><tr><td>" * 5_000 + _PARAGRAPH),
    "3 MB of noise as PDF": ("application/pdf", lambda: b"%PDF-1.7\n" + _noise(3 * _MB)),
    "9 MB of noise as PDF": ("application/pdf", lambda: b"%PDF-1.7\n" + _noise(9 * _MB)),
    "entities without end": (
        "text/xml",
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
            + b']><rss version="2.0"><channel><title>&j;</title></channel></rss>'
        ),
    ),
    "a feed of 90,000 entries": (
        "application/rss+xml",
        lambda: (
            b"<rss version='2.0'><channel>"
            + b"".join(b"<item><link>/%d</link><title>T</title></item>" % n for n in range(90_000))
            + b"</channel></rss>"
        ),
    ),
    "a sitemap of 60,000 addresses": (
        "text/xml",
        lambda: (
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
            + b"".join(b"<url><loc>ftp://x/%d</loc></url>" % n for n in range(60_000))
            + b"</urlset>"
        ),
    ),
    "9 MB of JSON brackets": ("application/json", lambda: b"[" * 9 * _MB),
    "9 MB of JSON objects": ("application/json", lambda: b"[" + b"{}," * 3_000_000 + b"{}]"),
    "JSON lines without text": ("application/jsonl", lambda: b'{"a": 1}\n' * 1_000_000),
    "9 MB of front matter": ("text/markdown", lambda: b"---\n" + b"a: 1\n" * 1_800_000 + b"---\nBody."),
    "9 MB of one line": ("text/plain", lambda: b"word " * 1_800_000),
    "9 MB of line breaks": ("text/plain", lambda: b"a\n\n\n" * 2_250_000),
    "2 MB of line breaks": ("text/plain", lambda: b"a\n\n\n" * 499_000),
    "2 MB of sentences": ("text/plain", lambda: b"The mayor said so. " * 100_000),
    "a table of 2,000,000 rows": ("text/csv", lambda: b"title,body\n" + b"a,b\n" * 2_000_000),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one host cost."""

    name: str
    seconds: float
    server_mb: float
    worker_mb: float
    p95_ratio: float
    outcome: str


def main() -> None:
    """Measure each host, then all at once, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="hosts whose name holds this")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        _hosts() as (urls, good),
        served(Path(scratch), fetch_allow="127.0.0.1", fetch_interval="0") as process,
    ):
        server = _Server(process)
        chosen = [name for name in urls if (options.only or "") in name]
        server.ask_for(10)  # to warm up
        quiet = server.ask_for(_QUIET_ASKS)
        print(f"Quiet: p50 {statistics.median(quiet):.0f} ms, p95 {_p95(quiet):.0f} ms.\n")
        print("| host | seconds | server's memory | a worker's memory | p95 of questions beside | outcome |")
        print("|---|---|---|---|---|---|")
        for name in [*chosen, "all at once"]:
            addresses = _mixed([urls[each] for each in chosen], good) if name == "all at once" else [urls[name]]
            cost = server.cost(name, addresses, _p95(quiet))
            print(
                f"| {cost.name} | {cost.seconds:.1f} | +{cost.server_mb:.0f} MB | {cost.worker_mb:.0f} MB | "
                f"{cost.p95_ratio:.1f} x | {cost.outcome} |",
                flush=True,
            )
        stored = server.count("Coast Times")
        print(f"\nGood pages among all at once: {stored} of {len(good)} are stored.")
        if stored < len(good):
            raise SystemExit(1)


def _mixed(hostile: list[str], good: list[str]) -> list[str]:
    """The good ones spread among the hostile ones."""
    mixed = list(hostile)
    for number, url in enumerate(good):
        mixed.insert(number + (number + 1) * len(hostile) // len(good), url)
    return mixed


class _Server:
    """The server under test."""

    def __init__(self, served: Served) -> None:
        self._pid = served.pid
        self._http = httpx.Client(base_url=served.url, timeout=120, trust_env=False)

    def ask_for(self, count: int, until: threading.Event | None = None) -> list[float]:
        """Milliseconds of questions, `count` of them or until told to stop."""
        times: list[float] = []
        while len(times) < count or (until is not None and not until.is_set()):
            clock = time.perf_counter()
            answer = self._http.post("/v1/ask", json={"question": _QUESTIONS[len(times) % len(_QUESTIONS)]})
            answer.raise_for_status()
            times.append((time.perf_counter() - clock) * 1000)
            time.sleep(0.05)
        return times

    def count(self, publisher: str) -> int:
        """How many articles of an outlet are stored."""
        listed = self._http.get("/v1/articles", params={"publisher": publisher, "limit": 100}).raise_for_status()
        return len(listed.json()["data"])

    def cost(self, name: str, urls: list[str], quiet_p95: float) -> Cost:
        """What it costs to fetch some addresses while questions are asked."""
        Path(f"/proc/{self._pid}/clear_refs").write_text("5")  # the peak begins anew
        before = megabytes(self._pid, "VmRSS")
        times: list[float] = []
        over = threading.Event()
        asking = threading.Thread(target=lambda: times.extend(self.ask_for(1, over)))
        asking.start()
        clock = time.perf_counter()
        job = self._http.post("/v1/ingest", json={"urls": urls}).raise_for_status().json()
        worker = 0.0
        while job["status"] != "finished":
            time.sleep(0.05)
            workers = [pid for module in _WORKERS for pid in children(self._pid, module)]
            worker = max(worker, *(megabytes(pid, "VmHWM") for pid in workers), 0.0)
            job = self._http.get(f"/v1/jobs/{job['id']}").raise_for_status().json()
        seconds = time.perf_counter() - clock
        while self._http.get("/readyz").json()["pending_vectors"]:  # what was taken still wants the cores
            time.sleep(0.2)
        over.set()
        asking.join()
        grown = megabytes(self._pid, "VmHWM") - before
        counts = f"{job['added']} taken, {job['failed']} refused"
        outcome = counts if len(urls) > 1 or not job["failures"] else job["failures"][0]["reason"]
        return Cost(name, seconds, grown, worker, _p95(times) / quiet_p95, outcome)


@contextmanager
def _hosts() -> Iterator[tuple[dict[str, str], list[str]]]:
    """The addresses of the hostile hosts by their names, and of the good pages."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve_hosts, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()


def _serve_hosts(pipe: Any) -> None:
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
        "an answer that never ends": _endless,
        "an answer that drips": _dripping,
        "a gzip bomb": _bomb(zlib.MAX_WBITS | 16, "gzip"),
        "a deflate bomb": _bomb(zlib.MAX_WBITS, "deflate"),
    }
    answers |= {name: _giving(kind, make) for name, (kind, make) in BODIES.items()}
    urls = {name: _host(answer) for name, answer in answers.items()}
    pipe.send((urls, [_host(_giving("text/html", partial(_good, number))) for number in range(_GOOD_PAGES)]))
    threading.Event().wait()


def _host(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
    """Starts a host with a port of its own; gives the address of its page."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                (answer if self.path == "/page" else _missing)(self)
            except OSError:
                self.close_connection = True  # the other end had enough

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/page"


def _good(number: int) -> bytes:
    text = "".join(
        f"<p>The ferry {number}-{n} was repaired on day {number * n} by the yard of Calder.</p>" for n in range(40)
    )
    return (
        f"<html><head><title>Ferry {number}</title><meta property='og:site_name' content='Coast Times'></head>"
        f"<body><article><h1>Ferry {number}</h1>{text}</article></body></html>"
    ).encode()


def _giving(kind: str, make: Callable[[], bytes]) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = make()
        _head(handler, "Content-Type", kind, "Content-Length", str(len(body)))
        handler.wfile.write(body)

    return answer


def _bomb(bits: int, encoding: str) -> Callable[[BaseHTTPRequestHandler], None]:
    packer = zlib.compressobj(9, wbits=bits)
    squeezed = b"".join(packer.compress(bytes(10 * _MB)) for _ in range(100)) + packer.flush()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _head(handler, "Content-Encoding", encoding, "Content-Length", str(len(squeezed)))
        handler.wfile.write(squeezed)

    return answer


def _endless(handler: BaseHTTPRequestHandler) -> None:
    _head(handler, "Connection", "close")
    while True:
        handler.wfile.write(b"x" * 65_536)


def _dripping(handler: BaseHTTPRequestHandler) -> None:
    _head(handler, "Connection", "close")
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.05)


def _missing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(404)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _head(handler: BaseHTTPRequestHandler, *pairs: str) -> None:
    handler.send_response(200)
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        handler.send_header(name, value)
    handler.end_headers()


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


if __name__ == "__main__":
    main()
