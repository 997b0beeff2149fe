"""An answer as server-sent events: passages, then each checked statement after its citations, then the whole."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi.sse import format_sse_event
from pydantic import BaseModel

from api.problems import as_problem
from api.steps import Found, Said, Step
from corpus.errors import DatelineError

# Some clients take every line end of Unicode for one of the stream's; in JSON these stand in strings only.
_LINE_ENDS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class _Created(BaseModel):
    id: str
    question: str
    standalone_question: str


class _Delta(BaseModel):
    delta: str


async def answer_events(steps: AsyncGenerator[Step | None], question: str) -> AsyncGenerator[bytes]:
    """The event stream of one question. Replaying the deltas gives exactly `answer`. Closing it stops the work."""
    number = 0

    def event(name: str, data: BaseModel | str) -> bytes:
        nonlocal number
        number += 1
        text = data if isinstance(data, str) else data.model_dump_json()
        return format_sse_event(data_str=text.translate(_LINE_ENDS), event=name, id=str(number))

    try:
        async with aclosing(steps):
            async for step in steps:
                if step is None:
                    yield format_sse_event(comment="ping")
                elif isinstance(step, Found):
                    created = _Created(
                        id=step.answer_id, question=question, standalone_question=step.standalone_question
                    )
                    yield event("answer.created", created)
                    yield event("retrieval.completed", step.passages)
                elif isinstance(step, Said):
                    for citation in step.citations:
                        yield event("citation", citation)
                    if step.statement:
                        yield event("statement.completed", step.statement)
                    yield event("answer.delta", _Delta(delta=step.delta))
                else:
                    yield event("answer.completed", step)
    except DatelineError as error:
        yield event("error", json.dumps(as_problem(error)))
