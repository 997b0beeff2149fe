"""The wire: what articles, and reports of taking them in, look like."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.answer_schemas import Dates


class ArticleSummary(BaseModel):
    """An article without its body."""

    id: str
    revision: int
    title: str
    publisher: str | None
    authors: list[str]
    published_at: datetime | None
    updated_at: datetime | None
    first_seen_at: datetime
    url: str | None
    language: str | None
    guessed: list[str] = Field(description="Fields that no metadata declared: inferred from text or layout.")
    collection: str


class ClusterRef(BaseModel):
    """The cluster of articles that carry one text: the id of its earliest article, and how many there are."""

    representative: str
    articles: int


class ArticleOut(ArticleSummary):
    """One revision, whole, so that any client can check `body[start:end] == quote`."""

    body: str
    is_current: bool
    revisions: list[int]
    cluster: ClusterRef


class ArticleList(BaseModel):
    """A page of articles, newest first."""

    object: Literal["list"] = "list"
    data: list[ArticleSummary]
    has_more: bool
    next_cursor: str | None


class StoredOut(BaseModel):
    """An article that was taken, whether or not it changed anything."""

    id: str
    revision: int
    change: Literal["added", "revised", "unchanged"]


class FailedOut(BaseModel):
    """An article of the push that was not taken: its place, its id if it had one, and the problem."""

    index: int
    id: str | None
    problem: dict[str, Any]


class IngestReportOut(BaseModel):
    """What became of a push."""

    object: Literal["ingest_report"] = "ingest_report"
    added: int
    revised: int
    unchanged: int
    failed: list[FailedOut]
    articles: list[StoredOut]


class StarterList(BaseModel):
    """Questions that the stored articles can answer."""

    object: Literal["list"] = "list"
    data: list[str]


class FacetOut(BaseModel):
    """A value to narrow by, and how many articles have it."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    articles: int


class FacetsOut(BaseModel):
    """What the articles of a collection can be narrowed by, those with most articles first; at most 500 of a kind."""

    object: Literal["facets"] = "facets"
    collection: str
    articles: int
    dates: Dates
    publishers: list[FacetOut]
    languages: list[FacetOut]
    collections: list[FacetOut]
