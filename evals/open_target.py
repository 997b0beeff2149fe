"""From the name of a target on the command line to the target."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from api.client import Dateline
from api.commands.ingest import catch_up, ingest_sample
from api.engine import Engine
from api.serving import serving
from api.settings import Settings
from corpus.article import IncomingArticle
from corpus.errors import DatelineError, InvalidInput
from corpus.exported import ExportedRevision
from corpus.folder import find_files
from corpus.reader import read_file
from evals.chat_target import PREFIX, ChatTarget
from evals.suite import Suite
from evals.target import HttpTarget, LocalTarget, Target

BUNDLED = "bundled"
_BATCH = 50


@contextmanager
def open_target(
    name: str | None, settings: Settings, suite: Suite, *, fresh: bool = False, base_url: str | None = None,
    quiet: bool = True,
) -> Iterator[Target]:  # fmt: skip
    """`name` is an address, `openai:MODEL` at `base_url`, or None: the data folder, through its server if it has one.

    `fresh` takes the articles of the suite into a folder of their own, which is gone afterwards.
    """
    if fresh and name:
        raise InvalidInput("--fresh makes its own target: leave --target out.")
    if fresh:
        with _fresh_engine(settings, suite, quiet) as engine:
            yield from _closing(LocalTarget(engine))
    elif name is None:
        server = serving(settings)
        if server is not None:
            yield from _closing(HttpTarget(server))
            return
        with Engine(settings) as engine:
            if engine.needs_sample():
                ingest_sample(engine)
            yield from _closing(LocalTarget(engine))
    elif name.startswith(PREFIX):
        yield from _closing(ChatTarget(name.removeprefix(PREFIX), base_url, suite.settings.abstains_like))
    elif name.startswith(("http://", "https://")):
        yield from _closing(HttpTarget(Dateline(name, settings.api_key.get_secret_value() or None)))
    else:
        raise InvalidInput(f"The target {name!r} is neither an address (http://...) nor openai:MODEL.")


def _closing(target: Target) -> Iterator[Target]:
    try:
        yield target
    finally:
        target.close()


@contextmanager
def _fresh_engine(settings: Settings, suite: Suite, quiet: bool) -> Iterator[Engine]:
    articles = suite.settings.articles
    if not articles:
        raise InvalidInput("--fresh needs `articles` in the suite's settings: bundled, or a path beside them.")
    with tempfile.TemporaryDirectory(prefix="dateline-eval-") as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        kept = settings.data / "models"  # made once, and takes longer than the articles
        kept.mkdir(parents=True, exist_ok=True)
        (data / "models").symlink_to(kept, target_is_directory=True)
        with Engine(settings.model_copy(update={"data": data, "sample": False})) as engine:
            if articles == BUNDLED:
                ingest_sample(engine)
            else:
                engine.start()
                _take_in(engine, suite.folder / articles, suite.settings.collection)
                catch_up(engine, quiet=quiet)
            yield engine


def _take_in(engine: Engine, path: Path, collection: str) -> None:
    """Store the articles of a file or folder. Raises the first error: a suite over half its articles means little."""
    outcomes = (one.outcome for file in find_files(path) for one in read_file(file, collection))
    while batch := list(islice(outcomes, _BATCH)):
        for outcome in batch:
            if isinstance(outcome, DatelineError):
                raise outcome
        exported = [one for one in batch if isinstance(one, ExportedRevision)]
        plain = [one for one in batch if isinstance(one, IncomingArticle)]
        for report in (engine.ingester.restore(exported), engine.ingester.put(plain)):
            if report.failed:
                raise report.failed[0].error
