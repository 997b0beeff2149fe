"""Put checked claims together: withhold, number the citations, write the markers. Invariants are made here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from answering.answer import Citation, Claim, Policy, Span, Statement, Verdict
from answering.attribution import OWN_WORDS, Attribution, speakers
from corpus.article import Article

# Article text may hold "[1]" of its own; in an answer square-bracketed numbers are markers and nothing else.
_FOREIGN_MARKER = re.compile(r"\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
# The marker goes before a sentence's last full stop, but never inside a closing quotation mark.
_LAST_STOP = re.compile(r"^(?P<words>.*[^.?!…\s])(?P<stop>[.?!])$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with what the check of its spans found."""

    claim: Claim
    support: float
    verdict: Verdict
    attributions: Mapping[Span, Attribution] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that stands, and those citations that it is the first to use."""

    statement: Statement
    citations: tuple[Citation, ...]


class Assembler:
    """Makes the answer's text from checked claims, one after another. `copies` are articles with the same text, by id.

    Under `strict` only supported claims stand; under `mark` and `off` every claim that cites something does. It holds:
    every citation's quote is a slice of its stored body; `text[s.start:s.end] == s.text`; markers and citation numbers
    are the same set, contiguous from 1 in order of first use. What was stated once never changes.
    """

    def __init__(self, policy: Policy, max_citations: int, copies: Mapping[str, tuple[Article, ...]]) -> None:
        self._policy = policy
        self._most = max_citations
        self._copies = copies
        self._numbers: dict[tuple[str, int, int, int], Citation] = {}
        self._statements: list[Statement] = []
        self.withheld = 0

    @property
    def text(self) -> str:
        """The answer so far; empty when nothing could be said."""
        return " ".join(statement.text for statement in self._statements)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What stands, in order."""
        return tuple(self._statements)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the statements rest on, by number."""
        return tuple(self._numbers.values())

    def add(self, judged: Judged) -> Stated | None:
        """The claim as a statement; None when it is withheld, or when the answer has all the citations asked for."""
        claim = judged.claim
        spans = [span for span in claim.spans if _is_exact(span)]
        stands = self._policy is not Policy.STRICT or judged.verdict is Verdict.SUPPORTED
        if not spans or not stands:
            self.withheld += 1
            return None
        known = len(self._numbers)
        cited = self._number(spans, judged)
        if not cited:
            return None
        text = _marked(claim.text, [citation.n for citation in cited])
        start = self._statements[-1].end + 1 if self._statements else 0
        statement = Statement(
            text=text,
            start=start,
            end=start + len(text),
            citations=tuple(citation.n for citation in cited),
            support=round(judged.support, 4),
            verdict=judged.verdict,
            independent_sources=_independent(cited, self._copies),
            highlight=_highlighted(claim, text, start),
            attribution=speakers([citation.attribution for citation in cited]),
        )
        self._statements.append(statement)
        return Stated(statement, self.citations[known:])

    def _number(self, spans: Sequence[Span], judged: Judged) -> list[Citation]:
        """The citations of these spans, new ones numbered, as many as there is room for."""
        cited: set[int] = set()
        for span in spans:
            place = (span.article.id, span.article.revision, span.start, span.end)
            if place not in self._numbers:
                if len(self._numbers) >= self._most:
                    continue
                carried = self._copies.get(span.article.id, ())
                copies = tuple(article for article in carried if _has_the_figures(span.quote, article.body))
                voice = judged.attributions.get(span, OWN_WORDS)
                score = round(judged.claim.score, 4)
                self._numbers[place] = Citation(len(self._numbers) + 1, span, score, copies, voice)
            cited.add(self._numbers[place].n)
        return [citation for citation in self.citations if citation.n in cited]


def _is_exact(span: Span) -> bool:
    return 0 <= span.start < span.end <= len(span.article.body)


def _marked(text: str, numbers: Sequence[int]) -> str:
    words = _FOREIGN_MARKER.sub(r"(\1)", " ".join(text.split()))
    markers = "".join(f"[{n}]" for n in numbers)
    match = _LAST_STOP.match(words)
    return f"{match['words']} {markers}{match['stop']}" if match else f"{words} {markers}"


def _highlighted(claim: Claim, text: str, start: int) -> tuple[int, int] | None:
    """Where the words that answer stand in the answer's text; None when white space or markers broke them."""
    if claim.highlight is None:
        return None
    before, words = claim.text[: claim.highlight[0]], claim.text[slice(*claim.highlight)]
    at = len(" ".join(before.split())) + int(before[-1:].isspace() and bool(before.strip()))
    return (start + at, start + at + len(words)) if words and text[at : at + len(words)] == words else None


def _has_the_figures(quote: str, body: str) -> bool:
    """Whether a copy, which may differ in some words, has every figure of what is quoted: else it tells otherwise."""
    wanted = (rf"(?<!\d)(?<!\d[.,:]){re.escape(figure)}(?!\d|[.,:]\d)" for figure in _FIGURE.findall(quote))
    return all(re.search(figure, body) for figure in wanted)


def _independent(cited: Sequence[Citation], copies: Mapping[str, tuple[Article, ...]]) -> int:
    """Outlets that say it on their own: articles of one outlet, and copies of one text, count once."""
    sources: list[set[str]] = []
    for citation in cited:
        everyone = (citation.span.article, *copies.get(citation.span.article.id, ()))
        names = {article.publisher or article.id for article in everyone} | {article.id for article in everyone}
        overlapping = [known for known in sources if known & names]
        sources = [known for known in sources if not known & names]
        sources.append(names.union(*overlapping))
    return len(sources)
