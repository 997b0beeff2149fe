"""Ask a target every question of a suite, several at a time, and judge what comes back."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus.errors import DatelineError, InvalidInput, NotFound, RequestFailed, ServerUnreachable
from evals.case import Case, SuiteSettings
from evals.citing import is_true
from evals.journal import Journal, key_of
from evals.results import CaseResult, Context, Results, TargetNote, Timings
from evals.score import Bodies, Reply, score
from evals.suite import Suite
from evals.summary import by_tag, measures, tokens
from evals.target import Corpus, Target

JOURNAL = "journal.jsonl"
_TRIES = 3  # of a question that the target answers with an error of its own
_PASSING = (None, 429, 503, 504)  # what a server answers that is starting, stopping or busy
_PAUSE = 0.5  # seconds between tries
_CONTEXT = 240  # characters shown on each side of a quote
_SHOWN = 400  # characters kept of a passage
_OF_THE_MOMENT = ("id", "created_at", "timings")

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Plan:
    """`journal` is where answers are kept; `reuse` takes those that are there. `patience`: seconds that a server which
    does not answer is waited for.
    """

    suite: Suite
    target: Target
    journal: Path
    reuse: bool = False
    concurrency: int = 4
    patience: float = 60.0


def run(plan: Plan, on_progress: Callable[[int, int], None] = lambda done, of: None) -> Results:
    """The results, in the order of the suite. `on_progress` is told how many questions are done, also while waiting.

    What it raises ends the run, and so does a server that stays away (`ServerUnreachable`); the journal keeps what was
    answered, and a run with `reuse` goes on from there.
    """
    began = time.monotonic()
    suite, target = plan.suite, plan.target
    described = _patiently(target.describe, plan.patience)
    collections = sorted({_collection(case, suite.settings) for case in suite.cases})
    before = _corpora(plan, collections)
    bodies = {case.id: request_of(case, suite.settings) for case in suite.cases}
    keys = {
        case.id: key_of(bodies[case.id], described, before[_collection(case, suite.settings)].digest)
        for case in suite.cases
    }
    with _open(plan) as journal:
        kept = {key: found for key in keys.values() if (found := journal.get(key))}
        waiting = {keys[case.id]: case.id for case in reversed(suite.cases) if keys[case.id] not in kept}
        waiting = dict(reversed(waiting.items()))
        total = len(set(keys.values()))
        replies = dict(kept)

        def ask(key: str, stopping: threading.Event) -> Reply:
            return _reply(plan, bodies[waiting[key]], stopping)

        for key, reply in _each(list(waiting), ask, plan.concurrency, lambda n: on_progress(len(kept) + n, total)):
            journal.put(key, waiting[key], reply)
            replies[key] = reply
    can_read = all(one.digest for one in before.values())
    stored = _stored(plan, {case.id: replies[keys[case.id]] for case in suite.cases}) if can_read else {}
    cases = tuple(_judged(case, replies[keys[case.id]], stored.get(case.id), suite) for case in suite.cases)
    notices = _notices(suite, before, _corpora(plan, collections))
    prices = suite.settings.prices
    return Results(
        suite=suite.settings.name, suite_digest=suite.digest, settings=suite.settings,
        target=TargetNote(
            name=target.name, described=described, corpus_digest="+".join(one.digest for one in before.values()),
            revisions=sum(one.revisions for one in before.values()),
        ),
        measures=measures(cases), by_tag=by_tag(cases), cases=cases, notices=notices,
        tokens=tokens(cases, (prices.input, prices.output) if prices else None),
        timings=_timings({case.id: replies[keys[case.id]] for case in suite.cases}, len(kept), began),
    )  # fmt: skip


def request_of(case: Case, settings: SuiteSettings) -> dict[str, Any]:
    """What is sent for a case: the fields of `POST /v1/ask`, or of `POST /v1/search` in that mode."""
    filters = case.filters or settings.filters
    body: dict[str, Any] = {
        "question": case.question,
        "collection": _collection(case, settings),
        "as_of": case.as_of or settings.as_of,
        "known_by": case.known_by,
        "filters": filters.model_dump(exclude_defaults=True),
        "top_k": settings.top_k,
    }
    if settings.mode != "search":
        body |= {
            "history": [turn.model_dump() for turn in case.history],
            "mode": settings.mode,
            "policy": settings.policy,
            "max_citations": settings.max_citations,
        }
    return body


def _collection(case: Case, settings: SuiteSettings) -> str:
    return case.collection or settings.collection


@contextmanager
def _open(plan: Plan) -> Iterator[Journal]:
    journal = Journal(plan.journal, fresh=not plan.reuse)
    try:
        yield journal
    finally:
        journal.close()


def _reply(plan: Plan, body: dict[str, Any], stopping: threading.Event) -> Reply:
    target, attempts, latency = plan.target, 0, 0.0
    send = target.search if plan.suite.settings.mode == "search" else target.ask

    def once() -> dict[str, Any]:
        nonlocal attempts, latency
        attempts += 1
        clock = time.perf_counter()
        response = send(body)
        latency = (time.perf_counter() - clock) * 1000
        return _storable(response)

    try:
        return Reply(_patiently(once, plan.patience, stopping), None, latency, attempts)
    except DatelineError as error:
        if _is_away(error):
            raise  # no other question will fare better
        return Reply(None, str(error), latency, attempts)


def _storable(response: dict[str, Any]) -> dict[str, Any]:
    """The response with halves of surrogate pairs, which no file can hold, replaced one for one."""
    text = json.dumps(response, ensure_ascii=False)
    return dict(json.loads(text.encode("utf-8", "replace")))


def _corpora(plan: Plan, collections: Sequence[str]) -> dict[str, Corpus]:
    return {name: _patiently(partial(plan.target.corpus, name), plan.patience) for name in collections}


def _patiently(call: Callable[[], _R], patience: float, stopping: threading.Event | None = None) -> _R:
    """What `call` gives, tried again while its server is away (up to `patience`) or says that it failed."""
    stopping = stopping or threading.Event()
    end, failed = time.monotonic() + patience, 0
    while True:
        try:
            return call()
        except DatelineError as error:
            is_away = _is_away(error)
            failed += not is_away
            is_enough = time.monotonic() >= end if is_away else failed >= _TRIES
            if stopping.is_set() or is_enough or _is_refusal(error):
                raise
        stopping.wait(_PAUSE)


def _is_away(error: DatelineError) -> bool:
    """Whether the server does not answer at all, as while it starts."""
    return isinstance(error, ServerUnreachable) or (isinstance(error, RequestFailed) and error.status in _PASSING)


def _is_refusal(error: DatelineError) -> bool:
    """Whether asking again the same is of no use."""
    status = error.status if isinstance(error, RequestFailed) else None
    return isinstance(error, InvalidInput | NotFound) or (status is not None and 400 <= status < 500 and status != 429)


def _each(
    items: list[_T], call: Callable[[_T, threading.Event], _R], threads: int, on_progress: Callable[[int], None]
) -> Iterator[tuple[_T, _R]]:
    """Each item with what `call` gives for it, as they come.

    The first error stops what has not begun; it is raised when everything that was under way has been given.
    """
    stopping = threading.Event()
    on_progress(0)
    pool = ThreadPoolExecutor(max(1, threads), thread_name_prefix="evaluation")
    try:
        running: dict[Future[_R], _T] = {pool.submit(call, item, stopping): item for item in items}
        done, failure = 0, None
        while running:
            finished, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in finished:
                item, error = running.pop(future), future.exception()
                if error is None:
                    yield item, future.result()
                    done += 1
                    continue
                failure = failure or error
                stopping.set()
                running = {other: item for other, item in running.items() if not other.cancel()}
            on_progress(done)
        if failure is not None:
            raise failure
    finally:
        stopping.set()
        pool.shutdown(cancel_futures=True)


def _stored(plan: Plan, replies: Mapping[str, Reply]) -> dict[str, Bodies]:
    """For each case the bodies of the revisions that its answer cites, each fetched once."""
    settings = plan.suite.settings
    wanted: dict[str, set[tuple[str, str, int]]] = {}
    for case in plan.suite.cases:
        citations = (replies[case.id].response or {}).get("citations") or []
        wanted[case.id] = {
            (_collection(case, settings), str(one["article_id"]), one["revision"])
            for one in citations
            if isinstance(one.get("revision"), int) and one.get("article_id")
        }
    distinct = sorted(set().union(*wanted.values()))

    def fetch(place: tuple[str, str, int], stopping: threading.Event) -> str | None:
        collection, article_id, revision = place
        return _patiently(lambda: plan.target.body(article_id, collection, revision), plan.patience, stopping)

    found = dict(_each(distinct, fetch, plan.concurrency, lambda _: None))
    return {case: {place[1:]: found[place] for place in places} for case, places in wanted.items()}


def _judged(case: Case, reply: Reply, bodies: Bodies | None, suite: Suite) -> CaseResult:
    has_short_answers = any(one.answer for one in suite.cases)
    judged = score(case, reply, bodies, suite.settings, has_short_answers=has_short_answers)
    return CaseResult(
        case=case, response=_kept(reply.response), error=reply.error, passed=judged.passed, faults=judged.faults,
        values=judged.values, did_abstain=judged.did_abstain, confidence=judged.confidence, correct=judged.correct,
        contexts=() if bodies is None else tuple(_contexts(reply.response or {}, bodies)),
    )  # fmt: skip


def _kept(response: dict[str, Any] | None) -> dict[str, Any] | None:
    """The response without what is of the moment, and with the beginnings of passages."""
    if response is None:
        return None
    kept = {name: value for name, value in response.items() if name not in _OF_THE_MOMENT}
    for name in ("passages", "data"):
        if name in kept:
            kept[name] = [{**one, "text": str(one.get("text") or "")[:_SHOWN]} for one in kept[name]]
    return kept


def _contexts(response: Mapping[str, Any], bodies: Bodies) -> Iterator[Context]:
    for one in response.get("citations") or []:
        start, end = one.get("start"), one.get("end")
        body = bodies.get((str(one.get("article_id")), one.get("revision") or 0))
        if body is None or not isinstance(start, int) or not isinstance(end, int):
            yield Context(n=one["n"], before="", after="", is_true=False)
            continue
        yield Context(
            n=one["n"], before=body[max(0, start - _CONTEXT) : start], after=body[end : end + _CONTEXT],
            is_true=is_true(one, bodies),
        )  # fmt: skip


def _notices(suite: Suite, before: Mapping[str, Corpus], after: Mapping[str, Corpus]) -> tuple[str, ...]:
    found = []
    unreviewed = sum(not case.reviewed for case in suite.cases)
    if unreviewed:
        found.append(f"{unreviewed:,} of {len(suite.cases):,} cases were drafted and nobody has reviewed them.")
    if any(before[name] != after[name] for name in before):
        found.append("The articles changed during the run, so its answers do not rest on the same ones.")
    empty = [name for name, one in before.items() if one.digest and not one.revisions]
    found += [f"The collection {name} holds no articles." for name in empty]
    return tuple(found)


def _timings(replies: Mapping[str, Reply], reused: int, began: float) -> Timings:
    latencies = {name: round(reply.latency_ms, 1) for name, reply in replies.items() if reply.response is not None}
    p50, p95 = np.percentile(list(latencies.values()), [50, 95]) if latencies else (None, None)
    return Timings(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"), seconds=round(time.monotonic() - began, 1),
        reused=reused, retried=sum(reply.attempts > 1 for reply in replies.values()),
        p50_ms=None if p50 is None else round(float(p50), 1), p95_ms=None if p95 is None else round(float(p95), 1),
        latencies_ms=latencies,
    )  # fmt: skip
