"""What speaks for a sentence beside how well it answers: the very one asked for, the deed, the hints, the speaker."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from answering import calibration
from answering.age import age_told, asks_age
from answering.answer_type import tells_count, thing_counted
from answering.attribution import attribution
from answering.deed import deed, is_of_another, is_supposed, is_told
from answering.definition import Definition
from answering.evidence import Candidate, Reading
from answering.features import TYPED, Features
from answering.listing import asks_for_several, names_several
from answering.office import office_asked
from answering.ordinal import ordinal_agreement, the_one_asked, the_thing_asked
from answering.premise import is_negated
from answering.question import Kind, Question
from answering.reader import Found
from answering.stem import stems
from answering.terms import attested, has
from answering.timely import asks_what_was, is_untimely
from retrieval.hints import Hints

# What is asked of one's own deed: its time, place, reason, manner or measure. Who did it may be somebody else.
_OF_ONE = (Kind.WHEN, Kind.WHERE, Kind.WHY, Kind.HOW, Kind.HOW_MANY)


def fitting(question: Question, reading: Reading, order: Sequence[int]) -> list[int]:
    """The candidates that tell of the very one asked for (the first, the largest), at a time that fits the question.

    Where some tell the age or the number asked for, the others are left out; where some tell of the deed asked about,
    those that name who is asked about and tell of a relative's.
    """
    one, thing, verb = the_one_asked(question), the_thing_asked(question), deed(question)
    fit = []
    for i in order:
        c = reading.candidates[i]
        is_one = one is None or not one.isdisjoint(c.stems)
        is_thing = thing is None or attested({thing: 1.0}, c.around) > 0
        is_supposed_only = verb is not None and asks_what_was(question) and is_supposed(verb, c.text)
        if is_one and is_thing and not is_supposed_only and not is_untimely(question, c.text, c.passage.article):
            fit.append(i)
    if asks_age(question):
        fit = [i for i in fit if _tells_age(question, reading.candidates[i])] or fit
    fit = _counting(question, reading, fit)
    if verb is None or question.kind not in _OF_ONE:
        return fit
    telling = [i for i in fit if is_told(verb, frozenset(reading.candidates[i].stems))]
    naming = [i for i in telling if not set(question.names).isdisjoint(reading.candidates[i].stems)]
    others = {i for i in naming if is_of_another(verb, question, reading.candidates[i].text)}
    return [i for i in fit if i not in others] if len(others) < len(telling) else fit


def _counting(question: Question, reading: Reading, fit: list[int]) -> list[int]:
    """Where some sentence has the number right before the thing counted, in an article with all names of the question,
    those without the thing are left out.
    """
    thing = thing_counted(question)
    if thing is None or not any(
        tells_count(question, c.text) and _has_names(question, c) for c in (reading.candidates[i] for i in fit)
    ):
        return fit
    return [i for i in fit if has(thing, frozenset(reading.candidates[i].stems))]


def _has_names(question: Question, candidate: Candidate) -> bool:
    article = candidate.passage.article
    held = frozenset(stems(f"{article.title} {candidate.passage.text}"))
    return all(name in held for name in question.names)


def _tells_age(question: Question, candidate: Candidate) -> bool:
    """Whether a candidate tells an age, and it or its neighbours name the one asked about."""
    is_near = not question.names or not candidate.around.isdisjoint(question.names)
    return is_near and age_told(question, candidate.text) > 0


def tells_of_deed(question: Question, reading: Reading) -> Features:
    """1.0 for each candidate that tells of what the question says was done, and not of somebody else's doing it."""
    verb = deed(question)
    if verb is None:
        return np.zeros(len(reading.candidates))
    asks_whether = question.kind is Kind.YES_NO  # "Did Tarn win?", "Rosvik won": that somebody else did it answers
    told = [
        is_told(verb, frozenset(c.stems)) and (asks_whether or not is_of_another(verb, question, c.text))
        for c in reading.candidates
    ]
    return np.array(told, dtype=np.float64)


def preferred(
    question: Question,
    reading: Reading,
    rows: Features,
    order: Sequence[int],
    scores: Features,
    told_deed: Features,
    hints: Hints,
    answers: Mapping[int, Found],
) -> Features:
    """The scores of candidates with what speaks for one rather than another, though not for there being an answer.

    `answers` are the words that the reader found in candidates.
    """
    scores = scores + calibration.HINT_BONUS * _hinted(reading, hints) + calibration.DEED_BONUS * told_deed
    scores = scores + calibration.ORDINAL_BONUS * np.array(
        [ordinal_agreement(question, candidate.text) for candidate in reading.candidates]
    )
    scores = scores + calibration.FRESH_BONUS * _fresh(reading, order, scores, hints)
    if question.kind in calibration.HAS_SHORT_ANSWER:
        scores = scores - calibration.UNTYPED * _lacks_kind(rows, reading, order)
    if asks_for_several(question):
        scores = scores + calibration.LIST_BONUS * np.array([names_several(c.text) for c in reading.candidates])
    if question.kind is not Kind.YES_NO:  # whose answer says the question's own words
        scores = scores - calibration.REPEATS * _repeating(question, reading, answers)
    return np.asarray(scores - calibration.OTHER_SPEAKER * _by_others(question, reading, order))


def _lacks_kind(rows: Features, reading: Reading, order: Sequence[int]) -> Features:
    """1.0 for each candidate of `order` that holds nothing of the kind asked for, unless it denies something: nobody,
    never."""
    lacking = np.zeros(len(reading.candidates))
    for i in order:
        lacking[i] = not rows[i, TYPED] and not is_negated(reading.candidates[i].text)
    return lacking


def _repeating(question: Question, reading: Reading, answers: Mapping[int, Found]) -> Features:
    """For each candidate the share of the words found in it that the question says itself."""
    repeating = np.zeros(len(reading.candidates))
    for i, found in answers.items():
        words = set(stems(reading.candidates[i].words(found.start, found.end)))
        repeating[i] = len(words.intersection(question.terms)) / max(1, len(words))
    return repeating


def of_office(question: Question, reading: Reading, named: Mapping[int, Definition]) -> dict[int, float]:
    """What speaks for each candidate that names the holder of an office: that others name the same one, and its day."""
    office = office_asked(question)
    if office is None:
        return dict.fromkeys(named, 0.0)
    names = {i: reading.candidates[i].text[one.start : one.end].split()[-1].lower() for i, one in named.items()}
    count = Counter(names.values())
    fresh = newness(reading, named) if office.is_held else np.zeros(len(reading.candidates))
    agreed = calibration.AGREED / len(names)
    return {i: agreed * count[name] + calibration.HELD_NOW * float(fresh[i]) for i, name in names.items()}


def _hinted(reading: Reading, hints: Hints) -> Features:
    """For each candidate how many of two kinds of hints its article meets: the outlet named, the time named."""
    outlets = {name.lower() for name in hints.publishers}
    of = [candidate.passage.article for candidate in reading.candidates]
    met = [((a.publisher or "").lower() in outlets) + hints.is_in_time(a.published_at) for a in of]
    return np.array(met, dtype=np.float64)


def _fresh(reading: Reading, order: Sequence[int], scores: Features, hints: Hints) -> Features:
    """The newness of each candidate that is about as good as the best; nothing unless the present is asked for."""
    if not hints.asks_for_present:
        return np.zeros(len(reading.candidates))
    return newness(reading, [i for i in order if scores[i] >= scores[order[0]] - calibration.FRESH_REACH])


def newness(reading: Reading, among: Iterable[int]) -> Features:
    """For each candidate of these where its article stands between the oldest of theirs, 0, and the newest, 1."""
    fresh = np.zeros(len(reading.candidates))
    of = {i: reading.candidates[i].passage.article.published_at for i in among}
    times = {i: when.timestamp() for i, when in of.items() if when}
    oldest, newest = min(times.values(), default=0.0), max(times.values(), default=0.0)
    for i, when in times.items():
        fresh[i] = (when - oldest) / max(newest - oldest, 1.0)
    return fresh


def _by_others(question: Question, reading: Reading, order: Sequence[int]) -> Features:
    """1.0 for each candidate of `order` that reports the words of somebody else than whom the question asks for."""
    others = np.zeros(len(reading.candidates))
    for i in order if question.speaker else ():
        c = reading.candidates[i]
        article = c.passage.article
        speaker = attribution(article.body, c.start, c.end, article.language).speaker or ""
        is_named = speaker[speaker.rfind(" ") + 1 :][:1].isupper()  # "the minister" may be the one who is asked for
        others[i] = is_named and not any(has(s, frozenset(stems(speaker))) for s in question.speaker)
    return others
