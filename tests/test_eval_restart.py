"""A server killed and started again in the middle of a run: no case is lost, none is asked for twice in vain."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from api.client import Dateline
from evals.case import Case, SuiteSettings
from evals.files import BUNDLED_SUITE
from evals.run import Plan, run
from evals.suite import Suite, read_suite
from evals.target import HttpTarget
from tests.running import copied


class Restarted:
    """`dateline serve` in a process of its own, killed the hard way and started again on the same port."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._data = data
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/healthz").is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the server does not start")

    def start(self) -> None:
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(self._port), "--data", str(self._data)]
        self._process = subprocess.Popen(
            command,
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"DATELINE_SAMPLE": "0"},
        )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)


def killed_in_the_middle(sample: Path, folder: Path, suite: Suite, kills: int) -> None:
    server = Restarted(copied(sample, folder / "data"))
    left = [len(suite.cases) * n // (kills + 1) for n in range(1, kills + 1)]

    def on_progress(done: int, of: int) -> None:
        if left and done >= left[0]:
            left.pop(0)
            server.kill()
            server.start()

    try:
        target = HttpTarget(Dateline(server.url))
        broken = run(Plan(suite, target, folder / "broken.jsonl", concurrency=16, patience=300), on_progress)
        assert not left and not any(one.error for one in broken.cases)
        rows = [json.loads(line) for line in (folder / "broken.jsonl").read_text().splitlines()]
        assert Counter(row["case"] for row in rows) == Counter(case.id for case in suite.cases)
        assert broken.timings.retried > 0
        whole = run(Plan(suite, target, folder / "whole.jsonl", concurrency=16))
        assert comparable(whole.model_dump(exclude={"timings"})) == comparable(broken.model_dump(exclude={"timings"}))
    finally:
        server.kill()


def comparable(value: Any) -> Any:
    """Without the last digits of a score: after a restart the exact scan answers until the index is open."""
    if isinstance(value, dict):
        kept = {name: comparable(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if name not in ("index_version", "later_coverage", "notices")}
    if isinstance(value, list | tuple):
        return [comparable(one) for one in value]
    return round(value, 2) if isinstance(value, float) else value


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(sample: Path, tmp_path: Path) -> None:
    asked = [case for case in read_suite(BUNDLED_SUITE).cases if case.relevant and not case.as_of][:60]
    cases = tuple(Case(id=case.id, question=case.question, relevant=case.relevant, tags=case.tags) for case in asked)
    killed_in_the_middle(sample, tmp_path, Suite(SuiteSettings(mode="search"), cases, tmp_path), kills=1)


@pytest.mark.torture
@pytest.mark.parametrize("mode", ["search", "auto"])
def test_a_thousand_cases_survive_several_kills(sample: Path, tmp_path: Path, mode: Literal["search", "auto"]) -> None:
    bundled = read_suite(BUNDLED_SUITE).cases
    cases = tuple(
        case.model_copy(update={"id": f"{n}-{case.id}", "as_of": str(date(2026, 1, 1) + timedelta(n))})
        for n, case in enumerate((bundled * 7)[:1000])
    )
    killed_in_the_middle(sample, tmp_path, Suite(SuiteSettings(mode=mode), cases, tmp_path), kills=3)
