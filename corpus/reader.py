"""Read articles from files: plain text and Markdown with front matter, JSON and JSONL, alone or in folders."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from corpus.accept import names, parse_time
from corpus.article import DEFAULT_COLLECTION, IncomingArticle
from corpus.errors import InvalidInput, UnreadableFile
from corpus.exported import ExportedRevision, ExportEnd, is_exported, parse_exported

_TEXT = {".txt", ".text", ".md", ".markdown"}
_LINES = {".jsonl", ".ndjson"}
_MOST_FILE_BYTES = 50_000_000
# The same thing under the names that other people's files use.
_ALIASES = {
    "body": ("body", "text", "content"),
    "title": ("title", "headline"),
    "publisher": ("publisher", "source", "outlet"),
    "authors": ("authors", "author", "byline"),
    "published_at": ("published_at", "date", "published", "pubDate"),
    "updated_at": ("updated_at", "updated", "modified"),
    "url": ("url", "link"),
    "language": ("language", "lang"),
    "id": ("id",),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What stood at one place of a file: an article, or why it cannot be read. `name` says where it stood."""

    name: str
    outcome: IncomingArticle | ExportedRevision | InvalidInput


def find_files(path: Path) -> list[Path]:
    """The files to read under `path`: itself, or every file of a folder in order of name, hidden ones left out.

    Raises `UnreadableFile` when there is nothing there.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UnreadableFile(f"There is no file or folder {path}.")
    found = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not found:
        raise UnreadableFile(f"The folder {path} holds no files.")
    return found


def read_file(path: Path, collection: str = DEFAULT_COLLECTION) -> Iterator[Found]:
    """The articles of one file, one at a time; in place of each that cannot be read, the error.

    JSONL (also .gz) holds one article a line; JSON holds one article, a list, or an object with a list `articles`.
    """
    try:
        yield from _read(path, collection)
    except InvalidInput as error:
        yield Found(str(path), error)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        yield Found(str(path), UnreadableFile(f"{path} cannot be read: {reason}."))


def _read(path: Path, collection: str) -> Iterator[Found]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    if kind in _LINES:
        yield from _read_lines(path, collection)
    elif kind == ".json":
        yield from _read_json(path, collection)
    elif kind in _TEXT:
        yield Found(str(path), _read_text(path, collection))
    else:
        known = ", ".join(sorted(_TEXT | _LINES | {".json"}))
        raise UnreadableFile(f"{path} is not of a kind that can be read; known are {known}, and .gz of the JSON kinds.")


def _read_text(path: Path, collection: str) -> IncomingArticle:
    import frontmatter
    import yaml

    text = _decoded(path)
    if not text.strip():
        raise UnreadableFile(f"{path} is empty.")
    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableFile(f"The front matter of {path} is not valid YAML: {str(error).splitlines()[0]}.") from error
    fields = dict(post.metadata)
    if "id" not in fields and "url" not in fields:
        fields["id"] = _file_id(path)
    return article_from({**fields, "body": post.content}, collection)


def _read_lines(path: Path, collection: str) -> Iterator[Found]:
    exported = 0  # since the last end line
    with _opened(path) as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            name = f"{path}, line {number}"
            try:
                fields = _object(json.loads(raw), name)
                if not is_exported(fields):
                    yield Found(name, article_from(fields, collection))
                    continue
                exported += 1
                line = parse_exported(fields)
                if isinstance(line, ExportedRevision):
                    yield Found(name, line)
                    continue
                before, exported = exported - 1, 0
                _check_end(line, before, name)
            except InvalidInput as error:
                yield Found(name, error)
            except (ValueError, RecursionError) as error:
                yield Found(name, UnreadableFile(f"{name} is not valid JSON: {error}."))
    if exported:
        yield Found(str(path), UnreadableFile(f"{path} is cut short: the end line of the export is missing."))


def _check_end(end: ExportEnd, before: int, name: str) -> None:
    if end.revisions != before:
        raise UnreadableFile(f"{name} ends an export of {end.revisions:,} revisions, but {before:,} stand before it.")


def _read_json(path: Path, collection: str) -> Iterator[Found]:
    with _opened(path) as file:
        raw = file.read(_MOST_FILE_BYTES + 1)
    if len(raw) > _MOST_FILE_BYTES:
        raise UnreadableFile(f"{path} is over {_MOST_FILE_BYTES:,} bytes; write large collections as JSONL.")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path} is not valid JSON: {error}.") from error
    if isinstance(found, dict) and isinstance(found.get("articles"), list):
        found = found["articles"]
    many = found if isinstance(found, list) else [found]
    for number, item in enumerate(many, start=1):
        name = f"{path}, article {number}"
        try:
            fields = _object(item, name)
            if len(many) == 1 and not fields.get("id") and not fields.get("url"):
                fields = {**fields, "id": _file_id(path)}
            yield Found(name, article_from(fields, collection))
        except InvalidInput as error:
            yield Found(name, error)


def article_from(fields: Mapping[str, Any], collection: str = DEFAULT_COLLECTION) -> IncomingArticle:
    """An article from loosely named fields; fields that nobody knows are passed over. Raises `InvalidInput`."""

    def field(name: str) -> Any:
        return next((fields[alias] for alias in _ALIASES[name] if fields.get(alias) not in (None, "")), None)

    def line(name: str) -> str | None:
        value = field(name)
        return None if value is None else str(value)

    body = field("body")
    if not isinstance(body, str):
        raise InvalidInput("The article has no text: give it a `body` (or `text`, or `content`).")
    return IncomingArticle(
        title=line("title") or "",
        body=body,
        id=line("id"),
        publisher=line("publisher"),
        authors=names(field("authors")),
        url=line("url"),
        language=line("language"),
        published_at=parse_time(field("published_at"), "The publication date"),
        updated_at=parse_time(field("updated_at"), "The update time"),
        collection=str(fields.get("collection") or collection),
    )


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableFile(f"{name} is not a JSON object with a title and a body.")
    return value


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb") if path.suffix.lower() == ".gz" else open(path, "rb"))


def _decoded(path: Path) -> str:
    if path.stat().st_size > _MOST_FILE_BYTES:
        raise UnreadableFile(f"{path} is over {_MOST_FILE_BYTES:,} bytes; that is not one article.")
    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path} is not text in UTF-8: it is binary or in an older encoding.") from None
    if "\0" in text:
        raise UnreadableFile(f"{path} is a binary file, not text.")
    return text


def _file_id(path: Path) -> str:
    """A file without an id or URL is known by where it lies, so that editing it makes a revision of it."""
    place = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in path.stem)[:100]
    return f"{stem}-{place}"
