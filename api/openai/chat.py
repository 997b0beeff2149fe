"""An answer as a chat completion, whole or in chunks, with what Open WebUI shows beside it."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi.sse import format_sse_event

from api.answer_schemas import AnswerOut, CitationOut, UsageOut
from api.counted import counted
from api.openai.citations import day, search_results, title, url_citations
from api.openai.housekeeping import Direct
from api.problems import openai_error, status_of
from api.steps import Found, Said, Step
from corpus.errors import DatelineError


@dataclass(frozen=True, slots=True)
class ChatHead:
    """What every part of one completion carries: its id, the second it was made, the model that was asked."""

    id: str
    created: int
    model: str


def completion(head: ChatHead, answer: AnswerOut | Direct) -> dict[str, Any]:
    """The whole completion. An abstention's text is its reason."""
    message = {
        "role": "assistant",
        "content": answer.answer,
        "refusal": None,
        "annotations": _annotations(answer),
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return _frame(head, "chat.completion", choice) | {"usage": _usage(answer.usage)} | _evidence(answer)


async def chat_events(
    head: ChatHead, steps: AsyncGenerator[Step | Direct | None], *, searching: bool, include_usage: bool, framed: bool
) -> AsyncGenerator[bytes]:
    """The completion in chunks: each statement after its sources, annotations, the end. Closing it stops the work.

    `framed`: an address may be shown inside the page of a front end.
    """

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        usage = {"usage": None} if include_usage else {}
        return _data(_frame(head, "chat.completion.chunk", choice) | usage | more)

    def event(kind: str, data: dict[str, Any]) -> bytes:
        return chunk({"content": ""}, event={"type": kind, "data": data})

    try:
        yield chunk({"role": "assistant", "content": ""})
        if searching:
            yield event("status", _status("Searching the articles", done=False))
        async with aclosing(steps):
            async for step in steps:
                if step is None:
                    yield format_sse_event(comment="ping")
                elif isinstance(step, Found):
                    yield event("status", _status(_found(step), done=True))
                elif isinstance(step, Said):
                    for citation in step.citations:
                        yield event("source", _source(citation, framed))
                    yield chunk({"content": step.delta})
                else:
                    for notice in _notices(step):
                        yield event("status", _status(notice, done=True))
                    if annotations := _annotations(step):
                        yield chunk({"annotations": annotations})
                    yield chunk({}, "stop", **_evidence(step))
                    if include_usage:
                        last = _frame(head, "chat.completion.chunk") | {"usage": _usage(step.usage)}
                        yield _data(last)
    except DatelineError as error:
        yield _data({"error": openai_error(status_of(error), error.code, str(error))})
        return
    yield b"data: [DONE]\n\n"


def _frame(head: ChatHead, kind: str, *choices: dict[str, Any]) -> dict[str, Any]:
    return {"id": head.id, "object": kind, "created": head.created, "model": head.model, "choices": list(choices)}


def _annotations(answer: AnswerOut | Direct) -> list[dict[str, Any]]:
    return [
        {
            "type": "url_citation",
            "url_citation": {key: value for key, value in one.items() if key != "dateline"},
            "dateline": one["dateline"],
        }
        for one in url_citations(answer.statements, answer.citations)
    ]


def _evidence(answer: AnswerOut | Direct) -> dict[str, Any]:
    """Lists by citation number for clients that know them, and the native answer for those that know us."""
    if isinstance(answer, Direct):
        return {}
    return {
        "citations": [citation.url for citation in answer.citations],
        "search_results": search_results(answer.citations),
        "dateline": answer.model_dump(mode="json"),
    }


def _usage(usage: UsageOut) -> dict[str, int]:
    paid, said = usage.input_tokens, usage.output_tokens
    return {"prompt_tokens": paid, "completion_tokens": said, "total_tokens": paid + said}


def _source(citation: CitationOut, framed: bool) -> dict[str, Any]:
    """A cited passage for Open WebUI, which numbers sources by their addresses in the order in which they come."""
    source = {"id": citation.url, "name": title(citation), "url": citation.url}
    metadata = {"source": citation.url, "name": title(citation), "external": True}
    metadata |= {"date": day(citation), "publisher": citation.publisher}
    return {
        "source": source | ({"embed_url": citation.url} if framed else {}),
        "document": [citation.quote],
        "metadata": [metadata],
        "distances": [citation.score],
    }


def _status(description: str, *, done: bool) -> dict[str, Any]:
    return {"description": description, "done": done}


def _found(step: Found) -> str:
    passages = step.passages.data
    articles = len({passage.article_id for passage in passages})
    if not passages:
        return "Nothing found"
    return f"Read {counted(len(passages), 'passage')} of {counted(articles, 'article')}"


def _notices(answer: AnswerOut | Direct) -> list[str]:
    """What a reader of the text alone would not know."""
    if isinstance(answer, Direct):
        return []
    notices = list(answer.notices)
    if answer.withheld:
        notices.append(f"{counted(answer.withheld, 'statement')} withheld: not supported by the passages cited.")
    if answer.later_coverage:
        notices.append("Later coverage of this exists.")
    return notices


def _data(value: dict[str, Any]) -> bytes:
    # In ASCII, because some clients take every line end of Unicode for one of the stream's.
    return format_sse_event(data_str=json.dumps(value, separators=(",", ":")))
