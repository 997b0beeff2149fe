"""Dateline as parts of a LangChain program: `DatelineRetriever` finds passages, `DatelineAnswerer` answers.

Both go to a server (`url`) or work in this process (`engine`, an `api.engine.Engine`), for which alone heavy parts are
imported.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing, closing, nullcontext
from typing import TYPE_CHECKING, Any, Literal, Self

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForLLMRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from pydantic import BaseModel, Field, SecretStr, model_validator

from api.answer_schemas import AnswerOut, PassageOut
from api.client import AsyncDateline, Dateline
from api.events import AnswerCompleted, AnswerDelta, AnswerEvent
from api.passage_ids import passage_id
from api.request_schemas import HistoryTurn
from corpus.errors import InvalidInput

if TYPE_CHECKING:
    from api.local import Answering, BlockingDateline

_ROLES: dict[str, Literal["user", "assistant"]] = {"human": "user", "ai": "assistant"}
_MOST_TURNS = 50
_MOST_CHARACTERS = 20_000


class _Source(BaseModel):
    """A server at `url`, or the `engine` of this process."""

    url: str = ""
    engine: Any = Field(default=None, exclude=True, repr=False)
    api_key: SecretStr | None = None
    timeout: float = 120.0

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.url) == (self.engine is not None):
            raise ValueError("give a url or an engine, and not both")
        return self

    def _opened(self) -> "AbstractContextManager[Dateline | BlockingDateline]":
        if self.engine is None:
            return Dateline(self.url, self._key, self.timeout)
        from api.local import BlockingDateline, LocalDateline

        return nullcontext(BlockingDateline(LocalDateline(self.engine)))

    def _aopened(self) -> "AbstractAsyncContextManager[Answering]":
        # One for each call: its connections belong to the event loop of the moment.
        if self.engine is None:
            return AsyncDateline(self.url, self._key, self.timeout)
        from api.local import LocalDateline

        return nullcontext(LocalDateline(self.engine))

    @property
    def _key(self) -> str | None:
        return self.api_key.get_secret_value() if self.api_key else None


class DatelineRetriever(_Source, BaseRetriever):
    """Finds the passages that bear on a question, best first.

    `page_content` is the exact passage, `body[start:end]` of the revision that `metadata` names with `article_id`,
    `revision`, `start` and `end` (Unicode code points). `search_kwargs` are the options of `Dateline.search`, such as
    `top_k`, `as_of` and `filters`; those of a single call go above them: `retriever.invoke(question, as_of=...)`.
    """

    search_kwargs: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        with self._opened() as dateline:
            return list(map(_document, dateline.search(query, **self.search_kwargs | options).data))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        async with self._aopened() as dateline:
            return list(map(_document, (await dateline.search(query, **self.search_kwargs | options)).data))


class DatelineAnswerer(_Source, BaseChatModel):
    """Answers questions, every sentence proved, in the place of a chat model: of the messages the last one that a
    person wrote is the question, and those before it the conversation.

    The text has its markers [n]; streamed, it comes a checked statement at a time. `answer_of` a message is the whole
    answer with its citations. `ask_kwargs` are the options of `Dateline.ask`; those of a single call go above them,
    also by `bind`: `answerer.bind(as_of="2025-08-20")`.
    """

    ask_kwargs: dict[str, Any] = Field(default_factory=dict)
    cache: Any = False  # the same question may have another answer tomorrow

    @property
    def _llm_type(self) -> str:
        return "dateline"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"url": self.url, **self.ask_kwargs}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        with self._opened() as dateline:
            return _result(dateline.ask(**self._request(messages, options)))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        async with self._aopened() as dateline:
            return _result(await dateline.ask(**self._request(messages, options)))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with self._opened() as dateline, closing(dateline.stream(**self._request(messages, options))) as events:
            for event in events:
                yield from _chunks(event)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with (
            self._aopened() as dateline,
            aclosing(dateline.stream(**self._request(messages, options))) as events,
        ):
            async for event in events:
                for chunk in _chunks(event):
                    yield chunk

    def _request(self, messages: Sequence[BaseMessage], options: dict[str, Any]) -> dict[str, Any]:
        turns = [
            HistoryTurn(role=_ROLES[message.type], content=message.text[:_MOST_CHARACTERS])
            for message in messages
            if message.type in _ROLES
        ]
        while turns and turns[-1].role != "user":
            turns.pop()
        if not turns:
            raise InvalidInput("There is no question: none of the messages is a person's.")
        question = turns.pop().content
        history = [turn for turn in turns if turn.content][-_MOST_TURNS:]
        return {"question": question, "history": history, **self.ask_kwargs, **options}


def answer_of(message: BaseMessage) -> AnswerOut:
    """The whole answer of which a message of `DatelineAnswerer` is the text, streamed chunks added up included."""
    try:
        return AnswerOut.model_validate(message.response_metadata["dateline"])
    except KeyError:
        raise InvalidInput("The message is none of a DatelineAnswerer's, or only a piece of one.") from None


def _document(passage: PassageOut) -> Document:
    return Document(
        id=passage_id(passage),
        page_content=passage.text,
        metadata={
            **passage.model_dump(mode="json", exclude={"text", "cited", "similarity", "copies"}),
            "source": passage.url,
            "copies": [copy.article_id for copy in passage.copies],
        },
    )


def _result(answer: AnswerOut) -> ChatResult:
    message = AIMessage(
        content=answer.answer, id=answer.id, response_metadata=_about(answer), usage_metadata=_usage(answer)
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def _chunks(event: AnswerEvent) -> Iterator[ChatGenerationChunk]:
    if isinstance(event, AnswerDelta):
        yield ChatGenerationChunk(message=AIMessageChunk(content=event.data.delta))
    elif isinstance(event, AnswerCompleted):
        last = AIMessageChunk(
            content="",
            id=event.data.id,
            response_metadata=_about(event.data),
            usage_metadata=_usage(event.data),
            chunk_position="last",
        )
        yield ChatGenerationChunk(message=last)


def _about(answer: AnswerOut) -> dict[str, Any]:
    return {"model_provider": "dateline", "model_name": answer.model, "dateline": answer.model_dump(mode="json")}


def _usage(answer: AnswerOut) -> UsageMetadata:
    taken, given = answer.usage.input_tokens, answer.usage.output_tokens
    return UsageMetadata(input_tokens=taken, output_tokens=given, total_tokens=taken + given)
