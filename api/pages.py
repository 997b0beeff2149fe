"""The pages for people: the chat page with its files, and the reader that shows a quote in its article."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse

from api.changes_page import render_changes
from api.history_routes import pair
from api.reader import render_article
from api.requests import engine_of
from corpus.article import DEFAULT_COLLECTION

WEB = Path(__file__).parent / "web"
# Nothing but this server's own files may run or be fetched, and no string may become markup.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def chat_page() -> FileResponse:
    """The chat page."""
    return FileResponse(WEB / "index.html", headers=PAGE_HEADERS)


@router.get("/read/{article_id:path}")
async def read(
    article_id: str,
    request: Request,
    rev: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    start: Annotated[int | None, Query(ge=0)] = None,
    end: Annotated[int | None, Query(ge=0)] = None,
    collection: Annotated[str, Query(max_length=63)] = DEFAULT_COLLECTION,
) -> HTMLResponse:
    """An article with a passage marked, readable without JavaScript."""
    store = engine_of(request).store
    article = await run_in_threadpool(store.article, collection, article_id, rev)
    numbers = await run_in_threadpool(store.revision_numbers, collection, article_id)
    headers = _framed_by(engine_of(request).settings.frame_ancestors)
    return HTMLResponse(render_article(article, start, end, numbers), headers=headers)


@router.get("/changes/{article_id:path}")
async def changes(
    article_id: str,
    request: Request,
    old: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
    new: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
    collection: Annotated[str, Query(max_length=63)] = DEFAULT_COLLECTION,
) -> HTMLResponse:
    """What changed between two wordings of an article."""
    before, after = await run_in_threadpool(pair, engine_of(request).store, collection, article_id, old, new)
    return HTMLResponse(render_changes(before, after), headers=PAGE_HEADERS)


def _framed_by(origins: str) -> dict[str, str]:
    """The headers of a page that front ends of these origins may show beside their own."""
    nobody, name = "frame-ancestors 'none'", "Content-Security-Policy"
    allowed = f"frame-ancestors {origins}" if origins else nobody
    return PAGE_HEADERS | {name: PAGE_HEADERS[name].replace(nobody, allowed)}
