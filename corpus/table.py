"""Articles kept as a table: CSV, TSV and their relatives, one article a row, fields named by the first row."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from corpus.accept import MOST_BODY_CHARACTERS
from corpus.charset import encoding_of, in_utf8
from corpus.errors import InvalidInput, UnreadableFile
from corpus.found import Found
from corpus.records import article_from, field_named

_SEPARATORS = ",;\t|"


def read_table(stream: BinaryIO, head: bytes, name: str, collection: str, charset: str | None) -> Iterator[Found]:
    """One article a row; a bad row fails alone, and is named by the line that it ends on.

    `head` is how the stream begins: it tells encoding and separator. Raises `UnreadableFile` when no column of the
    first row is named as a body is.
    """
    # The limit is the module's own; a field longer than any body is refused instead of filling the memory.
    csv.field_size_limit(MOST_BODY_CHARACTERS)
    encoding = encoding_of(head, name, charset)
    read = io.BufferedReader(in_utf8(stream, head, encoding, name, charset))
    text = io.TextIOWrapper(read, encoding="utf-8", newline="")
    first = head.decode(encoding, errors="replace").lstrip("\ufeff").splitlines()[:1] or [""]
    rows = csv.reader(text, delimiter=_separator(first[0]))
    try:
        columns = [column.strip().strip("\ufeff") for column in next(rows, [])]
    except csv.Error as error:
        raise UnreadableFile(f"{name} is not a table that can be read: {error}.") from error
    if "body" not in map(field_named, columns):
        raise UnreadableFile(f"{name} has no column named body, text or content in its first row.")
    yield from _rows(rows, columns, name, collection)


def _rows(rows: Iterator[list[str]], columns: list[str], name: str, collection: str) -> Iterator[Found]:
    number = 1
    while True:
        number += 1
        where = f"{name}, row {number}"
        try:
            row = next(rows)
            if any(cell.strip() for cell in row):
                yield Found(where, article_from(_fields(columns, row), collection))
        except StopIteration:
            return
        except csv.Error as error:
            yield Found(where, UnreadableFile(f"{where} cannot be read: {error}."))
        except InvalidInput as error:
            yield Found(where, error)


def _fields(columns: list[str], row: list[str]) -> dict[str, object]:
    fields: dict[str, object] = dict(zip(columns, row, strict=False))
    for column, value in fields.items():
        if isinstance(value, str) and (column == "guessed" or field_named(column) == "authors"):
            fields[column] = [one.strip() for one in value.split(";") if one.strip()]
    return fields


def _separator(line: str) -> str:
    """The one that cuts the first row into the most columns whose names are known."""

    def known(separator: str) -> int:
        return sum(field_named(column) is not None for column in line.split(separator))

    return max(_SEPARATORS, key=known)
