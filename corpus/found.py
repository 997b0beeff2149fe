"""What a reader gives: an article, or why there is none; and what a parser could tell about a document."""

from dataclasses import dataclass
from typing import Any

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput, UnreadableFile
from corpus.exported import ExportedRevision

_LINES = ("title", "body", "publisher", "published_at", "updated_at", "canonical", "language", "id")
_LISTS = ("authors", "guessed")


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


def parsed_from(wire: Any) -> Parsed:
    """A `Parsed` from JSON that a worker sent; the worker has touched hostile bytes, so its types are checked.

    Raises `UnreadableFile` when they are not as they should be.
    """
    if not isinstance(wire, dict) or not isinstance(wire.get("body"), str):
        raise UnreadableFile("The document gave no text.")
    fields: dict[str, Any] = {name: wire[name] for name in _LINES if isinstance(wire.get(name), str)}
    fields |= {name: tuple(map(str, wire[name])) for name in _LISTS if isinstance(wire.get(name), list)}
    return Parsed(**fields)
