"""From an answer to what the ledger keeps of it, and back to the wire."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from answering.answer import Answer, ReasonCode
from answering.ask import Ask
from api.answer_schemas import ReasonOut
from api.caller import Caller
from api.ledger_keep import Keep
from api.ledger_schemas import (
    ChangeOut,
    KeptAnswerOut,
    KeptAnswerSummary,
    KeptCitationOut,
    KeptPassageOut,
    KeptStatementOut,
    SettingsOut,
    VersionsOut,
)
from api.render import answer_out
from api.request_schemas import AskRequest, Filters
from corpus.errors import InvalidInput
from corpus.ledger import LedgerEntry
from corpus.staleness import Change, Place


def entry_of(ask: Ask, answer: Answer, caller: Caller, versions: VersionsOut, keep: Keep, secret: bytes) -> LedgerEntry:
    """What is kept of an answer. `secret` is what digests are made with, so that nobody else can try questions out."""
    out = answer_out(answer, "")
    is_full = keep is Keep.FULL
    # Which of a reason's words are the question's and which an article's cannot be told apart later.
    tells_reason = is_full and answer.reason and answer.reason.code is not ReasonCode.FALSE_PREMISE
    said = {
        "answer": out.answer if answer.statements else None,
        "statements": [statement.text for statement in out.statements],
        "conflicts": [conflict.model_dump(mode="json") for conflict in out.conflicts],
        "notices": out.notices,
        "reason": out.reason.message if out.reason and tells_reason else None,
    }
    record = {
        "request_id": caller.request_id,
        "replay_of": caller.replay_of,
        "question_digest": digest(answer.question, secret) if keep is Keep.HASHED else None,
        "settings": _settings(ask).model_dump(mode="json"),
        "mode": out.mode,
        "model": out.model,
        "reason": answer.reason.code if answer.reason else None,
        "statements": [_statement(one) for one in out.statements],
        "withheld": out.withheld,
        "citations": [_place(one) | {"n": one.n, "score": one.score} for one in out.citations],
        "passages": [
            _place(one) | {"rank": one.rank, "score": one.score, "similarity": one.similarity, "cited": one.cited}
            for one in out.passages
        ],
        "later_coverage": out.later_coverage,
        "usage": out.usage.model_dump(),
        "timings": out.timings,
        "versions": versions.model_copy(update={"index": out.index_version}).model_dump(),
    }
    asked = {"standalone_question": _storable(out.standalone_question), "hints": out.hints.model_dump(mode="json")}
    return LedgerEntry(
        id=answer.id,
        asked_at=answer.asked_at,
        created_at=answer.created_at,
        collection=answer.collection,
        status=out.status,
        key_id=_key(caller.key_id, keep, secret),
        question=_storable(answer.question) if is_full else None,
        asked=_storable(asked) if is_full else None,
        said=_storable(said),
        record=_storable(record),
        places=tuple(Place(one.n, one.article_id, one.revision, one.start, one.end) for one in out.citations),
    )


def summary_of(entry: LedgerEntry, changes: Sequence[Change]) -> KeptAnswerSummary:
    """An answer in a list."""
    return KeptAnswerSummary(**_summary(entry, changes))


def kept_answer(entry: LedgerEntry, quotes: Mapping[int, str], changes: Sequence[Change]) -> KeptAnswerOut:
    """The whole answer as it is kept, with the cited words as they are stored now."""
    record, said, asked = entry.record, entry.said or {}, entry.asked or {}
    texts: Sequence[str | None] = said.get("statements") or [None] * len(record["statements"])
    reason = ReasonOut(code=record["reason"], message=said.get("reason") or "") if record["reason"] else None
    return KeptAnswerOut(
        **_summary(entry, changes),
        created_at=entry.created_at,
        request_id=record["request_id"],
        question_digest=record["question_digest"],
        standalone_question=asked.get("standalone_question"),
        settings=SettingsOut.model_validate(record["settings"]),
        hints=asked.get("hints"),
        reason=reason,
        statements=[
            KeptStatementOut.model_validate({**one, "text": text})
            for one, text in zip(record["statements"], texts, strict=True)
        ],
        citations=[
            KeptCitationOut.model_validate({**one, "quote": quotes.get(one["n"])}) for one in record["citations"]
        ],
        passages=[KeptPassageOut.model_validate(one) for one in record["passages"]],
        conflicts=said.get("conflicts"),
        notices=said.get("notices"),
        later_coverage=record["later_coverage"],
        usage=record["usage"],
        timings=record["timings"],
        versions=record["versions"],
    )


def asked_again(entry: LedgerEntry) -> AskRequest:
    """The request that asks the kept question again, as it was understood. Raises `InvalidInput`."""
    question = (entry.asked or {}).get("standalone_question")
    if not question:
        raise InvalidInput("The words of this question were not kept (DATELINE_LEDGER), so it cannot be asked again.")
    settings = {name: value for name, value in entry.record["settings"].items() if name != "history_turns"}
    return AskRequest(question=question, **settings)


def _settings(ask: Ask) -> SettingsOut:
    of = ask.selection
    return SettingsOut(
        collection=of.collection,
        as_of=of.moment.as_of,
        known_by=of.moment.known_by,
        filters=Filters(
            published_from=_when(of.published_from),
            published_to=_when(of.published_to),
            publishers=list(of.publishers),
            authors=list(of.authors),
            languages=list(of.languages),
            article_ids=list(of.article_ids),
        ),
        top_k=ask.top_k,
        ignore_hints=sorted(ask.ignored),
        max_citations=ask.max_citations,
        mode=ask.mode.value if ask.mode else "auto",
        policy=ask.policy.value,
        history_turns=len(ask.history),
    )


def _summary(entry: LedgerEntry, changes: Sequence[Change]) -> dict[str, Any]:
    record = entry.record
    return {
        "id": entry.id,
        "asked_at": entry.asked_at,
        "collection": entry.collection,
        "key_id": entry.key_id,
        "replay_of": record["replay_of"],
        "question": entry.question,
        "status": entry.status,
        "answer": (entry.said or {}).get("answer"),
        "mode": record["mode"],
        "model": record["model"],
        "withheld": record["withheld"],
        "stale": bool(changes),
        "changes": [ChangeOut.model_validate(asdict(change)) for change in changes],
    }


def _statement(one: Any) -> dict[str, Any]:
    return {
        "citations": one.citations, "support": one.support, "verdict": one.verdict,
        "independent_sources": one.independent_sources,
    }  # fmt: skip


def _place(one: Any) -> dict[str, Any]:
    return {"article_id": one.article_id, "revision": one.revision, "start": one.start, "end": one.end}


def _key(key_id: str | None, keep: Keep, secret: bytes) -> str | None:
    if key_id is None or keep is Keep.ANONYMOUS:
        return None
    return digest(key_id, secret) if keep is Keep.HASHED else key_id


def digest(text: str, secret: bytes) -> str:
    """The keyed digest under which a question or a key's id is kept."""
    return hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _when(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _storable(value: Any) -> Any:
    """The same without the characters that not every database takes: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value
