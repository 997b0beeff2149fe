"""Whether quotes say otherwise: another number or day, a "not" more or less, an opposite word, swapped roles."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from answering.alignment import PLACES, Index, Match
from answering.counted import counted, is_elliptic, uncounted
from answering.day import Day
from answering.details import MOST_FIGURES
from answering.lexicon import OPPOSITES
from answering.name import same_name
from answering.quantity import Quantity
from answering.stem import stem
from answering.tokens import TITLES, Text, Word, name_run

# The weighted share of telling words from which on a sentence is taken to speak of the same matter.
SAME_MATTER = 0.6
_CLAUSE_TELLS = 0.8  # the share from which one clause tells the matter, whatever is said elsewhere
_NEAR = 6  # words between which a neighbour is looked for
_APART = 8  # words between the ends of two names around a verb
_BE = frozenset("is are was were be been".split())
_MUTUAL = frozenset(stem(w) for w in "meet met talk speak spoke discuss agree negotiate marry join fight play".split())


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement beside quotes of which the sentences in `close` speak of the same matter."""

    mine: Text
    theirs: Text
    index: Index
    matches: Sequence[Match]
    close: set[int]
    numbers: Sequence[Quantity]
    dates: Sequence[Day]

    def places(self, match: Match) -> list[int]:
        return [at for at in match.places if self.theirs.words[at].sentence in self.close]


def contradicts(pair: Pair) -> bool:
    """Whether a sentence that speaks of the same matter says otherwise."""
    if not pair.close:
        return False
    return _other_number(pair) or _other_polarity(pair) or _opposite(pair) or _swapped(pair) or _other_owner(pair)


def _other_number(pair: Pair) -> bool:
    """Whether a close sentence counts the same thing with another number, or dates the same matter otherwise."""
    if _other_date(pair) or _other_way(pair):
        return True
    said, plainly = [q for _, q in pair.mine.numbers], uncounted(pair.mine)
    figures = [(q, thing) for n, q, thing in counted(pair.theirs) if n in pair.close][:MOST_FIGURES]
    for _, quantity, thing in counted(pair.mine):
        others = [(q, what) for q, what in figures if q.unit == quantity.unit]
        same_thing = [q for q, what in others if thing and what == thing]
        agree = any(quantity.agrees(q) for q in same_thing)
        if same_thing and not agree and not is_elliptic(quantity, others, plainly):
            return True
        absent = quantity.unit and quantity in pair.numbers
        if absent and any(not any(mine.agrees(q) for mine in said) for q, _ in others):
            return True
    return False


def _other_date(pair: Pair) -> bool:
    mine = [day for _, day in pair.mine.dates]
    dates = [day for number, day in pair.theirs.dates if number in pair.close][:MOST_FIGURES]
    others = {day.day is None for day in dates if not any(d.agrees(day) for d in mine)}
    return any((day.day is None) in others for day in pair.dates)


def _other_way(pair: Pair) -> bool:
    """Whether a close sentence goes from one number to another, and the statement only back."""
    ways = {way for number, way in _ways(pair.theirs) if number in pair.close}
    return any(way not in ways and way[::-1] in ways for _, way in _ways(pair.mine))


def _ways(text: Text) -> Iterator[tuple[int, tuple[float, float]]]:
    """The numbers between which a sentence goes: "from 20 to 30", "from 20 metres to 30"."""
    places = [(word.sentence, word.start) for word in text.words]
    for (number, start), (other, end) in pairwise(text.numbers):
        first, last, goal = (
            bisect_left(places, place) for place in ((number, start.start), (number, start.end), (other, end.start))
        )
        begins = first > 0 and text.words[first - 1].lower == "from"
        ends = last < goal <= last + 2 and text.words[goal - 1].lower == "to"
        if number == other and begins and ends:
            yield number, (start.values[0], end.values[0])


def _other_polarity(pair: Pair) -> bool:
    """Whether a word that one side negates outright stands un-negated wherever the other side tells the matter."""
    told, denials = _told_by_clause(pair), _denials(pair)
    whole = sum(match.word.weight for match in pair.matches)
    for match in (m for m in pair.matches if not m.word.name and pair.places(m)):
        most = max(told[_clause(pair, at)] for at in match.places)
        least = most if most >= _CLAUSE_TELLS * whole else 0.0
        found = [pair.theirs.words[at] for at in match.places if told[_clause(pair, at)] >= least]
        flipped = all(word.negated != match.word.negated for word in found)
        if denials.intersection([match.word.denial, *(word.denial for word in found)]):
            continue  # "the appeal was rejected" and "the court rejected the appeal" are of one mind
        if flipped and (match.word.head or any(word.head for word in found)):
            return True
    return False


def _denials(pair: Pair) -> set[str]:
    """The verbs of denial that both sides have, in one word or another."""
    return {
        stem
        for match in pair.matches
        for stem in (match.word.stem, *(pair.theirs.words[at].stem for at in match.places))
    }


def _told_by_clause(pair: Pair) -> Mapping[tuple[int, int], float]:
    """How much of the statement's telling words each clause of the quotes holds, by weight."""
    told: defaultdict[tuple[int, int], float] = defaultdict(float)
    for match in pair.matches:
        for clause in {_clause(pair, at) for at in match.places}:
            told[clause] += match.word.weight * match.credit
    return told


def _clause(pair: Pair, at: int) -> tuple[int, int]:
    word = pair.theirs.words[at]
    return word.sentence, word.clause


def _opposite(pair: Pair) -> bool:
    """Whether a close sentence has, in the place of a word, a word that says the opposite."""
    places = pair.index.stems()
    said = {word.stem for word in pair.mine.words}
    for at, word in enumerate(pair.mine.words):
        if word.stem in places:
            continue
        around = [p for m in pair.matches if 0 < abs(m.at - at) <= _NEAR for p in pair.places(m)]
        for against in OPPOSITES.get(word.stem, frozenset()) - said:
            for place in places.get(against, ())[:PLACES]:
                same = pair.theirs.words[place].negated == word.negated
                if same and any(abs(p - place) <= _NEAR for p in around):
                    return True
    return False


def _swapped(pair: Pair) -> bool:
    """Whether two names have changed places around the same verb: "Rome sued Paris" for "Paris sued Rome"."""
    told = [m for m in pair.matches if m.places and m.word.lower not in TITLES and not m.word.lower.endswith("ly")]
    for i, one in enumerate(told):
        between = list(takewhile(lambda m: not m.word.name, told[i + 1 : i + 4]))
        other = told[i + 1 + len(between)] if i + 1 + len(between) < len(told) else one
        named = one.word.name and other.word.name and one.credit == other.credit == 1.0
        if not between or not named or between[0].word.stem in _MUTUAL or other.at - one.at > _NEAR:
            continue
        if _order(pair, one, between[0], other, _voice(pair.mine.words[one.at : other.at])) < 0:
            return True
    return False


def _order(pair: Pair, one: Match, verb: Match, other: Match, voice: str) -> int:
    """1 when a close sentence has the two around the verb in the same roles, -1 when only in swapped roles, else 0."""
    words, seen = pair.theirs.words, 0
    for a in pair.places(one):
        for b in pair.places(other):
            low, high = name_run(words, min(a, b))[-1], name_run(words, max(a, b))[0]
            if not 0 < high - low <= _APART or not any(low < v < high for v in pair.places(verb)):
                continue
            between = words[low + 1 : high]
            other_voice = _voice(between)
            if any(word.name for word in between) or (voice != other_voice and "be" in (voice, other_voice)):
                continue
            if (a < b) != ((voice == "by") != (other_voice == "by")):
                return 1
            seen = -1
    return seen


def _voice(words: Sequence[Word]) -> str:
    """How the words between two names tell a deed: "by" one of them, "be" for "was named in", or "" for doing it."""
    if any(word.lower == "by" for word in words):
        return "by"
    done = any(word.lower in _BE and not after.lower.endswith("ing") for word, after in pairwise(words))
    return "be" if done else ""


def _other_owner(pair: Pair) -> bool:
    """Whether what is somebody's in the statement ("Ukraine's budget") is everywhere in the quotes somebody else's."""
    for one, other in pairwise(pair.matches):
        if not one.word.shown.endswith("'s") or other.at != one.at + 1 or not pair.places(other):
            continue
        owners = [pair.theirs.words[at - 1] for at in other.places if at]
        if owners and all(w.shown.endswith("'s") and not same_name(w.key, one.word.key) for w in owners):
            return True
    return False
