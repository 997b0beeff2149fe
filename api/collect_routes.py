"""Routes to fetching: jobs over addresses, and the feeds that are polled."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.body import TextRoute
from api.collect_schemas import FeedList, FeedOut, FeedRequest, IngestRequest, JobList, JobOut
from api.dependencies import InCollection, engine_of, reach_of, replays_of
from api.problems import problem_responses
from corpus.accept import canonical_url, check_collection
from corpus.feeds import Subscription
from corpus.jobs import Job, NewItem

router = APIRouter(route_class=TextRoute)
_PROBLEMS = problem_responses(400, 404, 415, 422, 503)


@router.post(
    "/v1/ingest", operation_id="ingest_urls", summary="Fetch articles, feeds and sitemaps", status_code=202,
    responses={**_PROBLEMS, **problem_responses(409)},
)  # fmt: skip
async def ingest_urls(
    body: IngestRequest,
    request: Request,
    response: Response,
    idempotency_key: Annotated[str | None, Header(description="Sent again with it, one job is begun.")] = None,
) -> JobOut:
    """Begins a job and answers at once; `GET /v1/jobs/{id}` says how far it is. It survives a restart."""
    engine = engine_of(request)

    async def begin() -> JobOut:
        items = [NewItem(canonical_url(url)) for url in body.urls]
        collection = check_collection(reach_of(request).within(body).collection)
        job_id = await run_in_threadpool(engine.jobs.create, collection, items)
        engine.collector.wake()
        return job_out(await run_in_threadpool(engine.jobs.job, job_id))

    job = await replays_of(request).once(request, response, body, begin)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job


@router.get("/v1/jobs", operation_id="list_jobs", summary="The newest jobs", responses=_PROBLEMS)
async def list_jobs(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> JobList:
    """The newest first."""
    reach = reach_of(request)
    found = await run_in_threadpool(engine_of(request).jobs.recent, limit, reach.collections)
    return JobList(data=[job_out(job) for job in found])


@router.get("/v1/jobs/{job_id}", operation_id="get_job", summary="How far a job is", responses=_PROBLEMS)
async def get_job(job_id: str, request: Request) -> JobOut:
    """Counts, and each failure with its reason."""
    return job_out(await run_in_threadpool(engine_of(request).jobs.job, job_id, reach_of(request).collections))


@router.get("/v1/feeds", operation_id="list_feeds", summary="Feeds that are polled")
async def list_feeds(request: Request) -> FeedList:
    """In order of addition."""
    reach = reach_of(request)
    feeds = await run_in_threadpool(engine_of(request).feeds.all)
    return FeedList(data=[feed_out(feed) for feed in feeds if reach.sees(feed.collection)])


@router.post(
    "/v1/feeds", operation_id="add_feed", summary="Subscribe to a feed", status_code=201, responses=_PROBLEMS
)  # fmt: skip
async def add_feed(body: FeedRequest, request: Request) -> FeedOut:
    """It is polled soon, and then again and again."""
    engine = engine_of(request)
    collection = check_collection(reach_of(request).within(body).collection)
    feed = await run_in_threadpool(engine.feeds.add, collection, body.url)
    engine.collector.wake()
    return feed_out(feed)


@router.delete(
    "/v1/feeds", operation_id="remove_feed", summary="End a subscription", status_code=204, responses=_PROBLEMS
)  # fmt: skip
async def remove_feed(
    request: Request,
    url: Annotated[str, Query(max_length=2_000)],
    collection: InCollection,
) -> None:
    """The articles that it brought stay."""
    await run_in_threadpool(engine_of(request).feeds.remove, collection, url)


@router.post(
    "/v1/feeds/poll", operation_id="poll_feeds", summary="Poll all feeds now", status_code=202, responses=_PROBLEMS
)  # fmt: skip
async def poll_feeds(request: Request) -> JobList:
    """Begins one job for each collection that has feeds."""
    engine = engine_of(request)
    reach = reach_of(request)
    ids = await run_in_threadpool(lambda: engine.collector.poll(everything=True, collections=reach.collections))
    engine.collector.wake()
    return JobList(data=[job_out(await run_in_threadpool(engine.jobs.job, job_id)) for job_id in ids])


def job_out(job: Job) -> JobOut:
    """A job for the wire."""
    return JobOut.model_validate(job)


def feed_out(feed: Subscription) -> FeedOut:
    """A subscription for the wire."""
    return FeedOut.model_validate(feed)
