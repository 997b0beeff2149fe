"""One rendering of an answer for the wire. Every surface is made from it, so all show the same evidence."""

from collections.abc import Collection, Sequence
from urllib.parse import quote

from answering.answer import Answer, Citation, Span, Statement, Verdict
from answering.check import Checked
from answering.conflict import in_words
from api.answer_schemas import (
    AnswerOut,
    AttributionOut,
    CheckedOut,
    CitationOut,
    ConflictOut,
    CopyOut,
    Dates,
    EvidenceOut,
    HintsOut,
    PassageOut,
    PlaceOut,
    PublishedOut,
    ReasonOut,
    SearchOut,
    StatementOut,
    TimeOut,
    ToldOut,
    UsageOut,
    VerificationOut,
)
from api.article_schemas import ArticleOut, ArticleSummary, ClusterRef, FacetOut, FacetsOut
from api.reach import Reach
from corpus.article import DEFAULT_COLLECTION, Article
from corpus.store import Coverage, Facets
from retrieval.hints import Hints
from retrieval.passage import Passage, SearchResult

_MOST_FACETS = 500
_WORST_FIRST = (Verdict.CONTRADICTED, Verdict.UNSUPPORTED, Verdict.PARTLY, Verdict.SUPPORTED)


def answer_out(answer: Answer, base_url: str, include: Collection[str] = ("passages", "timings")) -> AnswerOut:
    """The whole answer. An abstention always holds the nearest passages, whatever is included."""
    wants_passages = "passages" in include or not answer.statements
    return AnswerOut(
        id=answer.id,
        created_at=answer.created_at,
        model=answer.model,
        mode=answer.mode.value,
        index_version=answer.index_version,
        collection=answer.collection,
        question=answer.question,
        standalone_question=answer.standalone_question,
        status=answer.status.value,
        reason=ReasonOut(code=answer.reason.code, message=answer.reason.message) if answer.reason else None,
        covers=Dates(from_=answer.covers.first, to=answer.covers.last) if answer.covers else None,
        answer=answer.text,
        statements=[statement_out(statement) for statement in answer.statements],
        withheld=answer.withheld,
        citations=[citation_out(citation, base_url) for citation in answer.citations],
        passages=[passage_out(p, base_url, answer.citations) for p in answer.passages] if wants_passages else [],
        hints=hints_out(answer.hints),
        conflicts=_conflicts_out(answer),
        later_coverage=answer.later_coverage,
        notices=list(answer.notices),
        usage=UsageOut(
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            retries=answer.usage.retries,
        ),
        timings=answer.timings if "timings" in include else {},
    )


def search_out(result: SearchResult, base_url: str) -> SearchOut:
    """The passages of a search."""
    return SearchOut(
        data=[passage_out(passage, base_url, ()) for passage in result.passages],
        index_version=result.index_version,
        hints=hints_out(result.hints),
        later_coverage=result.later_coverage,
        notices=list(result.notices),
        timings=result.timings,
    )


def hints_out(hints: Hints) -> HintsOut:
    """How the question was read."""
    times = [TimeOut(text=one.text, from_=one.start, to=one.end) for one in hints.published]
    starts, ends = [one.from_ for one in times], [one.to for one in times]
    span = PublishedOut(
        from_=None if None in starts else min(filter(None, starts), default=None),
        to=None if None in ends else max(filter(None, ends), default=None),
        times=times,
    )
    return HintsOut(
        publishers=list(hints.publishers),
        published=span if times else None,
        phrases=list(hints.phrases),
        names=list(hints.names),
        present=hints.asks_for_present,
    )


def statement_out(statement: Statement) -> StatementOut:
    """One statement."""
    return StatementOut(
        text=statement.text,
        start=statement.start,
        end=statement.end,
        citations=list(statement.citations),
        support=statement.support,
        verdict=statement.verdict.value,
        independent_sources=statement.independent_sources,
        highlight=PlaceOut(start=place[0], end=place[1]) if (place := statement.highlight) else None,
        attribution=statement.attribution,
    )


def _conflicts_out(answer: Answer) -> list[ConflictOut]:
    """The conflicts of which at least two sides are cited."""
    numbers = {citation.span: citation.n for citation in answer.citations}
    shown = []
    for conflict in answer.conflicts:
        told = [
            ToldOut(
                value=one.value, publisher=one.span.article.publisher, published_at=one.span.article.published_at,
                citation=numbers[one.span],
            )
            for one in conflict.told
            if one.span in numbers
        ]  # fmt: skip
        if len(told) > 1:
            shown.append(ConflictOut(kind=conflict.difference.value, message=in_words(conflict), told=told))
    return shown


def facets_out(collection: str, facets: Facets, coverage: Coverage, reach: Reach) -> FacetsOut:
    """What a collection can be narrowed by, and the other collections within reach."""
    collections = [facet for facet in facets.collections if reach.sees(facet.name)]
    return FacetsOut(
        collection=collection,
        articles=coverage.articles,
        dates=Dates.model_validate({"from": coverage.first, "to": coverage.last}),
        publishers=[FacetOut.model_validate(facet) for facet in facets.publishers[:_MOST_FACETS]],
        languages=[FacetOut.model_validate(facet) for facet in facets.languages[:_MOST_FACETS]],
        collections=[FacetOut.model_validate(facet) for facet in collections[:_MOST_FACETS]],
    )


def verification_out(checked: Sequence[Checked], base_url: str | None) -> VerificationOut:
    """Checked sentences; `base_url` None when the words are of passages that are stored nowhere."""
    numbers: dict[Span, int] = {}
    statements = []
    for one in checked:
        cited = [numbers.setdefault(span, len(numbers) + 1) for span in one.spans]
        statements.append(
            CheckedOut(
                text=one.text, start=one.start, end=one.end, verdict=one.support.verdict.value,
                support=round(one.support.score, 4), missing=list(one.support.missing), citations=cited,
            )
        )  # fmt: skip
    counts = {verdict.value: sum(s.verdict == verdict for s in statements) for verdict in _WORST_FIRST}
    return VerificationOut(
        verdict=next((verdict.value for verdict in _WORST_FIRST if counts[verdict.value]), Verdict.UNSUPPORTED.value),
        statements=statements,
        citations=[_evidence_out(n, span, base_url) for span, n in numbers.items()],
        counts=counts,
    )


def _evidence_out(n: int, span: Span, base_url: str | None) -> EvidenceOut:
    article = span.article
    place = {"n": n, "start": span.start, "end": span.end, "quote": span.quote}
    if base_url is None:
        return EvidenceOut(
            **place, passage=int(article.id), article_id=None, revision=None, title=None, publisher=None,
            published_at=None, url=None,
        )  # fmt: skip
    return EvidenceOut(
        **place, passage=None, article_id=article.id, revision=article.revision, title=article.title,
        publisher=article.publisher, published_at=article.published_at,
        url=reader_url(base_url, article, span.start, span.end),
    )  # fmt: skip


def citation_out(citation: Citation, base_url: str) -> CitationOut:
    """One citation; the quote is sliced from the stored body at this moment."""
    span, article = citation.span, citation.span.article
    return CitationOut(
        n=citation.n,
        article_id=article.id,
        revision=article.revision,
        title=article.title,
        publisher=article.publisher,
        published_at=article.published_at,
        url=reader_url(base_url, article, span.start, span.end),
        source_url=article.url,
        start=span.start,
        end=span.end,
        quote=article.body[span.start : span.end],
        score=citation.score,
        attribution=AttributionOut(voice=citation.attribution.voice.value, speaker=citation.attribution.speaker),
        copies=[_copy(copy) for copy in citation.copies],
    )


def passage_out(passage: Passage, base_url: str, citations: Collection[Citation]) -> PassageOut:
    """One passage; `cited` says whether a citation lies in it."""
    article = passage.article
    return PassageOut(
        rank=passage.rank,
        score=round(passage.score, 4),
        similarity=None if passage.similarity is None else round(passage.similarity, 4),
        article_id=article.id,
        revision=article.revision,
        title=article.title,
        publisher=article.publisher,
        published_at=article.published_at,
        url=reader_url(base_url, article, passage.start, passage.end),
        source_url=article.url,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        cited=any(_lies_in(citation, passage) for citation in citations),
        copies=[_copy(copy) for copy in passage.copies],
    )


def summary_out(article: Article) -> ArticleSummary:
    """An article without its body."""
    return ArticleSummary(
        id=article.id,
        revision=article.revision,
        title=article.title,
        publisher=article.publisher,
        authors=list(article.authors),
        published_at=article.published_at,
        updated_at=article.updated_at,
        first_seen_at=article.first_seen_at,
        url=article.url,
        language=article.language,
        guessed=list(article.guessed),
        collection=article.collection,
    )


def article_out(article: Article, revisions: list[int], cluster: Sequence[Article]) -> ArticleOut:
    """An article with its body, the numbers of all its revisions, and its cluster, earliest article first."""
    return ArticleOut(
        **summary_out(article).model_dump(),
        body=article.body,
        is_current=article.is_current,
        revisions=revisions,
        cluster=ClusterRef(representative=cluster[0].id, articles=len(cluster)),
    )


def reader_url(base_url: str, article: Article | ArticleOut, start: int | None = None, end: int | None = None) -> str:
    """Where a reader sees the article, with the span marked in it if one is given."""
    url = f"{base_url}/read/{quote(article.id, safe='')}?rev={article.revision}"
    url += "" if start is None else f"&start={start}&end={end}"
    return url if article.collection == DEFAULT_COLLECTION else f"{url}&collection={article.collection}"


def _lies_in(citation: Citation, passage: Passage) -> bool:
    span = citation.span
    same = (span.article.id, span.article.revision) == (passage.article.id, passage.article.revision)
    return same and passage.start <= span.start and span.end <= passage.end


def _copy(article: Article) -> CopyOut:
    return CopyOut(
        article_id=article.id,
        title=article.title,
        publisher=article.publisher,
        published_at=article.published_at,
        source_url=article.url,
    )
