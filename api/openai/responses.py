"""An answer in the form of OpenAI's Responses API, whole or as its events."""

import json
from collections.abc import AsyncGenerator, Callable, Iterator
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
    events = _Events(head.message_id)
    try:
        for event in events.begin(_frame(head, "in_progress")):
            yield event
        async with aclosing(steps):
            async for step in steps:
                if step is None:
                    yield format_sse_event(comment="ping")
                elif isinstance(step, Said):
                    yield events.said(step.delta)
                elif isinstance(step, AnswerOut | Direct):
                    whole = response(head, step)
                    for event in events.end(whole["output"][0]):
                        yield event
                    completed(step, whole)
                    yield events.of("response.completed", response=whole)
    except DatelineError as error:
        told = openai_error(status_of(error), error.code, str(error))
        yield events.of("response.failed", response=_frame(head, "failed") | {"error": told})


async def kept_events(whole: dict[str, Any], starting_after: int = -1) -> AsyncGenerator[bytes]:
    """The events of a response that was given before, its text in one piece; those up to `starting_after` left out."""
    message = whole["output"][0]
    events = _Events(message["id"])
    frame = {name: value for name, value in whole.items() if name != "dateline"}
    told = [
        *events.begin(frame | {"status": "in_progress", "output": [], "usage": None}),
        events.said(message["content"][0]["text"]),
        *events.end(message),
        events.of("response.completed", response=whole),
    ]
    for event in told[starting_after + 1 :]:
        yield event


class _Events:
    """Makes and counts the events of one stream, which tells of one message."""

    def __init__(self, message_id: str) -> None:
        self._next = 0
        self._message_id = message_id
        self._place = {"item_id": message_id, "output_index": 0, "content_index": 0}

    def begin(self, frame: dict[str, Any]) -> Iterator[bytes]:
        item = {"id": self._message_id, "type": "message", "role": "assistant", "content": [], "status": "in_progress"}
        part: dict[str, Any] = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        yield self.of("response.created", response=frame)
        yield self.of("response.in_progress", response=frame)
        yield self.of("response.output_item.added", output_index=0, item=item)
        yield self.of("response.content_part.added", **self._place, part=part)

    def said(self, words: str) -> bytes:
        return self.of("response.output_text.delta", **self._place, delta=words, logprobs=[])

    def end(self, message: dict[str, Any]) -> Iterator[bytes]:
        said = message["content"][0]
        for index, annotation in enumerate(said["annotations"]):
            name = "response.output_text.annotation.added"
            yield self.of(name, **self._place, annotation_index=index, annotation=annotation)
        yield self.of("response.output_text.done", **self._place, text=said["text"], logprobs=[])
        yield self.of("response.content_part.done", **self._place, part=said)
        yield self.of("response.output_item.done", output_index=0, item=message)

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
