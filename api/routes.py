"""The HTTP API under /v1, and what a machine asks to know whether the service is alive and ready."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from pydantic import ValidationError

from api.answer_schemas import AnswerOut, Dates, SearchOut, VerificationOut
from api.article_schemas import ArticleList, ArticleOut, FacetsOut, FailedOut, IngestReportOut, StarterList, StoredOut
from api.body import TextRoute
from api.cursor import cursor_at, position_of
from api.dependencies import InCollection, base_url, engine_of, reach_of, replays_of
from api.engine import Engine
from api.etag import tagged
from api.leaving import EventStream, while_connected
from api.metrics import CONTENT_TYPE
from api.problems import as_problem, problem_responses
from api.reach import Reach
from api.render import answer_out, article_out, facets_out, search_out, summary_out, verification_out
from api.request_schemas import ArticleIn, ArticlesRequest, AskRequest, SearchRequest, VerifyRequest
from api.requests import ask_of, check, find
from api.service_schemas import Health, Problem, Readiness
from api.starters import starters
from api.steps import answer_steps
from api.stream import answer_events
from corpus.accept import check_collection, parse_time
from corpus.article import DEFAULT_COLLECTION, IncomingArticle
from corpus.errors import DatelineError, EmbedderUnavailable, InvalidInput, NotAllowed
from corpus.selection import Selection, in_order
from corpus.writing import Change
from retrieval.indexer import IndexState

router = APIRouter(route_class=TextRoute)
_PROBLEMS = problem_responses(400, 404, 413, 415, 422, 503)
_CONFLICT = problem_responses(409)
_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": Readiness | Problem, "content": {"application/problem+json": {}}}
}
# Seconds that a push waits for its vectors before it answers all the same; they are durable and follow.
_VECTOR_PATIENCE = 60.0


@router.post(
    "/v1/ask",
    operation_id="ask",
    summary="Ask a question",
    response_model=AnswerOut,
    responses={**_PROBLEMS, 200: {"content": {"text/event-stream": {}}, "description": "The answer, or its events."}},
)
async def ask(body: AskRequest, request: Request) -> Any:
    """Answer from stored articles, every sentence with exact citations, or abstain and say why."""
    engine = engine_of(request)
    question = ask_of(reach_of(request).within(body), engine.settings.policy)
    if body.stream or "text/event-stream" in request.headers.get("accept", ""):
        steps = answer_steps(engine.asker, question, base_url(request), body.include)
        return EventStream(answer_events(steps, question.question))
    answer = await while_connected(request, engine.asker.ask(question))
    return answer_out(answer, base_url(request), body.include)


@router.post("/v1/search", operation_id="search", summary="Find passages", responses=_PROBLEMS)
async def search(body: SearchRequest, request: Request) -> SearchOut:
    """The passages that bear on a question, best first."""
    result = await while_connected(request, find(engine_of(request), reach_of(request).within(body)))
    return search_out(result, base_url(request))


@router.post("/v1/verify", operation_id="verify", summary="Check a text", responses=_PROBLEMS)
async def verify(body: VerifyRequest, request: Request) -> VerificationOut:
    """A verdict for each sentence of any text, whoever wrote it, with the stored or given words that speak to it."""
    checked = await while_connected(request, check(engine_of(request), reach_of(request).within(body)))
    return verification_out(checked, None if body.passages is not None else base_url(request))


@router.post(
    "/v1/articles", operation_id="push_articles", summary="Store articles", responses={**_PROBLEMS, **_CONFLICT}
)
async def push(
    body: ArticlesRequest,
    request: Request,
    response: Response,
    idempotency_key: Annotated[str | None, Header(description="Sent again with it, the push is done once.")] = None,
) -> IngestReportOut:
    """Store one or many articles. What is reported as stored is durable and can be found and cited."""
    return await replays_of(request).once(
        request, response, body, lambda: _push(engine_of(request), reach_of(request), body)
    )


async def _push(engine: Engine, reach: Reach, body: ArticlesRequest) -> IngestReportOut:
    good: list[tuple[int, IncomingArticle]] = []
    failed: list[FailedOut] = []
    for index, fields in enumerate(body.articles):
        try:
            good.append((index, _incoming(fields, reach)))
        except (InvalidInput, NotAllowed) as error:
            failed.append(_failed(index, fields.get("id") if isinstance(fields, dict) else None, error))
    report = await run_in_threadpool(engine.ingester.put, [article for _, article in good])
    for failure in report.failed:
        failed.append(_failed(good[failure.index][0], good[failure.index][1].id, failure.error))
    if body.wait == "vector":
        with suppress(EmbedderUnavailable):  # they are stored; that vectors lag is told by /readyz and by answers
            await run_in_threadpool(engine.indexer.wait_until_current, lambda _: None, _VECTOR_PATIENCE)
    return IngestReportOut(
        added=report.count(Change.ADDED),
        revised=report.count(Change.REVISED),
        unchanged=report.count(Change.UNCHANGED),
        failed=sorted(failed, key=lambda item: item.index),
        articles=[StoredOut(id=s.id, revision=s.revision, change=s.change.value) for s in report.stored],
    )


@router.get("/v1/articles", operation_id="list_articles", summary="List articles", responses=_PROBLEMS)
async def list_articles(
    request: Request,
    response: Response,
    collection: InCollection,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    publisher: Annotated[str | None, Query(max_length=500)] = None,
    language: Annotated[str | None, Query(max_length=35)] = None,
    published_from: Annotated[str | None, Query(max_length=50)] = None,
    published_to: Annotated[str | None, Query(max_length=50)] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words that the headline holds.")] = None,
) -> ArticleList:
    """Current revisions without their bodies, newest first, page by page."""
    selection = Selection(
        check_collection(collection),
        publishers=(publisher,) if publisher else (),
        languages=(language,) if language else (),
        published_from=parse_time(published_from, "published_from"),
        published_to=parse_time(published_to, "published_to", end_of_day=True),
    )
    in_order(selection)
    before = position_of(cursor) if cursor else None
    rows = await run_in_threadpool(engine_of(request).store.page, selection, limit + 1, before, q)
    shown = rows[:limit]
    next_cursor = cursor_at(*shown[-1][0]) if len(rows) > limit else None
    if next_cursor:
        response.headers["Link"] = f'<{request.url.include_query_params(cursor=next_cursor)}>; rel="next"'
    data = [summary_out(article) for _, article in shown]
    return ArticleList(data=data, has_more=next_cursor is not None, next_cursor=next_cursor)


@router.get("/v1/facets", operation_id="get_facets", summary="What articles can be narrowed by", responses=_PROBLEMS)
async def get_facets(request: Request, collection: InCollection) -> FacetsOut:
    """Outlets and languages of a collection with their numbers of articles, its dates, and all collections."""
    store, name = engine_of(request).store, check_collection(collection)
    facets = await run_in_threadpool(store.facets, name)
    coverage = await run_in_threadpool(store.coverage, name)
    return facets_out(name, facets, coverage, reach_of(request))


@router.get(
    "/v1/articles/{article_id:path}", operation_id="get_article", summary="One article", response_model=ArticleOut,
    responses={**_PROBLEMS, 304: {"description": "The ETag of If-None-Match is still the article's."}},
)  # fmt: skip
async def get_article(
    article_id: str,
    request: Request,
    collection: InCollection,
    revision: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """One revision with its whole body, the current one by default."""
    store = engine_of(request).store

    def read() -> ArticleOut:
        article = store.article(collection, article_id, revision)
        numbers = store.revision_numbers(collection, article_id)
        return article_out(article, numbers, store.cluster_of(collection, article_id))

    return tagged(await run_in_threadpool(read), request)


@router.delete(
    "/v1/articles/{article_id:path}", operation_id="delete_article", summary="Delete an article", status_code=204,
    responses=_PROBLEMS,
)  # fmt: skip
async def delete_article(article_id: str, request: Request, collection: InCollection) -> None:
    """Delete an article with all its revisions; from now on nothing of it is found."""
    await run_in_threadpool(engine_of(request).ingester.delete, collection, article_id)


@router.get("/v1/starters", operation_id="list_starters", summary="Questions to begin with", responses=_PROBLEMS)
async def list_starters(request: Request, collection: InCollection) -> StarterList:
    """A few questions that the stored articles can answer."""
    return StarterList(data=await run_in_threadpool(starters, engine_of(request).store, check_collection(collection)))


@router.get("/healthz", operation_id="health", summary="Is the process alive?")
async def health() -> Health:
    """Answers as soon as the process listens."""
    return Health()


@router.get("/readyz", operation_id="readiness", summary="What works now?", responses=_NOT_READY)
async def readiness(request: Request, response: Response) -> Readiness:
    """503 until the embedding model is loaded; says how the index is and how far vectors lag behind.

    While the database is away, a problem document that names it.
    """
    engine = engine_of(request)
    coverage = await run_in_threadpool(engine.store.coverage, DEFAULT_COLLECTION)
    backlog = await run_in_threadpool(engine.indexer.backlog)
    is_ready = engine.embedder.is_loaded and engine.sentences.is_loaded
    response.status_code = 200 if is_ready else 503
    return Readiness(
        status="ready" if is_ready else "starting",
        index=IndexState(engine.indexer.state).value,
        model=engine.settings.model or "dateline-extractive",
        embedder=engine.embedder.name,
        embedder_state=("ready" if engine.embedder.is_available else "unavailable") if is_ready else "starting",
        articles=coverage.articles,
        pending_vectors=backlog.to_embed + backlog.to_index,
        pending_keywords=backlog.to_word,
        dates=Dates.model_validate({"from": coverage.first, "to": coverage.last}),
        index_version=engine.indexer.version,
    )


@router.get("/metrics", operation_id="metrics", summary="What Prometheus reads", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Requests, answers, stages, statements withheld, failures of the chat model, and how far the indexes are."""
    return Response(await run_in_threadpool(engine_of(request).metrics.text), media_type=CONTENT_TYPE)


def _incoming(fields: Any, reach: Reach) -> IncomingArticle:
    if not isinstance(fields, dict):
        raise InvalidInput("The article is no JSON object with a title and a body.")
    try:
        article = reach.within(ArticleIn.model_validate(fields))
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"]) or "the article"
        raise InvalidInput(f"{name}: {fault['msg']}.") from None
    return IncomingArticle(
        title=article.title,
        body=article.body,
        id=article.id,
        publisher=article.publisher,
        authors=tuple(article.authors),
        url=article.url,
        language=article.language,
        guessed=tuple(article.guessed),
        published_at=parse_time(article.published_at, "published_at"),
        updated_at=parse_time(article.updated_at, "updated_at"),
        collection=article.collection,
    )


def _failed(index: int, article_id: Any, error: DatelineError) -> FailedOut:
    return FailedOut(index=index, id=str(article_id) if article_id else None, problem=as_problem(error))
