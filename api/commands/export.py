"""`dateline export`: everything stored as JSONL, from the data folder or through the server that holds it."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from rich.progress import Progress

from api.commands.progress import progress_bar
from api.serving import serving
from api.settings import Settings
from corpus.accept import check_collection
from corpus.database import Database
from corpus.errors import NotFound, ServerUnreachable
from corpus.export import Exporter
from corpus.exported import END
from corpus.owner import Ownership
from corpus.whole_file import whole_file

STDOUT = "-"


def run(settings: Settings, target: str, collection: str | None, quiet: bool) -> int:
    """Write the export to the file `target`, or to standard output for `-`; gives the number of revisions."""
    if collection is not None:
        check_collection(collection)
    with progress_bar(quiet) as progress, _lines(settings, collection, progress) as lines:
        if target == STDOUT:
            return _write(lines, sys.stdout.buffer)
        with whole_file(Path(target)) as part, _opened(part, packed=target.endswith(".gz")) as file:
            return _write(lines, file)


def _write(lines: Iterator[bytes], file: BinaryIO) -> int:
    count, last = 0, b""
    for last in lines:
        file.write(last)
        count += 1
    if END.encode() not in last[:60]:
        raise ServerUnreachable("The server broke the export off before its end; nothing was kept. Try again.")
    file.flush()
    return count - 1


@contextmanager
def _lines(settings: Settings, collection: str | None, progress: Progress) -> Iterator[Iterator[bytes]]:
    """The lines of the export, from here or from the server."""
    task = progress.add_task("Exporting", total=None)

    def counted(lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            yield line
            if END.encode() not in line[:60]:
                progress.advance(task)

    server = serving(settings)
    if server is not None:
        with closing(server.export(collection)) as lines:
            yield counted(lines)
        return
    store = settings.store
    if isinstance(store, Path) and not store.is_file():
        raise NotFound(f"There is nothing to export: no article store in {settings.data}.")
    with ExitStack() as opened:
        opened.enter_context(Ownership(settings.data))
        database = Database(store)
        opened.callback(database.close)
        exporter = Exporter(database)
        progress.update(task, total=exporter.count(collection))
        yield counted(_split(exporter, collection))


def _split(exporter: Exporter, collection: str | None) -> Iterator[bytes]:
    for part in exporter.parts(collection):
        yield from part.text.encode().splitlines(keepends=True)


@contextmanager
def _opened(part: Path, *, packed: bool) -> Iterator[BinaryIO]:
    if packed:
        # Without a name and a time in it, the same articles give the same file.
        with open(part, "wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file:
            yield cast(BinaryIO, file)
    else:
        with open(part, "wb") as plain:
            yield plain
