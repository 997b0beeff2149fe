"""An answer as server-sent events: passages, then each checked statement after its citations, then the whole."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi.sse import format_sse_event
from pydantic import BaseModel

from answering.answer import Answer
from answering.ask import Ask, Asker, Retrieved
from answering.assemble import Stated
from api.problems import as_problem
from api.render import answer_out, citation_out, search_out, statement_out
from corpus.errors import DatelineError

_PING_SECONDS = 15.0


class _Created(BaseModel):
    id: str
    question: str
    standalone_question: str


class _Delta(BaseModel):
    delta: str


async def answer_events(asker: Asker, ask: Ask, base_url: str, include: list[str]) -> AsyncIterator[bytes]:
    """The event stream of one question. Replaying the deltas gives exactly `answer`. Closing it stops the work."""
    number = 0

    def event(name: str, data: BaseModel | str) -> bytes:
        nonlocal number
        number += 1
        text = data if isinstance(data, str) else data.model_dump_json()
        return format_sse_event(data_str=text, event=name, id=str(number))

    said = False
    try:
        async with aclosing(asker.events(ask)) as events:
            async for item in _with_pings(events):
                if item is None:
                    yield format_sse_event(comment="ping")
                elif isinstance(item, Retrieved):
                    created = _Created(id=item.answer_id, question=ask.question, standalone_question=item.question)
                    yield event("answer.created", created)
                    yield event("retrieval.completed", search_out(item.result, base_url))
                elif isinstance(item, Stated):
                    for citation in item.citations:
                        yield event("citation", citation_out(citation, base_url))
                    yield event("statement.completed", statement_out(item.statement))
                    yield event("answer.delta", _Delta(delta=(" " if said else "") + item.statement.text))
                    said = True
                else:
                    if not said:
                        yield event("answer.delta", _Delta(delta=item.text))
                    yield event("answer.completed", answer_out(item, base_url, include))
    except DatelineError as error:
        yield event("error", json.dumps(as_problem(error)))


async def _with_pings(
    events: AsyncIterator[Retrieved | Stated | Answer],
) -> AsyncIterator[Retrieved | Stated | Answer | None]:
    """The events, and None whenever a quarter of a minute passed without one, so that proxies keep the stream open."""
    waiting = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=_PING_SECONDS)
            if not done:
                yield None
                continue
            try:
                yield waiting.result()
            except StopAsyncIteration:
                return
            waiting = asyncio.ensure_future(anext(events))
    finally:
        waiting.cancel()
