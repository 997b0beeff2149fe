"""From a model's reply to claims with exact spans: each sentence is tied to the stored sentences that carry it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from answering.answer import Claim, Span
from answering.instruction import is_instruction
from answering.questioning import is_question
from answering.reply import Sentence, read_reply
from answering.stem import WORD, stem, stems
from corpus.sentence import sentence_spans
from corpus.words import STOP_WORDS
from retrieval.passage import Passage

_MOST_CLAIMS = 40  # of one reply; the prompt asks for six
_MOST_CITED = 4  # passages behind one claim
# A second sentence, or a second passage, is cited when it adds a fifth of the claim's weight: two of ten telling words.
_GAIN = 0.2
# Or, for another passage, when it holds nearly as much of the claim as the best one: then it tells the same.
_AS_GOOD = 0.8
# Numbers and names are what a claim stands or falls with.
_NUMBER, _NAME, _WORD = 2.0, 1.5, 1.0


@dataclass(frozen=True, slots=True)
class _Carrier:
    """A stored sentence: its place in the body, its number in the passage, and the stems of its words."""

    start: int
    end: int
    number: int
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """The sentences of one passage that carry a claim, in order, and the claim's stems that they hold."""

    passage: Passage
    carriers: tuple[_Carrier, ...]
    held: frozenset[str]


def parse_claims(reply: str, passages: Sequence[Passage]) -> tuple[Claim, ...]:
    """The sentences of `reply`, without markers and markup, each with the stored sentences that carry it.

    Markers `[n]` count `passages` from 1; one that points nowhere is dropped, and a sentence without a valid one gives
    a claim without spans. A claim's score, 0..1, is the share of its telling words that its spans hold. Nothing is said
    twice. Empty when the reply says that the passages do not answer. Never raises.
    """
    language = passages[0].article.language if passages else "en"
    carriers: dict[int, tuple[_Carrier, ...]] = {}
    claims: dict[str, Claim] = {}
    for sentence in read_reply(reply, len(passages), language):
        if len(claims) >= _MOST_CLAIMS:
            break
        if sentence.text not in claims or not claims[sentence.text].spans:
            for n in sentence.cited:
                if n not in carriers:
                    carriers[n] = _carriers(passages[n - 1])
            claims[sentence.text] = _claim(sentence, passages, carriers)
    return tuple(claims.values())


def ground(text: str, passages: Sequence[Passage]) -> Claim:
    """A sentence with the stored sentences that carry it, whichever of the passages they stand in."""
    carriers = {n: _carriers(passage) for n, passage in enumerate(passages, start=1)}
    return _claim(Sentence(text, tuple(carriers)), passages, carriers)


def _carriers(passage: Passage) -> tuple[_Carrier, ...]:
    text, offset = passage.text, passage.start
    return tuple(
        _Carrier(offset + span.start, offset + span.end, i, frozenset(stems(text[span.start : span.end])))
        for i, span in enumerate(sentence_spans(text, passage.article.language))
        if not is_instruction(text[span.start : span.end]) and not is_question(text[span.start : span.end])
    )


def _claim(sentence: Sentence, passages: Sequence[Passage], carriers: dict[int, tuple[_Carrier, ...]]) -> Claim:
    weights = _weights(sentence.text)
    found = [_best(passages[n - 1], carriers[n], weights) for n in sentence.cited if carriers[n]]
    if not found:
        return Claim(sentence.text, (), 0.0)
    chosen = _worth_citing(found, weights)
    held = frozenset[str]().union(*(one.held for one in chosen))
    spans = dict.fromkeys(span for one in chosen for span in _spans(one))
    return Claim(sentence.text, tuple(spans), round(_share(held, weights), 4))


def _weights(text: str) -> dict[str, float]:
    """The claim's telling words as stems, with what each counts; all its words when none is telling."""
    words = WORD.findall(text)
    telling = [word for word in words if word.lower() not in STOP_WORDS] or words
    return {stem(w): _NUMBER if w[0].isdigit() else _NAME if w[0].isupper() else _WORD for w in telling}


def _best(passage: Passage, carriers: Sequence[_Carrier], weights: dict[str, float]) -> _Found:
    """The sentence that holds most of the claim, the shorter of two such, and one more where it adds enough."""
    claimed = weights.keys()
    first = max(carriers, key=lambda c: (_share(claimed & c.stems, weights), -len(c.stems), -c.start))
    held = frozenset(claimed & first.stems)
    rest = [c for c in carriers if c is not first and _share((claimed & c.stems) - held, weights) >= _GAIN]
    if not rest:
        return _Found(passage, (first,), held)
    # Of two that add as much, the nearer one: what a pronoun means stands just before it.
    second = max(
        rest, key=lambda c: (_share((claimed & c.stems) - held, weights), -abs(c.number - first.number), -c.start)
    )
    both = (first, second) if first.start < second.start else (second, first)
    return _Found(passage, both, held | (claimed & second.stems))


def _worth_citing(found: Sequence[_Found], weights: dict[str, float]) -> list[_Found]:
    """The cited passages that carry the claim or a part of it, in the order cited; at least the best one."""
    ranked = sorted(found, key=lambda one: -_share(one.held, weights))
    best = _share(ranked[0].held, weights)
    chosen, held = [ranked[0]], ranked[0].held
    for one in ranked[1:_MOST_CITED]:
        as_good = best > 0 and _share(one.held, weights) >= _AS_GOOD * best
        if as_good or _share(one.held - held, weights) >= _GAIN:
            chosen.append(one)
            held |= one.held
    return [one for one in found if one in chosen]


def _share(held: frozenset[str] | set[str], weights: dict[str, float]) -> float:
    total = sum(weights.values())
    return sum(weights[s] for s in held) / total if total else 0.0


def _spans(found: _Found) -> tuple[Span, ...]:
    """One span for each sentence, or one for two that follow each other on one line."""
    article = found.passage.article
    for before, after in pairwise(found.carriers):
        if after.number == before.number + 1 and "\n" not in article.body[before.end : after.start]:
            return (Span(article, before.start, after.end),)
    return tuple(Span(article, carrier.start, carrier.end) for carrier in found.carriers)
