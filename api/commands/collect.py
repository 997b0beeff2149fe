"""Fetching from the command line: `dateline ingest URL` and `dateline feeds`, here or through the running server."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from api.client import Dateline
from api.collect_routes import feed_out, job_out
from api.commands.command import go_on
from api.commands.ingest import catch_up
from api.commands.progress import counted, print_failures, print_notices, progress_bar
from api.engine import Engine
from api.serving import serving
from api.settings import Settings
from corpus.accept import canonical_url, check_collection
from corpus.errors import DatelineError, InvalidInput
from corpus.jobs import NewItem

_LOOK_SECONDS = 0.3

Report = Callable[[dict[str, Any]], None]


class Feeds(Protocol):
    """What a command can do with fetching; everything is given in the shapes of the wire."""

    polls_by_itself: bool

    def fetch(self, urls: Sequence[str], collection: str, report: Report) -> dict[str, Any]: ...
    def add(self, url: str, collection: str) -> dict[str, Any]: ...
    def remove(self, url: str, collection: str) -> None: ...
    def all(self) -> list[dict[str, Any]]: ...
    def poll(self, report: Report, *, everything: bool) -> list[dict[str, Any]]: ...
    def catch_up(self) -> None:
        """Wait until what was taken is found by vector too, where this process makes the vectors."""


@contextmanager
def open_feeds(settings: Settings, *, wait: bool = True, quiet: bool = True) -> Iterator[Feeds]:
    """The data folder itself, or the server that holds it. Raises `StoreInUse` when neither will do."""
    server = serving(settings)
    if server is not None:
        yield _ThroughServer(server)
        return
    with Engine(settings) as engine:
        yield _Here(engine, wait, quiet)


def fetch(settings: Settings, urls: Sequence[str], collection: str, wait: bool, as_json: bool) -> dict[str, Any]:
    """Fetch what the addresses hold, with a progress bar; gives the finished job."""
    check_collection(collection)
    addresses: list[str] = []
    refused: list[dict[str, str]] = []
    for url in urls:
        try:
            addresses.append(canonical_url(url))
        except InvalidInput as error:
            refused.append({"url": url, "reason": str(error)})
    if not addresses:
        raise InvalidInput(" ".join(each["reason"] for each in refused))
    with open_feeds(settings, wait=wait, quiet=as_json) as feeds:
        with progress(as_json) as report:
            job = feeds.fetch(addresses, collection, report)
        feeds.catch_up()
    counts = {name: job[name] + len(refused) for name in ("total", "done", "failed")}
    return {**job, **counts, "failures": [*job["failures"], *refused]}


def exit_code(jobs: Sequence[dict[str, Any]]) -> int:
    """0 when all was taken, 1 when something was not, 2 when nothing was."""
    failed = sum(job["failed"] for job in jobs)
    return 0 if not failed else 1 if any(_taken(job) for job in jobs) else 2


def poll_exit_code(jobs: Sequence[dict[str, Any]]) -> int:
    """0 when all went well, 1 when something failed, 2 when everything did: a feed may well bring nothing new."""
    failed = sum(job["failed"] for job in jobs)
    return 0 if not failed else 1 if failed < sum(job["total"] for job in jobs) else 2


def brought_something(job: dict[str, Any]) -> bool:
    """Whether there is anything to tell of a job."""
    return bool(job["added"] or job["revised"] or job["failed"])


def print_jobs(jobs: Sequence[dict[str, Any]]) -> None:
    """What became of some jobs: the counts, what failed with its reason, and what else there is to say."""
    sums = {name: sum(job[name] for job in jobs) for name in ("added", "revised", "unchanged", "failed")}
    print(", ".join(f"{count:,} {name}" for name, count in sums.items()))
    print_failures([(failure["url"], failure["reason"]) for job in jobs for failure in job["failures"]])
    print_notices([(notice["url"], notice["message"]) for job in jobs for notice in job["notices"]])


@contextmanager
def progress(quiet: bool) -> Iterator[Report]:
    """Shows how far a job is."""
    with progress_bar(quiet) as shown:
        task = shown.add_task("Fetching", total=None)

        def report(job: dict[str, Any]) -> None:
            go_on()
            shown.update(
                task,
                total=job["total"],
                completed=job["done"],
                description=f"Fetching: {counted(_taken(job), 'article')}",
            )

        yield report


class _Here:
    """Fetches in this process, which owns the data folder."""

    polls_by_itself = False

    def __init__(self, engine: Engine, wait: bool, quiet: bool) -> None:
        self._engine = engine
        self._wait = wait
        self._quiet = quiet

    def fetch(self, urls: Sequence[str], collection: str, report: Report) -> dict[str, Any]:
        return self._work(self._engine.jobs.create(collection, [NewItem(url) for url in urls]), report)

    def add(self, url: str, collection: str) -> dict[str, Any]:
        return feed_out(self._engine.feeds.add(collection, url)).model_dump(mode="json")

    def remove(self, url: str, collection: str) -> None:
        self._engine.feeds.remove(collection, url)

    def all(self) -> list[dict[str, Any]]:
        return [feed_out(feed).model_dump(mode="json") for feed in self._engine.feeds.all()]

    def poll(self, report: Report, *, everything: bool) -> list[dict[str, Any]]:
        return [self._work(job_id, report) for job_id in self._engine.collector.poll(everything=everything)]

    def _work(self, job_id: str, report: Report) -> dict[str, Any]:
        """Fetch in a thread, so that waiting for a slow site does not keep the command from ending."""
        self._engine.start()
        errors: list[DatelineError] = []

        def work() -> None:
            try:
                self._engine.collector.work(job_id)
                # Where the store is shared another process may be the one that fetches.
                while not self._engine.collector.is_closing and not self._engine.jobs.job(job_id).is_finished:
                    time.sleep(_LOOK_SECONDS)
                    self._engine.collector.work(job_id)
            except DatelineError as error:
                errors.append(error)

        thread = threading.Thread(target=work, name="fetching", daemon=True)
        thread.start()
        while thread.is_alive():
            report(self._job(job_id))
            thread.join(_LOOK_SECONDS)
        if errors:
            raise errors[0]
        job = self._job(job_id)
        report(job)
        return job

    def catch_up(self) -> None:
        if self._wait:
            catch_up(self._engine, quiet=self._quiet)

    def _job(self, job_id: str) -> dict[str, Any]:
        return job_out(self._engine.jobs.job(job_id)).model_dump(mode="json")


class _ThroughServer:
    """Asks the running server to fetch, and watches it."""

    polls_by_itself = True

    def __init__(self, client: Dateline) -> None:
        self._client = client

    def fetch(self, urls: Sequence[str], collection: str, report: Report) -> dict[str, Any]:
        job = self._client.request("POST", "/v1/ingest", {"urls": list(urls), "collection": collection})
        return self._watch(job["id"], report)

    def add(self, url: str, collection: str) -> dict[str, Any]:
        return dict(self._client.request("POST", "/v1/feeds", {"url": url, "collection": collection}))

    def remove(self, url: str, collection: str) -> None:
        self._client.request("DELETE", "/v1/feeds", url=url, collection=collection)

    def all(self) -> list[dict[str, Any]]:
        return list(self._client.request("GET", "/v1/feeds")["data"])

    def poll(self, report: Report, *, everything: bool) -> list[dict[str, Any]]:
        return [self._watch(job["id"], report) for job in self._client.request("POST", "/v1/feeds/poll", {})["data"]]

    def catch_up(self) -> None: ...

    def _watch(self, job_id: str, report: Report) -> dict[str, Any]:
        while True:
            job = dict(self._client.request("GET", f"/v1/jobs/{job_id}"))
            report(job)
            if job["status"] == "finished":
                return job
            time.sleep(_LOOK_SECONDS)


def _taken(job: dict[str, Any]) -> int:
    return int(job["added"] + job["revised"] + job["unchanged"])
