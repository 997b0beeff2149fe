"""From a question to an answer: search, answer by model or by extraction, check, assemble."""

import asyncio
import itertools
import re
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from answering.answer import (
    NO_USAGE,
    Answer,
    Claim,
    Covered,
    Mode,
    Policy,
    Reason,
    ReasonCode,
    Status,
    Usage,
    Verdict,
)
from answering.assemble import Assembler, Judged, Stated
from answering.attribution import attribution, turns_denial, with_speaker
from answering.compound import parts_of
from answering.draft import EXTRACTIVE, Asked, Outcome, drafted_by_model, extracted
from answering.extractive import ExtractiveAnswerer
from answering.finding import find
from answering.followup import accepted, needs_context, resolve
from answering.jointly import left_open
from answering.judge import Judge, second_opinion
from answering.model import Speaks
from answering.outside import why_none_found, why_outside
from answering.prompt import Turn, rewording_messages
from answering.question import searched
from answering.verify import verify
from answering.workers import Workers
from corpus import tracing
from corpus.errors import InvalidInput, ModelUnavailable
from corpus.selection import Selection
from corpus.store import ArticleStore
from corpus.tracing import Stage, Value
from retrieval.embedder import Vectors
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
    """The passages are found; the answer is being made. `question` is what was searched for: it stands alone."""

    answer_id: str
    question: str
    result: SearchResult


_place: ContextVar[int] = ContextVar("place", default=0)  # of the question in the order of arrival
_stage: ContextVar[Stage] = ContextVar("stage", default=tracing.NO_STAGE)  # in which the work on the question lies
# A question states nothing: a reply that asks, outside of quotation marks, repeats what it read.
_ASKS, _QUOTED = re.compile(r"\?\W*$"), re.compile(r"[“\"«][^”\"»]*[”\"»]")
_REWORDING_S = 8.0  # for which a follow-up question waits for the chat model's wording
# Why nothing stands of what could be said, by whether some of it is contradicted.
_WITHHELD = {
    False: Reason(ReasonCode.NOTHING_SUPPORTED, "Nothing that could be said is supported by the passages found."),
    True: Reason(ReasonCode.CONFLICTING, "What could be said is contradicted by the passages found."),
}
_NOTHING = Outcome(Mode.EXTRACTIVE, EXTRACTIVE, None)


class Asker:
    """Answers questions over one store. Blocking work runs on a few threads; a chat model is awaited natively."""

    def __init__(
        self,
        store: ArticleStore,
        searcher: Searcher,
        extractive: ExtractiveAnswerer,
        model: Speaks | None,
        judge: Judge | None = None,
        workers: int = 4,
        told: Callable[[Ask, Answer, Mode], None] = lambda ask, answer, wanted: None,
    ) -> None:
        """`told` is called with each question as it stands alone, its answer, and who was to write it."""
        self._told = told
        self._store = store
        self._searcher = searcher
        self._extractive = extractive
        self._model = model
        self._workers = Workers(workers)
        self._arrivals = itertools.count()
        self._judge_model = judge

    async def ask(self, ask: Ask) -> Answer:
        """The answer, whole."""
        async for event in self.events(ask):
            if isinstance(event, Answer):
                return event
        raise AssertionError("events always end with an answer")

    async def events(self, ask: Ask) -> AsyncGenerator[Retrieved | Stated | Answer]:
        """What becomes known on the way: the passages, each statement once it is checked, last the whole answer.

        What was stated once stays in the answer. Closing the iterator stops the work. All steps should be awaited in
        one context, so that the question keeps its place among those that wait.
        """
        stage = tracing.begin("answer", collection=ask.selection.collection, policy=ask.policy.value)
        error: BaseException | None = None
        try:
            async with aclosing(self._events(ask, stage)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        stage.note(**_of_answer(event))
                    yield event
        except BaseException as failed:
            error = failed
            raise
        finally:
            stage.end(error)

    async def _events(self, ask: Ask, stage: Stage) -> AsyncGenerator[Retrieved | Stated | Answer]:
        _place.set(next(self._arrivals))
        _stage.set(stage)
        if ask.mode is Mode.CHAT and self._model is None:
            raise InvalidInput("No chat model is set: set DATELINE_MODEL, or ask with mode `auto` or `extractive`.")
        answer_id, asked_at = f"ans_{uuid.uuid4().hex}", datetime.now(UTC)
        original = ask.question
        question, usage = await self._standalone(ask)
        ask = replace(ask, question=question)
        parts = parts_of(question) if self._mode(ask) is Mode.EXTRACTIVE else (question,)
        words = searched(question)
        clock = time.perf_counter()
        embedded = await self._run(lambda: self._searcher.embed(words))
        embed_ms = _ms(time.perf_counter() - clock)
        result = await self._run(
            lambda: find(self._searcher, question, parts, ask.selection, ask.top_k, embedded, ask.ignored)
        )
        vector = embedded.vector if self._searcher.is_of_sentences else None
        yield Retrieved(answer_id, question, result)
        clock = time.perf_counter()
        checking = 0.0
        copies = {p.article.id: p.copies for p in result.passages if p.copies}
        assembler = Assembler(ask.policy, ask.max_citations, copies)
        outcome, refuted = _NOTHING, False
        async with aclosing(self._drafted(ask, parts, result, vector)) as drafted:
            async for item in drafted:
                if isinstance(item, Outcome):
                    outcome = item
                    continue
                began = time.perf_counter()
                judged = await self._run(partial(self._judge, item))
                checking += time.perf_counter() - began
                refuted = refuted or judged.verdict is Verdict.CONTRADICTED
                if stated := assembler.add(judged):
                    yield stated
        timings = {
            **result.timings,
            "embed_ms": embed_ms,
            "answer_ms": _ms(time.perf_counter() - clock - checking),
            "verify_ms": _ms(checking),
        }
        if outcome.mode is Mode.CHAT:
            timings["model_ms"] = _ms(outcome.model_s)
        still_open = left_open(outcome.read, [citation.span for citation in assembler.citations])
        outcome = replace(outcome, usage=usage + outcome.usage, notices=(*still_open, *outcome.notices))
        if not assembler.statements and outcome.reason is None:
            outcome = replace(outcome, reason=_WITHHELD[refuted])
        covers = None if assembler.statements else await self._run(lambda: self._covered(ask.selection))
        if covers and outcome.reason:
            outcome = replace(outcome, reason=why_outside(outcome.reason, result.hints.published, covers))
        answer = _finished(answer_id, asked_at, original, ask, result, outcome, assembler, covers, timings)
        self._told(ask, answer, self._mode(ask))
        yield answer

    @property
    def waiting(self) -> int:
        """How many pieces of work on questions no thread has taken yet."""
        return self._workers.waiting

    def close(self) -> None:
        """Let the threads go."""
        self._workers.close()

    def _mode(self, ask: Ask) -> Mode:
        return ask.mode or (Mode.EXTRACTIVE if self._model is None else Mode.CHAT)

    async def _standalone(self, ask: Ask) -> tuple[str, Usage]:
        """The question with what it leaves to earlier turns filled in: by the chat model if it does so, or by rules."""
        if not needs_context(ask.question, ask.history):
            return ask.question, NO_USAGE
        usage, said = NO_USAGE, ""
        if self._model is not None and self._mode(ask) is Mode.CHAT:
            with suppress(ModelUnavailable, TimeoutError):
                async with asyncio.timeout(_REWORDING_S):
                    async with aclosing(self._model.stream(rewording_messages(ask.question, ask.history))) as pieces:
                        async for piece in pieces:
                            said += piece.text
                            usage += Usage(piece.input_tokens, piece.output_tokens, piece.retries)
        return accepted(said, ask.question) or resolve(ask.question, ask.history), usage

    async def _drafted(
        self, ask: Ask, parts: tuple[str, ...], result: SearchResult, vector: Vectors | None
    ) -> AsyncGenerator[Claim | Outcome]:
        """What an answerer wants to say, claim by claim, and last how it came about."""
        mode = self._mode(ask)
        as_of = ask.selection.moment.as_of
        asked = Asked(ask.question, parts, vector, result, ask.history, ask.max_citations, as_of, _stage.get())
        if not result.passages:
            reason = await self._run(lambda: self._why_nothing(ask.selection))
            yield Outcome(mode, self._model.name if self._model and mode is Mode.CHAT else EXTRACTIVE, reason)
        elif mode is Mode.CHAT and self._model is not None:
            async with aclosing(drafted_by_model(asked, self._model, self._extractive, self._run)) as drafted:
                async for item in drafted:
                    yield item
        else:
            for found in await self._run(partial(extracted, asked, self._extractive)):
                yield found

    def _judge(self, claim: Claim) -> Judged:
        """The claim with what its spans say of it; what they only report is told as theirs who said it."""
        quotes = [span.quote for span in claim.spans]
        with tracing.traced("answer.verify") as stage:
            judged = self._judged(claim, quotes)
            stage.note(verdict=judged.verdict.value)
        return judged

    def _judged(self, claim: Claim, quotes: Sequence[str]) -> Judged:
        support = verify(claim.text, quotes, similarity=self._searcher.similarity)
        support = second_opinion(support, claim.text, quotes, self._judge_model)
        voices = {
            span: attribution(span.article.body, span.start, span.end, span.article.language) for span in claim.spans
        }
        of = list(voices.values())
        if turns_denial(claim.text, of) or _ASKS.search(_QUOTED.sub("", claim.text)):
            return Judged(claim, 0.0, Verdict.UNSUPPORTED, voices)
        told = replace(claim, text=with_speaker(claim.text, of))
        return Judged(told, support.score, support.verdict, voices)

    def _covered(self, selection: Selection) -> Covered:
        coverage = self._store.coverage(selection.collection)
        return Covered(coverage.first, coverage.last)

    def _why_nothing(self, selection: Selection) -> Reason:
        return why_none_found(selection, self._store.coverage(selection.collection))

    async def _run(self, work: Callable[[], T]) -> T:
        stage, context = _stage.get(), copy_context()  # so that what is logged there says of which request

        def urgent() -> T:
            with stage.within(), self._searcher.urgently():
                return work()

        return await self._workers.run(lambda: context.run(urgent), _place.get())


def _finished(
    answer_id: str,
    asked_at: datetime,
    original: str,
    ask: Ask,
    result: SearchResult,
    outcome: Outcome,
    assembled: Assembler,
    covers: Covered | None,
    timings: Mapping[str, float],
) -> Answer:
    reason = outcome.reason
    answered = bool(assembled.statements)
    return Answer(
        id=answer_id,
        question=original,
        standalone_question=ask.question,
        collection=ask.selection.collection,
        asked_at=asked_at,
        created_at=datetime.now(UTC),
        status=Status.ANSWERED if answered else Status.ABSTAINED,
        mode=outcome.mode,
        model=outcome.model,
        index_version=result.index_version,
        text=assembled.text if answered else (reason.message if reason else ""),
        reason=None if answered else reason,
        covers=covers,
        statements=assembled.statements,
        citations=assembled.citations,
        passages=result.passages,
        withheld=assembled.withheld,
        conflicts=outcome.conflicts if answered else (),
        later_coverage=result.later_coverage,
        hints=result.hints,
        notices=(*result.notices, *outcome.notices),
        usage=outcome.usage,
        timings=dict(timings),
    )


def _of_answer(answer: Answer) -> dict[str, Value]:
    return {
        "dateline.answer.id": answer.id,
        "dateline.answer.status": answer.status.value,
        "dateline.answer.statements": len(answer.statements),
        "dateline.answer.withheld": answer.withheld,
        "gen_ai.response.model": answer.model,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
