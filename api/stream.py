"""An answer as server-sent events: passages, then each checked statement after its citations, then the whole."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi.sse import format_sse_event
from pydantic import BaseModel

from answering.answer import Answer
from answering.ask import Ask, Asker, Retrieved
from api.problems import as_problem
from api.render import answer_out, search_out
from corpus.errors import DatelineError

log = logging.getLogger(__name__)

_PING_SECONDS = 15.0


class _Created(BaseModel):
    id: str
    question: str


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

    try:
        async with aclosing(asker.events(ask)) as events:
            async for item in _with_pings(events):
                if item is None:
                    yield format_sse_event(comment="ping")
                elif isinstance(item, Retrieved):
                    yield event("answer.created", _Created(id=item.answer_id, question=ask.question))
                    yield event("retrieval.completed", search_out(item.result, base_url))
                else:
                    for name, data in _parts(item, base_url, include):
                        yield event(name, data)
    except DatelineError as error:
        import json

        yield event("error", json.dumps(as_problem(error)))


def _parts(answer: Answer, base_url: str, include: list[str]) -> list[tuple[str, BaseModel]]:
    """Per statement: the citations that it is the first to use, itself, and its text."""
    whole = answer_out(answer, base_url, include)
    parts: list[tuple[str, BaseModel]] = []
    shown: set[int] = set()
    for place, statement in enumerate(whole.statements):
        new = [
            citation for citation in whole.citations if citation.n in statement.citations and citation.n not in shown
        ]
        parts.extend(("citation", citation) for citation in new)
        shown.update(citation.n for citation in new)
        parts.append(("statement.completed", statement))
        parts.append(("answer.delta", _Delta(delta=(" " if place else "") + statement.text)))
    if not whole.statements:
        parts.append(("answer.delta", _Delta(delta=whole.answer)))
    parts.append(("answer.completed", whole))
    return parts


async def _with_pings(events: AsyncIterator[Retrieved | Answer]) -> AsyncIterator[Retrieved | Answer | None]:
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
