"""Put checked claims together: withhold, number the citations, write the markers. Invariants are made here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answering.answer import Citation, Claim, Policy, Span, Statement, Verdict
from corpus.article import Article

# Article text may hold "[1]" of its own; in an answer square-bracketed numbers are markers and nothing else.
_FOREIGN_MARKER = re.compile(r"\[(\d+)\]")
# The marker goes before a sentence's last full stop, but never inside a closing quotation mark.
_LAST_STOP = re.compile(r"^(?P<words>.*[^.?!…\s])(?P<stop>[.?!])$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with what the check of its spans found."""

    claim: Claim
    support: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Assembled:
    """The text of an answer with its statements and citations; empty when nothing could be said."""

    text: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    withheld: int


def assemble(
    judged: Sequence[Judged],
    policy: Policy,
    max_citations: int,
    copies: Mapping[str, tuple[Article, ...]],
) -> Assembled:
    """The answer's text from claims in the order given. `copies` are, by article id, articles with the same text.

    Under `strict` only supported claims stand; under `mark` and `off` every claim that cites something does. It holds:
    every citation's quote is a slice of its stored body; `text[s.start:s.end] == s.text`; markers and citation numbers
    are the same set, contiguous from 1 in order of first use.
    """
    numbers: dict[tuple[str, int, int, int], Citation] = {}
    statements: list[Statement] = []
    withheld = 0
    position = 0
    for one in judged:
        spans = [span for span in one.claim.spans if _is_exact(span)]
        stands = policy is not Policy.STRICT or one.verdict is Verdict.SUPPORTED
        if not spans or not stands:
            withheld += 1
            continue
        cited = _number(spans, one.claim.score, numbers, max_citations, copies)
        if not cited:
            continue  # the answer already holds as many citations as were asked for
        text = _marked(one.claim.text, [citation.n for citation in cited])
        start = position + (1 if statements else 0)
        position = start + len(text)
        statements.append(
            Statement(
                text=text,
                start=start,
                end=position,
                citations=tuple(citation.n for citation in cited),
                support=round(one.support, 4),
                verdict=one.verdict,
                independent_sources=_independent(cited),
                highlight=_highlighted(one.claim, text, start),
            )
        )
    return Assembled(" ".join(s.text for s in statements), tuple(statements), tuple(numbers.values()), withheld)


def _is_exact(span: Span) -> bool:
    return 0 <= span.start < span.end <= len(span.article.body)


def _number(
    spans: Sequence[Span],
    score: float,
    numbers: dict[tuple[str, int, int, int], Citation],
    most: int,
    copies: Mapping[str, tuple[Article, ...]],
) -> list[Citation]:
    cited: list[Citation] = []
    for span in spans:
        place = (span.article.id, span.article.revision, span.start, span.end)
        if place not in numbers:
            if len(numbers) >= most:
                continue
            numbers[place] = Citation(len(numbers) + 1, span, round(score, 4), copies.get(span.article.id, ()))
        if numbers[place] not in cited:
            cited.append(numbers[place])
    return sorted(cited, key=lambda citation: citation.n)


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


def _independent(cited: Sequence[Citation]) -> int:
    """Outlets that say it on their own: articles of one outlet, and copies of one text, count once."""
    sources: list[set[str]] = []
    for citation in cited:
        everyone = (citation.span.article, *citation.copies)
        names = {article.publisher or article.id for article in everyone} | {article.id for article in everyone}
        overlapping = [known for known in sources if known & names]
        sources = [known for known in sources if not known & names]
        sources.append(names.union(*overlapping))
    return len(sources)
