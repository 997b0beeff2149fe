"""What a route is given beside its body: the engine, what the app remembers, and how far the request reaches."""

from typing import Annotated

from fastapi import Depends, Query, Request

from api.engine import Engine
from api.reach import EVERYWHERE, Reach
from api.replays import Replays
from corpus.article import DEFAULT_COLLECTION


def engine_of(request: Request) -> Engine:
    """The engine that the app was made with."""
    engine = request.app.state.engine
    assert isinstance(engine, Engine)
    return engine


def replays_of(request: Request) -> Replays:
    """What the app remembers of pushes."""
    replays = request.app.state.replays
    assert isinstance(replays, Replays)
    return replays


def base_url(request: Request) -> str:
    """The address under which readers reach this server."""
    return engine_of(request).settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def reach_of(request: Request | None) -> Reach:
    """How far a request reaches, as `api.access` has found."""
    found = getattr(request.state, "reach", None) if request else None
    return found if isinstance(found, Reach) else EVERYWHERE


def _named(request: Request, collection: Annotated[str, Query(max_length=63)] = DEFAULT_COLLECTION) -> str:
    reach = reach_of(request)
    return reach.check(collection) if "collection" in request.query_params else reach.default


# The collection that the query names, or the one that is meant without; `NotAllowed` when it is out of reach.
InCollection = Annotated[str, Depends(_named)]
