"""Jobs and feeds from outside: over HTTP, on the command line, and killed in the midst."""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx

from api.engine import Engine
from api.settings import read_settings
from tests import web as hostile
from tests.collecting import settings_for, titles
from tests.commands import DATELINE, dateline
from tests.running import serve
from tests.web import Web, item, page, rss

ROOT = Path(__file__).parent.parent

_WORKER = """
import sys
from pathlib import Path
from api.engine import Engine
from api.settings import read_settings
engine = Engine(read_settings(data=Path(sys.argv[1]), sample=False, fetch_allow="127.0.0.1", fetch_interval=0))
print("ready", flush=True)
engine.collector.work(report=lambda: print("one", flush=True))
engine.close()
"""


def test_jobs_and_feeds_over_http(data_folder: Path, web: Web) -> None:
    web.gives("/a", page("A"))
    web.gives("/b", page("B"))
    feed = web.gives("/feed", rss(item("/b", "B")), "application/rss+xml")
    for server in serve(Engine(read_settings(**settings_for(data_folder)))):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
            begun = http.post("/v1/ingest", json={"urls": [web.url + "/a", web.url + "/none"]})
            assert begun.status_code == 202 and begun.headers["location"] == f"/v1/jobs/{begun.json()['id']}"
            job = finished(http, begun.json()["id"])
            assert (job["added"], job["failed"]) == (1, 1) and job["failures"][0]["url"].endswith("/none")

            assert http.post("/v1/feeds", json={"url": feed}).status_code == 201
            deadline = time.monotonic() + 30
            while http.get("/v1/articles").json()["data"][0]["title"] != "B reopens" and time.monotonic() < deadline:
                time.sleep(0.1)
            assert {a["title"] for a in http.get("/v1/articles").json()["data"]} == {"A reopens", "B reopens"}
            (listed,) = http.get("/v1/feeds").json()["data"]
            assert listed["url"] == feed and listed["title"] == "Coast Times"
            (again,) = http.post("/v1/feeds/poll").json()["data"]
            assert finished(http, again["id"])["total"] == 1
            assert len(http.get("/v1/jobs").json()["data"]) == 3
            assert http.delete("/v1/feeds", params={"url": feed}).status_code == 204

            wrongs: list[dict[str, Any]] = [
                {"urls": []},
                {"urls": ["file:///x"]},
                {"urls": ["http://x/"], "more": 1},
                {},
            ]
            for wrong in wrongs:
                problem = http.post("/v1/ingest", json=wrong)
                assert problem.status_code == 422 and problem.json()["detail"], wrong
            assert http.get("/v1/jobs/none").status_code == 404
            assert http.delete("/v1/feeds", params={"url": feed}).status_code == 404


def finished(http: httpx.Client, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (job := http.get(f"/v1/jobs/{job_id}").json())["status"] != "finished":
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    return dict(job)


def test_addresses_and_feeds_on_the_command_line(data_folder: Path, web: Web, tmp_path: Path) -> None:
    environment = {
        **os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0", "DATELINE_FETCH_ALLOW": "127.0.0.1",
        "DATELINE_FETCH_INTERVAL": "0",
    }  # fmt: skip

    def run(*arguments: str, code: int = 0) -> str:
        return dateline(*arguments, check=code, variables=environment).stdout

    a, feed = web.gives("/a", page("A")), web.gives("/feed", rss(item("/b", "B")), "application/rss+xml")
    web.gives("/b", page("B"))
    assert "1 added" in run("ingest", a)
    (tmp_path / "c.md").write_text("---\ntitle: C\n---\nThe pilots met on Monday.")
    mixed = run("ingest", str(tmp_path / "c.md"), a, web.url + "/none", code=1)
    assert "1 added" in mixed and "1 unchanged, 1 failed" in mixed
    assert run("ingest", "http://169.254.169.254/", code=2)
    assert "No feeds" in run("feeds", "list")
    assert feed in run("feeds", "add", feed)
    assert json.loads(run("feeds", "poll", "--json"))[0]["added"] == 1
    assert "Coast Times" in run("feeds", "list")
    web.gives("/feed", b"", status=503, Retry_After="3600")
    assert "1 failed" in run("feeds", "poll", code=2)
    (put_off,) = json.loads(run("feeds", "poll", "--json"))
    assert put_off["failed"] == 0 and "left alone until" in put_off["notices"][0]["message"]
    assert "No longer" in run("feeds", "remove", feed)
    run("feeds", "remove", feed, code=2)


def test_a_killed_job_goes_on_and_ends_as_if_nothing_had_been(data_folder: Path, web: Web, tmp_path: Path) -> None:
    def slowly(body: bytes) -> object:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(0.02)
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.send_header("Content-Type", "text/html")
            handler.end_headers()
            handler.wfile.write(body)

        return answer

    for n in range(14):
        web.does(f"/p/{n}", slowly(page(f"Port{n}", cost=n)))  # type: ignore[arg-type]
    feed = web.gives(
        "/feed", rss(*(item(f"/p/{n}", f"Port{n}") for n in range(14)), item("/none")), "application/rss+xml"
    )
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        engine.feeds.add("default", feed)
        (job_id,) = engine.collector.poll(everything=True)
    for after in (1, 4, 9):
        process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(data_folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        time.sleep(0.01 * after)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with Engine(read_settings(**settings_for(data_folder))) as engine:
        engine.collector.work(job_id)
        job = engine.jobs.job(job_id)
        assert (job.total, job.done, job.failed, job.added + job.unchanged) == (16, 16, 1, 14)
        assert titles(engine) == {f"Port{n} reopens" for n in range(14)}
        assert all(len(engine.store.revisions("default", a.id)) == 1 for _, a in engine.store.all_current("default"))


def test_a_slow_site_does_not_keep_the_command_from_ending(data_folder: Path, web: Web) -> None:
    environment = {
        **os.environ,
        "DATELINE_DATA": str(data_folder),
        "DATELINE_SAMPLE": "0",
        "DATELINE_FETCH_ALLOW": "127.0.0.1",
    }
    url = web.does("/slow", hostile.silent)
    process = subprocess.Popen([DATELINE, "ingest", url], env=environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not web.asked["/slow"] and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
