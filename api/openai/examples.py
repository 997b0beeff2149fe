"""Examples of the OpenAI-compatible responses for the API's documentation, rendered as real answers are."""

from datetime import UTC, datetime
from typing import Any

from api.answer_schemas import AnswerOut, AttributionOut, CitationOut, HintsOut, StatementOut, UsageOut
from api.openai.chat import ChatHead, completion
from api.openai.responses import ResponseHead, response

_QUOTE = "The port reopened to cargo on 3 May."
_PUBLISHED = datetime(2024, 5, 3, 6, tzinfo=UTC)
_CITATION = CitationOut(
    n=1,
    article_id="a-17",
    revision=2,
    title="Harbour reopens after storm",
    publisher="Coast Times",
    published_at=_PUBLISHED,
    url="http://127.0.0.1:8000/read/a-17?rev=2&start=120&end=156",
    source_url="https://coast.example/p/9",
    start=120,
    end=156,
    quote=_QUOTE,
    score=0.91,
    attribution=AttributionOut(voice="article", speaker=None),
    copies=[],
)
_TEXT = "The port reopened to cargo on 3 May [1]."
_STATEMENT = StatementOut(
    text=_TEXT,
    start=0,
    end=len(_TEXT),
    citations=[1],
    support=0.97,
    verdict="supported",
    independent_sources=1,
    highlight=None,
    attribution=None,
)
_ANSWER = AnswerOut(
    id="ans_5f0c",
    created_at=_PUBLISHED,
    model="dateline-extractive",
    mode="extractive",
    index_version="1",
    collection="default",
    question="When did the port reopen?",
    standalone_question="When did the port reopen?",
    status="answered",
    reason=None,
    covers=None,
    answer=_TEXT,
    statements=[_STATEMENT],
    withheld=0,
    citations=[_CITATION],
    passages=[],
    hints=HintsOut(publishers=[], published=None, phrases=[], names=[], present=False),
    conflicts=[],
    later_coverage=False,
    notices=[],
    usage=UsageOut(input_tokens=0, output_tokens=0, retries=0),
    timings={},
)
_SECOND = int(_PUBLISHED.timestamp())

CHAT_EXAMPLE = completion(ChatHead("chatcmpl-9a1e", _SECOND, "dateline"), _ANSWER)
RESPONSE_EXAMPLE = response(
    ResponseHead("resp_9a1e", "msg_9a1e", _SECOND, "dateline", None, store=True, instructions=None, metadata={}),
    _ANSWER,
)


def as_documented(example: dict[str, Any], *, streams: bool = False) -> dict[int | str, dict[str, Any]]:
    """What the documentation says of a route that answers so, and with events when it is asked to."""
    content: dict[str, Any] = {"application/json": {"schema": {"type": "object"}, "example": example}}
    if streams:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {200: {"description": "The answer, or its events." if streams else "What there is.", "content": content}}
