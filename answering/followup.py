"""A follow-up question made to stand alone, from the turns before it: by rules, or from a chat model's rewording.

Where words cannot be filled in, the question is left as it is and says what it was asked after: "Who paid? (asked after
“When did the port reopen?”)"; `question.searched` has the words to search with.
"""

import re
from collections.abc import Sequence

from answering.abstention import DECLINES
from answering.prompt import Turn
from answering.quantity import quantities
from answering.question import ASKED_AFTER
from answering.stem import WORD
from corpus.sentence import sentence_spans

_EARLIER = 6  # turns before a follow-up that are read
_LONGEST = 400  # characters of a question made by rules or by a model
_LONGEST_PART = 190  # of the question, and of what it was asked after
_LEAD = re.compile(r"^\s*(?:(?:and|but)\b[\s,]*|(?:so|ok|okay|also|then|well)\s*,\s*)+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:(?:what|how) about|what of)\s+(?P<rest>.+)$", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|said|say|says|happened)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:why(?: not| is that| so)?|when(?: exactly)?|where(?: exactly)?|who|how(?: so| many| much| long| often)?|"
    r"what else|who else|says who|in what way|(?:since|until|till|by|from) when|from where|"
    r"(?:by|to|with|for|from|against) whom|for (?:how long|what|how much)|how long for)$",
    re.IGNORECASE,
)
_ASKS = re.compile(r"^(?:who|whom|whose|what|which|when|where|why|how(?: many| much| long| often)?)\b", re.IGNORECASE)
# "And in London?": a place or the like, in the words that the question before may have for another one.
_PREPOSITION = re.compile(
    r"(?P<word>in|on|at|from|for|to|with|by|near|under|against|among|between|outside|inside)\s+\S", re.IGNORECASE
)
# A short question that says of nothing what it is about: "Who paid?", "What changed?", "How many people were killed?",
# "Was anyone hurt?".
_OPEN = re.compile(
    r"who(?: else)?(?: (?:is|are|was|were|has|have|had|will|would|be|been))* [a-z’'-]+|"
    r"what(?: else)?(?: (?:has|have|had|will|would))? [a-z’'-]+(?: (?:next|then|wrong|afterwards|first))?|"
    r"how (?:many|much)(?: more)?(?: (?:people|others|men|women|children|civilians|soldiers|victims))?"
    r"(?: (?:is|are|was|were|has|have|had|will|be|been))* [a-z’'-]+|"
    r"(?:is|are|was|were|did|does|has|have|had|will|can|could) (?:any|some|every|no)(?:one|body|thing)(?: else)?"
    r"(?: be| been)? [a-z’'-]+",
    re.IGNORECASE,
)
# "Any news?", "And what is new today?", "Thanks" begin anew.
_ANEW = re.compile(r"\b(?:news|new|headlines?|latest|today|hello|hi|thanks?|thank you|you|I|we|us|me)\b", re.IGNORECASE)
_WHO = re.compile(r"^\W*(?:who|whom|whose|which (?:man|woman|person|player|judge|minister))\b", re.IGNORECASE)
_SAID = re.compile(r"\b(?:said?|says|think|thinks|thought|believe[sd]?|meant?)\s+(?:that|this|so|it)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers|they|them|their|theirs)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its|that|this|these|those|there|such)\b(?!\s+(?:is|was)\s+said\b)", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:the (?:former|latter|same|first|second|other)|else|again|instead|then|afterwards)\b", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b", re.IGNORECASE
)
_ORDINALS = "first|second|third|fourth|fifth|sixth|last|next|other"
_ORDINAL = re.compile(rf"\b(?:{_ORDINALS})\b", re.IGNORECASE)
_AN_ORDINAL = re.compile(rf"^(?:the|a) (?P<which>{_ORDINALS})(?: one)?$", re.IGNORECASE)
# What is no person: "The Tarrow Regional Assembly", "Greyfinch Ferries".
_BODY = re.compile(
    r"\b(?:The|Council|Assembly|Committee|Company|Board|Party|Union|Court|Ministry|Government|Parliament|House|Kremlin|"
    r"Agency|Ferries|School|Hospital|University|Club|Service|Group|Bank|Police|League|Isle|Island|Port|Storm|Street|North|"
    r"South|East|West|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_PREPOSITIONS = frozenset("since until till by from to with for against".split())
# "Who is Ada Reed?" is about her, whoever else its answer names.
_WHO_IS = re.compile(r"^\W*who(?:['’]s|\s+(?:is|was))\s+(?P<name>[^?]+?)\W*$", re.IGNORECASE)
_POSSESSIVE = frozenset("his her their theirs its hers".split())
_TIME = re.compile(
    r"\b(?:in|on|since|before|after|during)\s+(?:(?:early|late|mid)\s+)?(?:\d{1,2}\s+)?(?:(?:January|February|March|April|"
    r"May|June|July|August|September|October|November|December)(?:\s+\d{1,2})?,?\s*)?(?:\d{4})?(?<=[\w])(?=\W|$)"
)
# A noun phrase at the end of a question ("avoid the meeting?"), or before a verb ("did the port reopen").
_LAST_PHRASE = re.compile(r"\b(?:the|an?|this|his|her|their)\s+(?:[\w’'-]+\s+){0,2}[\w’'-]+(?=\W*$)", re.IGNORECASE)
_SUBJECT_PHRASE = re.compile(
    r"\b(?:did|does|do|is|are|was|were|will|would|has|have|had|can|could)\s+"
    r"(?P<phrase>(?:the|The)\s+(?:[\w’'-]+\s+){0,2}?[\w’'-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w’'-]+)*)(?=\s+[^A-Z\W][\w’'-]*)"
)


def needs_context(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question cannot be understood without the turns before it."""
    if not any(turn.role == "user" for turn in history) or ASKED_AFTER.match(question):
        return False
    return any(of(question) for of in (_goes_on, _is_elliptic, _points_back, _lacks_subject))


def resolve(question: str, history: Sequence[Turn]) -> str:
    """`question` with what it leaves to the turns before it filled in; as it is when it leaves out nothing.

    Pronouns for persons take the last name asked or told about, "it" and "that" the last thing asked about; "and
    Lavrov?" is the question before with the name exchanged, "and where?" with the question word. Where no rule fits,
    and where it says of nothing what it is about ("who paid?"), it says what it was asked after.
    """
    if not needs_context(question, history):
        return question
    before = _before(history)
    asked = _stripped(question)
    about = _ABOUT.match(asked)
    rest = (about["rest"] if about else asked).strip(" ?.!")
    if not rest:
        return _cut(before)
    if about or (_is_elliptic(question) and not _BARE.match(rest)):
        return _cut(_exchanged(before, rest))
    if _BARE.match(rest):
        if rest.lower().startswith(("why", "how so", "says who")):
            return asked_after(f"{_capital(rest)}?", _answer(history) or before)
        asks = _ASKS.match(before)
        if asks is None or _cannot_follow(rest, before[asks.end() :]):
            return asked_after(f"{_capital(rest)}?", before)
        return _cut(_capital(rest) + before[asks.end() :])
    filled = _filled(asked, before, history)
    if filled == asked and (
        _lacks_subject(asked) or (_goes_on(question) and not _names(asked) and not _ANEW.search(asked))
    ):
        return asked_after(_capital(asked), before)
    return asked_after(_capital(asked), before) if filled is None else _cut(_capital(filled))


def accepted(reworded: str, question: str) -> str | None:
    """A chat model's rewording, if it is one question and no more; else None."""
    text = reworded.strip().strip('"“”').strip()
    if not text or "\n" in text or len(text) > _LONGEST or not text.endswith("?"):
        return None
    # A rewording keeps what was asked; one that shares nothing with the question is an answer or a refusal.
    asked, said = ({word for word in WORD.findall(one.lower()) if len(word) > 3} for one in (question, text))
    return text if not asked or asked & said else None


def _before(history: Sequence[Turn]) -> str:
    """The last question asked, itself made to stand alone."""
    last = max(i for i, turn in enumerate(history) if turn.role == "user")
    return resolve(history[last].content, history[max(0, last - _EARLIER) : last])


def _stripped(question: str) -> str:
    return _LEAD.sub("", question).strip()


def _goes_on(question: str) -> bool:
    """A question that begins as the next one of a row: "and", "but"."""
    return _stripped(question) != question.strip()


def _lacks_subject(question: str) -> bool:
    """A short question that names nothing and nobody."""
    asked = _stripped(question)
    return bool(_OPEN.fullmatch(asked.strip(" ?.!"))) and not _names(asked) and not _ANEW.search(asked)


def _is_elliptic(question: str) -> bool:
    """A question without a verb, or of a question word alone."""
    asked = _stripped(question).strip(" ?.!")
    if _ABOUT.match(asked) or _BARE.match(asked):
        return True
    if _TIME.fullmatch(asked):
        return True
    if _ANEW.search(asked):
        return False
    return len(asked.split()) <= 5 and not _VERB.search(asked) and not _ASKS.match(asked)


def _points_back(question: str) -> bool:
    """A pronoun that nothing earlier in the question explains."""
    for match in (*_PERSON.finditer(question), *_THING.finditer(question)):
        before = question[: match.start()]
        # "him" is never the subject of its own clause: "Did Trump agree with him?"
        explained = len(_names(before)) > (match[0].lower() in ("him", "them"))
        if not explained and not re.search(r"\b(?:the|an?)\s+\w+", before):
            return True
    return bool(_BACK.search(question)) and not _names(question)


def _exchanged(before: str, rest: str) -> str:
    """The question before with its name, or its time, exchanged for another one."""
    names = _names(before)
    if (which := _AN_ORDINAL.match(rest)) and (found := _ORDINAL.search(before)):
        return before.replace(found[0], which["which"].lower(), 1)
    if (word := _PREPOSITION.match(rest)) and not _TIME.fullmatch(rest):
        other = re.compile(rf"\b{word['word']}\s+(?:the\s+)?[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*")
        rest, found = rest[:1].lower() + rest[1:], other.search(before)
        return before.replace(found[0], rest, 1) if found else f"{before.strip(' ?')} {rest}?"
    if _TIME.fullmatch(rest):
        found = _TIME.search(before)
        return before.replace(found[0], rest, 1) if found else f"{before.strip(' ?')} {rest}?"
    if names and (_names(f"x {rest}") or rest[:1].isupper()):
        article = r"(?:\bthe\s+)?" if rest[:4].lower() == "the " else ""
        return re.sub(f"{article}{re.escape(names[0])}", lambda _: rest, before, count=1)
    # "What about the barge?" after a question for the reasons of something asks for its part in it.
    is_why = before.lower().startswith("why")
    if re.match(r"(?:the|an?|his|her|their|its)\s", rest) and not is_why and (thing := _thing(before)):
        return before.replace(thing, rest, 1)
    return asked_after(f"What about {rest}?", before)


def _filled(asked: str, before: str, history: Sequence[Turn]) -> str | None:
    """The question with its pronouns filled in; None when some cannot be."""
    person, thing = _person(before, history), _thing(before)
    if not person and _PERSON.search(asked):
        return None
    if person:
        asked = _PERSON.sub(lambda match: _instead(match[0], person), asked)
    if _THING.search(asked) and thing and not _SAID.search(asked):
        asked = _THING.sub(lambda match: _instead(match[0], thing), asked, count=1)
    elif _THING.search(asked) or _BACK.search(asked):
        return None
    return asked


def asked_after(asked: str, before: str) -> str:
    """The question with what it was asked after; what that was asked after itself, where it says so."""
    asked = " ".join(asked.split()).rstrip(" ?.!") + "?"
    earlier = ASKED_AFTER.match(before)
    quoted = " ".join((earlier["before"] if earlier else before).split())
    if not quoted.strip(" ?.!"):
        return asked
    return f"{asked[:_LONGEST_PART]} (asked after “{quoted[:_LONGEST_PART]}”)"


def _cannot_follow(word: str, rest: str) -> bool:
    """Whether "when" and the like are asked of a question whose subject was asked for: "Who attended the summit?"."""
    first = word.lower().split()[0]
    wants_auxiliary = first in ("when", "where", "why", "in") or first in _PREPOSITIONS or word.lower() == "how"
    return wants_auxiliary and not _AUXILIARY.match(rest.strip())


def _instead(pronoun: str, phrase: str) -> str:
    possessive = pronoun.lower() in _POSSESSIVE
    return f"{phrase}’s" if possessive else phrase


def _person(before: str, history: Sequence[Turn]) -> str | None:
    """The name that the question before is about, or the first one in the answer to it.

    Who a question for a person was about is in its answer.
    """
    said = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    asked, told = _names(before), _names(said if _WHO.match(before) else _answer(history), first=True)
    asked, told = ([name for name in names if not (_BODY.search(name) or quantities(name))] for names in (asked, told))
    if (who_is := _WHO_IS.match(before)) and (named := set(who_is["name"].lower().split())):
        told = [name for name in told if not named.isdisjoint(name.lower().split())] or told
    new = [name for name in told if name not in before]
    return next(iter([*new, *asked] if _WHO.match(before) else [*asked, *told]), None)


def _answer(history: Sequence[Turn]) -> str:
    """The first sentence of the last answer, without its markers; empty when there is none, or it says why."""
    said = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    if DECLINES.match(said):
        return ""
    first = next(iter(sentence_spans(said, "en")), None)
    return re.sub(r"\s*\[\d+\]", "", said[first.start : first.end]).strip() if first else ""


def _thing(before: str) -> str | None:
    subject = _SUBJECT_PHRASE.search(before)
    found = subject["phrase"] if subject else None
    if found is None and (last := _LAST_PHRASE.search(before)):
        found = last[0]
    return found


def _names(text: str, first: bool = False) -> list[str]:
    """Runs of capitalised words; the word that opens the text counts only with `first`, or as part of a longer run."""
    runs = re.finditer(r"[A-Z][\w’'-]*(?:\s+(?:of the |of |de |van |von |al-)?[A-Z][\w’'-]*)*", text)
    names = []
    for run in runs:
        words = run[0].split()
        if run.start() == 0 and not first:
            words = words[1:]
        name = re.sub(r"[’']s$", "", " ".join(words))
        if name and name != "I" and not _ASKS.fullmatch(name):
            names.append(name)
    return names


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    if ASKED_AFTER.match(text) and len(text) <= _LONGEST:
        return text
    text = " ".join(text.split())[:_LONGEST]
    return text if text.endswith("?") else f"{text.rstrip(' .!')}?"
