"""What a person names to be taken in, as batches of articles. Light: a machine that only reads imports nothing else."""

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.article import IncomingArticle
from corpus.errors import DatelineError, InvalidInput
from corpus.exported import ExportedRevision
from corpus.reader import Found, read_files, read_stream
from retrieval.prepare import Prepared, prepare

# Articles committed together, and their characters: large enough to be quick, small enough that progress is seen and
# memory stays flat.
_MOST_TOGETHER, _MOST_CHARACTERS = 200, 4_000_000
STANDARD_INPUT = Path("-")
_PIPED = "An export states a history, which is believed of a file by its name."


def batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    """What was found, in lists that are worth a commit."""
    batch: list[Found] = []
    characters = 0
    for one in found:
        batch.append(one)
        characters += len(one.outcome.body) if isinstance(one.outcome, IncomingArticle) else 0
        if len(batch) == _MOST_TOGETHER or characters > _MOST_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def found_in(
    files: Sequence[Path], named: Container[Path], collection: str, done: Callable[[], None]
) -> Iterator[Found]:
    """What the files hold. An export states when each article was first seen, so it must be `named` by the person."""
    on_disk = [file for file in files if file != STANDARD_INPUT]
    for file, articles in zip(on_disk, read_files(on_disk, collection), strict=True):
        for one in articles:
            if isinstance(one.outcome, ExportedRevision) and file.is_fifo():
                yield Found(one.name, InvalidInput(_PIPED))
                break
            if isinstance(one.outcome, ExportedRevision) and file not in named:
                yield Found(str(file), InvalidInput(f"This is an export with its history: name it, {file}, by itself."))
                break
            yield one
        done()
    if STANDARD_INPUT in files:
        for one in read_stream(sys.stdin.buffer, "standard input", collection):
            if isinstance(one.outcome, ExportedRevision):
                yield Found(one.name, InvalidInput(_PIPED))
                break
            yield one
        done()


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read on whatever machine; `is_named` when the person named it and not only its folder."""

    file: Path
    is_named: bool
    collection: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A batch as a machine gives it back: articles prepared, with their names, and what could not be read, and why."""

    names: tuple[str, ...]
    prepared: Prepared
    exported: tuple[tuple[str, ExportedRevision], ...]
    unreadable: tuple[tuple[str, str], ...]


def read_source(source: Source) -> Iterator[list[Found]]:
    """What a file holds, in batches."""
    named = {source.file} if source.is_named else set()
    yield from batches(found_in([source.file], named, source.collection, lambda: None))


def made_ready(batch: Sequence[Found]) -> Ready:
    """A batch with all done that needs no store."""
    articles = [(one.name, one.outcome) for one in batch if isinstance(one.outcome, IncomingArticle)]
    return Ready(
        names=tuple(name for name, _ in articles),
        prepared=prepare([article for _, article in articles]),
        exported=tuple((one.name, one.outcome) for one in batch if isinstance(one.outcome, ExportedRevision)),
        unreadable=tuple((one.name, str(one.outcome)) for one in batch if isinstance(one.outcome, DatelineError)),
    )
