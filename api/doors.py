"""Two ways to the same answers for a command: open the data folder, or go through the server that owns it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from api.calls import answer_path, article_path
from api.client import Dateline
from api.serving import serving
from api.settings import Settings


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
    def kept_answers(self, asked: dict[str, Any]) -> dict[str, Any]: ...
    def kept_answer(self, answer_id: str) -> dict[str, Any]: ...
    def replay(self, answer_id: str) -> dict[str, Any]: ...
    def forget(self, answer_id: str) -> None: ...


@contextmanager
def open_door(settings: Settings) -> Iterator[Door]:
    """The way in: the data folder itself, or the server that is named or holds it. Raises `StoreInUse`."""
    server = serving(settings)
    if server is not None:
        yield ServerDoor(server)
        return
    # Whoever goes through a server need not wait for what the engine imports.
    from api.local_door import open_folder

    with open_folder(settings) as door:
        yield door


class ServerDoor:
    """Goes through a running server. What it answers is passed on as it is, also by one of another release."""

    def __init__(self, client: Dateline) -> None:
        self._client = client

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/ask`."""
        return dict(self._client.request("POST", "/v1/ask", body))

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/search`."""
        return dict(self._client.request("POST", "/v1/search", body))

    def articles(self, collection: str, limit: int, q: str | None) -> dict[str, Any]:
        """See `GET /v1/articles`."""
        return self._get("/v1/articles", collection=collection, limit=limit, q=q)

    def article(self, article_id: str, collection: str, revision: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}`."""
        return self._get(article_path(article_id), collection=collection, revision=revision)

    def revisions(self, article_id: str, collection: str) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/revisions`."""
        return self._get(f"{article_path(article_id)}/revisions", collection=collection)

    def diff(self, article_id: str, collection: str, old: int | None, new: int | None) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/diff`."""
        return self._get(f"{article_path(article_id)}/diff", collection=collection, **{"from": old, "to": new})

    def cluster(self, article_id: str, collection: str) -> dict[str, Any]:
        """See `GET /v1/articles/{id}/cluster`."""
        return self._get(f"{article_path(article_id)}/cluster", collection=collection)

    def delete(self, article_id: str, collection: str) -> None:
        """See `DELETE /v1/articles/{id}`."""
        self._client.delete(article_id, collection)

    def kept_answers(self, asked: dict[str, Any]) -> dict[str, Any]:
        """See `GET /v1/answers`."""
        return self._get("/v1/answers", **asked)

    def kept_answer(self, answer_id: str) -> dict[str, Any]:
        """See `GET /v1/answers/{id}`."""
        return self._get(answer_path(answer_id))

    def replay(self, answer_id: str) -> dict[str, Any]:
        """See `POST /v1/answers/{id}/replay`."""
        return dict(self._client.request("POST", f"{answer_path(answer_id)}/replay"))

    def forget(self, answer_id: str) -> None:
        """See `DELETE /v1/answers/{id}`."""
        self._client.request("DELETE", answer_path(answer_id))

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        return dict(self._client.request("GET", path, **query))
