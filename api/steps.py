"""An answer as it comes about, rendered once: the streams of every protocol are made from these steps."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, suppress
from contextvars import copy_context
from dataclasses import dataclass

from answering.answer import Answer
from answering.ask import Ask, Asker, Retrieved
from answering.assemble import Stated
from api.answer_schemas import AnswerOut, CitationOut, SearchOut, StatementOut
from api.render import answer_out, citation_out, search_out, statement_out

_PING_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Found:
    """The passages are found. `standalone_question` is what was searched for."""

    answer_id: str
    standalone_question: str
    passages: SearchOut


@dataclass(frozen=True, slots=True)
class Said:
    """The next stretch of the answer's text, and the citations that it is the first to use.

    `statement` is None when the text is the sentence of an abstention.
    """

    delta: str
    statement: StatementOut | None = None
    citations: tuple[CitationOut, ...] = ()


Step = Found | Said | AnswerOut


async def answer_steps(
    asker: Asker, ask: Ask, base_url: str, include: Collection[str]
) -> AsyncGenerator[Step | None]:  # fmt: skip
    """`Found`, then each `Said`, last the whole answer; None when nothing came for a while, for a sign of life.

    The deltas joined are exactly the answer's text. Closing it stops the work. Raises `DatelineError`.
    """
    said = False
    async with aclosing(asker.events(ask)) as events, aclosing(_with_pauses(events)) as items:
        async for item in items:
            if item is None:
                yield None
            elif isinstance(item, Retrieved):
                yield Found(item.answer_id, item.question, search_out(item.result, base_url))
            elif isinstance(item, Stated):
                new = tuple(citation_out(citation, base_url) for citation in item.citations)
                yield Said((" " if said else "") + item.statement.text, statement_out(item.statement), new)
                said = True
            else:
                if not said:
                    yield Said(item.text)
                yield answer_out(item, base_url, include)


async def _with_pauses(
    events: AsyncIterator[Retrieved | Stated | Answer],
) -> AsyncGenerator[Retrieved | Stated | Answer | None]:
    """The events, and None whenever a quarter of a minute passed without one."""
    context = copy_context()
    waiting = asyncio.create_task(_next(events), context=context)
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
            waiting = asyncio.create_task(_next(events), context=context)
    finally:
        # Awaited, because an iterator that is still at work cannot be closed.
        waiting.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await waiting


async def _next(events: AsyncIterator[Retrieved | Stated | Answer]) -> Retrieved | Stated | Answer:
    return await anext(events)
