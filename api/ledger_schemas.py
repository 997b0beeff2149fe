"""The wire of the answer ledger: answers as they are kept, what became of their articles, and replays."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.answer_schemas import AnswerOut, ConflictOut, HintsOut, ReasonOut, UsageOut
from api.request_schemas import Filters


class SettingsOut(BaseModel):
    """How the question was asked: what `/v1/ask` takes, with defaults filled in and dates read."""

    collection: str
    as_of: datetime | None
    known_by: datetime | None
    filters: Filters
    top_k: int
    ignore_hints: list[str]
    max_citations: int
    mode: Literal["auto", "extractive", "chat"]
    policy: Literal["strict", "mark", "off"]
    history_turns: int = Field(description="Earlier turns of the conversation. Their words are not kept.")


class KeptPlaceOut(BaseModel):
    """A place in a stored revision, `body[start:end]` in Unicode code points."""

    article_id: str
    revision: int
    start: int
    end: int


class KeptPassageOut(KeptPlaceOut):
    """A passage that was found."""

    rank: int
    score: float
    similarity: float | None
    cited: bool


class KeptCitationOut(KeptPlaceOut):
    """A citation. `quote` is read from the store now; null when the article was deleted."""

    n: int
    score: float
    quote: str | None = None


class KeptStatementOut(BaseModel):
    """A sentence of the answer. `text` is null when words of its article may not be kept any longer."""

    text: str | None
    citations: list[int]
    support: float
    verdict: Literal["supported", "partly", "unsupported", "contradicted"]
    independent_sources: int


class VersionsOut(BaseModel):
    """What an answer depends on besides the articles. `reader` is a digest of its weights; empty: none was set."""

    dateline: str
    index: str
    embedder: str
    reader: str
    model: str
    reranker: str
    judge: str


class ChangeOut(BaseModel):
    """A cited article that changed after the question was asked."""

    n: int = Field(description="The citation.")
    article_id: str
    cited_revision: int
    became: Literal["revised", "corrected", "deleted"] = Field(
        description="`corrected`: the newest wording carries a notice of correction that the cited one does not."
    )
    revision: int | None = Field(description="The newest; null when the article was deleted.")
    changed_at: datetime | None = Field(description="When that wording was first seen here.")
    stands: bool = Field(description="The cited words still stand in it, but for white space.")
    notice: str | None = Field(description="What it says of its correction.")


class KeptAnswerSummary(BaseModel):
    """An answer in a list. What settings or a deleted article keep out of the ledger is null."""

    id: str
    asked_at: datetime
    collection: str
    key_id: str | None = Field(description="The key that asked: its id, or a digest of it.")
    replay_of: str | None
    question: str | None
    status: Literal["answered", "abstained"]
    answer: str | None
    mode: Literal["extractive", "chat"]
    model: str
    withheld: int
    stale: bool = Field(description="A cited article was revised, corrected or deleted after the question was asked.")
    changes: list[ChangeOut]


class KeptAnswerOut(KeptAnswerSummary):
    """An answer as it was given: from which places, under which settings, by what."""

    object: Literal["kept_answer"] = "kept_answer"
    created_at: datetime
    request_id: str | None
    question_digest: str | None = Field(description="Equal questions have equal digests; for this store only.")
    standalone_question: str | None
    settings: SettingsOut
    hints: HintsOut | None
    reason: ReasonOut | None
    statements: list[KeptStatementOut]
    citations: list[KeptCitationOut]
    passages: list[KeptPassageOut]
    conflicts: list[ConflictOut] | None
    notices: list[str] | None
    later_coverage: bool
    usage: UsageOut
    timings: dict[str, float]
    versions: VersionsOut


class KeptAnswerList(BaseModel):
    """A page of answers, newest first."""

    object: Literal["list"] = "list"
    data: list[KeptAnswerSummary]
    has_more: bool
    next_cursor: str | None


class SidesOut(BaseModel):
    """Two values that differ."""

    before: str
    after: str


class StatementsDiffOut(BaseModel):
    """Statements by their words, without markers."""

    gone: list[str]
    new: list[str]
    unchanged: list[str]


class RevisedOut(BaseModel):
    """An article of which both times passages were found, in another wording now."""

    article_id: str
    before: list[int]
    after: list[int]


class PassagesDiffOut(BaseModel):
    """Passages by their places. One of a wording that was superseded is `gone`, and its article among `revised`."""

    gone: list[KeptPassageOut]
    new: list[KeptPassageOut]
    unchanged: int
    revised: list[RevisedOut]


class ReplayOut(BaseModel):
    """The same question asked again, and what differs."""

    object: Literal["replay"] = "replay"
    before: str = Field(description="The answer that was kept.")
    after: str = Field(description="The answer given now.")
    same: bool = Field(description="Status and statements are the same.")
    status: SidesOut | None = Field(description="Null when it is the same.")
    statements: StatementsDiffOut | None = Field(description="Null when the words of the first answer are not kept.")
    passages: PassagesDiffOut
    versions: dict[str, SidesOut]
    answer: AnswerOut
