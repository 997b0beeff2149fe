"""An engine of this process behind the calls of the client, so that either can stand where the other does."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import aclosing
from typing import Any, Protocol, TypeVar, Unpack

from anyio.from_thread import start_blocking_portal
from pydantic import ValidationError

from api import calls
from api.answer_schemas import AnswerOut, SearchOut, VerificationOut
from api.article_schemas import ArticleOut
from api.calls import AskArguments, Call, SearchArguments, VerifyArguments
from api.engine import Engine
from api.events import (
    AnswerCompleted,
    AnswerCreated,
    AnswerDelta,
    AnswerEvent,
    CitationAdded,
    Created,
    Delta,
    RetrievalCompleted,
    StatementCompleted,
)
from api.reach import EVERYWHERE, Reach
from api.render import answer_out, article_out, search_out, verification_out
from api.request_schemas import AskRequest, SearchRequest, VerifyRequest
from api.requests import ask_of, check, find
from api.steps import Found, Said, answer_steps
from corpus.errors import InvalidInput

M = TypeVar("M", AskRequest, SearchRequest, VerifyRequest)
T = TypeVar("T")


class Answering(Protocol):
    """What `AsyncDateline` and `LocalDateline` both do."""

    base_url: str

    async def ask(self, question: str, **options: Unpack[AskArguments]) -> AnswerOut: ...
    def stream(self, question: str, **options: Unpack[AskArguments]) -> AsyncGenerator[AnswerEvent]: ...
    async def search(self, question: str, **options: Unpack[SearchArguments]) -> SearchOut: ...
    async def verify(self, text: str, **options: Unpack[VerifyArguments]) -> VerificationOut: ...
    async def article(
        self, article_id: str, revision: int | None = None, collection: str | None = None
    ) -> ArticleOut: ...


class LocalDateline:
    """Answers by `engine`; `base_url` is where readers reach the articles, by default as the settings say.

    `reach` says which collections may be named, and which is meant where a call names none. Raises the errors of the
    tree: `InvalidInput`, `NotFound`, `NotAllowed` and so on.
    """

    def __init__(self, engine: Engine, base_url: str | None = None, reach: Reach = EVERYWHERE) -> None:
        self._reach = reach
        settings = engine.settings
        self._engine = engine
        self.base_url = base_url or settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"

    async def ask(self, question: str, **options: Unpack[AskArguments]) -> AnswerOut:
        """See `AsyncDateline.ask`."""
        request = self._valid(AskRequest, calls.ask(question, options))
        answer = await self._engine.asker.ask(ask_of(request, self._engine.settings.policy))
        return answer_out(answer, self.base_url, request.include)

    async def stream(self, question: str, **options: Unpack[AskArguments]) -> AsyncGenerator[AnswerEvent]:
        """See `AsyncDateline.stream`."""
        request = self._valid(AskRequest, calls.ask(question, options))
        ask = ask_of(request, self._engine.settings.policy)
        async with aclosing(answer_steps(self._engine.asker, ask, self.base_url, request.include)) as steps:
            async for step in steps:
                if isinstance(step, Found):
                    created = Created(
                        id=step.answer_id, question=ask.question, standalone_question=step.standalone_question
                    )
                    yield AnswerCreated(created)
                    yield RetrievalCompleted(step.passages)
                elif isinstance(step, Said):
                    for citation in step.citations:
                        yield CitationAdded(citation)
                    if step.statement:
                        yield StatementCompleted(step.statement)
                    yield AnswerDelta(Delta(delta=step.delta))
                elif step is not None:
                    yield AnswerCompleted(step)

    async def search(self, question: str, **options: Unpack[SearchArguments]) -> SearchOut:
        """See `AsyncDateline.search`."""
        request = self._valid(SearchRequest, calls.search(question, options))
        return search_out(await find(self._engine, request), self.base_url)

    async def verify(self, text: str, **options: Unpack[VerifyArguments]) -> VerificationOut:
        """See `AsyncDateline.verify`."""
        request = self._valid(VerifyRequest, calls.verify(text, options))
        checked = await check(self._engine, request)
        return verification_out(checked, None if request.passages is not None else self.base_url)

    async def article(self, article_id: str, revision: int | None = None, collection: str | None = None) -> ArticleOut:
        """See `AsyncDateline.article`."""
        store = self._engine.store

        named = self._reach.check(collection) if collection else self._reach.default

        def read() -> ArticleOut:
            article = store.article(named, article_id, revision)
            numbers = store.revision_numbers(named, article_id)
            return article_out(article, numbers, store.cluster_of(named, article_id))

        return await asyncio.to_thread(read)

    def _valid(self, kind: type[M], call: Call[Any]) -> M:
        """The request that `call` would send, checked as the server does. Raises `InvalidInput` in one sentence."""
        try:
            request = kind.model_validate_json(call.content() or b"{}")
        except ValidationError as error:
            fault = error.errors()[0]
            name = ".".join(str(part) for part in fault["loc"]) or "the request"
            raise InvalidInput(f"{name}: {fault['msg']}.") from None
        return self._reach.within(request)


class BlockingDateline:
    """A `LocalDateline` for code that is not asynchronous, also where an event loop runs already."""

    def __init__(self, dateline: LocalDateline) -> None:
        self._dateline = dateline
        self.base_url = dateline.base_url

    def ask(self, question: str, **options: Unpack[AskArguments]) -> AnswerOut:
        """See `Dateline.ask`."""
        return waited(self._dateline.ask(question, **options))

    def stream(self, question: str, **options: Unpack[AskArguments]) -> Generator[AnswerEvent]:
        """See `Dateline.stream`."""
        events = self._dateline.stream(question, **options)
        with start_blocking_portal() as portal:
            try:
                while (event := portal.call(_next, events)) is not None:
                    yield event
            finally:
                portal.call(events.aclose)

    def search(self, question: str, **options: Unpack[SearchArguments]) -> SearchOut:
        """See `Dateline.search`."""
        return waited(self._dateline.search(question, **options))

    def article(self, article_id: str, revision: int | None = None, collection: str | None = None) -> ArticleOut:
        """See `Dateline.article`."""
        return waited(self._dateline.article(article_id, revision, collection))


def waited(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, run on a loop of its own."""

    async def done() -> T:
        return await work

    with start_blocking_portal() as portal:
        return portal.call(done)


async def _next(events: AsyncGenerator[AnswerEvent]) -> AnswerEvent | None:
    return await anext(events, None)
