"""From a question to an answer: search, answer by model or by extraction, check, assemble."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from answering.answer import NO_USAGE, Answer, Claim, Conflict, Mode, Policy, Reason, ReasonCode, Status, Usage
from answering.assemble import Assembled, Judged, assemble
from answering.citations import parse_claims
from answering.conflict import in_words
from answering.extractive import ExtractiveAnswerer
from answering.model import ChatModel
from answering.prompt import NO_ANSWER, Turn, build_messages
from answering.verify import verify
from corpus.errors import InvalidInput, ModelUnavailable
from corpus.selection import Selection
from corpus.store import ArticleStore
from retrieval.hints import Hint
from retrieval.passage import SearchResult
from retrieval.search import Searcher

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question and how it is to be answered. `mode` None means by the chat model when one is set.

    `ignored` are the kinds of hints in the question that are not to be heeded.
    """

    question: str
    selection: Selection
    top_k: int = 8
    max_citations: int = 6
    mode: Mode | None = None
    policy: Policy = Policy.STRICT
    history: tuple[Turn, ...] = ()
    ignored: frozenset[Hint] = frozenset()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages are found; the answer is being made."""

    answer_id: str
    result: SearchResult


@dataclass(frozen=True, slots=True)
class _Draft:
    """What an answerer wants to say, before it is checked."""

    claims: tuple[Claim, ...]
    reason: Reason | None
    mode: Mode
    model: str
    usage: Usage = NO_USAGE
    notices: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class Asker:
    """Answers questions over one store. Blocking work runs in a bounded pool; a chat model is awaited natively."""

    def __init__(
        self,
        store: ArticleStore,
        searcher: Searcher,
        extractive: ExtractiveAnswerer,
        model: ChatModel | None,
        workers: int = 4,
    ) -> None:
        self._store = store
        self._searcher = searcher
        self._extractive = extractive
        self._model = model
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="ask")

    async def ask(self, ask: Ask) -> Answer:
        """The answer, whole."""
        async for event in self.events(ask):
            if isinstance(event, Answer):
                return event
        raise AssertionError("events always end with an answer")

    async def events(self, ask: Ask) -> AsyncGenerator[Retrieved | Answer]:
        """What becomes known on the way: first the passages, last the answer. Closing the iterator stops the work."""
        if ask.mode is Mode.CHAT and self._model is None:
            raise InvalidInput("No chat model is set: set DATELINE_MODEL, or ask with mode `auto` or `extractive`.")
        answer_id = f"ans_{uuid.uuid4().hex}"
        clock = time.perf_counter()
        vector = await self._run(lambda: self._searcher.embed(ask.question))
        embed_ms = round((time.perf_counter() - clock) * 1000, 2)
        search = self._searcher.search
        result = await self._run(lambda: search(ask.question, ask.selection, ask.top_k, vector, ignored=ask.ignored))
        yield Retrieved(answer_id, result)
        clock = time.perf_counter()
        if not result.passages:
            reason = await self._run(lambda: self._why_nothing(ask.selection))
            draft = _Draft((), reason, self._mode(ask), self._model_name(ask))
        elif self._mode(ask) is Mode.CHAT:
            draft = await self._by_model(ask, result, vector)
        else:
            draft = await self._run(lambda: self._by_extraction(ask, result, vector))
        answered = time.perf_counter()
        judged = await self._run(lambda: self._judge(draft.claims))
        copies = {p.article.id: p.copies for p in result.passages if p.copies}
        assembled = assemble(judged, ask.policy, ask.max_citations, copies)
        timings = {
            **result.timings,
            "embed_ms": embed_ms,
            "answer_ms": round((answered - clock) * 1000, 2),
            "verify_ms": round((time.perf_counter() - answered) * 1000, 2),
        }
        yield _finished(answer_id, ask, result, draft, assembled, timings)

    def close(self) -> None:
        """Let the pool's threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _mode(self, ask: Ask) -> Mode:
        if ask.mode is not None:
            return ask.mode
        return Mode.EXTRACTIVE if self._model is None else Mode.CHAT

    def _model_name(self, ask: Ask) -> str:
        by_model = self._model is not None and self._mode(ask) is Mode.CHAT
        return self._model.name if by_model and self._model else "dateline-extractive"

    async def _by_model(self, ask: Ask, result: SearchResult, vector: Any) -> _Draft:
        assert self._model is not None
        try:
            reply = await self._model.reply(
                build_messages(ask.question, result.passages, ask.history, as_of=ask.selection.moment.as_of)
            )
        except ModelUnavailable as error:
            draft = await self._run(lambda: self._by_extraction(ask, result, vector))
            notice = f"{error} The answer was picked from the articles word for word instead."
            return replace(draft, notices=(*draft.notices, notice))
        usage = Usage(reply.input_tokens, reply.output_tokens)
        claims = await self._run(lambda: parse_claims(reply.text, result.passages))
        reason = None
        if reply.text.strip().startswith(NO_ANSWER) or not claims:
            claims = ()
            reason = Reason(ReasonCode.DOES_NOT_SAY, "The passages found do not answer the question.")
        return _Draft(claims, reason, Mode.CHAT, self._model.name, usage)

    def _by_extraction(self, ask: Ask, result: SearchResult, vector: Any) -> _Draft:
        found = self._extractive.answer(
            ask.question, vector, result.passages, max_citations=ask.max_citations, hints=result.hints
        )
        conflicts = (found.conflict,) if found.conflict else ()
        notices = tuple(in_words(conflict) for conflict in conflicts)
        return _Draft(
            found.claims, found.reason, Mode.EXTRACTIVE, "dateline-extractive", notices=notices, conflicts=conflicts
        )

    def _judge(self, claims: Sequence[Claim]) -> list[Judged]:
        judged = []
        for claim in claims:
            support = verify(claim.text, [span.quote for span in claim.spans], similarity=self._searcher.similarity)
            judged.append(Judged(claim, support.score, support.verdict))
        return judged

    def _why_nothing(self, selection: Selection) -> Reason:
        coverage = self._store.coverage(selection.collection)
        if not coverage.articles:
            message = f"The collection {selection.collection!r} holds no articles yet; ingest some first."
            return Reason(ReasonCode.EMPTY_COLLECTION, message)
        dated = selection.published_from or selection.published_to or selection.moment.as_of
        if dated and coverage.first and coverage.last:
            span = f"{coverage.first:%d %B %Y} to {coverage.last:%d %B %Y}"
            message = f"No article fits the dates asked for; the collection covers {span}."
            return Reason(ReasonCode.OUTSIDE_DATES, message)
        return Reason(ReasonCode.NOTHING_RELEVANT, "No stored article that fits the filters bears on the question.")

    async def _run(self, work: Callable[[], T]) -> T:
        def urgent() -> T:
            with self._searcher.urgently():
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._pool, urgent)


def _finished(
    answer_id: str,
    ask: Ask,
    result: SearchResult,
    draft: _Draft,
    assembled: Assembled,
    timings: Mapping[str, float],
) -> Answer:
    reason = draft.reason
    if not assembled.statements and reason is None:
        reason = Reason(ReasonCode.NOTHING_SUPPORTED, "Nothing that could be said is supported by the passages found.")
    answered = bool(assembled.statements)
    return Answer(
        id=answer_id,
        question=ask.question,
        collection=ask.selection.collection,
        created_at=datetime.now(UTC),
        status=Status.ANSWERED if answered else Status.ABSTAINED,
        mode=draft.mode,
        model=draft.model,
        index_version=result.index_version,
        text=assembled.text if answered else (reason.message if reason else ""),
        reason=None if answered else reason,
        statements=assembled.statements,
        citations=assembled.citations,
        passages=result.passages,
        withheld=assembled.withheld,
        conflicts=draft.conflicts if answered else (),
        later_coverage=result.later_coverage,
        hints=result.hints,
        notices=(*result.notices, *draft.notices),
        usage=draft.usage,
        timings=dict(timings),
    )
