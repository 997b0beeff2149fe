"""Passages and revisions in one string, for whoever keeps no more: `article@revision:start-end`, `article@revision`."""

import re
from dataclasses import dataclass

from api.schemas import PassageOut

# From the right, so that an article's own id may hold anything.
_ID = re.compile(r"(.+)@([1-9][0-9]{0,8})(?::([0-9]{1,9})-([0-9]{1,9}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says: a revision of an article, and the place of a passage in its text if it names one."""

    article_id: str
    revision: int
    span: tuple[int, int] | None


def passage_id(passage: PassageOut) -> str:
    """The name of a passage."""
    return f"{passage.article_id}@{passage.revision}:{passage.start}-{passage.end}"


def read_passage_id(name: str) -> Named | None:
    """What a name says, None when it has not the form of one; it may still be an article's own id."""
    parts = _ID.fullmatch(name)
    if not parts:
        return None
    article_id, revision, start, end = parts.groups()
    return Named(article_id, int(revision), (int(start), int(end)) if start else None)
