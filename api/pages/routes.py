"""The pages for people: the chat page with its files, the list of articles, and the reader with what changed."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from api.cursor import cursor_at, position_of
from api.dependencies import InCollection, engine_of
from api.engine import Engine
from api.history import pair
from api.pages import articles as articles_page
from api.pages.changes import render_changes
from api.pages.frame import failure_page
from api.pages.reader import render_article
from api.problems import status_of
from corpus.accept import check_collection, parse_time
from corpus.errors import DatelineError
from corpus.language import kept_language
from corpus.selection import Selection, in_order

WEB = Path(__file__).parent.parent / "web"
_MOST_PASSAGES = 30
_Number = Annotated[int | None, Query(ge=1, le=1_000_000)]
_Offset = Annotated[int | None, Query(ge=0)]
_Word = Annotated[str, Query(max_length=500)]


def page_headers(frame_ancestors: str = "") -> dict[str, str]:
    """Nothing but this server's own files may run or be fetched, and no string may become markup.

    `frame_ancestors` says which sites may show the page in a frame of theirs; empty: none. No X-Frame-Options is sent:
    it knows no list of sites, and browsers would heed it against this.
    """
    framed_by = frame_ancestors or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
        f"form-action 'self'; frame-ancestors {framed_by}; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}


class _PageRoute(APIRoute):
    """A route whose errors are pages too, because a person is reading."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def with_failures(request: Request) -> Response:
            try:
                return await handler(request)
            except DatelineError as error:
                status, detail = status_of(error), str(error)
            except RequestValidationError as error:
                fault = error.errors()[0]
                status, detail = 422, f"{fault['loc'][-1]}: {fault['msg']}."
            title = "Not stored here" if status == 404 else "This page cannot be shown"
            return HTMLResponse(failure_page(title, detail), status, page_headers())

        return with_failures


class Files(StaticFiles):
    """The files of the pages. Browsers ask each time whether they changed, so that no two versions mix."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


router = APIRouter(include_in_schema=False, route_class=_PageRoute)


@router.get("/")
async def chat_page() -> FileResponse:
    """The chat page."""
    return FileResponse(WEB / "index.html", headers=page_headers())


@router.get("/articles")
async def list_of_articles(
    request: Request,
    collection: InCollection,
    q: Annotated[str, Query(max_length=200)] = "",
    look: _Word = "headlines",
    publisher: _Word = "",
    language: Annotated[str, Query(max_length=35)] = "",
    published_from: Annotated[str, Query(max_length=50)] = "",
    published_to: Annotated[str, Query(max_length=50)] = "",
    cursor: _Word = "",
    skipped: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> HTMLResponse:
    """The stored articles, with search and filters."""
    words, language = q.strip(), kept_language(language) or ""
    query = articles_page.Query(
        words, look, publisher, language, published_from, published_to, check_collection(collection), cursor, skipped
    )
    return HTMLResponse(await run_in_threadpool(_articles, engine_of(request), query), headers=page_headers())


def _articles(engine: Engine, query: articles_page.Query) -> str:
    selection = Selection(
        query.collection,
        publishers=(query.publisher,) if query.publisher else (),
        languages=(query.language,) if query.language else (),
        published_from=parse_time(query.published_from, "published_from"),
        published_to=parse_time(query.published_to, "published_to", end_of_day=True),
    )
    in_order(selection)
    backlog = engine.indexer.backlog()
    return articles_page.render_articles(
        query,
        _found(engine, query, selection),
        engine.store.facets(query.collection),
        engine.store.coverage(query.collection),
        backlog.to_embed + backlog.to_index,
    )


def _found(engine: Engine, query: articles_page.Query, selection: Selection) -> articles_page.Found:
    if query.is_text:
        return articles_page.Found(passages=engine.searcher.search(query.q, selection, _MOST_PASSAGES).passages)
    before = position_of(query.cursor) if query.cursor else None
    rows = engine.store.page(selection, articles_page.PAGE + 1, before, query.q)
    shown = rows[: articles_page.PAGE]
    return articles_page.Found(
        articles=[article for _, article in shown],
        total=engine.store.count(selection, query.q),
        next_cursor=cursor_at(*shown[-1][0]) if len(rows) > len(shown) else "",
    )


@router.get("/read/{article_id:path}")
async def read(
    article_id: str,
    request: Request,
    collection: InCollection,
    rev: _Number = None,
    start: _Offset = None,
    end: _Offset = None,
) -> HTMLResponse:
    """An article with a passage marked, readable without JavaScript."""
    engine = engine_of(request)

    def rendered() -> str:
        article = engine.store.article(collection, article_id, rev)
        numbers = engine.store.revision_numbers(collection, article_id)
        carried = engine.store.cluster_of(collection, article_id)
        copies = [copy for copy in carried if copy.id != article.id]
        return render_article(article, start, end, numbers, copies)

    return HTMLResponse(await run_in_threadpool(rendered), headers=page_headers(engine.settings.frame_ancestors))


@router.get("/changes/{article_id:path}")
async def changes(
    article_id: str,
    request: Request,
    collection: InCollection,
    old: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
    new: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
) -> HTMLResponse:
    """What changed between two wordings of an article."""
    engine = engine_of(request)
    before, after = await run_in_threadpool(pair, engine.store, collection, article_id, old, new)
    return HTMLResponse(render_changes(before, after), headers=page_headers(engine.settings.frame_ancestors))
