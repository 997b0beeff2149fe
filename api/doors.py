"""Two ways to the same answers for a command: open the data folder, or go through the server that owns it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import quote

from pydantic import ValidationError

from api.client import Client, serving
from api.engine import Engine
from api.history import cluster_out, difference_list, revision_list
from api.history_routes import pair
from api.ingest_command import ingest_sample
from api.render import answer_out, article_out, search_out, summary_out
from api.requests import ask_of, selection_of
from api.schemas import ArticleList, AskRequest, SearchRequest
from api.settings import Settings
from corpus.accept import check_collection
from corpus.errors import InvalidInput


class Door(Protocol):
    """What a command can do; everything is given in the shapes of the wire."""

    def ask(self, body: dict[str, Any]) -> dict[str, Any]: ...
    def search(self, body: dict[str, Any]) -> dict[str, Any]: ...
    def articles(self, collection: str, limit: int, q: str | None) -> dict[str, Any]: ...
    def article(self, article_id: str, collection: str, revision: int | None) -> dict[str, Any]: ...
    def revisions(self, article_id: str, collection: str) -> dict[str, Any]: ...
    def diff(self, article_id: str, collection: str, old: int | None, new: int | None) -> dict[str, Any]: ...
    def cluster(self, article_id: str, collection: str) -> dict[str, Any]: ...
    def delete(self, article_id: str, collection: str) -> None: ...


@contextmanager
def open_door(settings: Settings) -> Iterator[Door]:
    """The way in: the data folder itself, or the server that holds it. Raises `StoreInUse` when neither will do."""
    server = serving(settings.data)
    if server is not None:
        yield ServerDoor(server)
        return
    with Engine(settings) as engine:
        if engine.needs_sample():
            ingest_sample(engine)
        yield LocalDoor(engine)


class LocalDoor:
    """Works on the data folder in this process. The index is not opened: exact search needs no start-up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._base_url = f"http://{engine.settings.host}:{engine.settings.port}"

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/ask`."""
        try:
            question = ask_of(AskRequest.model_validate(body), self._engine.settings.policy)
        except ValidationError as error:
            raise _sentence(error) from None
        answer = asyncio.run(self._engine.asker.ask(question))
        return answer_out(answer, self._base_url).model_dump(mode="json")

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/search`."""
        try:
            request = SearchRequest.model_validate(body)
        except ValidationError as error:
            raise _sentence(error) from None
        result = self._engine.searcher.search(request.question, selection_of(request), request.top_k)
        return search_out(result, self._base_url).model_dump(mode="json")

    def articles(self, collection: str, limit: int, q: str | None) -> dict[str, Any]:
        """See `GET /v1/articles`."""
        rows = self._engine.store.page(check_collection(collection), limit + 1, containing=q)
        data = [summary_out(article) for _, article in rows[:limit]]
        return ArticleList(data=data, has_more=len(rows) > limit, next_cursor=None).model_dump(mode="json")

    def article(self, article_id: str, collection: str, revision: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}`."""
        article = self._engine.store.article(collection, article_id, revision)
        numbers = self._engine.store.revision_numbers(collection, article_id)
        cluster = self._engine.store.cluster_of(collection, article_id)
        return article_out(article, numbers, cluster).model_dump(mode="json")

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


class ServerDoor:
    """Goes through the running server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/ask`."""
        return dict(self._client.post("/v1/ask", body))

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/search`."""
        return dict(self._client.post("/v1/search", body))

    def articles(self, collection: str, limit: int, q: str | None) -> dict[str, Any]:
        """See `GET /v1/articles`."""
        return dict(self._client.get("/v1/articles", collection=collection, limit=limit, q=q))

    def article(self, article_id: str, collection: str, revision: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}`."""
        return dict(self._client.get(_path(article_id), collection=collection, revision=revision))

    def revisions(self, article_id: str, collection: str) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/revisions`."""
        return dict(self._client.get(f"{_path(article_id)}/revisions", collection=collection))

    def diff(self, article_id: str, collection: str, old: int | None, new: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/diff`."""
        return dict(self._client.get(f"{_path(article_id)}/diff", collection=collection, **{"from": old, "to": new}))

    def cluster(self, article_id: str, collection: str) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/cluster`."""
        return dict(self._client.get(f"{_path(article_id)}/cluster", collection=collection))

    def delete(self, article_id: str, collection: str) -> None:
        """See `DELETE /v1/articles/{id}`."""
        self._client.delete(f"{_path(article_id)}?collection={quote(collection)}")


def _path(article_id: str) -> str:
    return f"/v1/articles/{quote(article_id, safe='')}"


def _sentence(error: ValidationError) -> InvalidInput:
    fault = error.errors()[0]
    name = ".".join(str(part) for part in fault["loc"]) or "the request"
    return InvalidInput(f"{name}: {fault['msg']}.")
