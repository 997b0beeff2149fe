"""What an answer is: statements, each proved by citations, or an abstention with its reason."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from answering.attribution import OWN_WORDS, Attribution
from corpus.article import Article
from retrieval.hints import NO_HINTS, Hints
from retrieval.passage import Passage


class Status(StrEnum):
    """Whether anything could be said."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"


class Mode(StrEnum):
    """Who wrote the statements."""

    EXTRACTIVE = "extractive"
    CHAT = "chat"


class Verdict(StrEnum):
    """What the cited spans say of a statement."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"


class Policy(StrEnum):
    """What happens to a statement that its citations do not support."""

    STRICT = "strict"
    MARK = "mark"
    OFF = "off"


class ReasonCode(StrEnum):
    """Why Dateline abstains."""

    EMPTY_COLLECTION = "empty_collection"
    NOTHING_RELEVANT = "nothing_relevant"
    DOES_NOT_SAY = "does_not_say"
    OUTSIDE_DATES = "outside_dates"
    FALSE_PREMISE = "false_premise"
    CONFLICTING = "conflicting"
    NOTHING_SUPPORTED = "nothing_supported"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open code points `start:end` into the body of one stored revision."""

    article: Article
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The words at the span, exactly as stored."""
        return self.article.body[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that an answerer wants to say, with the spans it rests on. Carries no markers and no numbers.

    `highlight` is where in `text` the few words stand that answer, when they are known.
    """

    text: str
    spans: tuple[Span, ...]
    score: float = 1.0
    highlight: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """The n-th exact passage that an answer rests on, the other articles that carry the same text, and who speaks."""

    n: int
    span: Span
    score: float
    copies: tuple[Article, ...] = ()
    attribution: Attribution = OWN_WORDS


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with its markers; `start:end` are code points into the answer's text.

    So is `highlight`: the few words in it that answer a question for a name, a time, a place or a number.
    `attribution` names whose words the cited sentences report; None when an article says it on its own.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    support: float
    verdict: Verdict
    independent_sources: int
    highlight: tuple[int, int] | None = None
    attribution: str | None = None


class Difference(StrEnum):
    """`CHANGED`: later articles tell it otherwise. `DISAGREE`: articles of one time do."""

    CHANGED = "changed"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Told:
    """What one article answers: the words of the answer, and the sentence in which they stand."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different answers to one question, the newest first."""

    difference: Difference
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing is said: a code for programs and a sentence for people."""

    code: ReasonCode
    message: str


@dataclass(frozen=True, slots=True)
class Covered:
    """From when to when the articles of a collection were published; None without any dated article."""

    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a chat model was paid for and how often it was asked again; zero for the extractive answerer."""

    input_tokens: int = 0
    output_tokens: int = 0
    retries: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.retries + other.retries,
        )


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer or an abstention, the same on every surface.

    Invariants, held by `assemble`: `citation.span.quote` is the stored text; `text[s.start:s.end] == s.text`; the
    markers in `text` and the citations' numbers are the same set, contiguous from 1 in order of first use.
    `standalone_question` is the question with what it left to earlier turns filled in. `covers` is set when nothing
    is said.
    """

    id: str
    question: str
    standalone_question: str
    collection: str
    asked_at: datetime
    created_at: datetime
    status: Status
    mode: Mode
    model: str
    index_version: str
    text: str = ""
    reason: Reason | None = None
    covers: Covered | None = None
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    withheld: int = 0
    conflicts: tuple[Conflict, ...] = ()
    later_coverage: bool = False
    notices: tuple[str, ...] = ()
    hints: Hints = NO_HINTS
    usage: Usage = NO_USAGE
    timings: dict[str, float] = field(default_factory=dict)
