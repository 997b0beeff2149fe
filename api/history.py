"""What became of an article: its revisions, what changed between two, and who else carries its text. For the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from corpus.article import Article
from corpus.correction import correction_notice
from corpus.difference import ChangeKind, differences
from corpus.resemblance import share, shared_runs, shingles
from corpus.sentence import TextSpan
from corpus.store import ArticleStore

_MOST_RUNS = 3


class SpanOut(BaseModel):
    """A stretch of a body: `body[start:end] == text`, in Unicode code points."""

    start: int
    end: int
    text: str


class RevisionOut(BaseModel):
    """One wording of an article. `correction` is the notice in it that says what was corrected."""

    revision: int
    title: str
    published_at: datetime | None
    updated_at: datetime | None
    first_seen_at: datetime
    is_current: bool
    correction: SpanOut | None


class RevisionList(BaseModel):
    """All wordings stored of an article, in order of arrival."""

    object: Literal["list"] = "list"
    article_id: str
    data: list[RevisionOut]


class DifferenceOut(BaseModel):
    """A run of whole sentences: `old` stands in the body of `from`, `new` in that of `to`; either may be empty."""

    kind: ChangeKind
    old: SpanOut
    new: SpanOut


class DifferenceList(BaseModel):
    """The way from one revision to another, sentence by sentence, what is the same included."""

    object: Literal["diff"] = "diff"
    article_id: str
    from_revision: int
    to_revision: int
    title_changed: bool
    data: list[DifferenceOut]


class MemberOut(BaseModel):
    """An article of a cluster. `share` is how much of the shorter text stands in the other, against the representative;
    `shared` are the longest stretches of this article that stand word for word in the representative."""

    article_id: str
    title: str
    publisher: str | None
    published_at: datetime | None
    url: str | None
    is_representative: bool
    share: float
    shared: list[SpanOut]


class ClusterOut(BaseModel):
    """Articles that carry one text; the earliest published, the representative, comes first."""

    object: Literal["cluster"] = "cluster"
    representative: str
    data: list[MemberOut]


def revision_list(article_id: str, revisions: Sequence[Article]) -> RevisionList:
    """The revisions of one article."""
    return RevisionList(article_id=article_id, data=[_revision(article) for article in revisions])


def difference_list(old: Article, new: Article) -> DifferenceList:
    """What changed from `old` to `new`."""
    steps = [
        DifferenceOut(kind=step.kind, old=_span(old, step.old), new=_span(new, step.new))
        for step in differences(old, new)
    ]
    return DifferenceList(
        article_id=new.id,
        from_revision=old.revision,
        to_revision=new.revision,
        title_changed=old.title != new.title,
        data=steps,
    )


def cluster_out(members: Sequence[Article]) -> ClusterOut:
    """The cluster with these members, the representative first."""
    return ClusterOut(representative=members[0].id, data=[_member(article, members[0]) for article in members])


def correction_out(article: Article) -> SpanOut | None:
    """The correction notice of a wording."""
    notice = correction_notice(article.body)
    return _span(article, notice) if notice else None


def _revision(article: Article) -> RevisionOut:
    return RevisionOut(
        revision=article.revision,
        title=article.title,
        published_at=article.published_at,
        updated_at=article.updated_at,
        first_seen_at=article.first_seen_at,
        is_current=article.is_current,
        correction=correction_out(article),
    )


def _member(article: Article, representative: Article) -> MemberOut:
    is_representative = article.id == representative.id
    runs = [] if is_representative else shared_runs(article.body, representative.body)[:_MOST_RUNS]
    return MemberOut(
        article_id=article.id,
        title=article.title,
        publisher=article.publisher,
        published_at=article.published_at,
        url=article.url,
        is_representative=is_representative,
        share=round(share(shingles(article.body), shingles(representative.body)), 3),
        shared=[_span(article, TextSpan(run.start, run.end)) for run in runs],
    )


def _span(article: Article, span: TextSpan) -> SpanOut:
    return SpanOut(start=span.start, end=span.end, text=article.body[span.start : span.end])


def pair(
    store: ArticleStore, collection: str, article_id: str, old: int | None, new: int | None
) -> tuple[Article, Article]:
    """The two wordings to compare: `new` is by default the current one, `old` the one that arrived before it.

    Where none did, `old` is the last that arrived since: an older wording may come late.
    """
    latest = store.article(collection, article_id, new)
    numbers = store.revision_numbers(collection, article_id)
    earlier = [number for number in numbers if number < latest.revision]
    first = old if old is not None else max(earlier or numbers)
    return store.article(collection, article_id, first), latest
