"""Evaluation over HTTP: begin a run, see how far it is, read its report.

Who runs it stands above this package, so it is found by an entry point and spoken to through a protocol.
"""

import asyncio
from importlib.metadata import entry_points
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from api.body import TextRoute
from api.dependencies import engine_of
from api.engine import Engine
from api.eval_schemas import EvalRunList, EvalRunOut, EvalRunRequest
from api.problems import problem_responses
from corpus.errors import NotFound

GROUP = "dateline.evaluations"
# The pages hold everything they need, their style included, and run nothing.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-cache",
}

router = APIRouter(route_class=TextRoute)


class Evaluations(Protocol):
    """Runs suites over one engine, one run after the other. Called from several threads."""

    def begin(self, wanted: EvalRunRequest, loop: asyncio.AbstractEventLoop) -> EvalRunOut:
        """Queue a run; its questions are asked on `loop`. Raises `InvalidInput` and `NotFound`."""
        ...

    def runs(self) -> list[EvalRunOut]:
        """All runs, newest first, without their cases."""
        ...

    def run(self, run_id: str, *, with_results: bool) -> EvalRunOut:
        """One run. Raises `NotFound`."""
        ...

    def report(self, run_id: str) -> str:
        """The HTML report of a finished run. Raises `NotFound`."""
        ...

    def page(self) -> str:
        """The HTML list of all runs."""
        ...

    def close(self) -> None:
        """Stop the run in hand; what it asked is kept."""
        ...


def installed_evaluations(engine: Engine) -> Evaluations:
    """What the installed packages offer. Raises `NotFound` when none offers any."""
    for point in entry_points(group=GROUP):
        made: Evaluations = point.load()(engine)
        return made
    raise NotFound("No package that evaluates is installed beside this server.")


@router.post("/v1/evals/runs", operation_id="begin_eval_run", summary="Evaluate", status_code=202,
             responses=problem_responses(400, 404, 415, 422))  # fmt: skip
async def begin(body: EvalRunRequest, request: Request) -> EvalRunOut:
    """Ask every question of a suite over this server's articles. Answers at once; `GET` tells how far it is."""
    evaluations = await run_in_threadpool(_evaluations, request)
    return await run_in_threadpool(evaluations.begin, body, asyncio.get_running_loop())


@router.get("/v1/evals/runs", operation_id="list_eval_runs", summary="List evaluation runs",
            responses=problem_responses(404))  # fmt: skip
def list_runs(request: Request) -> EvalRunList:
    """All runs, newest first."""
    return EvalRunList(data=_evaluations(request).runs())


@router.get("/v1/evals/runs/{run_id}", operation_id="get_eval_run", summary="One evaluation run",
            responses=problem_responses(404, 422))  # fmt: skip
def get_run(
    run_id: str, request: Request, include: Annotated[list[Literal["results"]] | None, Query()] = None
) -> EvalRunOut:
    """How far a run is, its figures, and with `include=results` every case with its answer."""
    return _evaluations(request).run(run_id, with_results=bool(include))


@router.get("/evals", include_in_schema=False)
def evals_page(request: Request) -> HTMLResponse:
    """The list of runs, for people."""
    return HTMLResponse(_evaluations(request).page(), headers=_HEADERS)


@router.get("/evals/{run_id}", include_in_schema=False)
def report_page(run_id: str, request: Request) -> HTMLResponse:
    """The report of a run."""
    return HTMLResponse(_evaluations(request).report(run_id), headers=_HEADERS)


def _evaluations(request: Request) -> Evaluations:
    """Made at the first request for it, so that starting a server does not wait for it."""
    state = request.app.state
    with state.evaluations_lock:
        if state.evaluations is None:
            state.evaluations = installed_evaluations(engine_of(request))
        evaluations: Evaluations = state.evaluations
        return evaluations
