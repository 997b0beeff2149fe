"""Whether the cited words carry a statement: a score, a verdict, and what is missing. No network, no language model.

Hard rules speak first: questions, and words that tell a writing machine what to do, are no evidence; words in quotation
marks must be in a quote verbatim; numbers, dates and names must be in the quotes under some spelling; a changed number,
a flipped negation, an opposite word or swapped roles contradict; what is planned, possible or alleged does not carry
that it was done. What is left is a matter of degree, weighed by a small logistic model (`_WEIGHTS`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from answering.alignment import Index, Match, broken, match_word, shares_of, walk
from answering.answer import Verdict
from answering.certainty import overstates
from answering.contradiction import SAME_MATTER, Pair, contradicts
from answering.details import missing_dates, missing_names, missing_numbers
from answering.instruction import is_bare_instruction, without_instructions
from answering.measure import other_measure
from answering.near_copy import edits, other_names, turns
from answering.questioning import is_bare_question, without_questions
from answering.saying_no import plainly
from answering.spelling import plain, short_names
from answering.subject import other_speaker, other_subject
from answering.tokens import PLAIN, read_words, share_names
from answering.verbatim import holds_words, is_verbatim, quoted_words
from corpus.sentence import sentence_spans

Similarity = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Support:
    """How well the quotes carry a statement: `score` in 0..1, the verdict, and the details found in no quote."""

    score: float
    verdict: Verdict
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """What the logistic model weighs. `similarity` is None when no embedder was asked.

    `breaks`: ln(0.03 + cost per word) of reading all words of the statement off the quotes in order (`walk`).
    `jumps`: the same for its telling words, where leaving words out is free and a synonym will do, not logarithmic.
    `numbers_missing`, `names_missing`: ln(1 + count). `similarity`: the highest cosine to a quote, 0..1.
    """

    breaks: float
    jumps: float
    numbers_missing: float
    names_missing: float
    similarity: float | None = None


# Fitted by `python -m evals.calibrate_support` on 953 summary sentences of CNN/Daily Mail and XSum news with three
# human votes each (QAGS: Wang et al., 2020) and 707 claims about cited web pages (WiCE: Kamoi et al., 2023; partly
# supported counts as not), each beside the five sentences of its article that share most with it, the three suites
# weighing the same. Held-out ROC AUC 0.89, 0.71 and 0.82; docs/benchmarks.md has the intervals and the baselines.
_INTERCEPT = -0.314
_WEIGHTS = {"breaks": -0.74, "jumps": -3.614, "numbers_missing": -2.49, "names_missing": -0.964}
_INTERCEPT_WITH_SIMILARITY = -1.496
_WEIGHTS_WITH_SIMILARITY = {
    "breaks": -0.591, "jumps": -3.115, "numbers_missing": -2.544, "names_missing": -0.97, "similarity": 1.892,
}  # fmt: skip
# The operating point. In those suites half of the statements are not supported; of the statements that score at least
# 0.6, people called 82 %, 66 % and 84 % supported. 23 of 25 honest paraphrases of news sentences pass, none of 33
# falsified ones (tests/test_verify.py). From 0.3 on, something of the statement is usually in the quotes.
SUPPORTED, _PARTLY = 0.6, 0.3
# In a statement of few words, names alone would carry a verb that is nowhere ("The port of Skelmouth exploded"). So of
# at most this many plain words more than half must be in the quotes, unless the meaning is this near (cosine).
_SHORT, _SAYS_THE_SAME = 4, 0.75
# The weighted share of telling words from which on a sentence may be one that the statement copies, but for a word.
_NEAR = 0.4
# What the hard rules leave of the score, so that scores order statements across rules as well.
_QUOTE_CAP, _CONTRADICTION_CAP = 0.2, 0.1
# A statement is a sentence or a few. Longer text is unsupported unless it is verbatim; a word or a figure that stands
# in the quotes very often is looked for in its first places. So no text buys more than a second or two of work.
_LONGEST = 4_000


def verify(statement: str, quotes: Sequence[str], *, similarity: Similarity | None = None) -> Support:
    """Whether `quotes`, the words of the cited spans, carry `statement`. Raises on no text.

    A sentence of the quotes, word for word, scores 1.0. `similarity` gives the cosines of a text to others; it is asked
    only where the words alone do not settle the matter.
    """
    said = plain(statement)
    is_quoting = '"' in said and not is_bare_instruction(said)
    held = _evidence(quotes, is_quoting)
    if not (said and held) or is_bare_question(said):
        return Support(0.0, Verdict.UNSUPPORTED)
    if any(is_verbatim(said, quote) for quote in held):
        return Support(1.0, Verdict.SUPPORTED)
    if len(said) > _LONGEST:
        return Support(0.0, Verdict.UNSUPPORTED)
    texts = [plain(quote) for quote in held]
    invented = [
        words for words in dict.fromkeys(quoted_words(said)) if not any(holds_words(text, words) for text in texts)
    ]
    comparison = _compare(said, held)
    signals = comparison.signals
    details = (*invented, *comparison.missing)
    if comparison.contradicted:
        return Support(_CONTRADICTION_CAP * support_probability(signals), Verdict.CONTRADICTED, details)
    if invented:
        return Support(_QUOTE_CAP * support_probability(signals), Verdict.UNSUPPORTED, details)
    if similarity is not None:
        signals = replace(signals, similarity=_highest(similarity(statement, held)))
    score = support_probability(signals)
    if details or comparison.uncertain or (comparison.unsaid and (signals.similarity or 0.0) < _SAYS_THE_SAME):
        score *= SUPPORTED  # keeps the order, and never reaches the threshold
    verdict = Verdict.UNSUPPORTED
    if score >= _PARTLY:
        verdict = Verdict.SUPPORTED if score >= SUPPORTED and not details else Verdict.PARTLY
    return Support(score, verdict, details)


def signals_of(statement: str, quotes: Sequence[str], *, similarity: Similarity | None = None) -> Signals:
    """The signals alone, for fitting the model to judged statements."""
    held = _evidence(quotes, is_quoting=False)
    signals = _compare(plain(statement)[:_LONGEST], held).signals
    return signals if similarity is None else replace(signals, similarity=_highest(similarity(statement, held)))


def _evidence(quotes: Sequence[str], is_quoting: bool) -> list[str]:
    """What of the quotes asserts something; a statement that quotes may quote orders and questions too."""
    held = [without_instructions(quote, quoted_too=not is_quoting) for quote in quotes]
    return [kept for quote in held if plain(kept := quote if is_quoting else without_questions(quote))]


def support_probability(signals: Signals) -> float:
    """The probability, 0..1, that people would call the statement supported."""
    weights, logit = _WEIGHTS, _INTERCEPT
    if signals.similarity is not None:
        weights, logit = _WEIGHTS_WITH_SIMILARITY, _INTERCEPT_WITH_SIMILARITY
    logit += sum(weight * getattr(signals, name) for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def _highest(cosines: Sequence[float]) -> float | None:
    finite = [float(c) for c in cosines if math.isfinite(c)]
    return max(0.0, min(1.0, max(finite))) if finite else None


@dataclass(frozen=True, slots=True)
class _Comparison:
    signals: Signals
    missing: tuple[str, ...]
    contradicted: bool
    unsaid: bool = False
    uncertain: bool = False


def _compare(said: str, held: Sequence[str]) -> _Comparison:
    text = plainly(short_names(said))
    mine = read_words([text], quoted=False)
    sentences = [
        plainly(short_names(sentence))
        for quote in held
        for span in sentence_spans(quote)
        if (sentence := plain(quote[span.start : span.end]))
    ]
    theirs = read_words(sentences)
    share_names(mine, theirs)
    index = Index(theirs)
    matches = [match_word(word, at, index) for at, word in enumerate(mine.words) if word.weight]
    shares = shares_of(matches, theirs.words, len(sentences))
    numbers, dates = missing_numbers(mine, theirs), missing_dates(mine, theirs)
    names = missing_names(matches, mine, theirs)
    missing = (*(q.text for q in numbers), *(d.text for d in dates), *names)
    signals = Signals(
        breaks=math.log(0.03 + broken(mine, index) / max(1, len(mine.words))),
        jumps=walk([(m.places, m.word.weight) for m in matches], theirs.words, 0.0, 0.3) / max(1, len(mine.words)),
        numbers_missing=math.log1p(min(2, len(numbers) + len(dates))),
        names_missing=math.log1p(len(names)),
    )
    close = {i for i, share in enumerate(shares) if share >= SAME_MATTER}
    unsaid = _is_unsaid(matches)
    uncertain = overstates(matches, mine, theirs, close)
    near = sorted((i for i, share in enumerate(shares) if share >= _NEAR), key=lambda i: -shares[i])
    changed = edits(mine, theirs, near)
    others = [name for edit in changed for name in other_names(edit, theirs)]
    others += other_subject(matches, mine, theirs, len(sentences))
    others += other_speaker(matches, text, mine, theirs, sentences)
    missing = (*missing, *(name for name in dict.fromkeys(others) if name not in missing))
    pair = Pair(mine, theirs, index, matches, close, numbers, dates)
    otherwise = any(map(turns, changed)) or other_measure(mine, theirs, set(near)) or contradicts(pair)
    return _Comparison(signals, missing, otherwise, unsaid, uncertain)


def _is_unsaid(matches: Sequence[Match]) -> bool:
    """Whether a short statement's names are in the quotes, but half or more of what it says of them is not."""
    plain_words = [match for match in matches if match.word.weight == PLAIN]
    missing = sum(not match.credit for match in plain_words)
    return len(plain_words) <= _SHORT and missing * 2 >= len(plain_words) > 0
