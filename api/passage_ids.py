"""Passages and revisions in one string, for whoever keeps no more: `article@revision:start-end`, `article@revision`.

`#collection` follows where it is not the default one.
"""

import re
from dataclasses import dataclass

from api.answer_schemas import PassageOut
from corpus.article import DEFAULT_COLLECTION

# From the right, so that an article's own id may hold anything.
_ID = re.compile(r"(.+)@([1-9][0-9]{0,8})(?::([0-9]{1,9})-([0-9]{1,9}))?(?:#([A-Za-z0-9._-]{1,63}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says: a revision of an article and, if it names them, the place of a passage and a collection."""

    article_id: str
    revision: int
    span: tuple[int, int] | None
    collection: str | None = None


def passage_id(passage: PassageOut, collection: str = DEFAULT_COLLECTION) -> str:
    """The name of a passage of an article in `collection`."""
    name = f"{passage.article_id}@{passage.revision}:{passage.start}-{passage.end}"
    return name if collection == DEFAULT_COLLECTION else f"{name}#{collection}"


def read_passage_id(name: str) -> Named | None:
    """What a name says, None when it has not the form of one; it may still be an article's own id."""
    parts = _ID.fullmatch(name)
    if not parts:
        return None
    article_id, revision, start, end, collection = parts.groups()
    return Named(article_id, int(revision), (int(start), int(end)) if start else None, collection)
