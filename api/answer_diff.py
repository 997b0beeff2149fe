"""What differs between an answer that was kept and the one that the same question gets now."""

import re
from collections.abc import Sequence

from api.answer_schemas import AnswerOut
from api.ledger_schemas import (
    KeptAnswerOut,
    KeptPassageOut,
    PassagesDiffOut,
    ReplayOut,
    RevisedOut,
    SidesOut,
    StatementsDiffOut,
    VersionsOut,
)

_MARKER = re.compile(r"\s?\[\d+\]")


def replayed(before: KeptAnswerOut, after: AnswerOut, versions: VersionsOut) -> ReplayOut:
    """The difference; `versions` are those that `after` was made with."""
    statements = _statements(before, after)
    status = None if before.status == after.status else SidesOut(before=before.status, after=after.status)
    return ReplayOut(
        before=before.id,
        after=after.id,
        same=status is None and statements is not None and not statements.gone and not statements.new,
        status=status,
        statements=statements,
        passages=_passages(before.passages, _kept(after)),
        versions=_versions(before.versions, versions),
        answer=after,
    )


def _statements(before: KeptAnswerOut, after: AnswerOut) -> StatementsDiffOut | None:
    texts = [statement.text for statement in before.statements]
    if None in texts:
        return None
    old = list(dict.fromkeys(_plain(text) for text in texts if text is not None))
    new = list(dict.fromkeys(_plain(statement.text) for statement in after.statements))
    return StatementsDiffOut(
        gone=[text for text in old if text not in new],
        new=[text for text in new if text not in old],
        unchanged=[text for text in old if text in new],
    )


def _plain(text: str) -> str:
    """A statement without its markers: its numbers may change while it stays."""
    return " ".join(_MARKER.sub("", text).split())


def _kept(answer: AnswerOut) -> list[KeptPassageOut]:
    return [KeptPassageOut.model_validate(passage, from_attributes=True) for passage in answer.passages]


def _passages(before: Sequence[KeptPassageOut], after: Sequence[KeptPassageOut]) -> PassagesDiffOut:
    old, new = {_place(one) for one in before}, {_place(one) for one in after}
    return PassagesDiffOut(
        gone=[one for one in before if _place(one) not in new],
        new=[one for one in after if _place(one) not in old],
        unchanged=len(old & new),
        revised=_revised(before, after),
    )


def _place(one: KeptPassageOut) -> tuple[str, int, int, int]:
    return one.article_id, one.revision, one.start, one.end


def _revised(before: Sequence[KeptPassageOut], after: Sequence[KeptPassageOut]) -> list[RevisedOut]:
    old, new = _wordings(before), _wordings(after)
    both = (article_id for article_id in old if article_id in new and old[article_id] != new[article_id])
    return [RevisedOut(article_id=one, before=sorted(old[one]), after=sorted(new[one])) for one in both]


def _wordings(passages: Sequence[KeptPassageOut]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for one in passages:
        found.setdefault(one.article_id, set()).add(one.revision)
    return found


def _versions(before: VersionsOut, after: VersionsOut) -> dict[str, SidesOut]:
    now = after.model_dump()
    return {
        name: SidesOut(before=value, after=now[name])
        for name, value in before.model_dump().items()
        if value != now[name]
    }
