"""The wire: what requests may hold and what responses look like. Nothing here knows how answers are made."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_QUESTION = 4_000
MOST_ARTICLES = 1_000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CollectionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class _Request(BaseModel):
    """Unknown fields are refused, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid")


class Filters(_Request):
    """Only articles that pass every filter given are searched. Dates are inclusive; names ignore letter case."""

    published_from: str | None = Field(None, examples=["2024-05-01"])
    published_to: str | None = Field(None, examples=["2024-05-31"])
    publishers: list[Text] = Field(default_factory=list, max_length=100, examples=[["Coast Times"]])
    authors: list[Text] = Field(default_factory=list, max_length=100, examples=[["Ana Ruiz"]])
    languages: list[Text] = Field(default_factory=list, max_length=50, examples=[["en"]])
    article_ids: list[Text] = Field(default_factory=list, max_length=1_000)


class HistoryTurn(_Request):
    """An earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


# What `ignore_hints` can name.
HintKind = Literal["publishers", "published", "phrases", "names", "present", "recency"]


class SearchOptions(_Request):
    """Where to look, and as of when."""

    collection: CollectionName = "default"
    as_of: str | None = Field(None, description="Use only what was public by then.", examples=["2025-08-20"])
    known_by: str | None = Field(None, description="Use only what was stored here by then.")
    filters: Filters = Filters()
    top_k: int = Field(8, ge=1, le=50, description="The most passages.")
    ignore_hints: list[HintKind] = Field(
        default_factory=list,
        max_length=10,
        description="Read nothing of these kinds out of the question; `recency` is the bonus of what is new.",
    )


class SearchRequest(SearchOptions):
    """A question to find passages for."""

    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_QUESTION)] = Field(
        examples=["Why does Putin avoid the meeting?"]
    )


class AskOptions(SearchOptions):
    """How a question is to be answered."""

    max_citations: int = Field(6, ge=1, le=20)
    mode: Literal["auto", "extractive", "chat"] = "auto"
    policy: Literal["strict", "mark", "off"] | None = Field(None, description="Default: the server's setting.")
    include: list[Literal["passages", "timings"]] = ["passages", "timings"]


class AskRequest(AskOptions, SearchRequest):
    """A question to answer."""

    history: list[HistoryTurn] = Field(default_factory=list, max_length=50)
    stream: bool = Field(False, description="Answer as server-sent events.")


class VerifyRequest(_Request):
    """A text to check. Against `article_ids`, or against `passages` given here, or else against what a search finds."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)] = Field(
        examples=["The port reopened on 3 May."]
    )
    article_ids: list[Text] | None = Field(None, min_length=1, max_length=50)
    passages: list[Annotated[str, StringConstraints(min_length=1, max_length=50_000)]] | None = Field(
        None, min_length=1, max_length=50
    )
    collection: CollectionName = "default"
    as_of: str | None = Field(None, description="Search only what was public by then.", examples=["2025-08-20"])

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.article_ids is not None and self.passages is not None:
            raise ValueError("give article_ids or passages, not both")
        return self


class ArticleIn(_Request):
    """An article pushed to the store. The id is made from the URL, or from outlet, headline and date, when absent."""

    id: str | None = Field(None, max_length=200)
    title: str = Field("", max_length=2_000)
    body: str = Field(max_length=2_000_000)
    publisher: str | None = Field(None, max_length=500)
    authors: list[str] = Field(default_factory=list, max_length=100)
    published_at: str | None = Field(None, examples=["2024-05-03T06:00:00Z"])
    updated_at: str | None = None
    url: str | None = Field(None, max_length=4_000, examples=["https://coast.example/p/9"])
    language: str | None = Field(None, max_length=35, examples=["en"])
    guessed: list[str] = Field(default_factory=list, max_length=20, examples=[["published_at"]])
    collection: CollectionName = "default"


class ArticlesRequest(_Request):
    """Articles to store. Each is checked alone: a bad one is reported and the others are stored."""

    articles: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=MOST_ARTICLES,
        examples=[[{"title": "Harbour reopens", "body": "The port reopened on 3 May.", "publisher": "Coast Times"}]],
    )
    wait: Literal["keyword", "vector"] = Field(
        "vector", description="Answer once found by keyword (at once), or by vector too."
    )


class CopyOut(BaseModel):
    """Another article that carries the same text."""

    article_id: str
    title: str
    publisher: str | None
    published_at: datetime | None
    source_url: str | None


class AttributionOut(BaseModel):
    """Who speaks in a quote: the article itself, somebody named or unnamed, or somebody who denies what follows."""

    voice: Literal["article", "named", "anonymous", "denial"]
    speaker: str | None


class CitationOut(BaseModel):
    """An exact span of a stored revision: `body[start:end] == quote`, in Unicode code points."""

    n: int
    article_id: str
    revision: int
    title: str
    publisher: str | None
    published_at: datetime | None
    url: str
    source_url: str | None
    start: int
    end: int
    quote: str
    score: float
    attribution: AttributionOut
    copies: list[CopyOut]


class PlaceOut(BaseModel):
    """A place in the answer, in Unicode code points."""

    start: int
    end: int


class StatementOut(BaseModel):
    """One sentence of the answer with its markers: `answer[start:end] == text`, in Unicode code points."""

    text: str
    start: int
    end: int
    citations: list[int]
    support: float
    verdict: Literal["supported", "partly", "unsupported", "contradicted"]
    independent_sources: int
    highlight: PlaceOut | None = Field(description="The few words that answer, where the question asks for such.")
    attribution: str | None = Field(
        description="Whose words the cited sentences report; null when an article says it on its own."
    )


class EvidenceOut(BaseModel):
    """Words that speak to a checked sentence: a span of a stored revision, or of the n-th of the passages given."""

    n: int
    article_id: str | None
    revision: int | None
    passage: int | None = Field(description="Place among the passages of the request, from 1.")
    title: str | None
    publisher: str | None
    published_at: datetime | None
    url: str | None
    start: int
    end: int
    quote: str


class CheckedOut(BaseModel):
    """A sentence of the text, `text[start:end]` in Unicode code points, and what was found of it."""

    text: str
    start: int
    end: int
    verdict: Literal["supported", "partly", "unsupported", "contradicted"]
    support: float
    missing: list[str] = Field(description="Numbers, dates, names and quoted words that stand in none of the spans.")
    citations: list[int]


class VerificationOut(BaseModel):
    """A verdict for each sentence, and the words on which it rests."""

    object: Literal["verification"] = "verification"
    verdict: Literal["supported", "partly", "unsupported", "contradicted"] = Field(
        description="The worst of the sentences': contradicted before unsupported before partly."
    )
    statements: list[CheckedOut]
    citations: list[EvidenceOut]
    counts: dict[str, int]


class PassageOut(BaseModel):
    """A stretch of a stored revision that was found for the question."""

    rank: int
    score: float
    similarity: float | None
    article_id: str
    revision: int
    title: str
    publisher: str | None
    published_at: datetime | None
    url: str
    source_url: str | None
    start: int
    end: int
    text: str
    cited: bool
    copies: list[CopyOut]


class ReasonOut(BaseModel):
    """Why nothing is said: a code for programs, a sentence for people."""

    code: str
    message: str


class TimeOut(BaseModel):
    """Words of the question and the time that they were taken for; null leaves an end open."""

    text: str
    from_: datetime | None = Field(alias="from")
    to: datetime | None

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class PublishedOut(BaseModel):
    """The times that the question names, and the span from the first to the last of them."""

    from_: datetime | None = Field(alias="from")
    to: datetime | None
    times: list[TimeOut]

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class HintsOut(BaseModel):
    """How the question was read. These move passages up and shut none out; `ignore_hints` switches each kind off."""

    publishers: list[str]
    published: PublishedOut | None
    phrases: list[str]
    names: list[str] = Field(default=[], description="Full names; passages that hold them are preferred.")
    present: bool = Field(description='The question asks for the present: "latest", "now", "who is".')


class ToldOut(BaseModel):
    """What one article answers, in its words, and the citation in which they stand."""

    value: str
    publisher: str | None
    published_at: datetime | None
    citation: int


class ConflictOut(BaseModel):
    """Articles that answer with different numbers or dates, the newest first."""

    kind: Literal["changed", "disagree"] = Field(
        description="`changed`: later articles tell it otherwise. `disagree`: articles of one time do."
    )
    message: str = Field(description="The same in one sentence, which stands among the notices too.")
    told: list[ToldOut]


class UsageOut(BaseModel):
    """Tokens of the chat model, and how often it was asked again."""

    input_tokens: int
    output_tokens: int
    retries: int


class Dates(BaseModel):
    """The dates that a collection covers."""

    from_: datetime | None = Field(alias="from")
    to: datetime | None

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class AnswerOut(BaseModel):
    """An answer or an abstention; abstaining is an answer, so both come with status 200."""

    id: str
    object: Literal["answer"] = "answer"
    created_at: datetime
    model: str
    mode: Literal["extractive", "chat"]
    index_version: str
    collection: str
    question: str
    standalone_question: str
    status: Literal["answered", "abstained"]
    reason: ReasonOut | None
    covers: Dates | None = Field(description="With an abstention: the dates that the collection's articles cover.")
    answer: str
    statements: list[StatementOut]
    withheld: int
    citations: list[CitationOut]
    passages: list[PassageOut]
    hints: HintsOut
    conflicts: list[ConflictOut]
    later_coverage: bool
    notices: list[str]
    usage: UsageOut
    timings: dict[str, float]


class SearchOut(BaseModel):
    """Passages, best first."""

    object: Literal["list"] = "list"
    data: list[PassageOut]
    index_version: str
    hints: HintsOut
    later_coverage: bool
    notices: list[str]
    timings: dict[str, float]


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


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """What works now. Questions are answered in every state of the index and of the embedder."""

    status: Literal["ready", "starting"]
    index: Literal["starting", "rebuilding", "ready", "unavailable"]
    model: str
    embedder: str
    embedder_state: Literal["starting", "ready", "unavailable"] = Field(
        description="unavailable: its server failed lately; questions are answered by keyword while it is away."
    )
    articles: int
    pending_vectors: int = Field(description="Passages of all collections that are found by keyword only as yet.")
    pending_keywords: int = Field(description="Passages that the keyword index has still to take in or drop.")
    dates: Dates
    index_version: str


class Problem(BaseModel):
    """RFC 9457 problem details, with the `error` member that OpenAI's client libraries read."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] = Field(default_factory=list)
    error: dict[str, Any]
