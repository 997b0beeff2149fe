"""`dateline ingest`: read files, store them here or through the running server, show progress, name what failed."""

import sys
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

from api.calls import PushedArticle
from api.client import Dateline
from api.commands.command import go_on, print_json
from api.commands.progress import counted, print_failures, progress_bar
from api.commands.sources import STANDARD_INPUT, Source, batches, found_in, made_ready, read_source
from api.engine import SAMPLE, Engine
from api.serving import serving
from api.settings import Settings
from corpus.accept import check_collection
from corpus.article import IncomingArticle
from corpus.embeddings import Backlog
from corpus.errors import DatelineError, EmbedderUnavailable, InvalidInput, StoreInUse, UnreadableFile
from corpus.exported import ExportedRevision
from corpus.folder import find_files
from corpus.reader import Found
from corpus.writing import Change
from retrieval.ingest import IngestReport


@dataclass(slots=True)
class Tally:
    """Counts of a run, and the name and reason of everything that was not taken.

    `restored` counts those of the added and revised that came with the history that their export states.
    """

    added: int = 0
    revised: int = 0
    unchanged: int = 0
    restored: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Articles that are in the store now, changed or not."""
        return self.added + self.revised + self.unchanged

    def fail(self, name: str, error: object) -> None:
        """Note what could not be taken."""
        self.failed.append({"name": name, "error": str(error)})


# Articles with their names, stored together.
Batch = Sequence[tuple[str, IncomingArticle]]
# Stores batches one after the other and counts each; gives nothing after each, so that the caller sees how far it is.
Put = Callable[[Iterable[Batch], Tally], Iterator[None]]
# Stores one batch of revisions out of an export.
Restore = Callable[[Sequence[tuple[str, ExportedRevision]], Tally], None]


def run(
    settings: Settings, paths: Sequence[Path], collection: str, wait: bool, as_json: bool, ray: str | None = None
) -> int:
    """Ingest `paths`; gives the exit code: 0 when all is in, 1 when something was not taken, 2 when nothing was.

    With `ray`, the address of a Ray cluster, its machines read, prepare and embed.
    """
    check_collection(collection)
    files, missing = _files(paths)
    if not files:
        raise UnreadableFile(" ".join(error for _, error in missing))
    if ray:
        tally = _spread(settings, files, set(paths), collection, wait, as_json, ray)
        return _ended(tally, missing, as_json)
    server = serving(settings)
    if server is not None:
        tally = _read_and_put(files, collection, _put_remotely(server), _refuse_to_restore, as_json, set(paths))
    else:
        with Engine(settings) as engine:
            engine.start()
            put, restore = _put_locally(engine), _restore_locally(engine)
            tally = _read_and_put(files, collection, put, restore, as_json, set(paths))
            if tally.restored:
                engine.remember_sample()  # an archive that was brought here has the articles that it had
            if wait:
                _embed(engine, quiet=as_json)
    return _ended(tally, missing, as_json)


def _ended(tally: Tally, missing: Sequence[tuple[str, str]], as_json: bool) -> int:
    for name, error in missing:
        tally.fail(name, error)
    _report(tally, as_json)
    return 0 if not tally.failed else 1 if tally.taken else 2


def _spread(
    settings: Settings,
    files: Sequence[Path],
    named: Container[Path],
    collection: str,
    wait: bool,
    quiet: bool,
    address: str,
) -> Tally:
    """Ingest over the machines of a Ray cluster; this process alone writes the store."""
    from retrieval.on_ray import RayCluster, RayEmbedder

    if any(file == STANDARD_INPUT or file.is_fifo() for file in files):
        raise InvalidInput("With --ray name files: standard input and pipes are read by one machine.")
    if serving(settings) is not None:
        raise StoreInUse("A server holds the store, and --ray writes it itself. Stop the server, or leave --ray out.")
    sources = [Source(file.resolve(), file in named, collection) for file in files]
    tally = Tally()
    # Ray prints what it retries; standard output is for the report.
    with redirect_stdout(sys.stderr), closing(RayCluster(address)) as cluster:
        embedder = None
        if not settings.embedder_base_url:
            embedder = RayEmbedder(cluster, settings.embedder, settings.made_files, settings.threads)
        with Engine(settings, embedder=embedder) as engine:
            restore = _restore_locally(engine)
            with progress_bar(quiet) as progress:
                task = progress.add_task("Reading", total=None)
                for batch in cluster.each(sources, read_source, made_ready):
                    go_on()
                    for name, reason in batch.unreadable:
                        tally.fail(name, reason)
                    if batch.exported:
                        restore(batch.exported, tally)
                    _count(engine.ingester.put_prepared(batch.prepared), batch.names, tally)
                    progress.update(task, description=f"Reading: {counted(tally.taken, 'article')}")
            if tally.restored:
                engine.remember_sample()
            if wait:
                engine.start()
                _embed(engine, quiet=quiet)
    return tally


def ingest_sample(engine: Engine) -> None:
    """Take in the bundled articles with a progress bar, and wait until they are found by vector too."""
    engine.start()
    _read_and_put(find_files(SAMPLE), "default", _put_locally(engine), _refuse_to_restore, quiet=False)
    _embed(engine, quiet=False)
    engine.remember_sample()


def _embed(engine: Engine, *, quiet: bool) -> None:
    """Wait for vectors; when they cannot be made now, say so and leave them for later: all is found by keyword."""
    try:
        catch_up(engine, quiet=quiet)
    except EmbedderUnavailable as error:
        waiting = counted(engine.indexer.backlog().to_embed, "passage")
        later = "Dateline makes their vectors when it runs and the embedder works again."
        print(f"{error} Found by keyword only as yet: {waiting}. {later}", file=sys.stderr)


def catch_up(engine: Engine, *, quiet: bool, name: str = "Embedding") -> None:
    """Show how embedding and indexing go on, until they are done."""
    total = 0
    with progress_bar(quiet) as progress:
        task = progress.add_task("Opening the index", total=None)

        def show(left: Backlog) -> None:
            nonlocal total
            go_on()
            open_work = left.to_embed + left.to_index
            total = max(total, open_work)
            if total:
                progress.update(task, description=name, total=total, completed=total - open_work)

        engine.indexer.wait_until_current(show)
        progress.update(task, visible=total > 0)  # nothing to tell of when nothing was to be done


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[tuple[str, str]]]:
    """The files to read, and the names of those paths where there is nothing, with the reason."""
    files: list[Path] = []
    missing: list[tuple[str, str]] = []
    for path in paths:
        try:
            files += [path] if path == STANDARD_INPUT else find_files(path)
        except UnreadableFile as error:
            missing.append((str(path), str(error)))
    return files, missing


def _read_and_put(
    files: Sequence[Path],
    collection: str,
    put: Put,
    restore: Restore,
    quiet: bool,
    named: Container[Path] = (),
) -> Tally:
    tally = Tally()
    with progress_bar(quiet) as progress:
        task = progress.add_task("Reading", total=None if len(files) == 1 else len(files))
        found = found_in(files, named, collection, lambda: progress.advance(task))
        for _ in put(_to_put(found, restore, tally), tally):
            progress.update(task, description=f"Reading: {counted(tally.taken, 'article')}")
        progress.update(task, total=len(files))
    return tally


def _to_put(found: Iterable[Found], restore: Restore, tally: Tally) -> Iterator[Batch]:
    """Batches of articles; what cannot be read is noted, and what an export holds is restored on the way."""
    for batch in batches(found):
        go_on()
        for one in batch:
            if isinstance(one.outcome, DatelineError):
                tally.fail(one.name, one.outcome)
        if exported := [(one.name, one.outcome) for one in batch if isinstance(one.outcome, ExportedRevision)]:
            yield []  # with this the batch before is stored: what came first is stored first
            restore(exported, tally)
        yield [(one.name, one.outcome) for one in batch if isinstance(one.outcome, IncomingArticle)]


def _put_locally(engine: Engine) -> Put:
    def put(batches: Iterable[Batch], tally: Tally) -> Iterator[None]:
        names: deque[list[str]] = deque()  # of the batches that are on their way

        def articles() -> Iterator[list[IncomingArticle]]:
            for batch in batches:
                names.append([name for name, _ in batch])
                yield [article for _, article in batch]

        for report in engine.ingester.put_each(articles()):
            _count(report, names.popleft(), tally)
            yield

    return put


def _restore_locally(engine: Engine) -> Restore:
    def restore(batch: Sequence[tuple[str, ExportedRevision]], tally: Tally) -> None:
        report = engine.ingester.restore([revision for _, revision in batch])
        _count(report, [name for name, _ in batch], tally)
        tally.restored += report.count(Change.ADDED) + report.count(Change.REVISED)

    return restore


def _refuse_to_restore(batch: Sequence[tuple[str, ExportedRevision]], tally: Tally) -> None:
    raise StoreInUse(
        f"{batch[0][0]} is of an export with its history, which a running server takes from nobody. Stop the server, "
        "run this command again, and start it."
    )


def _count(report: IngestReport, names: Sequence[str], tally: Tally) -> None:
    tally.added += report.count(Change.ADDED)
    tally.revised += report.count(Change.REVISED)
    tally.unchanged += report.count(Change.UNCHANGED)
    for failure in report.failed:
        tally.fail(names[failure.index], failure.error)


def _put_remotely(server: Dateline) -> Put:
    def put(batches: Iterable[Batch], tally: Tally) -> Iterator[None]:
        for batch in filter(None, batches):
            report = server.push([_wire(article) for _, article in batch], wait="keyword")
            tally.added += report.added
            tally.revised += report.revised
            tally.unchanged += report.unchanged
            for failure in report.failed:
                tally.fail(batch[failure.index][0], failure.problem["detail"])
            yield

    return put


def _wire(article: IncomingArticle) -> PushedArticle:
    return cast(PushedArticle, {name: value for name, value in asdict(article).items() if value is not None})


def _report(tally: Tally, as_json: bool) -> None:
    if as_json:
        print_json(asdict(tally))
        return
    print(
        f"{tally.added:,} added, {tally.revised:,} revised, {tally.unchanged:,} unchanged, {len(tally.failed):,} failed"
    )
    if tally.restored:
        print(f"{tally.restored:,} of them are revisions with the numbers and times that their export states")
    print_failures([(failure["name"], failure["error"]) for failure in tally.failed])
