"""Routes to what became of an article. They stand before `/v1/articles/{id}`, whose ids may hold slashes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from api.dependencies import InCollection, engine_of
from api.history import ClusterOut, DifferenceList, RevisionList, cluster_out, difference_list, pair, revision_list
from api.problems import problem_responses
from corpus.store import ArticleStore

router = APIRouter()
_PROBLEMS = problem_responses(404, 422, 503)
_Number = Annotated[int | None, Query(ge=1, le=1_000_000)]


@router.get(
    "/v1/articles/{article_id:path}/revisions", operation_id="list_revisions", summary="All wordings of an article",
    responses=_PROBLEMS,
)  # fmt: skip
async def list_revisions(article_id: str, request: Request, collection: InCollection) -> RevisionList:
    """Every stored revision with its times, and the correction notice that it carries."""
    found = await run_in_threadpool(engine_of(request).store.revisions, collection, article_id)
    return revision_list(article_id, found)


@router.get(
    "/v1/articles/{article_id:path}/diff", operation_id="diff_article", summary="What changed between two wordings",
    responses=_PROBLEMS,
)  # fmt: skip
async def diff_article(
    article_id: str,
    request: Request,
    collection: InCollection,
    old: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
    new: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
) -> DifferenceList:
    """Sentence by sentence, with exact offsets into both bodies; by default from the wording before the current one."""
    return await run_in_threadpool(_difference, engine_of(request).store, collection, article_id, old, new)


@router.get(
    "/v1/articles/{article_id:path}/cluster", operation_id="get_cluster", summary="Who carries the same text",
    responses=_PROBLEMS,
)  # fmt: skip
async def get_cluster(article_id: str, request: Request, collection: InCollection) -> ClusterOut:
    """All articles that carry the text of this one, with what they share."""
    return await run_in_threadpool(lambda: cluster_out(engine_of(request).store.cluster_of(collection, article_id)))


def _difference(
    store: ArticleStore, collection: str, article_id: str, old: int | None, new: int | None
) -> DifferenceList:
    return difference_list(*pair(store, collection, article_id, old, new))
