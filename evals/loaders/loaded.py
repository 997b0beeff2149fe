"""What a loader gives, and how the files of others are read: nothing is dropped without a word."""

import bz2
import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from corpus.errors import InvalidInput, UnreadableFile

_PACKED = (".gz", ".bz2")
_LONGEST_CELL = 10_000_000

Row = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Skipped:
    """What was not taken: for each reason how often, and where first."""

    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def note(self, place: object, why: str) -> None:
        """Say that what is at `place` was left out, and why."""
        self.reasons[why] += 1
        self.first.setdefault(why, str(place))

    def lines(self) -> list[str]:
        """One line a reason, the most frequent first."""
        return [f"{count:,} skipped: {why} (first: {self.first[why]})" for why, count in self.reasons.most_common()]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A suite as fields to be written: settings, cases, and the articles to ask about, if they come with it.

    Cases and articles may be read while they are taken; `skipped` is complete when both are.
    """

    settings: dict[str, Any]
    cases: Iterable[dict[str, Any]]
    articles: Iterable[dict[str, Any]] = ()
    skipped: Skipped = field(default_factory=Skipped)


def opened(file: Path) -> IO[str]:
    """A text file, also packed as .gz or .bz2. Raises `UnreadableFile`."""
    try:
        if file.suffix == ".gz":
            return gzip.open(file, "rt", encoding="utf-8")
        if file.suffix == ".bz2":
            return bz2.open(file, "rt", encoding="utf-8")
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror or error}.") from None


def find(folder: Path, *names: str) -> Path:
    """The first of these names, also packed, that is in a folder. Raises `UnreadableFile` that names them."""
    for name in names:
        for file in (folder / name, folder / f"{name}.gz", folder / f"{name}.bz2"):
            if file.is_file():
                return file
    raise UnreadableFile(f"{folder} holds no {' or '.join(names)}.")


def json_of(file: Path) -> Any:
    """The one JSON value of a file. Raises `InvalidInput` with the line of the fault."""
    with opened(file) as text:
        try:
            return json.loads(text.read())
        except (ValueError, OSError, EOFError) as error:
            raise InvalidInput(f"{file} is not JSON: {error}.") from None


def rows_of(file: Path) -> Iterator[Row]:
    """The objects of a JSON list, a JSONL or a CSV file, each with its place. Raises `InvalidInput`."""
    kind = next((suffix for suffix in reversed(file.suffixes) if suffix not in _PACKED), "")
    if kind == ".csv":
        yield from _table(file)
    elif kind == ".jsonl" or not _is_list(file):
        yield from _lines(file)
    else:
        for n, row in enumerate(json_of(file), 1):
            yield f"{file.name}, item {n}", _object(row, f"{file}, item {n}")


def text_of(value: Any) -> str:
    """A value as text without surrounding white space; nothing for None, lists and objects."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def texts_of(value: Any) -> list[str]:
    """One text or a list of them, without empty and repeated ones; a list written out in a cell is read."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            value = [value]
    found = [text_of(one) for one in (value if isinstance(value, list | tuple) else [value])]
    return list(dict.fromkeys(filter(None, found)))


def _is_list(file: Path) -> bool:
    """Whether the file is one JSON list, by its first character."""
    with opened(file) as text:
        return text.read(1_000).lstrip().startswith("[")


def _lines(file: Path) -> Iterator[Row]:
    with opened(file) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise InvalidInput(f"{file}, line {number}: not a JSON object ({error}).") from None
                yield f"{file.name}, line {number}", _object(row, f"{file}, line {number}")


def _table(file: Path) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    with opened(file) as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            yield f"{file.name}, line {reader.line_num}", {str(name): value for name, value in row.items() if name}


def _object(row: Any, place: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise InvalidInput(f"{place}: expected an object, found {type(row).__name__}.")
    return row
