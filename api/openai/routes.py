"""OpenAI's API over Dateline's answers: /v1/models, /v1/chat/completions, /v1/responses."""

import json
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from answering.ask import Ask
from api.answer_schemas import AnswerOut
from api.body import TextRoute
from api.dependencies import base_url, engine_of, reach_of
from api.engine import Engine
from api.leaving import EventStream, while_connected
from api.openai.chat import ChatHead, chat_events, completion
from api.openai.examples import CHAT_EXAMPLE, RESPONSE_EXAMPLE, as_documented
from api.openai.housekeeping import Direct, housekeeping
from api.openai.kept_responses import KeptResponses, OwnResponses
from api.openai.requests import (
    EXTRACTIVE_MODEL,
    MODEL,
    Asking,
    ChatRequest,
    ResponsesRequest,
    ask_request,
    is_housekeeping,
    turn_of,
    turns_of,
)
from api.openai.responses import ResponseHead, kept_events, response, response_events
from api.problems import problem_responses
from api.render import answer_out
from api.request_schemas import HistoryTurn
from api.requests import ask_of
from api.steps import Said, Step, answer_steps
from corpus.errors import NotFound, UnknownModel, UnknownResponse

router = APIRouter(route_class=TextRoute, tags=["OpenAI-compatible"])
_PROBLEMS = problem_responses(400, 404, 415, 422, 503)
_STARTED = int(time.time())


@router.get("/v1/models", operation_id="list_models", summary="Models")
async def models(request: Request) -> dict[str, Any]:
    """`dateline`, and with a chat model set also `dateline-extractive`, which quotes and does not ask it."""
    return {"object": "list", "data": [_model(name) for name in _names(engine_of(request))]}


@router.get("/v1/models/{name}", operation_id="get_model", summary="One model", responses=_PROBLEMS)
async def model(name: str) -> dict[str, Any]:
    """One model by its name."""
    if name not in (MODEL, EXTRACTIVE_MODEL):
        raise UnknownModel(f"There is no model {name!r} here; GET /v1/models lists them.")
    return _model(name)


@router.post(
    "/v1/chat/completions",
    operation_id="create_chat_completion",
    summary="Answer as a chat completion",
    responses={**_PROBLEMS, **as_documented(CHAT_EXAMPLE, streams=True)},
    response_model=None,
)
async def chat_completions(body: ChatRequest, request: Request) -> EventStream | dict[str, Any]:
    """The last user message is answered from stored articles; citations come as `[n]` and as annotations."""
    work = _Work(request, turns_of(body.messages), body)
    head = ChatHead(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), body.model)
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        framed = bool(engine_of(request).settings.frame_ancestors)
        events = chat_events(head, work.steps(), searching=work.searches, include_usage=usage, framed=framed)
        return EventStream(events)
    return completion(head, await while_connected(request, work.whole()))


@router.post(
    "/v1/responses",
    operation_id="create_response",
    summary="Answer as a response",
    responses={**_PROBLEMS, **as_documented(RESPONSE_EXAMPLE, streams=True)},
    response_model=None,
)
async def responses(body: ResponsesRequest, request: Request) -> EventStream | dict[str, Any]:
    """The last user message is answered from stored articles; the answer is kept for an hour, to be gone on from."""
    kept = _kept(request)
    turns = (*_before(body, kept), *_input(body, kept))
    work = _Work(request, turns, body)
    head = ResponseHead(
        id=f"resp_{uuid.uuid4().hex}",
        message_id=f"msg_{uuid.uuid4().hex}",
        created=int(time.time()),
        model=body.model,
        previous=body.previous_response_id,
        store=body.store is not False,
        instructions=body.instructions,
        metadata=body.metadata or {},
    )

    def completed(answer: AnswerOut | Direct, whole: dict[str, Any]) -> None:
        if head.store:
            said = HistoryTurn(role="assistant", content=answer.answer)
            kept.keep(head.id, head.message_id, turns, said, json.dumps(whole).encode())

    if body.stream:
        return EventStream(response_events(head, work.steps(), completed))
    answer = await while_connected(request, work.whole())
    whole = response(head, answer)
    completed(answer, whole)
    return whole


@router.get("/v1/responses/{response_id}", operation_id="get_response", summary="A kept response", responses=_PROBLEMS)
async def get_response(
    response_id: str,
    request: Request,
    stream: Annotated[bool, Query(description="Tell it as events, like those of the stream it is made in.")] = False,
    starting_after: Annotated[int, Query(ge=-1, description="In a stream: only the events after this number.")] = -1,
) -> Response:
    """A response of the last hour, as it was sent."""
    kept = _kept(request).get(response_id)
    if kept is None:
        raise NotFound(_not_kept(response_id))
    if stream:
        return EventStream(kept_events(json.loads(kept.body), starting_after))
    return Response(kept.body, media_type="application/json")


@router.delete(
    "/v1/responses/{response_id}", operation_id="delete_response", summary="Forget a response", responses=_PROBLEMS
)
async def delete_response(response_id: str, request: Request) -> dict[str, Any]:
    """Forget a kept response before its hour is over."""
    kept = _kept(request)
    if kept.get(response_id) is None:
        raise NotFound(_not_kept(response_id))
    kept.delete(response_id)
    return {"id": response_id, "object": "response", "deleted": True}


class _Work:
    """What a request asks for: an answer from the articles, or something that is answered directly."""

    def __init__(self, request: Request, turns: Sequence[HistoryTurn], body: Asking) -> None:
        self._engine = engine_of(request)
        self._base_url = base_url(request)
        asked = ask_request(turns, body)
        self._include = asked.include
        self._prompt = next(turn.content for turn in reversed(turns) if turn.role == "user")
        is_task = "x-openwebui-task" in request.headers or is_housekeeping(self._prompt)
        within = reach_of(request).within(asked)
        self._ask: Ask | None = None if is_task else ask_of(within, self._engine.settings.policy, "dateline.")

    @property
    def searches(self) -> bool:
        """Whether the articles are asked."""
        return self._ask is not None

    async def whole(self) -> AnswerOut | Direct:
        """The answer."""
        if self._ask is None:
            return await housekeeping(self._prompt, self._engine.model)
        return answer_out(await self._engine.asker.ask(self._ask), self._base_url, self._include)

    async def steps(self) -> AsyncGenerator[Step | Direct | None]:
        """The answer as it comes about."""
        if self._ask is None:
            direct = await housekeeping(self._prompt, self._engine.model)
            yield Said(direct.answer)
            yield direct
            return
        async with aclosing(answer_steps(self._engine.asker, self._ask, self._base_url, self._include)) as steps:
            async for step in steps:
                yield step


def _kept(request: Request) -> OwnResponses:
    """What is kept of whoever asks: one key's conversations are nothing to another's holder."""
    kept = request.app.state.kept_responses
    assert isinstance(kept, KeptResponses)
    return kept.of(reach_of(request).owner)


def _before(body: ResponsesRequest, kept: OwnResponses) -> tuple[HistoryTurn, ...]:
    """The conversation that a request goes on from."""
    if not body.previous_response_id:
        return ()
    before = kept.get(body.previous_response_id)
    if before is None:
        raise UnknownResponse(f"{_not_kept(body.previous_response_id)} Send the conversation as `input` instead.")
    return before.turns


def _not_kept(response_id: str) -> str:
    return f"The response {response_id!r} is not kept here: answers are kept for an hour, and until a restart."


def _input(body: ResponsesRequest, kept: OwnResponses) -> tuple[HistoryTurn, ...]:
    """The conversation in an input; what it says by reference is filled in where it is still known."""
    if isinstance(body.input, str):
        return (turn_of("user", body.input),) if body.input.strip() else ()
    turns: list[HistoryTurn] = []
    for item in body.input:
        if item.type == "item_reference":
            said = kept.said(item.id or "")
            turns += [said] if said else []
        else:
            turns += turns_of([item])
    return tuple(turns)


def _names(engine: Engine) -> list[str]:
    return [MODEL] if engine.model is None else [MODEL, EXTRACTIVE_MODEL]


def _model(name: str) -> dict[str, Any]:
    # What Open WebUI reads: without it, twenty kilobytes of tools come with every request.
    capabilities = {"citations": True, "usage": True, "builtin_tools": False}
    return {
        "id": name,
        "object": "model",
        "created": _STARTED,
        "owned_by": "dateline",
        "info": {"meta": {"capabilities": capabilities}},
    }
