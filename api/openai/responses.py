"""An answer in the form of OpenAI's Responses API, whole or as its events."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi.sse import format_sse_event

from api.answer_schemas import AnswerOut, UsageOut
from api.openai.citations import url_citations
from api.openai.housekeeping import Direct
from api.problems import openai_error, status_of
from api.steps import Said, Step
from corpus.errors import DatelineError


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """What every form of one response carries: ids, the second it was made, and what the request said."""

    id: str
    message_id: str
    created: int
    model: str
    previous: str | None
    store: bool
    instructions: Any
    metadata: dict[str, str]


def response(head: ResponseHead, answer: AnswerOut | Direct) -> dict[str, Any]:
    """The whole response: one message with the answer's text and an annotation for each of its markers."""
    evidence = {} if isinstance(answer, Direct) else {"dateline": answer.model_dump(mode="json")}
    whole = _frame(head, "completed") | {"output": [_message(head, answer)], "usage": _usage(answer.usage)}
    return whole | evidence


async def response_events(
    head: ResponseHead,
    steps: AsyncGenerator[Step | Direct | None],
    completed: Callable[[AnswerOut | Direct, dict[str, Any]], None],
) -> AsyncGenerator[bytes]:
    """The response's events, numbered from 0. `completed` is told the answer and the response before the last one.

    Closing it stops the work.
    """
    events = _Events()
    place = {"item_id": head.message_id, "output_index": 0, "content_index": 0}
    item: dict[str, Any] = {"id": head.message_id, "type": "message", "role": "assistant", "content": []}
    part: dict[str, Any] = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    try:
        yield events.of("response.created", response=_frame(head, "in_progress"))
        yield events.of("response.in_progress", response=_frame(head, "in_progress"))
        yield events.of("response.output_item.added", output_index=0, item=item | {"status": "in_progress"})
        yield events.of("response.content_part.added", **place, part=part)
        async with aclosing(steps):
            async for step in steps:
                if step is None:
                    yield format_sse_event(comment="ping")
                elif isinstance(step, Said):
                    yield events.of("response.output_text.delta", **place, delta=step.delta, logprobs=[])
                elif isinstance(step, AnswerOut | Direct):
                    whole = response(head, step)
                    message = whole["output"][0]
                    said = message["content"][0]
                    for index, annotation in enumerate(said["annotations"]):
                        name = "response.output_text.annotation.added"
                        yield events.of(name, **place, annotation_index=index, annotation=annotation)
                    yield events.of("response.output_text.done", **place, text=said["text"], logprobs=[])
                    yield events.of("response.content_part.done", **place, part=said)
                    yield events.of("response.output_item.done", output_index=0, item=message)
                    completed(step, whole)
                    yield events.of("response.completed", response=whole)
    except DatelineError as error:
        told = openai_error(status_of(error), error.code, str(error))
        yield events.of("response.failed", response=_frame(head, "failed") | {"error": told})


class _Events:
    """Counts the events of one stream."""

    def __init__(self) -> None:
        self._next = 0

    def of(self, kind: str, **fields: Any) -> bytes:
        data = {"type": kind, "sequence_number": self._next, **fields}
        self._next += 1
        # In ASCII, because some clients take every line end of Unicode for one of the stream's.
        return format_sse_event(data_str=json.dumps(data, separators=(",", ":")), event=kind)


def _frame(head: ResponseHead, status: str) -> dict[str, Any]:
    """A response without its output. What cannot be set here has the value that says so."""
    return {
        "id": head.id,
        "object": "response",
        "created_at": head.created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": head.instructions,
        "max_output_tokens": None,
        "metadata": head.metadata,
        "model": head.model,
        "output": [],
        "parallel_tool_calls": False,
        "previous_response_id": head.previous,
        "reasoning": {"effort": None, "summary": None},
        "store": head.store,
        "temperature": None,
        "text": {"format": {"type": "text"}},
        "tool_choice": "none",
        "tools": [],
        "top_p": None,
        "truncation": "disabled",
        "usage": None,
    }


def _message(head: ResponseHead, answer: AnswerOut | Direct) -> dict[str, Any]:
    annotations = [
        {"type": "url_citation", **citation} for citation in url_citations(answer.statements, answer.citations)
    ]
    content = {"type": "output_text", "text": answer.answer, "annotations": annotations, "logprobs": []}
    return {
        "id": head.message_id,
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [content],
    }


def _usage(usage: UsageOut) -> dict[str, Any]:
    paid, said = usage.input_tokens, usage.output_tokens
    return {
        "input_tokens": paid,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": paid + said,
    }
