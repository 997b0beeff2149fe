"""The export's line format: a line for each stored revision with its history, and an end line that shows a cut.

A line is a JSON object that says what it is in `object` and in which `version` of this format. Text stands in it as
it is stored, so that spans cited before the export are the same spans after it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from corpus.accept import MOST_BODY_CHARACTERS, canonical_url, check_collection, check_id, parse_time
from corpus.article import IncomingArticle
from corpus.clean import is_storable
from corpus.errors import InvalidInput
from corpus.language import kept_language

REVISION = "dateline.revision"
END = "dateline.end"
VERSION = 1
_MOST_REVISIONS = 1_000_000
_MOST_LINE = 20_000
_TIMES = ("published_at", "updated_at", "first_seen_at", "visible_from")


@dataclass(frozen=True, slots=True)
class ExportedRevision:
    """One revision with the history that its archive gave it.

    A type of its own, so that nothing that takes in ordinary articles can be made to believe a stated history.
    """

    article: IncomingArticle
    number: int
    is_current: bool
    first_seen_at: datetime
    visible_from: datetime


@dataclass(frozen=True, slots=True)
class ExportEnd:
    """The last line of an export: how many revisions stand before it."""

    revisions: int


def revision_line(revision: ExportedRevision) -> str:
    """The line of one revision, with its line end."""
    article = revision.article
    fields: dict[str, object] = {
        "object": REVISION,
        "version": VERSION,
        "collection": article.collection,
        "id": article.id,
        "revision": revision.number,
        "is_current": revision.is_current,
        "title": article.title,
        "publisher": article.publisher,
        "authors": article.authors,
        "url": article.url,
        "language": article.language,
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "first_seen_at": revision.first_seen_at,
        "visible_from": revision.visible_from,
        "guessed": article.guessed,
        "body": article.body,
    }
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
    return json.dumps(plain, ensure_ascii=False) + "\n"


def end_line(revisions: int) -> str:
    """The line that ends an export of so many revisions."""
    return json.dumps({"object": END, "version": VERSION, "revisions": revisions}) + "\n"


def is_exported(fields: Mapping[str, Any]) -> bool:
    """Whether this object is a line of an export and not an ordinary article."""
    return fields.get("object") in (REVISION, END)


def parse_exported(fields: Mapping[str, Any]) -> ExportedRevision | ExportEnd:
    """What a line of an export holds. Raises `InvalidInput` when it is not as Dateline writes it.

    Nothing is cleaned: text that cleaning would have changed was changed after the export, and its spans have moved.
    A language has the form that it is kept in now.
    """
    if fields.get("version") != VERSION:
        raise InvalidInput(
            f"The line is of version {fields.get('version')!r} of the export format; this Dateline reads {VERSION}."
        )
    if fields["object"] == END:
        return ExportEnd(_count(fields, "revisions"))
    times = {name: parse_time(fields.get(name), name) for name in _TIMES}
    first_seen_at, visible_from = times["first_seen_at"], times["visible_from"]
    if first_seen_at is None or visible_from is None:
        raise InvalidInput("The exported revision lacks `first_seen_at` or `visible_from`; export it again.")
    if not isinstance(fields.get("is_current"), bool):
        raise InvalidInput("The exported revision lacks `is_current`; export it again.")
    number = _count(fields, "revision")
    if not 1 <= number <= _MOST_REVISIONS:
        raise InvalidInput(f"The exported revision has the number {number}; numbers begin at 1.")
    return ExportedRevision(_article(fields, times), number, fields["is_current"], first_seen_at, visible_from)


def _article(fields: Mapping[str, Any], times: Mapping[str, datetime | None]) -> IncomingArticle:
    url = _line(fields, "url")
    if url is not None:
        canonical_url(url)  # only to refuse what is no address of a page: the URL stays as it was stored
    return IncomingArticle(
        title=_line(fields, "title") or "",
        body=_body(fields),
        id=check_id(_line(fields, "id") or ""),
        publisher=_line(fields, "publisher"),
        authors=_lines(fields, "authors"),
        url=url,
        language=kept_language(_line(fields, "language")),
        published_at=times["published_at"],
        updated_at=times["updated_at"],
        collection=check_collection(str(fields.get("collection"))),
        guessed=_lines(fields, "guessed"),
    )


def _lines(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if not isinstance(value, list):
        raise InvalidInput(f"`{name}` of the exported revision is not a list.")
    return tuple(_line({name: one}, name) or "" for one in value)


def _body(fields: Mapping[str, Any]) -> str:
    body = fields.get("body")
    if not isinstance(body, str) or not body:
        raise InvalidInput("The exported revision has no `body`.")
    if len(body) > MOST_BODY_CHARACTERS:
        raise InvalidInput(f"The body has {len(body):,} characters; at most {MOST_BODY_CHARACTERS:,} are taken.")
    return _unchanged(body, "body")


def _line(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or "\n" in value or len(value) > _MOST_LINE:
        raise InvalidInput(f"`{name}` of the exported revision is not one line of text.")
    return _unchanged(value, name)


def _unchanged(text: str, name: str) -> str:
    if not is_storable(text):
        raise InvalidInput(f"`{name}` is not as Dateline stores it: the line was changed after the export.")
    return text


def _count(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidInput(f"`{name}` of the exported line is not a number.")
    return value
