"""Routes to the answers that were given."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.dependencies import base_url, engine_of, reach_of
from api.leaving import while_connected
from api.ledger_desk import EVERY, LedgerDesk
from api.ledger_schemas import KeptAnswerList, KeptAnswerOut, ReplayOut
from api.problems import problem_responses
from corpus.accept import check_collection, check_order, parse_time
from corpus.keys import Key, Scope
from corpus.ledger import Wanted

router = APIRouter(tags=["Answers"])
_PROBLEMS = problem_responses(404, 422, 503)


@router.get("/v1/answers", operation_id="list_answers", summary="List answers given", responses=_PROBLEMS)
async def list_answers(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    collection: Annotated[str | None, Query(max_length=63)] = None,
    status: Literal["answered", "abstained"] | None = None,
    stale: Annotated[bool | None, Query(description="Whether a cited article changed since.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words that the question holds.")] = None,
    asked_from: Annotated[str | None, Query(max_length=50)] = None,
    asked_to: Annotated[str | None, Query(max_length=50)] = None,
) -> KeptAnswerList:
    """The newest answers first, page by page: of the key that asks, or of all for a key of the scope `admin`."""
    asked = Wanted(
        collections=(check_collection(collection),) if collection else (),
        status=status,
        question=q,
        asked_from=parse_time(asked_from, "asked_from"),
        asked_to=parse_time(asked_to, "asked_to", end_of_day=True),
        is_stale=stale,
    )
    check_order(asked.asked_from, asked.asked_to, "asked_from", "asked_to")
    found = await run_in_threadpool(lambda: _desk(request).page(_within(request, asked), limit, cursor))
    if found.next_cursor:
        following = request.url.include_query_params(cursor=found.next_cursor)
        response.headers["Link"] = f'<{following}>; rel="next"'
    return found


@router.get("/v1/answers/{answer_id}", operation_id="get_answer", summary="One answer given", responses=_PROBLEMS)
async def get_answer(answer_id: str, request: Request) -> KeptAnswerOut:
    """An answer with its settings, passages, statements and versions, and what became of its articles since."""
    return await run_in_threadpool(lambda: _desk(request).answer(answer_id, _within(request)))


@router.delete(
    "/v1/answers/{answer_id}", operation_id="delete_answer", summary="Forget an answer", status_code=204,
    responses=_PROBLEMS,
)  # fmt: skip
async def delete_answer(answer_id: str, request: Request) -> None:
    """Forget an answer before its time."""
    await run_in_threadpool(lambda: _desk(request).delete(answer_id, _within(request)))


@router.post(
    "/v1/answers/{answer_id}/replay", operation_id="replay_answer", summary="Ask the same again", responses=_PROBLEMS
)
async def replay_answer(answer_id: str, request: Request) -> ReplayOut:
    """Ask the same question under the same settings of today's articles, and tell what differs."""
    desk = _desk(request)
    entry = await run_in_threadpool(lambda: desk.to_replay(answer_id, _within(request)))
    return await while_connected(request, desk.replay(entry, base_url(request)))


def _desk(request: Request) -> LedgerDesk:
    return LedgerDesk(engine_of(request))


def _within(request: Request, asked: Wanted = EVERY) -> Wanted:
    """What is asked for, of what the key may see: its own answers, or with the scope `admin` everybody's.

    A key that is bound to collections sees answers over these only. Raises `NotAllowed` where another is named.
    """
    key = getattr(request.state, "key", None)
    reach = reach_of(request)
    for collection in asked.collections:
        reach.check(collection)
    asked = replace(asked, collections=asked.collections or reach.collections)
    if not isinstance(key, Key) or key.scope is Scope.ADMIN:
        return asked
    return replace(asked, key_ids=engine_of(request).ledger.names_of(key.id))
