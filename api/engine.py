"""Everything put together over one data folder: opened once, used by the server and the command line alike."""

import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import corpus
from answering.answer import Answer, Mode
from answering.ask import Ask, Asker
from answering.check import Checker
from answering.extractive import ExtractiveAnswerer
from answering.judge import CrossEncoderJudge
from answering.model import ChatModel
from answering.reader import Reader
from answering.workers import Workers
from api.caller import caller
from api.ledger import Ledger
from api.ledger_schemas import VersionsOut
from api.metrics import Metrics
from api.settings import Settings, traces_wanted
from api.version import VERSION
from corpus.addresses import Allowed
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.errors import DatelineError, EmbedderUnavailable, InvalidSettings, StoreInUse
from corpus.export import Exporter
from corpus.feeds import FeedStore
from corpus.fetch import Fetcher
from corpus.jobs import JobStore
from corpus.keys import KeyStore
from corpus.lease import Lease
from corpus.memory import spare_memory
from corpus.owner import Ownership
from corpus.politeness import Politeness
from corpus.rests import Rests
from corpus.store import ArticleStore
from retrieval.collect import Collector
from retrieval.embedder import BUNDLED, LazyEmbedder
from retrieval.indexer import LEASE, Indexer, record_embedder
from retrieval.ingest import Ingester
from retrieval.reindex import reindex
from retrieval.rerank import CrossEncoderReranker
from retrieval.search import Searcher

if TYPE_CHECKING:
    from api.traces import Traces
    from retrieval.embedding_server import EmbeddingServer

log, answer_log = logging.getLogger(__name__), logging.getLogger("dateline.answer")

_WORKERS = 4
SAMPLE = Path(corpus.__file__).parent / "articles"


class Engine:
    """The store, the index and the answerers of one data folder, owned by this process until closed.

    With a database of its own setting the store is shared, and the folder holds this process's keyword index.

    Raises `StoreInUse` when another process owns the folder, and `EmbedderMismatch` when its embeddings are of another
    kind (not with `renew`, which then embeds everything anew). `embedder` stands in for the one that is set, and must
    make the same vectors.
    """

    def __init__(self, settings: Settings, *, renew: bool = False, embedder: LazyEmbedder | None = None) -> None:
        spare_memory()
        self.settings = settings
        self._started = False
        self._closing = threading.Event()
        self.warm = threading.Event()  # whatever is loaded at a start is loaded, or cannot be
        with contextlib.ExitStack() as undo:
            self.traces = _traces()
            if self.traces is not None:
                undo.callback(self.traces.close)
            self.ownership = undo.enter_context(contextlib.closing(Ownership(settings.data)))
            self._database = undo.enter_context(contextlib.closing(Database(settings.store)))
            self.embeddings = EmbeddingStore(self._database)
            self.store = ArticleStore(self._database)
            self.exporter = Exporter(self._database)
            stored = (lambda: None) if renew else self.embeddings.dimensions
            self.embedder = embedder or embedder_of(settings, stored)
            undo.callback(self.embedder.close)
            # What judges sentences was fitted to the bundled model, whichever searches (docs/decisions/0026).
            self.sentences = self.embedder
            if self.embedder.name != BUNDLED:
                self.sentences = LazyEmbedder(BUNDLED, settings.made_files, settings.threads)
            if renew:
                self._check_alone()
                self.embedder.embed_passages(["Does it embed?"])  # before anything is dropped
                reindex(self._database, self.store, self.embeddings)
                record_embedder(self._database, self.embedder)
            self.indexer = Indexer(
                self._database,
                self.embeddings,
                self.embedder,
                settings.data / "index",
                settings.chroma_server,
                embed_batch=self.embedder.at_once,
            )
            self.ingester = Ingester(self.store, self.indexer, settings.data)
            self.jobs = JobStore(self._database)
            self.keys = KeyStore(self._database)
            self.feeds = FeedStore(self._database, timedelta(minutes=settings.feed_minutes))
            lease = Lease(self._database, "fetching")
            fetcher = _fetcher(settings)
            politeness = Politeness(fetcher, Rests(self._database), settings.fetch_interval)
            self.collector = Collector(
                self.jobs, self.feeds, fetcher, politeness, self.ingester, lease, self.indexer.courtesy
            )
            self._reranker = CrossEncoderReranker(settings.reranker, settings.threads) if settings.reranker else None
            self.searcher = Searcher(
                self.store,
                self.embeddings,
                self.indexer,
                self.embedder,
                self._reranker,
                self.sentences,
                embeds_elsewhere=bool(settings.embedder_base_url),
            )
            self.reader = Reader(settings.threads)
            self.model = chat_model(settings)
            self.metrics = Metrics()
            self.ledger = Ledger(
                self._database,
                settings.ledger,
                settings.ledger_days,
                settings.ledger_answers,
                self.versions,
                self.metrics.not_kept,
            )
            judge = self._judge = CrossEncoderJudge(settings.judge, settings.threads) if settings.judge else None
            extractive = ExtractiveAnswerer(self.sentences, self.reader)
            self.asker = Asker(self.store, self.searcher, extractive, self.model, judge, told=self._answered)
            self.metrics.watch(self)
            self.checker = Checker(self.store, self.searcher, judge)
            # For searches and checks, which are short: they do not wait behind whole answers.
            self.workers = Workers(_WORKERS)
            self._undo = undo.pop_all()

    def start(self, *, to_serve: bool = False) -> None:
        """Begin the background work: load the model, check the index, catch up. A second call does nothing.

        With `to_serve` what only some requests need is loaded too, so that the first push does not wait for it, nor the
        first question that names a day.
        """
        if self._started:
            return
        self._started = True
        self.indexer.start()
        self.ledger.start()
        self._warming = threading.Thread(target=self._warm_up, args=(to_serve,), name="warm-up", daemon=True)
        self._warming.start()

    def needs_sample(self) -> bool:
        """Whether this is a first start that wants the bundled articles."""
        return self.settings.sample and self._database.fact("sample") is None

    def remember_sample(self) -> None:
        """The bundled articles are in: once in the life of a data folder, so that deleted ones stay deleted."""
        self._database.set_fact("sample", "ingested")

    def versions(self) -> VersionsOut:
        """What an answer depends on besides the articles."""
        settings = self.settings
        return VersionsOut(
            dateline=VERSION,
            index=self.indexer.version,
            embedder=self.embedder.name,
            reader=self.reader.digest,
            model=settings.model,
            reranker=settings.reranker,
            judge=settings.judge,
        )

    def close(self) -> None:
        """Finish the batch in hand, close the index and the store, and give the folder back."""
        self._closing.set()
        self.collector.close()
        self.asker.close()
        self.workers.close()
        self.ledger.close()
        self.indexer.close()
        if self._started:
            self._warming.join(2)
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_alone(self) -> None:
        """Raise `StoreInUse` when another process works on a shared store: it would go on with its own embedder."""
        lease = Lease(self._database, LEASE)
        if not lease.held():
            raise StoreInUse(
                "Other processes work on this database, and would go on with the embedder that they were started with. "
                "Stop them all, run this again, and start them with the same DATELINE_EMBEDDER."
            )
        lease.release()

    def _answered(self, ask: Ask, answer: Answer, wanted: Mode) -> None:
        self.metrics.answered(answer, wanted)
        self.ledger.answered(ask, answer)
        if caller().request_id:  # whoever asks on the command line sees the answer itself
            asked = {"question": answer.question} if self.settings.log_questions else {}
            fields = {"id": answer.id, "status": answer.status.value, "withheld": answer.withheld, **asked}
            answer_log.info("answer", extra={"fields": fields})

    def _warm_up(self, to_serve: bool) -> None:
        with contextlib.suppress(EmbedderUnavailable):  # the indexer says so
            self.embedder.embed_questions(["warm up"])
        try:
            self.sentences.embed_questions(["warm up"])
            self.reader.read("Is it warm?", ["It is."])
            if self._reranker is not None:
                self._reranker.load()
            if self._judge is not None:
                self._judge.load()
            if self.model is not None:
                self.model.load()
            if to_serve:
                self.ingester.warm_up()
            # Articles of an earlier release are in no cluster yet.
            while not self._closing.is_set() and self.store.place_some():
                pass
        except DatelineError as error:
            log.error("%s", error)
        finally:
            self.warm.set()


def _fetcher(settings: Settings) -> Fetcher:
    contact = f" ({settings.fetch_contact})" if settings.fetch_contact else ""
    allowed = Allowed.parse(settings.fetch_allow.split(","))
    return Fetcher(allowed, f"Dateline/{VERSION}{contact}", settings.fetch_timeout)


def _traces() -> "Traces | None":
    """The sender of traces, where they are asked for: nothing of the library is loaded otherwise."""
    if not traces_wanted():
        return None
    try:
        from api.traces import Traces
    except ImportError as error:
        raise InvalidSettings(
            "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and what sends them is not installed: "
            "pip install 'dateline[traces]', or leave it out."
        ) from error
    return Traces()


def embedder_of(
    settings: Settings, stored: Callable[[], int | None], made_files: Path | None = None
) -> "LazyEmbedder | EmbeddingServer":
    """The embedder that is set; `stored` tells the length of the vectors that are stored, None while there are none.

    `made_files` is where the int8 form of the bundled model is kept, if not in the data folder.
    """
    if not settings.embedder_base_url:
        return LazyEmbedder(settings.embedder, made_files or settings.made_files, settings.threads)
    from retrieval.embedding_server import EmbeddingServer

    return EmbeddingServer(
        base_url=settings.embedder_base_url,
        model=settings.embedder,
        api_key=settings.embedder_api_key.get_secret_value(),
        timeout_s=settings.embedder_timeout,
        dimensions=settings.embedder_dimensions,
        question_prefix=settings.embedder_question_prefix,
        passage_prefix=settings.embedder_passage_prefix,
        stored=stored,
    )


def chat_model(settings: Settings) -> ChatModel | None:
    """The chat model that is set, if one is. Raises `InvalidSettings`."""
    if not settings.model:
        return None
    return ChatModel(
        name=settings.model,
        base_url=settings.model_base_url or None,
        api_key=settings.model_api_key.get_secret_value() or None,
        timeout_s=settings.model_timeout,
        max_output_tokens=settings.model_max_tokens,
        form=settings.model_format,
    )
