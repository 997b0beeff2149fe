"""A passage: a stretch of a stored article found for a question."""

from dataclasses import dataclass, field

from corpus.article import Article
from retrieval.hints import NO_HINTS, Hints


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one revision that bear on a question.

    `score` is in 0..1, comparable within one search only; `similarity` is the cosine between question and passage
    (None when the passage was found by keyword alone and no vector was at hand). `start` and `end` are code points
    into `article.body`. `copies` are other articles that carry the same text: one source, told more than once.
    """

    rank: int
    score: float
    similarity: float | None
    article: Article
    start: int
    end: int
    copies: tuple[Article, ...] = ()

    @property
    def text(self) -> str:
        """The passage's words, exactly as stored."""
        return self.article.body[self.start : self.end]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages in order, what was understood of the question, and what the person should know about the search.

    `timings` are milliseconds by stage. `notices` are sentences, e.g. that vectors are being rebuilt.
    """

    passages: tuple[Passage, ...]
    index_version: str
    hints: Hints = NO_HINTS
    timings: dict[str, float] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    later_coverage: bool = False
