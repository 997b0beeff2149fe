"""What is evaluated, behind one narrow protocol: an engine in this process, or a Dateline at an address.

Everything is given and taken in the shapes of the wire, so that measures see the same whatever the target is.
"""

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from api.answer_schemas import AnswerOut
from api.caller import calling
from api.client import Dateline
from api.doors import Door, ServerDoor
from api.engine import Engine
from api.local import LocalDateline
from api.local_door import LocalDoor
from api.version import VERSION
from corpus.errors import NotFound, RequestFailed, ServerUnreachable

_CONTENT = ("id", "revision", "title", "publisher", "published_at", "url", "body")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a collection as a target holds them; the digest changes when a word of any revision does."""

    digest: str
    revisions: int


NO_CORPUS = Corpus("", 0)


class Target(Protocol):
    """Answers questions. Called from several threads at once."""

    @property
    def name(self) -> str:
        """How the target is named in reports."""
        ...

    def describe(self) -> dict[str, str]:
        """What answers there: settings that an answer depends on."""
        ...

    def corpus(self, collection: str) -> Corpus:
        """The articles there; `NO_CORPUS` when it does not say."""
        ...

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/ask`. Raises a `DatelineError`; `ServerUnreachable` when trying again may help."""
        ...

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """See `POST /v1/search`."""
        ...

    def body(self, article_id: str, collection: str, revision: int) -> str | None:
        """The text of a stored revision; None when there is none such."""
        ...

    def articles(self, collection: str, most: int) -> list[dict[str, Any]]:
        """The newest articles, whole, as `GET /v1/articles/{id}` gives them."""
        ...

    def close(self) -> None:
        """Let go of what asking needed."""
        ...


class LocalTarget:
    """An open engine of this process, which it does not own; asked on one event loop: `loop` where one runs already."""

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._engine = engine
        self._door = LocalDoor(engine)
        self._dateline = LocalDateline(engine)
        self._owns_loop = loop is None
        self._loop = loop or asyncio.new_event_loop()
        if self._owns_loop:
            self._thread = threading.Thread(target=self._loop.run_forever, name="evaluation", daemon=True)
            self._thread.start()
        engine.start()

    @property
    def name(self) -> str:
        return "in process"

    def describe(self) -> dict[str, str]:
        settings = self._engine.settings
        model = settings.model or "dateline-extractive"
        return {
            "version": VERSION, "model": model, "embedder": settings.embedder, "reranker": settings.reranker,
            "policy": settings.policy.value,
        }  # fmt: skip

    def corpus(self, collection: str) -> Corpus:
        parts = (part.text for part in self._engine.exporter.parts(collection))
        return corpus_of(line.encode() for part in parts for line in part.split("\n"))

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = asyncio.run_coroutine_threadsafe(self._asked(body), self._loop).result()
        return answer.model_dump(mode="json")

    async def _asked(self, body: dict[str, Any]) -> AnswerOut:
        with calling(kept=False):  # nobody asked
            return await self._dateline.ask(**body)

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._door.search(body)

    def body(self, article_id: str, collection: str, revision: int) -> str | None:
        try:
            return self._engine.store.article(collection, article_id, revision).body
        except NotFound:
            return None

    def articles(self, collection: str, most: int) -> list[dict[str, Any]]:
        return _newest(self._door, collection, most)

    def close(self) -> None:
        if not self._owns_loop:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


class HttpTarget:
    """A Dateline server at an address."""

    def __init__(self, client: Dateline) -> None:
        self._client = client
        self._door = ServerDoor(client)

    @property
    def name(self) -> str:
        return self._client.base_url

    def describe(self) -> dict[str, str]:
        ready = self._client.request("GET", "/readyz")
        version = self._client.request("GET", "/openapi.json").get("info", {}).get("version", "")
        return {"version": version, "model": ready["model"], "embedder": ready["embedder"]}

    def corpus(self, collection: str) -> Corpus:
        try:
            return corpus_of(self._client.export(collection))
        except RequestFailed as error:
            if error.status != 403:
                raise
            return self._listed(collection)  # the key may read, but not take everything out

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._door.ask(body)

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._door.search(body)

    def body(self, article_id: str, collection: str, revision: int) -> str | None:
        try:
            return str(self._door.article(article_id, collection, revision)["body"])
        except RequestFailed as error:
            if error.status == 404:
                return None
            raise

    def articles(self, collection: str, most: int) -> list[dict[str, Any]]:
        return _newest(self._door, collection, most)

    def close(self) -> None:
        self._client.close()

    def _listed(self, collection: str) -> Corpus:
        """The digest of the list of articles: as `corpus`, but blind to words that changed without a new revision."""
        found = self._client.articles(collection=collection)
        rows = sorted([one.id, one.revision, one.title, one.url] for one in found)
        return Corpus(f"list-{hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]}", len(rows))


def _newest(door: Door, collection: str, most: int) -> list[dict[str, Any]]:
    found = door.articles(collection, most, None)["data"]
    return [door.article(one["id"], collection, None) for one in found]


def corpus_of(lines: Iterable[bytes]) -> Corpus:
    """The digest of an export, whatever its order. Raises `ServerUnreachable` when it was broken off."""
    digests, is_whole = [], False
    for line in lines:
        if not line.strip():
            continue
        fields = json.loads(line)
        if fields.get("object") == "dateline.end":
            is_whole = True
            continue
        content = json.dumps([fields.get(name) for name in _CONTENT], ensure_ascii=False)
        digests.append(hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest())
    if not is_whole:
        raise ServerUnreachable("The list of articles was broken off before its end; try again.")
    return Corpus(hashlib.sha256(b"".join(sorted(digests))).hexdigest()[:16], len(digests))
