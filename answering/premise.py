"""Whether a question takes for granted what the articles deny: another number, another day, the opposite.

A question is turned into the statement that it presupposes ("Why did the council raise the tax by 8 per cent?": "the
council raise the tax by 8 per cent"), and the support check reads it against the nearest sentences. Only what the check
calls contradicted counts, and only in sentences that hold all the question's names: a premise that no article mentions
is no false one. Plain rules for English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.answer import Span, Verdict
from answering.day import days, in_full
from answering.deed import deed, is_denied
from answering.lexicon import OPPOSITES, is_negator
from answering.quantity import quantities
from answering.question import Kind, Question
from answering.spelling import plain
from answering.stem import WORD, stem, stems
from answering.terms import coverage
from answering.verify import verify
from retrieval.dates import stretches

_TAKES_THE_MATTER = (Kind.WHY, Kind.WHEN, Kind.WHERE, Kind.HOW)
_LOOKED_AT = 8  # sentences, the nearest first
_ASKING = re.compile(
    r"^\W*(?:(?:and|but|so|then|please|exactly)\W+)*(?:(?:for|in|at|on|by|to|from|of|with|since|until) )?"
    r"(?:why|when|where|how|who|whom|whose|what|which)\b",
    re.IGNORECASE,
)
# The auxiliary that a question puts before its subject; the statement's verb stands after the subject anyway.
_AUXILIARY = re.compile(
    r"^\W*(?:did|does|do|will|would|can|could|should|has|have|had|is|are|was|were)(?P<not>n['’]t)?\b", re.IGNORECASE
)
_CHANGES = frozenset(
    stems("raise cut rise fall increase decrease reduce decline grow shrink accept reject approve refuse")
)
# "What caused the hole?", "The barge did not cause the hole": an answer, too. "Where could they meet?" supposes.
_TAKES_NOTHING = re.compile(
    r"^\W*(?:(?:what|who|which)\b|(?:why|when|where|how) (?:could|might|would|may)\b)", re.IGNORECASE
)
# "It will not open before May" says that it will, "it was due to open" neither.
_LEFT_OPEN = re.compile(
    r"(?:\bnot|n['’]t)\b[^.;:]{0,60}\b(?:before|until|till)\b|"
    r"\b(?:due|planned|meant|supposed|expected|scheduled|hoped) to\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_CONTRACTED = re.compile(r"^\W*(?:can|won|shan)['’]t\b", re.IGNORECASE)
# "Before 2025" bounds the time that is asked for, and takes nothing for granted.
_BOUND = re.compile(
    r",?\s*\b(?:before|after|since|until|till|up to|prior to|as of)\s+(?:the )?[\w ,]*?\d[\w ,]*$", re.IGNORECASE
)
_QUANTITY_ASKED = re.compile(r"^\W*(?:many|much|long|far|old|often|big|tall|high|fast)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Denied:
    """A sentence that contradicts what the question takes for granted, and the words of both that differ, if plain."""

    span: Span
    asked: str | None = None
    told: str | None = None


def premise(question: Question) -> str | None:
    """What the question takes for granted, as words in the order of a statement; None when it takes nothing."""
    text = question.text.strip().rstrip("? .!")
    match = _ASKING.match(text)
    # A question for yes or no takes the matter itself for open.
    return statement(question) if match else None


def statement(question: Question) -> str | None:
    """The question in the order of a statement, whatever it takes for granted; None when nothing is left of it."""
    text = _BOUND.sub("", _without_stretches(question.text).strip().rstrip("? .!"))
    match = _ASKING.match(text)
    rest = text[match.end() :] if match else text
    rest = _CONTRACTED.sub("not", _QUANTITY_ASKED.sub("", rest, count=1).strip())
    return _AUXILIARY.sub(lambda found: "not" if found["not"] else "", rest).strip() or None


def _without_stretches(text: str) -> str:
    """The text without times whose numbers another number or day does not deny: "between 3 and 5 May", "8 days ago"."""
    for start, end in reversed(stretches(text)):
        if quantities(words := plain(text[start:end])) or days(words):
            text = f"{text[:start].rstrip()} {text[end:].lstrip()}"
    return text


def find_denied(question: Question, sentences: Sequence[tuple[Span, str]]) -> Denied | None:
    """The first of the nearest sentences that denies the premise; None when none does, or when one bears it out.

    Each comes with its words, which may name whom its pronouns mean.
    Only a question with a number, a day, a negation of its own or a deed, or a sentence with a negation, can be denied.
    """
    said = premise(question)
    if said is None:
        return None
    verb = deed(question) if question.kind in _TAKES_THE_MATTER and not is_negated(said) else None
    if verb is None and len(stems(said)) < 3:
        return None
    denied: Denied | None = None
    # "Who died?", "Nobody died": an answer, and no false premise.
    takes = question.kind in _TAKES_THE_MATTER and not _TAKES_NOTHING.match(question.text)
    for span, words in sentences[:_LOOKED_AT]:
        if is_negated(said) and _was_ahead(said, span):
            continue
        if verb and takes and is_denied(verb, words) and _names_all(question, span, words, verb):
            denied = denied or Denied(span, question.shown[verb])
            continue
        support = verify(said, [words])
        if support.verdict is Verdict.SUPPORTED and _names_all(question, span, words):
            return None
        if denied is None and support.verdict is Verdict.CONTRADICTED and _names_all(question, span, words):
            asked, told = _difference(said, words, _left_aside(question, span))
            if not asked and takes:
                asked, told = _opposites(said, words)
            is_turned = is_negated(said) != is_negated(words) and not _LEFT_OPEN.search(words)
            if asked or (takes and is_turned):
                denied = Denied(span, asked, told)
    return denied


def _was_ahead(said: str, span: Span) -> bool:
    """Whether a day that is named was yet to come when an article was published, which cannot know what came of it."""
    published = span.article.published_at
    return published is not None and any(
        day.month is not None and day.day is not None
        and (day.year or published.year, day.month, day.day) > (published.year, published.month, published.day)
        for day in days(plain(said))
    )  # fmt: skip


def _names_all(question: Question, span: Span, words: str, verb: str = "") -> bool:
    """Whether the sentence or its headline has every name of the question; without names, half of its other words."""
    held = frozenset(stems(f"{words} {span.article.title}"))
    others = {term: 1.0 for term in question.terms if term != verb}
    return all(name in held for name in question.names) and (
        not verb or bool(question.names) or coverage(others, frozenset(stems(words))) >= 0.5
    )


def is_negated(text: str) -> bool:
    """Whether there is a "not", "never", "nobody" or the like in it."""
    return any(map(is_negator, re.findall(r"[a-z']+", plain(text).lower())))


def _left_aside(question: Question, span: Span) -> frozenset[str]:
    """The years and months of the question that no other year or month denies, as they are written.

    Who won in 2022 is no less asked where another won in 2017; and an article of June 2022 tells of June 2022, whatever
    other times it names.
    """
    words = plain(question.text)
    years = _YEAR.findall(words)
    aside = set(years if question.kind in (Kind.WHO, Kind.WHAT) else ())
    if when := span.article.published_at:
        aside.update(year for year in years if year == str(when.year))
        aside.update(
            day.text for day in days(words)
            if day.day is None and day.month == when.month and day.year in (None, when.year)
        )  # fmt: skip
    return frozenset(aside)


def _difference(said: str, told: str, aside: frozenset[str]) -> tuple[str | None, str | None]:
    """The number or day of the question that the sentence has otherwise, and what it has instead.

    Those left `aside` are none when they stand alone.
    """
    mine, theirs = plain(said), plain(told)
    for asked in quantities(mine):
        if asked.text in aside:
            continue
        others = [one for one in quantities(theirs) if one.unit == asked.unit]
        if others and not any(asked.agrees(one) or one.agrees(asked) for one in others):
            return asked.text, others[0].text if len(others) == 1 else None
    for day in days(mine):
        dated = days(theirs)
        if day.text not in aside and dated and not any(day.agrees(one) or one.agrees(day) for one in dated):
            return day.text, dated[0].text if len(dated) == 1 else None
    return None, None


def _opposites(said: str, told: str) -> tuple[str | None, str | None]:
    """A word of the question for a change, and the word of the sentence for the opposite one."""
    mine, theirs = ({stem(word): word for word in WORD.findall(plain(text))} for text in (said, told))
    for root, word in mine.items():
        for other in sorted(OPPOSITES.get(root, frozenset()) & theirs.keys()) if root in _CHANGES else ():
            if root not in theirs and other in _CHANGES:
                return word, theirs[other]
    return None, None


def in_words(denied: Denied) -> str:
    """One sentence that says what the question takes for granted and who says otherwise."""
    article = denied.span.article
    day = f" of {in_full(article.published_at)}" if article.published_at else ""
    source = f"{article.publisher or article.title}{day}"
    if denied.asked and denied.told:
        return f"The question says “{denied.asked}”; {source} says “{denied.told}”."
    what = f"“{denied.asked}”" if denied.asked else "something"
    return f"The question takes {what} for granted that {source} contradicts."
