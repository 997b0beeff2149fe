"""Read passages into the sentences that could answer a question, and weigh its terms by how rare they are there."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from answering.answer import Span
from answering.instruction import is_instruction
from answering.listing import list_spans
from answering.question import Question
from answering.stem import stem, stems
from answering.terms import has
from corpus.sentence import sentence_spans
from retrieval.passage import Passage

_SUBJECT_PRONOUN = re.compile(r"^[\"“]?(?:He|She|They|It|His|Her|Their|Its)\b")
_STANDS_FOR = re.compile(r"\b(?:he|she|they|his|her|their|it|its)\b", re.IGNORECASE)
NAME = re.compile(r"\b[A-Z][^\W\d_]{2,}(?:-[^\W\d_]+)*\b")
_ENDED = re.compile(r"[.!?…:;][\"”’'»)\]]*$")
_ROW = re.compile(r"\S \| \S")  # of a table
_ASKS = re.compile(r"\?[\"”’'»)\]]*$")
# An article about itself: "This article was first published ...", and what a correction says was wrong.
_OF_ITSELF = re.compile(
    r"^(?:This|The) (?:article|story|report|post) (?:is|was|has been|originally|first|appeared)\b|"
    r"\b(?:earlier|previous|original|first) versions? of (?:this|the|our) (?:article|story|report|post|headline)\b",
)
_LONGEST, _SHORTEST_WORDS, _HEADING_WORDS = 700, 3, 14
_NOTICE = 3  # articles that end in the same line; two may carry one agency's text
_OUTSIDE = 500  # characters read on either side of a passage
GENERIC = frozenset(
    stems(
        "say tell think believe argue claim describe speak put call want go get take make use do hold held locate "
        "occur place become US came come went got took made gave say said"
    )
)


@dataclass(slots=True)
class Candidate:
    """A sentence that could answer: where it stands, and what was seen of it and its neighbours.

    `known` holds its stems and those of the names that its pronouns may mean; `around` also its neighbours' and the
    headline's.
    """

    passage: Passage
    start: int
    end: int
    text: str
    line: int
    number: int
    stems: list[str]
    known: frozenset[str]
    around: frozenset[str]

    @property
    def span(self) -> Span:
        """Where it stands in its article."""
        return Span(self.passage.article, self.start, self.end)

    def follows(self, other: "Candidate", step: int = 1) -> bool:
        """Whether it stands so many sentences after another of the same passage; with -1 one before."""
        return self.passage is other.passage and self.number == other.number + step

    def words(self, start: int, end: int) -> str:
        """What stands in its article from `start` to `end`, as the words that the reader found in it."""
        return self.passage.article.body[start:end]


@dataclass(frozen=True, slots=True)
class Reading:
    """The passages read for one question: its candidates, the weights of its terms, the stems found anywhere."""

    candidates: list[Candidate]
    weights: dict[str, float]
    anywhere: frozenset[str]

    def before(self, c: Candidate) -> Candidate | None:
        """The sentence before one that opens with a pronoun, in the same paragraph."""
        other = self.beside(c, -1) if _SUBJECT_PRONOUN.match(c.text) else None
        return other if other is not None and other.line == c.line else None

    def beside(self, c: Candidate, step: int) -> Candidate | None:
        """The sentence of the same passage that stands so many after it; with -1 the one before."""
        return next((o for o in self.candidates if o.follows(c, step)), None)


def read_passages(question: Question, passages: Sequence[Passage]) -> Reading:
    """Split the passages into candidate sentences and weigh the question's terms by how few sentences hold them.

    Headings, questions, orders to an assistant, notices under articles, boilerplate-short and overlong sentences are
    left out; each place is read once.
    """
    candidates: list[Candidate] = []
    anywhere: set[str] = set()
    seen: set[tuple[str, int, int]] = set()
    notices = _notices(passages)
    for passage in passages:
        title = frozenset(stems(passage.article.title))
        anywhere |= title
        candidates.extend(c for c in _sentences(passage, title, seen) if not any(c.text in line for line in notices))
    for candidate in candidates:
        anywhere |= candidate.around
    anywhere |= _elsewhere_in(question, passages, anywhere)
    weights = {}
    for term in question.terms:
        df = sum(term in c.known for c in candidates)
        rarity = math.log((len(candidates) + 1) / (df + 0.5)) / math.log(len(candidates) + 2)
        weights[term] = _base_weight(question, term) * (0.5 + min(1.0, max(0.0, rarity)))
    return Reading(candidates, weights, frozenset(anywhere))


def _notices(passages: Sequence[Passage]) -> list[str]:
    """Last lines that several of the articles share: what a publisher puts under everything ("Sign up for ...")."""
    bodies = {passage.article.id: passage.article.body for passage in passages}
    endings = Counter(body.rstrip().rpartition("\n")[2] for body in bodies.values())
    return [line for line, count in endings.items() if count >= _NOTICE]


def _elsewhere_in(question: Question, passages: Sequence[Passage], found: set[str]) -> set[str]:
    """Names of the question that stand in the articles, though not in the passages that were found."""
    missing = [n for n in question.names if not has(n, frozenset(found))]
    bodies = {id(p.article): p.article.body.lower() for p in passages} if missing else {}
    return {n for n in missing if any(question.shown[n].lower() in body for body in bodies.values())}


def _base_weight(question: Question, term: str) -> float:
    if term in question.numbers:
        weight = 1.3
    elif term in question.names:
        weight = 1.5
    else:
        weight = 0.4 if term in GENERIC or term in question.focus else 1.0
    return weight * (0.6 if term in question.background else 1.0)


def _sentences(passage: Passage, title: frozenset[str], seen: set[tuple[str, int, int]]) -> list[Candidate]:
    text, article = passage.text, passage.article
    lists = list(list_spans(text))
    spans = [s for s in sentence_spans(text, article.language) if not any(x.start <= s.start < x.end for x in lists)]
    spans = sorted([*spans, *lists], key=lambda span: span.start)
    before, after = _neighbours(passage)
    texts = [*before, *(text[s.start : s.end] for s in spans), *after]
    held = [stems(t) for t in texts]
    found: list[Candidate] = []
    for i, span in enumerate(spans, start=len(before)):
        place = (article.id, article.revision, passage.start + span.start)
        if place in seen or not _could_answer(texts[i], is_list=span in lists):
            continue
        seen.add(place)
        meant = _meant(texts[i], texts[max(0, i - 2) : i])
        near = set(held[i]).union(*held[max(0, i - 2) : i + 2])
        found.append(
            Candidate(
                passage=passage, start=place[2], end=passage.start + span.end, text=texts[i],
                line=text.count("\n", 0, span.start), number=i - len(before), stems=held[i],
                known=frozenset(held[i]) | meant, around=frozenset(near | title),
            )
        )  # fmt: skip
    return found


def _neighbours(passage: Passage) -> tuple[list[str], list[str]]:
    """The two sentences before a passage and the one after: who "she" is may stand just outside of it."""
    body, language = passage.article.body, passage.article.language
    lead = body[max(0, passage.start - _OUTSIDE) : passage.start]
    tail = body[passage.end : passage.end + _OUTSIDE]
    before, after = sentence_spans(lead, language)[-2:], sentence_spans(tail, language)[:1]
    return [lead[s.start : s.end] for s in before], [tail[s.start : s.end] for s in after]


def _meant(sentence: str, before: Sequence[str]) -> frozenset[str]:
    """The names that a pronoun of the sentence may mean: those of the nearest sentence `before` with any."""
    if _STANDS_FOR.search(sentence):
        for other in reversed(before):
            if names := [stem(w) for w in NAME.findall(other)]:
                return frozenset(names)
    return frozenset()


def _could_answer(sentence: str, is_list: bool) -> bool:
    words = len(sentence.split())
    if len(sentence) > _LONGEST or words < _SHORTEST_WORDS or _ASKS.search(sentence):
        return False
    if not (is_list or _ROW.search(sentence) or _ENDED.search(sentence)) and words < _HEADING_WORDS:
        return False
    return not _OF_ITSELF.search(sentence) and not is_instruction(sentence)
