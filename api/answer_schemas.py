"""The wire: what answers, searches and checks look like."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
