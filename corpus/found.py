"""What a reader gives: an article, or why there is none; and what a parser could tell about a document."""

from dataclasses import dataclass
from typing import Any

from corpus.accept import parse_time
from corpus.article import IncomingArticle
from corpus.errors import InvalidInput, UnreadableFile
from corpus.exported import ExportedRevision

_LINES = ("title", "body", "publisher", "published_at", "updated_at", "canonical", "language", "id")
_LISTS = ("authors", "guessed")
_RECORD_LINES = ("title", "body", "id", "publisher", "url", "language", "collection")


@dataclass(frozen=True, slots=True)
class Found:
    """What stood at one place of a file: an article, or why it cannot be read. `name` says where it stood."""

    name: str
    outcome: IncomingArticle | ExportedRevision | InvalidInput


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as its parser understood it, in plain JSON types: it crosses from one process to another.

    Times are ISO 8601 text. `canonical` is the address that the document claims, not yet believed. `guessed` names the
    fields that no metadata declared.
    """

    body: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    canonical: str | None = None
    language: str | None = None
    id: str | None = None
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What stood at one place of a file of records: an article, or the reason why there is none."""

    name: str
    article: IncomingArticle | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file as a worker read them."""

    found: tuple[Record, ...]


def records_from(wire: Any) -> list[Found]:
    """What `Records` holds, from JSON that a worker sent, its types checked like those of `parsed_from`."""
    found = wire.get("found") if isinstance(wire, dict) else None
    if not isinstance(found, list):
        raise UnreadableFile("The file gave no records.")
    return [Found(str(one.get("name")), _outcome_from(one)) for one in found if isinstance(one, dict)]


def _outcome_from(one: dict[str, Any]) -> IncomingArticle | InvalidInput:
    article = one.get("article")
    if not isinstance(article, dict) or not isinstance(article.get("body"), str):
        return InvalidInput(str(one.get("reason")))
    fields: dict[str, Any] = {n: article[n] for n in _RECORD_LINES if isinstance(article.get(n), str)}
    fields |= {n: tuple(map(str, article[n])) for n in _LISTS if isinstance(article.get(n), list)}
    for name in ("published_at", "updated_at"):
        fields[name] = parse_time(article.get(name), name)
    return IncomingArticle(**{"title": "", **fields})


def parsed_from(wire: Any) -> Parsed:
    """A `Parsed` from JSON that a worker sent; the worker has touched hostile bytes, so its types are checked.

    Raises `UnreadableFile` when they are not as they should be.
    """
    if not isinstance(wire, dict) or not isinstance(wire.get("body"), str):
        raise UnreadableFile("The document gave no text.")
    fields: dict[str, Any] = {name: wire[name] for name in _LINES if isinstance(wire.get(name), str)}
    fields |= {name: tuple(map(str, wire[name])) for name in _LISTS if isinstance(wire.get(name), list)}
    return Parsed(**fields)
