"""Whose deed or words a sentence tells: a statement that gives them to somebody else."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from answering.alignment import Match, shares_of
from answering.attribution import attribution
from answering.details import belongs
from answering.name import same_name
from answering.tokens import PLAIN, TITLES, Text, Word, name_run

_CARRIES = 0.75  # the weighted share of what is said of somebody from which on a sentence carries it
_MOST = 5  # sentences that carry it; what more of them tell is not one person's deed
_LONGEST = 1_000  # characters of a sentence in which a speaker is looked for
_PRONOUNS = frozenset("he she it they who we i you this that which his her its their".split())
_BEFORE_PLACES = frozenset("in at of on for from near with by to after before under over outside against".split())
# Where one speaks for a company or a land, either is named.
_SPEAKS_FOR = re.compile(
    r"\b(?:spokes\w+|executive|chief|chair\w*|director|president|minister|secretary|officials?|pm|ceo|boss|head|leader"
    r"|manager|founder|lawyer)\b",
    re.IGNORECASE,
)


def other_subject(matches: Sequence[Match], mine: Text, theirs: Text, sentences: int) -> list[str]:
    """The full name that a statement opens with, where every sentence that tells the rest tells it of another one."""
    subject = _full_name(mine.words)
    told = [match for match in matches if match.at >= subject.stop]
    carriers = _carriers(told, mine, theirs, sentences) if subject else {}
    names = [mine.words[at] for at in subject]
    return [word.shown for word in names] if _all_of_another(names, told, theirs, carriers) else []


def other_speaker(matches: Sequence[Match], said: str, mine: Text, theirs: Text, texts: Sequence[str]) -> list[str]:
    """The speaker that a statement names, where every sentence that has the words gives them to another one."""
    speaker = _speaker(said, mine.words)
    told = [match for match in matches if match.word not in speaker]
    carriers = _carriers(told, mine, theirs, len(texts)) if speaker else {}
    for number, words in carriers.items():
        other = _speaker(texts[number], words)
        if not other or _has_any(words, speaker) or belongs(speaker, other, theirs.words):
            return []
        if len(speaker) == 1 and _SPEAKS_FOR.search(texts[number]):
            return []
    return [word.shown for word in speaker] if carriers else []


def _full_name(words: Sequence[Word]) -> range:
    """The places of the name of two words and more that the words open with, titles aside; empty without one."""
    start = next((at for at, word in enumerate(words) if word.lower not in TITLES and word.lower != "the"), 0)
    run = name_run(words, start) if words and words[start].name else range(0)
    return run if len(run) > 1 and not words[run[-1]].shown.endswith("'s") else range(0)


def _carriers(told: Sequence[Match], mine: Text, theirs: Text, sentences: int) -> dict[int, list[Word]]:
    """The sentences that have these words of a statement and all its figures, with their own; none if too many."""
    if not any(match.word.weight == PLAIN for match in told):
        return {}
    shares = shares_of(told, theirs.words, sentences)
    numbers = [number for number, share in enumerate(shares) if share >= _CARRIES]
    if len(numbers) > _MOST:
        return {}
    words: defaultdict[int, list[Word]] = defaultdict(list)
    for word in theirs.words:
        if word.sentence in numbers:
            words[word.sentence].append(word)
    return {number: words[number] for number in numbers if _has_figures(mine, theirs, number)}


def _has_figures(mine: Text, theirs: Text, number: int) -> bool:
    figures = [q for at, q in theirs.numbers if at == number]
    dates = [day for at, day in theirs.dates if at == number]
    return all(any(q.agrees(other) for other in figures) for _, q in mine.numbers) and all(
        any(day.agrees(other) for other in dates) for _, day in mine.dates
    )


def _all_of_another(
    names: Sequence[Word], told: Sequence[Match], theirs: Text, carriers: dict[int, list[Word]]
) -> bool:
    places = {at for match in told if match.word.weight == PLAIN for at in match.places}
    return bool(carriers) and all(_is_of_another(names, places, theirs, words) for words in carriers.values())


def _is_of_another(names: Sequence[Word], places: Collection[int], theirs: Text, words: Sequence[Word]) -> bool:
    """Whether another full name, and no pronoun, stands before what the sentence tells."""
    told = {id(theirs.words[at]) for at in places}
    first = next((at for at, word in enumerate(words) if id(word) in told), 0)
    before = words[:first]
    if _has_any(words, names) or any(word.lower in _PRONOUNS for word in before):
        return False
    runs = (name_run(before, at) for at, word in enumerate(before) if word.name)
    run = next((run for run in runs if len(run) > 1), range(0))
    leading = [word.lower for word in before[: run.start] if word.lower not in TITLES]
    if not run or (leading and leading[-1] in _BEFORE_PLACES):
        return False
    return not belongs(names, [before[at] for at in run], theirs.words)


def _has_any(words: Sequence[Word], names: Sequence[Word]) -> bool:
    return any(word.shown[0].isupper() and any(same_name(word.key, name.key) for name in names) for word in words)


def _speaker(text: str, words: Sequence[Word]) -> list[Word]:
    """The names of the one whose words a sentence reports."""
    who = attribution(text, 0, len(text)).speaker if len(text) <= _LONGEST else None
    at = text.find(who) if who else -1
    return [word for word in words if word.name and at <= word.start < at + len(who or "")] if at >= 0 else []
