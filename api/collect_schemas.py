"""The wire of fetching: jobs over addresses, and the feeds that are polled."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus.article import DEFAULT_COLLECTION


class IngestRequest(BaseModel):
    """Addresses of articles, feeds and sitemaps to fetch. What each is shows in what it answers."""

    model_config = ConfigDict(extra="forbid")

    urls: Annotated[list[Annotated[str, Field(min_length=1, max_length=2_000)]], Field(min_length=1, max_length=1_000)]
    collection: str = Field(DEFAULT_COLLECTION, max_length=63)


class FeedRequest(BaseModel):
    """A feed to subscribe to."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2_000)
    collection: str = Field(DEFAULT_COLLECTION, max_length=63)


class JobFailureOut(BaseModel):
    """An address of which something was not taken, and why."""

    model_config = ConfigDict(from_attributes=True)

    url: str
    reason: str


class JobNoticeOut(BaseModel):
    """An address of which there is something to say though nothing failed, and what."""

    model_config = ConfigDict(from_attributes=True)

    url: str
    message: str


class JobOut(BaseModel):
    """How far a job is. `total` grows while feeds lead to articles; `failures` and `notices` name at most 1,000."""

    model_config = ConfigDict(from_attributes=True)

    object: Literal["job"] = "job"
    id: str
    status: Literal["running", "finished"]
    collection: str
    created_at: datetime
    total: int
    done: int
    added: int
    revised: int
    unchanged: int
    failed: int
    failures: list[JobFailureOut]
    notices: list[JobNoticeOut]


class JobList(BaseModel):
    """The newest jobs; ask for one to see what failed."""

    object: Literal["list"] = "list"
    data: list[JobOut]


class FeedOut(BaseModel):
    """A feed that is polled; `error` is why the last poll failed, when it did."""

    model_config = ConfigDict(from_attributes=True)

    url: str
    title: str | None
    collection: str
    added_at: datetime
    polled_at: datetime | None
    next_poll_at: datetime
    failures: int
    error: str | None


class FeedList(BaseModel):
    """All feeds that are subscribed to."""

    object: Literal["list"] = "list"
    data: list[FeedOut]
