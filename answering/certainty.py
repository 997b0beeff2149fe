"""How certain a sentence makes a deed: a fact, to come, or merely possible; and statements that make it more certain.

Plain rules for English after the levels of event factuality (Saurí and Pustejovsky, "FactBank", 2009): a modal verb,
an adverb, or a verb or noun of planning, trying, asking, expecting or accusing takes certainty from the verb that it
governs. Who says so does not count here; that is attribution.
"""

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum

from answering.alignment import Match
from answering.event_noun import happens, unfulfilled
from answering.stem import stem
from answering.tokens import Text, Word


class Certainty(IntEnum):
    """What a sentence claims of a deed, the least first."""

    POSSIBLE = 0
    TO_COME = 1
    FACT = 2


def _stems(words: str) -> frozenset[str]:
    """The stems of words and of their regular forms, which differ where a word ends in "er"."""
    return frozenset(stem(word + ending) for word in words.split() for ending in ("", "ed", "ing"))


_MODALS = {
    **dict.fromkeys("may might could should would".split(), Certainty.POSSIBLE),
    **dict.fromkeys("will shall must".split(), Certainty.TO_COME),
}
_PERCEIVED = _stems("hear see feel smell tell")  # what people could hear they heard
_ADVERBS = frozenset(
    "reportedly allegedly supposedly purportedly apparently possibly perhaps maybe probably likely almost "
    "nearly".split()
)
# What governs an infinitive: right before its "to", or also up to `_FAR` words before ("asked the court to annul").
_SEEMS = _stems("believe think say report rumour understand presume suppose appear seem claim allege suspect likely")
_HOPES = _stems(
    "want wish hope seek try tried attempt threaten offer propose aim expect ask urge order tell demand press lobby "
    "invite encourage request beg recommend consider call struggle mean ready willing keen eager poise reluctant "
    "chance bid opportunity effort campaign push proposal invitation pressure talks negotiation idea forecast predict"
)
_COMES = frozenset("is are has have set due going about yet".split())
_PLANS = _stems("plan intend intention agree agreement promise pledge vow prepare schedule")
_FAR = 6
# What governs a gerund or a noun: "accused of taking", "is considering a sale".
_ACCUSES = _stems("accuse suspect charge allegation accusation suspicion")
_WEIGHS = _stems("consider mull weigh propose discuss debate contemplate")
# What makes a clause of its own uncertain: "whether he came", "fears that it breaks".
_CONDITIONS = frozenset(("if", "unless"))
_OPENS = _CONDITIONS | {"whether"}
_FEARS = _stems("fear hope suspect wonder speculate speculation rumour recommend demand propose request")
_ASKS = _stems("ask know see check wonder say") | frozenset(("even", "as"))  # an "if" behind these is no condition
# Beside the words above, what says of a whole statement that it is no fact.
_HINTS = (
    _FEARS - {"suspect"}
    | _WEIGHS
    | _stems("expect forecast predict anticipate estimate possible potential risk threat")
)
_SAY = _stems("say announce promise pledge vow confirm add tell insist")

_BETWEEN = frozenset(
    "also soon now still again then later once even ever just both not have be been being having".split()
)
_DETERMINERS = frozenset("a an the this that these those his her its their our my no any some".split())
_NEW_CLAUSE = frozenset("and but or who which that after because as to".split())
# Before a noun, not a verb, of a statement.
_BEFORE_NOUNS = _DETERMINERS | frozenset("in on at of for from by with about".split())
_IS, _DONE = frozenset("is are be being get gets".split()), frozenset("was were had has have been did got".split())
_SAME_IN_THE_PAST = frozenset("cut hit put set let shut cost hurt quit bet burst cast spread split shed upset".split())


def overstates(matches: Iterable[Match], mine: Text, theirs: Text, close: Collection[int]) -> bool:
    """Whether a statement makes a deed more certain than every place that tells it, one of them in a sentence `close`.

    What follows a word of doubt in the statement itself is not looked at.
    """
    own, told = _certainties(mine.words), _certainties(theirs.words)
    said = frozenset(word.stem for word in mine.words)
    for noun in unfulfilled(theirs.words):
        # "The union threatened a strike" of one that threatened it.
        if noun.governor not in said and noun.at not in told:
            told[noun.at] = Certainty.TO_COME if noun.is_planned else Certainty.POSSIBLE
    doubts = (at for at, word in enumerate(mine.words) if own.get(at) is Certainty.POSSIBLE or word.stem in _HINTS)
    doubted = min(doubts, default=len(mine.words))
    for match in matches:
        if match.word.name or match.at >= doubted:
            continue
        if happens(mine.words, match.at):
            claimed = Certainty.FACT
        elif _is_noun(mine.words, match.at):
            continue
        else:
            claimed = own.get(match.at, _claimed(mine.words, match.at))
        is_near = any(theirs.words[at].sentence in close for at in match.places)
        if is_near and all(told.get(at, Certainty.FACT) < claimed for at in match.places):
            return True
    return False


def _certainties(words: Sequence[Word]) -> dict[int, Certainty]:
    """The places of the words that are told as less than a fact."""
    levels: dict[int, Certainty] = {}
    conditional: set[int] = set()
    opened: Word | None = None
    said = -1  # the last sentence in which somebody has said something
    for at, word in enumerate(words):
        if opened is not None and _is_beside(opened, word):
            levels[at] = Certainty.POSSIBLE
        if word.lower in _OPENS or (word.lower == "that" and _words_before(words, at, 1, _FEARS)):
            opened = word
            if word.lower in _CONDITIONS and not _words_before(words, at, 1, _ASKS):
                conditional.add(word.sentence)
        said = word.sentence if word.stem in _SAY else said
        # "Said it would buy": the future as told in the past.
        is_future = word.lower == "would" and said == word.sentence
        level = Certainty.TO_COME if is_future else _governing(words, at)
        verb = _verb(words, at + 1, past_determiners=word.stem in _WEIGHS) if level is not None else None
        if verb is not None and level is not None and not (word.lower == "could" and words[verb].stem in _PERCEIVED):
            levels[verb] = min(level, levels.get(verb, level))
    # "If talks fail, the union will strike."
    return {at: Certainty.POSSIBLE if words[at].sentence in conditional else level for at, level in levels.items()}


def _governing(words: Sequence[Word], at: int) -> Certainty | None:
    """The certainty that the word at a place leaves to the verb behind it; None if it takes none from it."""
    word = words[at]
    if word.lower in _MODALS:
        return _MODALS[word.lower]
    if word.lower == "to":
        if _words_before(words, at, 1, _SEEMS) or _words_before(words, at, _FAR, _HOPES):
            return Certainty.POSSIBLE
        is_to_come = (at and words[at - 1].lower in _COMES) or _words_before(words, at, _FAR, _PLANS)
        return Certainty.TO_COME if is_to_come else None
    if word.lower in ("of", "with"):
        return Certainty.POSSIBLE if _words_before(words, at, _FAR, _ACCUSES) else None
    is_figure = at + 1 < len(words) and words[at + 1].figure  # "nearly 300"
    return Certainty.POSSIBLE if word.stem in _WEIGHS or (word.lower in _ADVERBS and not is_figure) else None


def _words_before(words: Sequence[Word], at: int, most: int, of: Collection[str]) -> bool:
    """Whether one of these words or stems stands among the last words of the clause before a place, adverbs aside."""
    for word in reversed(words[max(0, at - most - 2) : at]):
        if not _is_beside(word, words[at]) or most < 1:
            return False
        if word.stem in of or word.lower in of:
            return True
        if word.lower in _NEW_CLAUSE:
            return False
        most -= word.lower not in _BETWEEN and not word.lower.endswith("ly")
    return False


def _verb(words: Sequence[Word], at: int, past_determiners: bool) -> int | None:
    """The place of the verb that stands at a place or behind auxiliaries and adverbs there; None if none does."""
    for place in range(at, min(at + _FAR, len(words))):
        word = words[place]
        if not _is_beside(words[at - 1], word) or word.figure or word.name:
            return None
        if word.lower in _BETWEEN or word.lower.endswith("ly") or (past_determiners and word.lower in _DETERMINERS):
            continue
        is_thing = place == at and words[at - 1].lower == "to" and word.lower.endswith("s")  # "help to survivors"
        return place if word.weight and not (is_thing and not word.lower.endswith("ss")) else None
    return None


def _is_beside(word: Word, other: Word) -> bool:
    """Whether two words stand in one clause."""
    return (word.sentence, word.clause) == (other.sentence, other.clause)


def _is_noun(words: Sequence[Word], at: int) -> bool:
    """Whether a word of a statement stands where a noun does."""
    before = words[at - 1] if at else None
    return before is not None and (before.lower in _BEFORE_NOUNS or before.figure or before.shown.endswith("'s"))


def _claimed(words: Sequence[Word], at: int) -> Certainty:
    """How certain a verb of a statement makes its deed by its form."""
    word = words[at]
    before = {w.lower for w in words[max(0, at - 3) : at] if _is_beside(w, word)}
    if "can" in before:
        return Certainty.POSSIBLE
    if before & _DONE:
        return Certainty.FACT
    if before & _IS or word.lower.endswith("ing") or (word.lower.endswith("s") and not word.lower.endswith("ss")):
        return Certainty.TO_COME  # "the law bans", of a law that is to come
    is_irregular = word.lower in _SAME_IN_THE_PAST or not word.lower.startswith(word.stem.removesuffix("i"))
    return Certainty.FACT if is_irregular or word.lower.endswith("ed") else Certainty.TO_COME
