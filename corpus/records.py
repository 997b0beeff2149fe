"""Articles kept as records: JSON, JSON Lines, and the loosely named fields that both (and tables) come with."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from corpus.accept import believed_time, is_relative, names, parse_time
from corpus.article import DEFAULT_COLLECTION, IncomingArticle
from corpus.charset import in_utf8, marked_encoding
from corpus.errors import InvalidInput, UnreadableFile
from corpus.exported import ExportedRevision, ExportEnd, is_exported, parse_exported
from corpus.found import Found
from corpus.posts import items_in, plain_fields

# The same thing under the names that other people's files use.
ALIASES = {
    "body": ("body", "text", "content", "articleBody", "html", "content_html", "content_text", "post_content"),
    "title": ("title", "headline", "webTitle", "post_title"),
    "publisher": ("publisher", "source", "outlet"),
    "authors": ("authors", "author", "byline"),
    "published_at": (
        "published_at",
        "date_gmt",  # before what WordPress says without a zone
        "post_date_gmt",
        "date",
        "published",
        "pubDate",
        "published_date",
        "datePublished",
        "publication_date",
        "first_publish_date",
        "webPublicationDate",
        "post_date",
    ),
    "updated_at": (
        "updated_at",
        "updated",
        "modified_gmt",
        "modified",
        "date_modified",
        "modified_at",
        "lastmod",
        "last_modified_at",
        "last_updated_date",
        "changed",
    ),
    "url": ("url", "link", "canonical_url", "permalink", "webUrl"),
    "language": ("language", "lang", "langcode", "inLanguage"),
    "id": ("id",),
}
_MOST_SHOWN = 12  # fields of an article that has none of the right ones
_LISTS, _TIMES = ("authors",), ("published_at", "updated_at")


def _bare(name: object) -> str:
    """A name as it is compared: neither case nor what joins its words counts."""
    return "".join(filter(str.isalnum, str(name))).lower()


_EXACT = frozenset(alias for aliases in ALIASES.values() for alias in aliases)
_BARE = {field: tuple(map(_bare, aliases)) for field, aliases in ALIASES.items()}
_FIELDS = {alias: field for field, aliases in _BARE.items() for alias in aliases}
MOST_LINE_BYTES = 20_000_000


def field_named(name: str) -> str | None:
    """The field that goes by this name; None when nobody knows it."""
    return _FIELDS.get(_bare(name))


def is_named(fields: Mapping[str, Any]) -> bool:
    """Whether these fields say which article it is, by an id or an address that leads somewhere."""
    said = {field_named(str(name)): value for name, value in fields.items() if value}
    return bool(said.get("id") or ("url" in said and not is_relative(said["url"])))


def article_from(fields: Mapping[str, Any], collection: str = DEFAULT_COLLECTION) -> IncomingArticle:
    """An article from loosely named fields; fields that nobody knows are passed over. Raises `InvalidInput`."""

    # Where two names are one but for case, that which is written as expected counts.
    said = {_bare(name): fields[name] for name in sorted(fields, key=_EXACT.__contains__)}

    def field(name: str) -> Any:
        values = (said.get(alias) for alias in _BARE[name])
        unfit = (bool,) if name in _TIMES else ()  # "published: true" of a blog's front matter is no date
        value = next((one for one in values if one not in (None, "") and not isinstance(one, unfit)), None)
        if name in ("publisher", "authors") and isinstance(value, Mapping) and "name" in value:
            value = value["name"]
        # YAML can nest one list in itself a billion times over in a few lines; written out as text it fills the memory.
        if isinstance(value, Mapping) or (isinstance(value, list) and name not in _LISTS):
            raise InvalidInput(f"The field {name} is not plain text.")
        return value

    def line(name: str) -> str | None:
        value = field(name)
        return None if value is None else str(value)

    body = field("body")
    if not isinstance(body, str):
        has = ", ".join(str(name)[:40] for name in list(fields)[:_MOST_SHOWN])
        raise InvalidInput(
            f"The article has no text: give it a `body` (or `text`, or `content`). Its fields are: {has}."
        )
    return IncomingArticle(
        title=line("title") or "",
        body=body,
        id=line("id"),
        publisher=line("publisher"),
        authors=_names(field("authors")),
        url=line("url"),
        language=line("language"),
        published_at=believed_time(parse_time(field("published_at"), "The publication date")),
        updated_at=believed_time(parse_time(field("updated_at"), "The update time")),
        collection=str(fields.get("collection") or collection),
        guessed=_names(fields.get("guessed")),
    )


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        people = [one.get("name") if isinstance(one, Mapping) else one for one in value]
        return names([one for one in people if isinstance(one, str | int)])
    return names(value)


def starts_as_lines(text: str) -> bool:
    """Whether the first line of `text` is a JSON object by itself and another one begins after it."""
    first, _, rest = text.partition("\n")
    if not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def read_lines(stream: BinaryIO, head: bytes, name: str, collection: str) -> Iterator[Found]:
    """One article a line; a bad line fails alone, and is named by its number. `head` is how the stream begins.

    The lines of an export give revisions with their history; one that was cut short is said to be.
    """
    if marked := marked_encoding(head):  # in UTF-16 a byte does not end a line
        stream = cast(BinaryIO, io.BufferedReader(in_utf8(stream, head, marked, name)))
    number = exported = 0  # lines, and those of an export since its last end line
    while raw := stream.readline(MOST_LINE_BYTES + 1):
        number += 1
        where = f"{name}, line {number}"
        if len(raw) > MOST_LINE_BYTES:
            yield Found(where, UnreadableFile(f"{where} is over {MOST_LINE_BYTES:,} bytes; that is not one article."))
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(MOST_LINE_BYTES)
            continue
        if not raw.strip():
            continue
        try:
            fields = _object(json.loads(raw), where)
            if not is_exported(fields):
                yield Found(where, article_from(plain_fields(fields), collection))
                continue
            exported += 1
            line = parse_exported(fields)
            if isinstance(line, ExportedRevision):
                yield Found(where, line)
            else:
                before, exported = exported - 1, 0
                _check_end(line, before, where)
        except InvalidInput as error:
            yield Found(where, error)
        except (ValueError, RecursionError) as error:
            yield Found(where, UnreadableFile(f"{where} is not valid JSON: {_fault(error)}."))
    if exported:
        yield Found(name, UnreadableFile(f"{name} is cut short: the end line of the export is missing."))


def _check_end(end: ExportEnd, before: int, name: str) -> None:
    if end.revisions != before:
        raise UnreadableFile(f"{name} ends an export of {end.revisions:,} revisions, but {before:,} stand before it.")


def read_json(raw: bytes, name: str, collection: str, file_id: str | None) -> Iterator[Found]:
    """One article, a list, or what `items_in` finds them in. A lone one without a name of its own is `file_id`."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{name} is not valid JSON: {_fault(error)}.") from error
    many = items_in(found)
    for number, item in enumerate(many, start=1):
        where = f"{name}, article {number}"
        try:
            fields = plain_fields(_object(item, where))
            if len(many) == 1 and not is_named(fields):
                fields = {**fields, "id": file_id}
            yield Found(where, article_from(fields, collection))
        except InvalidInput as error:
            yield Found(where, error)


def _fault(error: Exception) -> str:
    # JSON has one charset; a guess at another would put wrong letters into quotes, and nobody would see it.
    return "it is not in UTF-8; save it so" if isinstance(error, UnicodeDecodeError) else str(error)


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableFile(f"{name} is not a JSON object with a title and a body.")
    return value
