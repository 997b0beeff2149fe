"""The way of a command through the data folder itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.article_schemas import ArticleList
from api.commands.ingest import ingest_sample
from api.engine import Engine
from api.history import cluster_out, difference_list, pair, revision_list
from api.ledger_desk import LedgerDesk
from api.local import BlockingDateline, LocalDateline, waited
from api.render import summary_out
from api.settings import Settings
from corpus.accept import check_collection
from corpus.ledger import Wanted
from corpus.selection import Selection


@contextmanager
def open_folder(settings: Settings) -> "Iterator[LocalDoor]":
    """The data folder, with the bundled articles if this is its first use. Raises `StoreInUse`."""
    with Engine(settings) as engine:
        if engine.needs_sample():
            ingest_sample(engine)
        if isinstance(settings.store, str):
            while engine.indexer.take_words():  # what other processes stored, or for a new folder everything
                pass
        yield LocalDoor(engine)


class LocalDoor:
    """Works on the data folder in this process. The index is not opened: exact search needs no start-up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dateline = BlockingDateline(LocalDateline(engine))
        self._desk = LedgerDesk(engine)

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/ask`."""
        return self._dateline.ask(**body).model_dump(mode="json")

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/search`."""
        return self._dateline.search(**body).model_dump(mode="json")

    def articles(self, collection: str, limit: int, q: str | None) -> dict[str, Any]:
        """See `GET /v1/articles`."""
        rows = self._engine.store.page(Selection(check_collection(collection)), limit + 1, containing=q)
        data = [summary_out(article) for _, article in rows[:limit]]
        return ArticleList(data=data, has_more=len(rows) > limit, next_cursor=None).model_dump(mode="json")

    def article(self, article_id: str, collection: str, revision: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}`."""
        return self._dateline.article(article_id, revision, collection).model_dump(mode="json")

    def revisions(self, article_id: str, collection: str) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/revisions`."""
        found = self._engine.store.revisions(collection, article_id)
        return revision_list(article_id, found).model_dump(mode="json")

    def diff(self, article_id: str, collection: str, old: int | None, new: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/diff`."""
        return difference_list(*pair(self._engine.store, collection, article_id, old, new)).model_dump(mode="json")

    def cluster(self, article_id: str, collection: str) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/cluster`."""
        return cluster_out(self._engine.store.cluster_of(collection, article_id)).model_dump(mode="json")

    def delete(self, article_id: str, collection: str) -> None:
        """See `DELETE /v1/articles/{id}`."""
        self._engine.ingester.delete(collection, article_id)

    def kept_answers(self, asked: dict[str, Any]) -> dict[str, Any]:
        """See `GET /v1/answers`."""
        named = asked["collection"]
        wanted = Wanted(
            collections=(check_collection(named),) if named else (),
            status=asked["status"],
            question=asked["q"],
            is_stale=asked["stale"],
        )
        return self._desk.page(wanted, asked["limit"]).model_dump(mode="json")

    def kept_answer(self, answer_id: str) -> dict[str, Any]:
        """See `GET /v1/answers/{id}`."""
        return self._desk.answer(answer_id).model_dump(mode="json")

    def replay(self, answer_id: str) -> dict[str, Any]:
        """See `POST /v1/answers/{id}/replay`."""
        replayed = self._desk.replay(self._desk.to_replay(answer_id), self._dateline.base_url)
        return waited(replayed).model_dump(mode="json")

    def forget(self, answer_id: str) -> None:
        """See `DELETE /v1/answers/{id}`."""
        self._desk.delete(answer_id)
