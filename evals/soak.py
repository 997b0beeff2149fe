"""A server under a mixed load for a long time: `python -m evals.soak [--minutes 30] [--rate 15] [--data FOLDER]`.

Starts `dateline serve` on loopback in a process of its own, and at a bounded rate asks, searches, pushes, revises and
deletes articles, some hundreds of ids over and over, so that the store reaches a size and stays there. The server's
memory and open files are sampled each second. At the end everything must be embedded, what the server lists must be
what was acknowledged, and after a clean stop `dateline doctor` must find the indexes equal to the store.

Exit code 1 for an answer that is neither a success nor a deliberate refusal (429, or 503 with `Retry-After`), for an
article too many or too few, for an index that differs, and for memory that grows: the mean of the last quarter of the
run above that of the second by more than a tenth (not judged in runs of less than ten minutes, which are warming up).
"""

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.doctor.finding import State
from api.doctor.report import findings
from api.settings import read_settings
from evals.memory import with_children

_IDS, _CLIENTS = 400, 8
_SHARES = {"ask": 35, "search": 35, "push": 22, "delete": 8}
_JUDGED_MINUTES, _MOST_GROWTH = 10.0, 0.10
_PATIENCE_S = 300.0
_PLACES = "Skelmouth Oldhaven Tarrow Ebbing Quarrel Fennick Marlow Dunsea Hexley Wrackton".split()
_THINGS = "breakwater ferry cable lighthouse school tunnel reservoir market bridge hospital".split()
_DEEDS = "reopened closed burned flooded expanded moved collapsed passed failed celebrated".split()


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at one second of the run: memory with the processes that it started, open files of its own."""

    at_s: float
    rss_mb: float
    files: int


@dataclass
class Soak:
    """What was done and seen. `errors` are answers that nobody meant to give."""

    seconds: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in _SHARES})
    samples: list[Sample] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """By what share memory in the last quarter is above that in the second."""
        quarter = len(self.samples) // 4
        if not quarter:
            return 0.0
        before = statistics.mean(one.rss_mb for one in self.samples[quarter : 2 * quarter])
        return statistics.mean(one.rss_mb for one in self.samples[-quarter:]) / before - 1

    def report(self) -> dict[str, Any]:
        """The figures."""
        first, last = (self.samples[0], self.samples[-1]) if self.samples else (None, None)
        return {
            "seconds": round(self.seconds),
            "done": dict(self.done),
            "refused": dict(self.refused),
            "errors": len(self.errors),
            "p50_ms": {name: round(statistics.median(times)) for name, times in self.milliseconds.items() if times},
            "p95_ms": {name: round(sorted(times)[int(len(times) * 0.95)]) for name, times in self.milliseconds.items()
                       if times},
            "first": asdict(first) if first else None,
            "last": asdict(last) if last else None,
            "peak_mb": round(max((one.rss_mb for one in self.samples), default=0)),
            "growth": round(self.growth, 3),
            "faults": self.faults,
        }  # fmt: skip


class _Load:
    """The clients. Each id belongs to one of them, so that what is acknowledged of it is known for certain."""

    def __init__(self, url: str, soak: Soak) -> None:
        self.soak = soak
        self.stored: set[str] = set()
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self._lock = threading.Lock()

    def run(self, seconds: float, rate: float) -> None:
        """Send `rate` requests a second in all, or fewer where the server is slower; none is sent to catch up."""
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(_CLIENTS) as pool:
            for client in range(_CLIENTS):
                pool.submit(self._client, client, until, _CLIENTS / rate)
        self._http.close()

    def _client(self, number: int, until: float, interval: float) -> None:
        chance = random.Random(number)
        mine = [f"soak-{n}" for n in range(number, _IDS, _CLIENTS)]
        while (began := time.monotonic()) < until:
            what = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
            try:
                self._one(what, chance, mine)
            except Exception as error:  # whatever a client meets is what is looked for
                self.soak.errors.append(f"{what}: {type(error).__name__}: {error}")
            time.sleep(max(0.0, interval - (time.monotonic() - began)))

    def _one(self, what: str, chance: random.Random, mine: list[str]) -> None:
        article_id = chance.choice(mine)
        began = time.perf_counter()
        if what == "push":
            answer = self._http.post(
                "/v1/articles", json={"articles": [_article(article_id, chance)], "wait": "keyword"}
            )
        elif what == "delete":
            answer = self._http.delete(f"/v1/articles/{article_id}")
        else:
            answer = self._http.post(f"/v1/{what}", json={"question": _question(chance)})
        took = (time.perf_counter() - began) * 1000
        with self._lock:
            self._note(what, article_id, answer, took)

    def _note(self, what: str, article_id: str, answer: httpx.Response, took: float) -> None:
        soak = self.soak
        is_gone = what == "delete" and answer.status_code == 404 and article_id not in self.stored
        if answer.is_success or is_gone:
            soak.done[what] += 1
            soak.milliseconds[what].append(took)
            if what == "push" and answer.json()["failed"]:
                soak.errors.append(f"push: {answer.json()['failed']}")
            elif what == "push":
                self.stored.add(article_id)
            elif what == "delete":
                self.stored.discard(article_id)
        elif answer.status_code == 429 or (answer.status_code == 503 and "retry-after" in answer.headers):
            soak.refused[f"{what} {answer.status_code}"] += 1
        else:
            soak.errors.append(f"{what}: {answer.status_code} {answer.text[:300]}")


def soak(folder: Path, seconds: float, rate: float) -> Soak:
    """Run the server over `folder`, load it, stop it and look at what is left."""
    result = Soak()
    with _server(folder) as (process, url):
        load, over = _Load(url, result), threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, result, over))
        watching.start()
        began = time.monotonic()
        load.run(seconds, rate)
        result.seconds = time.monotonic() - began
        over.set()
        watching.join()
        _settled(url, result)
        result.faults += _differences(url, load.stored)
    if process.returncode != 143:
        result.faults.append(f"the server ended with exit code {process.returncode}, not 143")
    settings = read_settings(data=folder, sample=False, port=0, chroma_url="", url="")
    result.faults += [
        f"{one.about}: {one.detail}" for one in findings(settings) if one.state is State.WRONG or ("index" in one.about
        and one.state is not State.OK)
    ]  # fmt: skip
    result.faults += [f"{len(result.errors)} errors, the first: {result.errors[0]}"] if result.errors else []
    if seconds >= _JUDGED_MINUTES * 60 and result.growth > _MOST_GROWTH:
        result.faults.append(f"memory grew by {result.growth:.0%} from the second quarter to the last")
    return result


@contextmanager
def _server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DATELINE_DATA": str(folder), "DATELINE_SAMPLE": "0", "DATELINE_POLL_FEEDS": "0"}
    command = [sys.executable, "-m", "api.cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: httpx.get(f"{url}/readyz", timeout=10, trust_env=False).status_code == 200, process)
        yield process, url
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until(done: Any, process: subprocess.Popen[bytes] | None = None) -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise SystemExit(f"The server ended with exit code {process.returncode} before it was ready.")
        try:
            if done():
                return True
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    return False


def _watch(pid: int, result: Soak, over: threading.Event) -> None:
    began = time.monotonic()
    while not over.wait(1.0):
        try:
            files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        except OSError:
            return
        rss = with_children(pid, "VmRSS")
        result.samples.append(Sample(round(time.monotonic() - began, 1), round(rss, 1), files))


def _settled(url: str, result: Soak) -> None:
    def is_settled() -> bool:
        ready = httpx.get(f"{url}/readyz", timeout=30, trust_env=False).json()
        return ready["index"] == "ready" and not ready["pending_vectors"] and not ready["pending_keywords"]

    if not _until(is_settled):
        result.faults.append(f"vectors were not complete within {_PATIENCE_S:.0f} s of the end")


def _differences(url: str, stored: set[str]) -> list[str]:
    listed, cursor = [], None
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        while True:
            page = http.get("/v1/articles", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
            listed += [article["id"] for article in page["data"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
    twice = [name for name, count in Counter(listed).items() if count > 1]
    lost, strange = stored - set(listed), set(listed) - stored
    named = (("lost", sorted(lost)), ("not deleted", sorted(strange)), ("twice", twice))
    return [f"{len(ids)} articles {what}: {ids[:5]}" for what, ids in named if ids]


def _article(article_id: str, chance: random.Random) -> dict[str, Any]:
    place = chance.choice(_PLACES)
    sentences = [
        f"The {chance.choice(_THINGS)} of {place} {chance.choice(_DEEDS)} on {chance.randint(1, 28)} May after "
        f"{chance.randint(2, 90)} people had signed letter {chance.randint(1, 9_999)}."
        for _ in range(chance.randint(3, 12))
    ]
    return {
        "id": article_id, "title": f"News from {place}, {chance.randint(1, 9_999)}", "publisher": f"{place} Times",
        "published_at": f"2024-05-{chance.randint(1, 28):02}", "body": "\n\n".join(sentences),
    }  # fmt: skip


def _question(chance: random.Random) -> str:
    return f"When was it that the {chance.choice(_THINGS)} of {chance.choice(_PLACES)} {chance.choice(_DEEDS)}?"


def main() -> int:
    """Run it and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=15.0, help="requests a second in all")
    parser.add_argument("--data", type=Path, help="an empty folder to keep; default: a temporary one")
    parser.add_argument("--samples", type=Path, help="write the server's memory and open files, second by second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as elsewhere:
        result = soak((options.data or Path(elsewhere)) / "data", options.minutes * 60, options.rate)
    if options.samples:
        options.samples.write_text("".join(json.dumps(asdict(one)) + "\n" for one in result.samples))
    print(json.dumps(result.report(), indent=2))
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
