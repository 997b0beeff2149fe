"""Read articles from bytes, files, folders and streams of any kind that is known; the content decides which it is."""

import io
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from corpus.accept import check_length, parse_time
from corpus.article import DEFAULT_COLLECTION, IncomingArticle
from corpus.carried import articles_of
from corpus.charset import charset_in, decoded
from corpus.errors import InvalidInput, UnreadableFile
from corpus.exported import ExportedRevision
from corpus.feed import MOST_FEED_BYTES
from corpus.found import Found as Found
from corpus.found import Parsed, Record, Records
from corpus.identity import believed_url, confined, file_id, told_apart, unlinked
from corpus.markup import unmarked
from corpus.mbox import MOST_LETTER_BYTES, letters_in
from corpus.page import read_markup
from corpus.records import read_json, read_lines
from corpus.sniff import HEAD_BYTES, PROSE, Kind, head_of, kind_of
from corpus.table import read_table
from corpus.text import read_markdown, read_text
from corpus.tracing import traced
from corpus.unpack import Unpacked
from corpus.worker import WORKERS

log = logging.getLogger(__name__)

# One document of a kind that is read whole. Records (JSONL, tables) are read one at a time and may be of any length.
_MOST_BYTES = {
    Kind.PAGE: 10_000_000,
    Kind.PDF: 50_000_000,
    Kind.DOCX: 50_000_000,
    Kind.NEWSLETTER: MOST_LETTER_BYTES,
    Kind.JSON: 50_000_000,
    Kind.TEXT: 50_000_000,
    Kind.MARKDOWN: 10_000_000,
    Kind.FEED: MOST_FEED_BYTES,
}
_MOST_FETCHED_BYTES = 20_000_000  # of what a site sent, unpacked
# What an address is refused for, and a file is not: the first has a way of its own, the second is no site's to send.
_OF_DISK = {
    Kind.FEED: "a feed, not an article; add its address as a feed",
    Kind.MBOX: "a file of many letters, which is read from a disk only",
}
_HISTORY = "{} states a history, which is believed of a file that you name, not of an address."
# Read here when they come from the person's own disk, and by a worker when a site sent them.
_RECORDS = (Kind.LINES, Kind.TABLE, Kind.JSON, *PROSE)
# Of one address: as many as of a feed, and as much text as a few hundred articles have.
_MOST_RECORDS, _MOST_BAD_RECORDS, _MOST_RECORD_CHARACTERS = 2_000, 100, 5_000_000
# As many threads as there are workers to parse for them.
_READERS = 2
_SMALL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Source:
    """Where bytes come from. `path` when they lie on disk, `url` when they were fetched from there.

    `data` are all of them when they are in memory anyway.
    """

    name: str
    collection: str
    path: Path | None = None
    url: str | None = None
    content_type: str | None = None
    data: bytes | None = None

    @property
    def file_id(self) -> str | None:
        return file_id(self.path) if self.path else None


def read_file(path: Path, collection: str = DEFAULT_COLLECTION) -> Iterator[Found]:
    """The articles of one file, one at a time; in place of each that cannot be read, the error. Never raises.

    A named pipe is read as `read_stream` does.
    """
    try:
        with open(path, "rb") as stream:
            if path.is_fifo():
                yield from read_stream(stream, str(path), collection)
            else:
                yield from _read(stream, _Source(str(path), collection, path))
    except OSError as error:
        yield Found(str(path), UnreadableFile(f"{path} cannot be read: {error.strerror or error}."))


def read_files(paths: Iterable[Path], collection: str = DEFAULT_COLLECTION) -> Iterator[Iterable[Found]]:
    """For each file, in order, what `read_file` gives; while one is used, the next few small ones are parsed."""
    ahead: deque[Callable[[], Iterable[Found]]] = deque()
    with ThreadPoolExecutor(_READERS, thread_name_prefix="reader") as pool:
        for path in paths:
            # A large file is records as a rule: those are read one at a time, never all into memory. So is a pipe.
            if path.is_fifo() or _size(path) > _SMALL_BYTES:
                ahead.append(partial(read_file, path, collection))
            else:
                ahead.append(pool.submit(_all_of, path, collection).result)
            if len(ahead) > 2 * _READERS:
                yield ahead.popleft()()
        while ahead:
            yield ahead.popleft()()


def _all_of(path: Path, collection: str) -> list[Found]:
    with traced("ingest.read"):
        return list(read_file(path, collection))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def read_stream(stream: BinaryIO, name: str, collection: str = DEFAULT_COLLECTION) -> Iterator[Found]:
    """The articles of an open stream, such as standard input, as `read_file` gives them."""
    # What is piped in without a name is prose when it is nothing else.
    yield from _read(stream, _Source(name, collection, content_type="text/plain"))


def read_bytes(
    data: bytes, name: str, collection: str, *, url: str | None = None, content_type: str | None = None
) -> Iterator[Found]:
    """The articles in some bytes; in place of each that cannot be read, the error. Never raises.

    `url` is where they were fetched from: it becomes the article's address unless the page declares another one of the
    same site, and records cannot claim to be articles of other sites. `content_type` is the header that came with them;
    it counts less than what the bytes look like.
    """
    yield from _read(io.BytesIO(data), _Source(name, collection, url=url, content_type=content_type, data=data))


def _read(stream: BinaryIO, source: _Source) -> Iterator[Found]:
    try:
        yield from _articles(stream, source)
    except InvalidInput as error:
        yield Found(source.name, error)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        yield Found(source.name, UnreadableFile(f"{source.name} cannot be read: {reason}."))
    except Exception as error:  # whatever nobody foresaw in one file, the others must still be read
        log.exception("%s cannot be read.", source.name)
        why = f"{source.name} cannot be read ({type(error).__name__}); it is probably damaged."
        yield Found(source.name, UnreadableFile(why))


def _articles(stream: BinaryIO, source: _Source, *, is_unpacked: bool = False) -> Iterator[Found]:
    head, buffered = head_of(io.BufferedReader(cast(io.RawIOBase, stream), HEAD_BYTES))
    kind = kind_of(head, source.name, source.content_type)
    charset = charset_in(source.content_type)
    if kind is Kind.GZIP:
        if is_unpacked:
            raise UnreadableFile(f"{source.name} is packed twice; unpack it first.")
        inner = replace(source, content_type=None, data=None)
        yield from _articles(cast(BinaryIO, Unpacked(buffered, source.name)), inner, is_unpacked=True)
    elif kind in _OF_DISK and source.url:
        raise UnreadableFile(f"{source.name} is {_OF_DISK[kind]}.")
    elif kind is Kind.FEED:
        feed = WORKERS.read_feed(_whole(buffered, source, kind), source.name, charset)
        yield from (unlinked(one, source.file_id) for one in articles_of(feed, source.name, source.collection))
    elif kind is Kind.MBOX:
        yield from _letters(cast(BinaryIO, buffered), source)
    elif kind not in _RECORDS:
        yield from _document(kind, _whole(buffered, source, kind), source, charset)
    elif source.url:
        with _named(source):
            found = WORKERS.read_records(kind, _whole(buffered, source, kind), source.name, charset)
        yield from _confined(found, kind, source)
    else:
        place = source.file_id
        records = _records(kind, cast(BinaryIO, buffered), head, source, charset)
        if kind not in PROSE:
            records = unmarked(records, WORKERS.read_markup)
        yield from told_apart((unlinked(one, place) for one in records), place)


def read_records(kind: Kind, data: bytes, name: str, charset: str | None) -> Records:
    """The first records of a file that a site sent, for the worker to read. Raises `InvalidInput`."""
    source = _Source(name, DEFAULT_COLLECTION)
    records: list[Record] = []
    bad = characters = 0
    found = _records(kind, io.BytesIO(data), data[:HEAD_BYTES], source, charset)
    for one in found if kind in PROSE else unmarked(found, lambda text: read_markup(text).body):
        if len(records) == _MOST_RECORDS or bad == _MOST_BAD_RECORDS or characters > _MOST_RECORD_CHARACTERS:
            empty = f"; {bad:,} of them hold no article" if bad else ""
            why = f"Of {name} only the first {len(records):,} records are read{empty}."
            records.append(Record(name, None, why))
            break
        try:
            article = _fit(one)
            records.append(Record(one.name, article))
            characters += len(article.body)
        except InvalidInput as error:
            records.append(Record(one.name, None, str(error)))
            bad += 1
    return Records(tuple(records))


def _fit(found: Found) -> IncomingArticle:
    """The article of a record, where a site may give it. Raises `InvalidInput` with the reason where there is none."""
    if isinstance(found.outcome, InvalidInput):
        raise found.outcome
    if isinstance(found.outcome, ExportedRevision):
        raise InvalidInput(_HISTORY.format(found.name))
    check_length(found.outcome.body)
    return found.outcome


def _records(kind: Kind, stream: BinaryIO, head: bytes, source: _Source, charset: str | None) -> Iterator[Found]:
    if kind is Kind.LINES:
        yield from read_lines(stream, head, source.name, source.collection)
    elif kind is Kind.TABLE:
        yield from read_table(stream, head, source.name, source.collection, charset)
    elif kind is Kind.JSON:
        yield from read_json(_whole(stream, source, kind), source.name, source.collection, source.file_id)
    else:
        text = decoded(_whole(stream, source, kind), source.name, charset)
        read = read_markdown if kind is Kind.MARKDOWN else read_text
        yield Found(source.name, read(text, source.name, source.collection, source.file_id))


def _document(kind: Kind, data: bytes, source: _Source, charset: str | None) -> Iterator[Found]:
    with _named(source):
        parsed = WORKERS.parse(kind, data, source.url, charset)
    yield Found(source.name, _article(parsed, source))


def _letters(stream: BinaryIO, source: _Source) -> Iterator[Found]:
    for number, letter in enumerate(letters_in(stream), start=1):
        one = replace(source, name=f"{source.name}, letter {number}", path=None, data=letter)
        try:
            data = _whole(stream, one, Kind.NEWSLETTER)
            yield from _document(Kind.NEWSLETTER, data, one, None)
        except InvalidInput as error:
            yield Found(one.name, error)


@contextmanager
def _named(source: _Source) -> Iterator[None]:
    """A worker knows documents by no name; the reason that it gives gets one."""
    try:
        yield
    except UnreadableFile as error:
        raise UnreadableFile(f"{source.name} cannot be read. {error}") from None


def _confined(records: Iterable[Found], kind: Kind, source: _Source) -> Iterator[Found]:
    """Fetched records cannot say that they are another site's or in another collection."""
    assert source.url is not None
    for number, found in enumerate(records):
        if not isinstance(found.outcome, IncomingArticle):
            yield found
            continue
        if kind in PROSE:
            article = replace(found.outcome, id=None, url=believed_url(found.outcome.url, source.url))
        else:
            article = confined(found.outcome, source.url, f"{source.url}#{number}")
        yield replace(found, outcome=replace(article, collection=source.collection))


def _article(parsed: Parsed, source: _Source) -> IncomingArticle:
    url = believed_url(parsed.canonical, source.url)
    return IncomingArticle(
        title=parsed.title or "",
        body=parsed.body,
        id=None if url else parsed.id or source.file_id,
        publisher=parsed.publisher,
        authors=parsed.authors,
        url=url,
        language=parsed.language,
        published_at=parse_time(parsed.published_at, "The publication date"),
        updated_at=parse_time(parsed.updated_at, "The update time"),
        collection=source.collection,
        guessed=parsed.guessed,
    )


def _whole(stream: BinaryIO | io.BufferedReader, source: _Source, kind: Kind) -> bytes:
    most = _MOST_BYTES.get(kind, _MOST_FETCHED_BYTES)
    if source.url:
        most = min(most, _MOST_FETCHED_BYTES)
    data = source.data if source.data is not None else stream.read(most + 1)
    if len(data) > most:
        advice = "export it in parts" if kind is Kind.FEED else "that is not one article of its kind"
        raise UnreadableFile(f"{source.name} is over {most:,} bytes; {advice}.")
    return data
