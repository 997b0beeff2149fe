"""What is to be said, claim by claim and unchecked: by the chat model, or picked from the passages word for word."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from answering.answer import NO_USAGE, Claim, Conflict, Mode, Reason, ReasonCode, Span, Usage
from answering.conflict import in_words
from answering.extractive import ExtractiveAnswerer
from answering.incoming import IncomingClaims
from answering.jointly import PartRead, claims_in_order, read_parts
from answering.model import Speaks
from answering.prompt import Turn, build_messages
from corpus.errors import ModelUnavailable
from corpus.tracing import NO_STAGE, Stage, traced
from retrieval.embedder import Vectors
from retrieval.passage import SearchResult

T = TypeVar("T")
EXTRACTIVE = "dateline-extractive"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a draft came about, beside its claims; `reason` says why there are none.

    `model_s` are the seconds for which the chat model was waited for. `read` is what each part of the question was
    answered with, where sentences were picked.
    """

    mode: Mode
    model: str
    reason: Reason | None
    usage: Usage = NO_USAGE
    notices: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    model_s: float = 0.0
    read: tuple[PartRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that stands alone, its parts, its vector among those of sentences if there is one, and what was found
    for it.
    """

    question: str
    parts: tuple[str, ...]
    vector: Vectors | None
    result: SearchResult
    history: tuple[Turn, ...]
    max_citations: int
    as_of: Any = None
    stage: Stage = NO_STAGE


class Run(Protocol):
    """Runs blocking work on a thread."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


def extracted(asked: Asked, extractive: ExtractiveAnswerer) -> list[Claim | Outcome]:
    """The sentences of the passages that answer, and how they came about."""
    return _told(_read(asked, extractive))


async def drafted_by_model(
    asked: Asked, model: Speaks, extractive: ExtractiveAnswerer, run: Run
) -> AsyncGenerator[Claim | Outcome]:
    """The model's claims as they come in, and last how they came about.

    When it fails before it said anything, the extractive answer is given. The passages are read for themselves beside
    it: where they differ on the answer and the model tells one side only, the other side's sentence is added.
    """
    messages = build_messages(asked.question, asked.result.passages, asked.history, as_of=asked.as_of)
    incoming = IncomingClaims(asked.result.passages)
    usage, failure, said = NO_USAGE, "", list[Claim]()
    waited, since = 0.0, time.perf_counter()
    reading: asyncio.Future[tuple[PartRead, ...]] | None = None
    speaking = asked.stage.begin(
        "answer.model", **{"gen_ai.operation.name": "chat", "gen_ai.request.model": model.name}
    )
    failed: BaseException | None = None
    try:
        async with aclosing(model.answer(messages)) as pieces:
            async for piece in pieces:
                waited += time.perf_counter() - since
                usage += Usage(piece.input_tokens, piece.output_tokens, piece.retries)
                take = partial(incoming.take, piece.text, piece.is_whole)
                for claim in await run(take) if piece.text else ():
                    said.append(claim)
                    yield claim
                    # Not before, so that nothing delays the first claim.
                    reading = reading or asyncio.ensure_future(run(partial(_read, asked, extractive)))
                since = time.perf_counter()
    except ModelUnavailable as error:
        failure, failed = str(error), error
    finally:
        speaking.note(
            **{"gen_ai.usage.input_tokens": usage.input_tokens, "gen_ai.usage.output_tokens": usage.output_tokens}
        )
        speaking.end(failed)
        if reading is not None and sys.exc_info()[0] is not None:
            reading.cancel()
    if not failure:
        for claim in await run(incoming.finish):
            said.append(claim)
            yield claim
    read = await (reading or run(partial(_read, asked, extractive)))
    if failure and not said:
        notice = f"{failure} The answer was picked from the articles word for word instead."
        for item in _told(read):
            if isinstance(item, Outcome):
                item = replace(item, notices=(*item.notices, notice), usage=usage, model_s=waited)
            yield item
        return
    sides = [_both_sides(one.found.conflict, said) for one in read]
    for claim in (claim for _, missing in sides for claim in missing):
        yield claim
    conflicts = tuple(conflict for conflict, _ in sides if conflict)
    notices = list(map(in_words, conflicts))
    if failure:
        notices.append(f"{failure} What it had said until then stands here.")
    reason = None if said else read[0].found.reason or _DOES_NOT_SAY
    yield Outcome(Mode.CHAT, model.name, reason, usage, tuple(notices), conflicts, waited)


_DOES_NOT_SAY = Reason(ReasonCode.DOES_NOT_SAY, "The passages found do not answer the question.")


def _read(asked: Asked, extractive: ExtractiveAnswerer) -> tuple[PartRead, ...]:
    passages, hints = asked.result.passages, asked.result.hints
    with traced("answer.read", passages=len(passages)):
        return read_parts(asked.question, asked.parts, asked.vector, passages, extractive, asked.max_citations, hints)


def _told(read: Sequence[PartRead]) -> list[Claim | Outcome]:
    conflicts = tuple(dict.fromkeys(one.found.conflict for one in read if one.found.conflict))
    notices = dict.fromkeys(notice for one in read for notice in one.found.notices)
    claims = claims_in_order(read)
    return [
        *claims,
        Outcome(
            Mode.EXTRACTIVE, EXTRACTIVE, None if claims else read[0].found.reason,
            notices=(*notices, *map(in_words, conflicts)), conflicts=conflicts, read=tuple(read),
        ),
    ]  # fmt: skip


def _both_sides(conflict: Conflict | None, said: Sequence[Claim]) -> tuple[Conflict | None, list[Claim]]:
    """The conflict by the spans that the claims cite, and the sentences of the sides that none cites.

    Nothing, when no claim tells any side: then the model answers with something else.
    """
    if conflict is None:
        return None, []
    cited = [
        next((span for claim in said for span in claim.spans if _overlap(span, one.span)), None)
        for one in conflict.told
    ]
    if not any(cited):
        return None, []
    told = tuple(replace(one, span=span or one.span) for one, span in zip(conflict.told, cited, strict=True))
    missing = [one.span for one, span in zip(conflict.told, cited, strict=True) if span is None]
    return replace(conflict, told=told), [Claim(span.quote, (span,)) for span in missing]


def _overlap(one: Span, other: Span) -> bool:
    same = (one.article.id, one.article.revision) == (other.article.id, other.article.revision)
    return same and one.start < other.end and other.start < one.end
