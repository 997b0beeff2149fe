"""Evaluation runs of a server: one after the other, each in a folder of its own beneath the data folder."""

import asyncio
import json
import logging
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from api.engine import Engine
from api.eval_schemas import EvalRunOut, EvalRunRequest
from corpus.errors import DatelineError, InvalidInput, NotFound
from evals.files import open_suite, write_run
from evals.results import RESULTS, Results, read_results
from evals.run import JOURNAL, Plan, run
from evals.runs_page import render_runs
from evals.suite import Suite, suite_of
from evals.target import LocalTarget

log = logging.getLogger(__name__)

_REQUEST = "request.json"
_ID = re.compile(r"run_\d{8}T\d{6}_[0-9a-f]{8}")
_MOST_WAITING = 20

Status = Literal["queued", "running", "finished", "failed", "interrupted"]


class _Stopped(Exception):
    """The server stops."""


@dataclass(frozen=True, slots=True)
class _State:
    """A run that this process has taken on."""

    status: Status
    done: int = 0
    error: str | None = None


class EvaluationRuns:
    """See `api.eval_routes.Evaluations`. Known suites: `bundled`, and the folders in `suites` of the data folder."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder = engine.settings.data / "evals"
        self._suites = engine.settings.data / "suites"
        self._states: dict[str, _State] = {}
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="eval-runs")

    def begin(self, wanted: EvalRunRequest, loop: asyncio.AbstractEventLoop) -> EvalRunOut:
        """Queue a run. Raises `InvalidInput` for a suite that cannot be used, `NotFound` for one that is not there."""
        suite = self._suite(wanted)
        if sum(state.status in ("queued", "running") for state in self._states.values()) >= _MOST_WAITING:
            raise InvalidInput(f"{_MOST_WAITING} runs wait already; try again when some are done.")
        now = datetime.now(UTC)
        run_id = f"run_{now:%Y%m%dT%H%M%S}_{uuid.uuid4().hex[:8]}"
        folder = self._folder / run_id
        folder.mkdir(parents=True)
        note = {"suite": suite.settings.name, "created_at": now.isoformat(), "total": len(suite.cases)}
        (folder / _REQUEST).write_text(json.dumps(note), encoding="utf-8")
        self._states[run_id] = _State("queued")
        self._pool.submit(self._work, run_id, suite, wanted.concurrency, loop)
        return self.run(run_id, with_results=False)

    def runs(self) -> list[EvalRunOut]:
        """All runs, newest first."""
        names = sorted((one.name for one in self._folder.glob("run_*") if (one / _REQUEST).exists()), reverse=True)
        return [self.run(name, with_results=False) for name in names]

    def run(self, run_id: str, *, with_results: bool) -> EvalRunOut:
        """One run as it stands now. Raises `NotFound`."""
        folder = self._existing(run_id)
        note = json.loads((folder / _REQUEST).read_text(encoding="utf-8"))
        has_results = (folder / RESULTS).exists()
        state = self._states.get(run_id) or _State("finished" if has_results else "interrupted")
        out = EvalRunOut(id=run_id, status=state.status, done=state.done, error=state.error, **note)
        return _with(out, read_results(folder), with_results) if has_results else out

    def report(self, run_id: str) -> str:
        """The HTML report. Raises `NotFound` when the run is not finished."""
        file = self._existing(run_id) / "report.html"
        if not file.exists():
            raise NotFound(f"The run {run_id} has no report: it is {self.run(run_id, with_results=False).status}.")
        return file.read_text(encoding="utf-8")

    def page(self) -> str:
        """The HTML list of runs."""
        return render_runs(self.runs())

    def close(self) -> None:
        """Stop the run in hand; its journal stays."""
        self._closing.set()
        self._pool.shutdown(cancel_futures=True)

    def _work(self, run_id: str, suite: Suite, concurrency: int, loop: asyncio.AbstractEventLoop) -> None:
        folder = self._folder / run_id
        try:
            target = LocalTarget(self._engine, loop)
            plan = Plan(suite, target, folder / JOURNAL, concurrency=concurrency)
            write_run(run(plan, self._progress(run_id)), folder)
            self._states[run_id] = _State("finished", len(suite.cases))
        except _Stopped:
            self._states[run_id] = _State("interrupted")
        except DatelineError as error:
            self._states[run_id] = _State("failed", error=str(error))
        except Exception:
            log.exception("The evaluation run %s failed.", run_id)
            self._states[run_id] = _State("failed", error="Something unexpected happened; the log says what.")

    def _progress(self, run_id: str) -> Callable[[int, int], None]:
        def show(done: int, _: int) -> None:
            if self._closing.is_set():
                raise _Stopped
            self._states[run_id] = _State("running", done)

        return show

    def _suite(self, wanted: EvalRunRequest) -> Suite:
        if wanted.suite is None:
            suite = suite_of(wanted.settings, wanted.cases, self._suites)
            if wanted.tags:
                suite = replace(suite, cases=tuple(one for one in suite.cases if set(one.tags) & set(wanted.tags)))
            if not suite.cases:
                raise InvalidInput(f"No case has the tag {wanted.tags[0]!r}.")
            return suite
        own = self._suites / wanted.suite
        if wanted.suite != "bundled" and not own.is_dir():
            raise NotFound(f"There is no suite {wanted.suite!r}: put its folder into {self._suites}.")
        with open_suite(str(own) if own.is_dir() else wanted.suite, wanted.tags) as suite:
            return suite

    def _existing(self, run_id: str) -> Path:
        if not _ID.fullmatch(run_id) or not (self._folder / run_id / _REQUEST).exists():
            raise NotFound(f"There is no run {run_id[:80]!r}.")
        return self._folder / run_id


def _with(out: EvalRunOut, results: Results, whole: bool) -> EvalRunOut:
    figures = results.model_dump(mode="json", include={"measures", "by_tag"})
    more = {"passed": results.passed, "done": len(results.cases), "report": f"/evals/{out.id}", **figures}
    if whole:
        more["results"] = results.model_dump(mode="json")
    return EvalRunOut.model_validate(out.model_dump() | more)
