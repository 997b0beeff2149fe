"""Requests in the forms of OpenAI's API: the last user message becomes a question, what was said before its history."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.request_schemas import MOST_QUESTION, AskOptions, AskRequest, HistoryTurn
from corpus.errors import InvalidInput, UnknownModel

MODEL, EXTRACTIVE_MODEL = "dateline", "dateline-extractive"

_MOST_TURNS, _LONGEST_TURN = 50, 20_000  # what the native request takes; older and longer is left out, not refused
# Open WebUI puts documents before the question, and in some versions the question into a tag of its own.
_GIVEN_CONTEXT = "Respond to the user query using the provided context"
_WRAPPED_QUESTION = re.compile(r"<user_query>(.*?)</user_query>", re.DOTALL)


class _Lenient(BaseModel):
    """Unknown keys are passed over: clients send whatever OpenAI's API knows."""

    model_config = ConfigDict(extra="ignore")


class Part(_Lenient):
    """A part of a message. Only text is read; pictures and files are passed over."""

    type: str = "text"
    text: str | None = None


class Message(_Lenient):
    """A message, or another item of an input, whose `type` then says what."""

    type: str = "message"
    role: str | None = None
    content: str | list[Part | str] | None = None
    id: str | None = None

    @property
    def text(self) -> str:
        """The text of all parts."""
        if self.content is None or isinstance(self.content, str):
            return (self.content or "").strip()
        texts = [part if isinstance(part, str) else part.text or "" for part in self.content]
        return "\n".join(text for text in texts if text).strip()


class StreamOptions(_Lenient):
    """What a stream is to hold beside the answer."""

    include_usage: bool = False


class Asking(_Lenient):
    """What both kinds of requests hold."""

    model: str = Field(MODEL, description=f"`{MODEL}`, or `{EXTRACTIVE_MODEL}` for quotes without a chat model.")
    stream: bool | None = False
    dateline: AskOptions = Field(AskOptions(include=[]), description="Dateline's own options, as in `POST /v1/ask`.")


class ChatRequest(Asking):
    """`POST /v1/chat/completions`. Other parameters are accepted and have no effect."""

    messages: list[Message] = Field(
        min_length=1, examples=[[{"role": "user", "content": "Why does Putin avoid the meeting?"}]]
    )
    stream_options: StreamOptions | None = None


class ResponsesRequest(Asking):
    """`POST /v1/responses`. Other parameters are accepted and have no effect."""

    input: str | list[Message] = Field(examples=["Why does Putin avoid the meeting?"])
    previous_response_id: str | None = None
    store: bool | None = Field(True, description="Whether the answer is kept for an hour, to be gone on from.")
    instructions: Any = None
    metadata: dict[str, str] | None = None


def turns_of(messages: Sequence[Message]) -> tuple[HistoryTurn, ...]:
    """What the user and the assistant said. Instructions (system, developer) and tools' results are passed over:

    what may be said is decided by the passages, and how by the server's own rules.
    """
    return tuple(
        turn_of("user" if message.role == "user" else "assistant", message.text)
        for message in messages
        if message.type == "message" and message.role in ("user", "assistant") and message.text
    )


def turn_of(role: Literal["user", "assistant"], text: str) -> HistoryTurn:
    """What one of them said, cut where it is longer than a turn may be."""
    return HistoryTurn(role=role, content=text[:_LONGEST_TURN])


def ask_request(turns: Sequence[HistoryTurn], request: Asking) -> AskRequest:
    """The native request: the last thing that the user said, after what was said before. Raises `DatelineError`."""
    last = max((i for i, turn in enumerate(turns) if turn.role == "user"), default=None)
    if last is None:
        raise InvalidInput("There is no user message with text in it: the question is read from the last one.")
    question = _question(turns[last].content)
    if len(question) > MOST_QUESTION:
        raise InvalidInput(
            f"The last user message has {len(question):,} characters; a question may have {MOST_QUESTION:,} at most."
        )
    options = request.dateline.model_dump(exclude_unset=True)
    options.setdefault("mode", _mode(request.model))
    options.setdefault("include", [])
    history = list(turns[max(0, last - _MOST_TURNS) : last])
    return AskRequest(question=question, history=history, **options)


def _question(text: str) -> str:
    """The question itself, where a front end has put documents of its own before it."""
    if _GIVEN_CONTEXT not in text:
        return text
    wrapped = _WRAPPED_QUESTION.findall(text)
    after = text.rpartition("</context>")[2].strip()
    return (wrapped[-1].strip() if wrapped else "") or after or text


def is_housekeeping(text: str) -> bool:
    """Whether a front end asks for a title, for tags and the like, and nobody for an answer."""
    return text.lstrip().startswith("### Task:") and _GIVEN_CONTEXT not in text


def _mode(model: str) -> Literal["auto", "extractive"]:
    if model not in (MODEL, EXTRACTIVE_MODEL):
        raise UnknownModel(f"There is no model {model!r} here; GET /v1/models lists them. Use {MODEL!r}.")
    return "auto" if model == MODEL else "extractive"
