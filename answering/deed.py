"""What a question says was done ("why did the mayor *resign*?"), and whether a sentence tells of it.

Plain rules for the order of English words.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from answering.evidence import GENERIC
from answering.lexicon import ALIKE, LIGHT, OPPOSITES, is_negator
from answering.question import Kind, Question
from answering.stem import WORD, joined, stem, stems
from answering.terms import has

_ASKING = re.compile(
    r"^\W*(?:(?:and|but|so|then|please)\W+)*(?:(?:for|in|at|on|by|to|from|of|with|since|until) )?"
    r"(?P<ask>why|when|where|how|who|whom|whose|what|which)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:(?P<be>is|are|was|were)|(?P<do>did|does|do|will|would|can|could|should|may|might|must|has|have|had))"
    r"(?:n['’]t)?\b(?! (?:been|be)\b)",
    re.IGNORECASE,
)
_DETERMINERS = frozenset("the a an this that these those his her their its our".split())
_PREPOSITIONS = frozenset(
    "in on at by for from to with of about after before during under against into over near between among through out "
    "off up down until since and or as".split()
)
_CLAUSE = re.compile(r"\b(?:while|when|if|because|who|which|that|whose|where)\b.*", re.IGNORECASE | re.DOTALL)
_ASIDE = frozenset(
    "not also still ever never first last finally really just then now again all each both be been so late "
    "early again together yet".split()
)
_PARTICIPLE = re.compile(
    r"^(?!being$)(?:[a-z]{2,}(?:ed|ing)|built|made|found|held|sent|sold|paid|lost|won|shot|caught|taught|bought|brought|hurt|"
    r"taken|given|written|stolen|chosen|broken|driven|hidden|beaten|shut|put|set|met|told|drawn|begun|dug|cut|thrown)$"
)
_AT_AGE = re.compile(
    r"\bhow old\b.*\bwhen (?:he|she|they|it)(?: (?:was|were|had|has|is|are))*(?: been)? (?P<verb>[a-z]+)\b",
    re.IGNORECASE,
)
_NOT_A_DEED = GENERIC | LIGHT | frozenset(stems("happen like called named known live exist cost weigh last measure"))
_LATER = re.compile(r"^[^.;:]{0,40}\b(?:before|until|till|yet)\b")  # "it will not open before May"
_IF = re.compile(r"\b(?:if|unless|provided that|in case)\b[^,;:.]*", re.IGNORECASE)
_BEGINS_WITH_IF = re.compile(r"^\W*(?:if|unless)\b", re.IGNORECASE)
_BEFORE_VERBS = frozenset("who that had has have will would also then later never".split())
_RELATIVES = frozenset(
    """father mother parents wife husband son daughter sons daughters brother sister brothers sisters child children
    uncle aunt cousin grandfather grandmother grandson granddaughter partner deputy predecessor""".split()
)
_GENDERED = {
    "f": frozenset(
        "she her queen princess duchess lady dame mrs ms miss woman girl actress mother wife sister".split()
    ),
    "m": frozenset("he him his king prince duke lord sir mr man boy actor father husband brother".split()),
}
_OTHER_PRONOUN = {"f": "he", "m": "she"}
_OWNING = re.compile(r"^(?:his|her|their|its|my|our)$|['’]s$", re.IGNORECASE)
_NEAR = 5  # words before a verb in which a "not" counts


def deed(question: Question) -> str | None:
    """The stem of the verb that tells what was done, where the order of words gives it away and it tells anything."""
    text = question.asked.strip().rstrip("? .!")
    asking = _ASKING.match(text)
    ask = asking["ask"].lower() if asking else ""
    if at_age := _AT_AGE.search(text):  # "How old was she when she died?"
        return aged if (aged := stem(at_age["verb"])) in question.shown else None
    is_cause = question.kind is Kind.WHY and ask != "why"
    if is_cause or not (ask or question.kind is Kind.YES_NO):  # "what broke it?": the cause may be told in any words
        return None
    rest = _CLAUSE.sub("", text[asking.end() if asking else 0 :])
    found = _AUXILIARY.search(rest)
    read = [pair for pair in joined(WORD.findall(rest[found.end() :] if found else rest)) if pair[0] != "will"]
    words = [plain for plain, _ in read]
    if found and found["be"]:
        verb = next((plain for plain, typed in read if _PARTICIPLE.match(plain) or " " in typed), None)
    elif found:
        verb = _after_subject(words)
    else:
        chunk = _chunks(words)[0]
        lower = [w for w in chunk.words if w.islower()]
        is_subject = ask in ("who", "whom")
        verb = (lower[0] if is_subject else lower[-1]) if lower and not chunk.opened_by else None
    root = stem(verb) if verb else None
    return root if root in question.shown and root not in _NOT_A_DEED else None


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Words between determiners and prepositions, and the word of these that opened them."""

    opened_by: str
    words: list[str]

    @property
    def after_name(self) -> list[str]:
        """The words behind its last name, but for figures ("in May 2024"); none without a name."""
        last = max((i for i, word in enumerate(self.words) if word[0].isupper()), default=None)
        return [word for word in self.words[last + 1 :] if not word[0].isdigit()] if last is not None else []


def _chunks(words: list[str]) -> list[_Chunk]:
    chunks = [_Chunk("", [])]
    for word in words:
        if word.lower() in _DETERMINERS | _PREPOSITIONS:
            if chunks[-1].words:
                chunks.append(_Chunk(word.lower(), []))
            elif chunks[-1].opened_by not in _PREPOSITIONS:
                chunks[-1] = _Chunk(word.lower(), [])
        elif word.lower() not in _ASIDE and not word.lower().endswith("ly"):
            chunks[-1].words.append(word)
    return chunks


def _after_subject(words: list[str]) -> str | None:
    """The word after the subject: after a name, or the last one before what a verb is followed by."""
    chunks = _chunks(words)
    while len(chunks) > 1 and _are_names(chunks[0].words) and chunks[1].opened_by == "and" and chunks[1].words:
        chunks = chunks[1:]  # "Lund and Vale sign"
    first = chunks[0]
    if not first.words:
        return None
    is_definite = bool(first.opened_by) or first.words[0].endswith(("'s", "’s"))
    lower = [w for w in first.words if w.islower()]
    if first.words[0][0].isupper() and not is_definite and lower:
        return lower[0]
    plain = first.after_name or ([] if first.words[-1][0].isupper() else first.words)
    if is_definite and len(chunks) > 1 and chunks[1].opened_by in _PREPOSITIONS:
        # "The strike in Lindmoor end", "the team at work believe"
        second = chunks[1]
        if second.after_name:
            return second.after_name[-1]
        if len(plain) == 1 and not first.after_name and len(second.words) > 1:
            return second.words[-1]
    return plain[-1] if first.after_name or len(plain) > 1 else None


def _are_names(words: list[str]) -> bool:
    return bool(words) and all(word[0].isupper() for word in words)


def is_told(root: str, sentence: frozenset[str], around: frozenset[str] = frozenset()) -> bool:
    """Whether a sentence with these stems tells of the deed in its word or one like it, or those `around` in its."""
    if has(root, sentence | around):
        return True
    groups = ALIKE.get(root, frozenset())
    return any(not groups.isdisjoint(ALIKE.get(other, ())) for other in sentence)


def is_reversed(root: str, sentence: frozenset[str]) -> bool:
    """Whether a sentence with these stems tells of the opposite deed, and not of the deed in its word."""
    return root not in sentence and not OPPOSITES.get(root, frozenset()).isdisjoint(sentence)


def is_of_another(root: str, question: Question, text: str) -> bool:
    """Whether the text names somebody for the deed, and none of the names of the question.

    Or says wherever it tells of the deed that a relative did it: "When her father died, Elizabeth became the Queen"; or
    that "he" did, where a woman is asked about.
    """
    words = list(WORD.finditer(text))
    if not question.names:
        return False
    places = [i for i, m in enumerate(words) if stem(m.group()) == root]
    if any(stem(m.group()) in question.names for m in words):
        spoken = [[m.group() for m in words[:at]] for at in places]
        other = _OTHER_PRONOUN.get(_gender(question.asked))
        return bool(places) and all(_is_of_relative(w) or (bool(w) and w[-1].lower() == other) for w in spoken)
    at = places[0] if places else 0
    return any(m.group()[0].isupper() and m.start() > 0 for m in words[max(0, at - _NEAR) : at])


@lru_cache(maxsize=256)  # it is asked of one question for each sentence
def _gender(text: str) -> str:
    """The gender that a text tells of, "f" or "m"; empty where it tells of none or of both."""
    words = {word.lower() for word in WORD.findall(text)}
    found = [gender for gender, telling in _GENDERED.items() if not telling.isdisjoint(words)]
    return found[0] if len(found) == 1 else ""


def _is_of_relative(before: list[str]) -> bool:
    """Whether the words before a verb end in somebody's relative: "her father had", "the king's sister, who"."""
    while before and before[-1].lower() in _BEFORE_VERBS:
        before = before[:-1]
    return bool(before) and before[-1].lower() in _RELATIVES and any(map(_OWNING.search, before[-3:-1]))


def is_supposed(root: str, text: str) -> bool:
    """Whether a text begins with "if", or has the word of the deed only where it supposes it: "he pays if it opens"."""
    if _BEGINS_WITH_IF.match(text):
        return True
    supposed = [m.span() for m in _IF.finditer(text)]
    places = [m.start() for m in WORD.finditer(text) if stem(m.group()) == root]
    return bool(places) and all(any(first <= at < last for first, last in supposed) for at in places)


def is_denied(root: str, text: str) -> bool:
    """Whether a text says of the deed, in its own word, that it was not done, wherever it has the word."""
    found = [m for m in WORD.finditer(text) if stem(m.group()) == root]
    return bool(found) and all(_is_negated(text[: m.start()]) and not _LATER.search(text[m.end() :]) for m in found)


def _is_negated(before: str) -> bool:
    clause = re.split(r"[.;:,–—]|\b(?:but|and|that|which|who|because|when|where|why|how|whether|if)\b", before)[-1]
    words = [w.lower().replace("’", "'") for w in WORD.findall(clause)][-_NEAR:]
    return any(map(is_negator, words))
